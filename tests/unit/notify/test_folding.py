"""What a mail in HTML quotes is folded, by the marks of the programs that people write with."""

import pytest

from chassis.rich_text import QUOTE
from notify.domain.parsing import Parsed, parse

ANSWER = "It is the one on floor 2."
ASKED = "Which printer is it?"
GMAIL = f'<div dir="ltr">{ANSWER}</div><br><div class="gmail_quote gmail_quote_container"><div dir="ltr" class="gmail_attr">On Mon, Support wrote:<br></div><blockquote class="gmail_quote" style="margin:0">{ASKED}</blockquote></div>'
OUTLOOK = f'<div class="WordSection1"><p class="MsoNormal">{ANSWER}<o:p></o:p></p><div id="divRplyFwdMsg" dir="ltr"><b>From:</b> Support</div><div>{ASKED}</div></div>'
OUTLOOK_DESKTOP = f'<div class="WordSection1"><p>{ANSWER}</p><div style="border:none;border-top:solid #E1E1E1 1.0pt;padding:3.0pt"><p><b>From:</b> Support</p></div><p>{ASKED}</p></div>'
APPLE = f'<body>{ANSWER}<br><div><blockquote type="cite"><div>On 23 Nov 2026, Support wrote:</div><div>{ASKED}</div></blockquote></div></body>'
THUNDERBIRD = f'<body><p>{ANSWER}</p><div class="moz-cite-prefix">On 23.11.2026, Support wrote:<br></div><blockquote type="cite" cite="mid:1@acme.example">{ASKED}</blockquote></body>'
YAHOO = f'<div>{ANSWER}</div><div id="ydp1" class="yahoo_quoted"><div>On Monday, Support wrote:</div>{ASKED}</div>'


def mail(html: str, text: str) -> Parsed:
    """A mail with both bodies, understood."""
    raw = (
        "From: Anna <anna@acme.example>\r\nTo: support@acme.example\r\nSubject: Re: Printer\r\nMessage-ID: <1@acme.example>\r\n"
        "MIME-Version: 1.0\r\nContent-Type: multipart/alternative; boundary=b\r\n\r\n"
        f"--b\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n{text}\r\n"
        f"--b\r\nContent-Type: text/html; charset=utf-8\r\n\r\n{html}\r\n--b--\r\n"
    )
    parsed = parse(raw.encode(), return_path="anna@acme.example")
    assert isinstance(parsed, Parsed)
    return parsed


@pytest.mark.parametrize("html", [GMAIL, OUTLOOK, OUTLOOK_DESKTOP, APPLE, THUNDERBIRD, YAHOO])
def test_what_is_answered_is_folded_and_the_answer_is_not(html: str) -> None:
    parsed = mail(html, f"{ANSWER}\r\n\r\nOn Mon, 23 Nov 2026 at 10:00, Support wrote:\r\n> {ASKED}")
    seen, fold, folded = parsed.html.partition(QUOTE)
    assert fold
    assert ANSWER in seen
    assert ASKED in folded
    assert parsed.body == ANSWER


def test_answers_between_what_they_answer_are_not_folded() -> None:
    inside = GMAIL.replace(ASKED, f"{ASKED}</blockquote><div>This one.</div><blockquote>And where?")
    parsed = mail(
        inside,
        f"{ANSWER}\r\n\r\nOn Mon, 23 Nov 2026 at 10:00, Support wrote:\r\n> {ASKED}\r\nThis one.\r\n> And where?",
    )
    assert QUOTE not in parsed.html
    assert "This one." in parsed.html


def test_a_mail_that_is_handed_on_shows_what_it_hands_on() -> None:
    forwarded = GMAIL.replace("On Mon, Support wrote:", "---------- Forwarded message ---------")
    parsed = mail(
        forwarded, f"FYI\r\n\r\n---------- Forwarded message ---------\r\nFrom: Support\r\n\r\n{ASKED}"
    )
    assert QUOTE not in parsed.html
    assert ASKED in parsed.html


def test_a_plain_mail_has_no_html_and_one_too_large_to_be_shown_keeps_its_text() -> None:
    large = "<p>" + "x" * (300 * 1024) + "</p>"
    assert mail(large, ANSWER).html == ""
    assert mail(large, ANSWER).body == ANSWER
    plain = parse(
        b"From: a@acme.example\r\nSubject: x\r\n\r\nText <b>only</b>\r\n", return_path="a@acme.example"
    )
    assert isinstance(plain, Parsed)
    assert plain.html == ""


def test_a_list_s_footer_beside_html_is_shown_below_it() -> None:
    raw = (
        b"From: a@acme.example\r\nSubject: x\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n"
        b"--b\r\nContent-Type: text/html\r\n\r\n<p>Look</p>\r\n"
        b"--b\r\nContent-Type: text/plain\r\n\r\nSent to <all>\r\n--b--\r\n"
    )
    parsed = parse(raw, return_path="a@acme.example")
    assert isinstance(parsed, Parsed)
    assert parsed.html == "<p>Look</p>\n<p>Sent to &lt;all&gt;</p>"
