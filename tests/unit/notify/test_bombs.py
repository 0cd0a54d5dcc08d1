"""Mail made to exhaust the parser is put aside, quickly."""

import time

import pytest

from notify.domain import parsing

HEAD = b"From: a@b.example\nSubject: s\n"


def nested(depth: int) -> bytes:
    raw = HEAD
    for level in range(depth):
        raw += b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (level, level)
    return raw + b"Content-Type: text/plain\n\nx\n"


BOMBS = {
    "deep": nested(5000),
    "many parts": HEAD + b"Content-Type: multipart/mixed; boundary=b\n\n" + b"--b\n\n" * 500_000,
    "some parts": HEAD + b"Content-Type: multipart/mixed; boundary=b\n\n" + b"--b\n\nx\n" * 2_000,
    "header section": HEAD + b"X-A: b\n" * 100_000 + b"\nx",
    "one header": HEAD + b"X-A: " + b"b" * 1_000_000 + b"\n\nx",
    "content type": HEAD + b"Content-Type: text/plain; " + b'a="b;' * 20_000 + b"\n\nx",
    "content type of a part": HEAD
    + b"Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/plain; "
    + b'"";' * 200_000
    + b"\n\nx\n--b--\n",
    "short lines": HEAD + b"\n" + b"a\n" * 3_000_000,
    "status blocks": HEAD + b"Content-Type: message/delivery-status\n\n" + b"a: b\n\n" * 300_000,
}


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_is_put_aside_with_a_reason(name: str) -> None:
    started = time.process_time()
    result = parsing.parse(BOMBS[name], return_path=None)
    assert isinstance(result, parsing.Unparseable), name
    assert result.reason
    assert time.process_time() - started < 5


@pytest.mark.parametrize(
    "body",
    [
        "On " + "a b " * 50_000,
        "From: " + " " * 200_000,
        "\n".join(["> "] * 100_000),
        "On 21.11.2026 10:00 wrote:\n" * 20_000,
        " \n" * 300_000,
        "<" * 200_000,
        "--\n" * 100_000,
        "From: a\nSent: b\n" * 30_000,
    ],
)
@pytest.mark.parametrize("content_type", [b"text/plain", b"text/html"])
def test_a_text_made_to_slow_the_parser_down_does_not(body: str, content_type: bytes) -> None:
    started = time.process_time()
    result = parsing.parse(
        HEAD + b"Content-Type: " + content_type + b"\n\n" + body.encode(), return_path=None
    )
    assert isinstance(result, parsing.Parsed)
    assert time.process_time() - started < 5


@pytest.mark.parametrize(
    "html",
    [
        "<div>" * 100_000,
        "<!--" * 100_000,
        "<a href='" * 50_000,
        "<b><i>" * 50_000,
        "&" * 200_000,
        "<table>" * 20_000,
    ],
)
def test_html_made_to_slow_the_parser_down_does_not(html: str) -> None:
    started = time.process_time()
    assert isinstance(
        parsing.parse(HEAD + b"Content-Type: text/html\n\n" + html.encode(), return_path=None), parsing.Parsed
    )
    assert time.process_time() - started < 5


def test_a_large_honest_mail_is_no_bomb() -> None:
    lines = b"QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVphYmNkZWZnaGlqa2xtbm9wcXJzdHV2d3h5ejAxMjM0NTY3\n" * 100_000
    raw = (
        HEAD
        + b"Content-Type: multipart/mixed; boundary=b\n\n--b\n\ntext\n"
        + (
            b"--b\nContent-Type: image/png\nContent-Disposition: attachment; filename=a.png\n"
            b"Content-Transfer-Encoding: base64\n\n" + lines + b"--b--\n"
        )
    )
    result = parsing.parse(raw, return_path=None)
    assert isinstance(result, parsing.Parsed)
    assert len(result.attachments[0].content) == 6_000_000
