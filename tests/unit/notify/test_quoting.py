"""Quoted mail and signatures are taken off; what the person wrote stays."""

import pytest

from notify.domain.quoting import cut

ATTRIBUTIONS = [
    "On Sat, 21 Nov 2026 at 10:00, Support <support@acme.example> wrote:",
    "On 21/11/2026 10:00, Support wrote:",
    "W dniu 21.11.2026 o 10:00, Support pisze:",
    "sob., 21 lis 2026 o 10:00 Support <support@acme.example> napisał(a):",
    "Dnia 21 listopada 2026 10:00 Support <support@acme.example> napisał:",
    "Am 21.11.2026 um 10:00 schrieb Support <support@acme.example>:",
    "Am Sa., 21. Nov. 2026 um 10:00 Uhr schrieb Support:",
    "21.11.2026 10:00, Support пишет:",
    "сб, 21 нояб. 2026 г. в 10:00, Support <support@acme.example>:",
    "21 ноября 2026 г., в 10:00, Support <support@acme.example> написал(а):",
    "Le sam. 21 nov. 2026 à 10:00, Support <support@acme.example> a écrit :",
    "El sáb, 21 nov 2026 a las 10:00, Support (<support@acme.example>) escribió:",
    "Op za 21 nov. 2026 om 10:00 schreef Support <support@acme.example>:",
]


@pytest.mark.parametrize("attribution", ATTRIBUTIONS)
def test_an_answer_above_a_quotation_is_cut_at_the_attribution(attribution: str) -> None:
    result = cut(f"It works, thanks.\n\n{attribution}\n\n> Did you try?\n> \n> Regards\n")
    assert result.visible == "It works, thanks."
    assert result.quoted.startswith(attribution)


@pytest.mark.parametrize("attribution", ATTRIBUTIONS)
def test_a_quotation_without_marks_is_cut_too(attribution: str) -> None:
    result = cut(f"It works, thanks.\n\n{attribution}\n\nDid you try?\n\nRegards\n")
    assert result.visible == "It works, thanks."
    assert result.quoted.endswith("Regards")


def test_an_attribution_over_two_lines_is_found() -> None:
    result = cut("Yes.\n\nOn Sat, 21 Nov 2026 at 10:00, Support\n<support@acme.example> wrote:\n> Did it?\n")
    assert result.visible == "Yes."


@pytest.mark.parametrize(
    "block",
    [
        "From: Support <support@acme.example>\nSent: Saturday, 21 November 2026 10:00\nTo: Anna\nSubject: RE: Printer",
        "Von: Support\nGesendet: Samstag, 21. November 2026 10:00\nAn: Anna\nBetreff: AW: Drucker",
        "Od: Support\nWysłano: sobota, 21 listopada 2026 10:00\nDo: Anna\nTemat: RE: Drukarka",
        "От: Support\nОтправлено: 21 ноября 2026 г. 10:00\nКому: Anna\nТема: RE: Принтер",
        "*From:* Support\n*Date:* Saturday\n*To:* Anna\n*Subject:* RE: Printer",
        "________________________________\nFrom: Support\nSent: Saturday\nTo: Anna\nSubject: RE: Printer",
        "-----Original Message-----\nFrom: Support",
        "-----Oryginalna wiadomość-----\nOd: Support",
    ],
)
def test_the_header_block_of_outlook_begins_the_quotation(block: str) -> None:
    result = cut(f"Still broken.\n\n{block}\n\nDid you try to switch it off and on?\n")
    assert result.visible == "Still broken."
    assert result.quoted.startswith(block)


def test_an_answer_below_the_quotation_stays() -> None:
    result = cut("On 21/11/2026 10:00, Support wrote:\n> Did you try?\n\nYes, I did.\n")
    assert result.visible == "Yes, I did."
    assert "Did you try?" in result.quoted


def test_answers_between_quotations_keep_what_they_answer() -> None:
    text = "On 21/11/2026 10:00, Support wrote:\n> First?\nYes.\n> Second?\nNo."
    assert cut(text).visible == text


def test_a_mail_that_only_quotes_is_kept_whole() -> None:
    assert cut("> all of it\n> is quoted").visible == "> all of it\n> is quoted"


def test_a_forwarded_mail_keeps_what_it_forwards() -> None:
    text = "Please see below.\n\nFrom: Boss\nSent: today\nTo: Anna\nSubject: Printer\n\nFix the printer!"
    assert cut(text, subject="FW: Printer").visible == text
    assert cut(
        "fyi\n\n---------- Forwarded message ---------\nFrom: x\nDate: y\nTo: z\n\nbody"
    ).visible.endswith("body")


@pytest.mark.parametrize("mark", ["-- ", "--"])
def test_a_signature_below_its_mark_is_cut(mark: str) -> None:
    result = cut(f"Please help.\n\n{mark}\nAnna Nowak\nTel. 123\n")
    assert result.visible == "Please help."
    assert "Anna Nowak" in result.quoted


@pytest.mark.parametrize(
    "footer",
    ["Sent from my iPhone", "Wysłane z iPhone'a", "Gesendet von meinem iPhone", "Отправлено с iPhone"],
)
def test_the_footer_of_a_phone_is_cut(footer: str) -> None:
    assert cut(f"Please help.\n\n{footer}").visible == "Please help."


@pytest.mark.parametrize(
    "text",
    [
        "- first\n- second\n- third",
        "Thanks, that worked.\nBut now it fails again.",
        "Error on 21.11.2026 10:00:\nstack trace follows",
        "From: here I see nothing\nbut it is broken",
        "Steps:\n1. open\n2. close",
        "Am Drucker steht:\nPapierstau",
        "diff\n--- a/file\n+++ b/file",
    ],
)
def test_what_only_looks_like_a_mark_is_not_cut(text: str) -> None:
    result = cut(text)
    assert (result.visible, result.quoted) == (text, "")


def test_nothing_of_the_text_is_lost_by_cutting() -> None:
    text = "Hello.\n\nOn 21/11/2026 10:00, Support wrote:\n> a\n\nmore\n-- \nAnna"
    result = cut(text)
    kept = sorted((result.visible + "\n" + result.quoted).split())
    assert kept == sorted(text.split())
