"""The best text of a mail, in the formats that mail programs really write."""

import base64
import quopri

import pytest

from notify.domain import parsing


def parsed(raw: bytes, return_path: str | None = "anna@customer.example") -> parsing.Parsed:
    result = parsing.parse(raw.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n"), return_path=return_path)
    assert isinstance(result, parsing.Parsed), result
    return result


HEAD = b"From: Anna <anna@customer.example>\nTo: support@acme.example\nMessage-ID: <1@customer.example>\n"


def test_a_plain_mail_gives_sender_subject_and_text() -> None:
    mail = parsed(HEAD + b"Subject: Printer is on fire\n\nIt burns.\n\nPlease help.\n")
    assert (mail.from_email, mail.from_name) == ("anna@customer.example", "Anna")
    assert (mail.subject, mail.body) == ("Printer is on fire", "It burns.\n\nPlease help.")
    assert mail.message_id == "1@customer.example"
    assert not mail.automatic


def test_the_plain_version_is_preferred_to_the_html_one() -> None:
    mail = parsed(
        HEAD + b"Subject: s\nMIME-Version: 1.0\nContent-Type: multipart/alternative; boundary=b\n\n"
        b"--b\nContent-Type: text/html; charset=utf-8\n\n<p>rich</p>\n"
        b"--b\nContent-Type: text/plain; charset=utf-8\n\nplain\n--b--\n"
    )
    assert mail.body == "plain"
    assert mail.attachments == ()


def test_an_empty_plain_version_gives_way_to_the_html_one() -> None:
    mail = parsed(
        HEAD + b"Subject: s\nContent-Type: multipart/alternative; boundary=b\n\n"
        b"--b\nContent-Type: text/plain\n\n   \n--b\nContent-Type: text/html\n\n<b>rich</b>\n--b--\n"
    )
    assert mail.body == "rich"


def test_html_becomes_lines_lists_links_and_quotations() -> None:
    html = (
        "<html><head><style>p{color:red}</style></head><body><p>Dear&nbsp;desk,</p><div>two<br>lines</div>"
        "<ul><li>one</li><li>two</li></ul><a href='https://a.example/x'>the page</a>"
        "<script>alert(1)</script><table><tr><td>a</td><td>b</td></tr></table></body></html>"
    )
    mail = parsed(HEAD + b"Subject: s\nContent-Type: text/html; charset=utf-8\n\n" + html.encode())
    assert mail.body == ("Dear desk,\n\ntwo\nlines\n- one\n- two\nthe page <https://a.example/x>\na b")


def test_quoted_html_of_an_answer_is_cut_off() -> None:
    html = (
        '<div dir="ltr">It works now.</div><br><div class="gmail_quote"><div dir="ltr" class="gmail_attr">'
        "On Sat, 21 Nov 2026 at 10:00, Support &lt;<a href='mailto:support@acme.example'>support@acme.example</a>&gt; "
        "wrote:<br></div><blockquote class='gmail_quote'><p>Did you try?</p></blockquote></div>"
    )
    mail = parsed(HEAD + b"Subject: Re: s\nContent-Type: text/html\n\n" + html.encode())
    assert mail.body == "It works now."
    assert "Did you try?" in mail.quoted


@pytest.mark.parametrize(
    ("text", "declared", "written"),
    [
        ("Zażółć gęślą jaźń", "utf-8", "utf-8"),
        ("Zażółć gęślą jaźń", "iso-8859-2", "iso-8859-2"),
        ("Zażółć gęślą jaźń", "windows-1250", "cp1250"),
        ("Не работает принтер", "koi8-r", "koi8-r"),
        ("Не работает принтер", "windows-1251", "cp1251"),
        ("Grüße aus Köln", "iso-8859-1", "latin-1"),
        ("curly “quotes” – dash", "iso-8859-1", "cp1252"),
        ("日本語のメール", "iso-2022-jp", "iso2022_jp"),
        ("简体中文邮件", "gb2312", "gb18030"),
        ("Grüße aus Köln", "us-ascii", "utf-8"),
        ("Zażółć gęślą jaźń", "iso-8859-1", "utf-8"),
        ("Zażółć gęślą jaźń", "x-unknown-charset", "utf-8"),
    ],
)
def test_a_declared_charset_is_read_even_where_it_lies_about_utf_8(
    text: str, declared: str, written: str
) -> None:
    body = base64.encodebytes(text.encode(written))
    header = (
        f"Subject: s\nContent-Type: text/plain; charset={declared}\nContent-Transfer-Encoding: base64\n\n"
    )
    assert parsed(HEAD + header.encode() + body).body == text


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("Добрый день, не работает принтер в бухгалтерии, помогите пожалуйста. " * 3, "cp1251"),
        ("Dzień dobry, drukarka w księgowości nie działa, proszę o pomoc. Zażółć gęślą jaźń. " * 3, "cp1250"),
    ],
)
def test_an_undeclared_charset_is_guessed(text: str, written: str) -> None:
    mail = parsed(
        HEAD
        + b"Subject: s\nContent-Type: text/plain\nContent-Transfer-Encoding: 8bit\n\n"
        + text.encode(written)
    )
    assert mail.body == text.strip()


def test_a_quoted_printable_text_is_decoded() -> None:
    body = quopri.encodestring("Zażółć = jaźń i bardzo długa linia ".encode() * 5)
    mail = parsed(
        HEAD
        + b"Subject: s\nContent-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: quoted-printable\n\n"
        + body
    )
    assert mail.body.startswith("Zażółć = jaźń i bardzo")


@pytest.mark.parametrize(
    "charset", ["idna", "punycode", "rot13", "zlib", "base64", "unicode_escape", "a" * 500, "\0"]
)
def test_a_charset_that_is_none_is_never_used(charset: str) -> None:
    mail = parsed(HEAD + f"Subject: s\nContent-Type: text/plain; charset={charset}\n\nhello".encode())
    assert mail.body == "hello"


def test_nul_bytes_are_dropped_from_every_text() -> None:
    mail = parsed(HEAD + b"Subject: a\0b\n\nc\0d")
    assert (mail.subject, mail.body) == ("a b", "cd")


def test_two_text_parts_around_a_picture_are_joined() -> None:
    mail = parsed(
        HEAD + b"Subject: s\nContent-Type: multipart/mixed; boundary=b\n\n"
        b"--b\nContent-Type: text/plain\n\nbefore\n"
        b"--b\nContent-Type: image/png; name=p.png\nContent-Disposition: inline; filename=p.png\n"
        b"Content-Transfer-Encoding: base64\n\niVBORw==\n"
        b"--b\nContent-Type: text/plain\n\nafter\n--b--\n"
    )
    assert mail.body == "before\n\nafter"
    assert [each.name for each in mail.attachments] == ["p.png"]


def test_a_multipart_without_its_boundary_is_still_read() -> None:
    mail = parsed(HEAD + b"Subject: s\nContent-Type: multipart/mixed; boundary=missing\n\nJust text\n")
    assert mail.body == "Just text"


def test_a_mail_without_body_is_no_failure() -> None:
    assert parsed(HEAD + b"Subject: only a subject\n").body == ""


def test_a_long_text_is_cut_to_64_kib_without_breaking_a_character() -> None:
    mail = parsed(HEAD + b"Subject: s\nContent-Type: text/plain; charset=utf-8\n\n" + "ż".encode() * 70_000)
    assert len(mail.body.encode()) == parsing.MAX_TEXT
    assert set(mail.body) == {"ż"}


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Hello, the printer is not working, please help", "en"),
        ("Dzień dobry, drukarka nie działa, proszę o pomoc", "pl"),
        ("Guten Tag, der Drucker ist kaputt und ich kann nicht arbeiten", "de"),
        ("Добрый день, не работает принтер, прошу помочь", "ru"),
        ("xyzzy", ""),
    ],
)
def test_the_language_is_guessed_from_the_text(text: str, language: str) -> None:
    mail = parsed(HEAD + b"Subject: s\nContent-Type: text/plain; charset=utf-8\n\n" + text.encode())
    assert mail.language == language


def test_the_declared_language_counts_where_the_text_says_nothing() -> None:
    assert parsed(HEAD + b"Subject: s\nContent-Language: pl-PL\n\nxyzzy").language == "pl"
