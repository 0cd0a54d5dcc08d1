"""Files that come with mail: names, types, bytes."""

import base64

import pytest

from notify.domain import parsing, parts

HEAD = b"From: Anna <anna@customer.example>\nSubject: s\nMIME-Version: 1.0\n"
MIXED = HEAD + b"Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/plain\n\ntext\n"


def parsed(raw: bytes) -> parsing.Parsed:
    result = parsing.parse(raw, return_path=None)
    assert isinstance(result, parsing.Parsed), result
    return result


def only(raw: bytes) -> parts.Attachment:
    (attachment,) = parsed(raw).attachments
    return attachment


def test_an_attachment_keeps_name_type_and_bytes() -> None:
    content = bytes(range(256))
    found = only(
        MIXED + b"--b\nContent-Type: application/pdf\nContent-Disposition: attachment; filename=report.pdf\n"
        b"Content-Transfer-Encoding: base64\n\n" + base64.encodebytes(content) + b"--b--\n"
    )
    assert (found.name, found.content_type, found.content) == ("report.pdf", "application/pdf", content)


@pytest.mark.parametrize(
    ("disposition", "name"),
    [
        (b"filename*=UTF-8''Za%C5%BC%C3%B3%C5%82%C4%87.pdf", "Zażółć.pdf"),
        (b"filename*0*=UTF-8''Za%C5%BC%C3%B3; filename*1*=%C5%82%C4%87.pdf", "Zażółć.pdf"),
        (b"filename*=iso-8859-2''Za%BF%F3%B3%E6.pdf", "Zażółć.pdf"),
        (b'filename="=?utf-8?Q?Za=C5=BC=C3=B3=C5=82=C4=87=2Epdf?="', "Zażółć.pdf"),
        ('filename="Zażółć.pdf"'.encode(), "Zażółć.pdf"),
        (b'filename="../../etc/passwd"', "passwd"),
        (b'filename="C:\\\\Users\\\\x\\\\a.txt"', "a.txt"),
        (b'filename="a\x00b\x1b.pdf"', "a b .pdf"),
        ('filename="invoice\u202efdp.exe"'.encode(), "invoice_fdp.exe"),
        (b'filename="' + b"n" * 400 + b'.pdf"', "n" * 146 + ".pdf"),
        (b"x=1", "attachment-1.pdf"),
        (b'filename=".."', "attachment-1.pdf"),
    ],
)
def test_file_names_are_decoded_and_made_safe(disposition: bytes, name: str) -> None:
    found = only(
        MIXED
        + b"--b\nContent-Type: application/pdf\nContent-Disposition: attachment; "
        + disposition
        + b"\n\nx\n--b--\n"
    )
    assert found.name == name


def test_an_inline_picture_keeps_its_content_id() -> None:
    mail = parsed(
        HEAD
        + b"Content-Type: multipart/related; boundary=r\n\n--r\nContent-Type: text/html\n\n<p>see</p><img src='cid:logo@x'>\n"
        b"--r\nContent-Type: image/png\nContent-ID: <logo@x>\nContent-Transfer-Encoding: base64\n\niVBORw==\n--r--\n"
    )
    assert mail.body == "see"
    assert [(each.name, each.content_id) for each in mail.attachments] == [("attachment-1.png", "logo@x")]


def test_a_forwarded_mail_is_kept_as_a_file() -> None:
    found = only(
        MIXED
        + b"--b\nContent-Type: message/rfc822\n\nFrom: c@d.example\nSubject: Old one\nMessage-ID: <old@d.example>\n\ninner\n--b--\n"
    )
    assert (found.name, found.content_type) == ("Old one.eml", "message/rfc822")
    assert b"inner" in found.content


def test_invitations_and_outlook_containers_are_kept() -> None:
    mail = parsed(
        MIXED + b"--b\nContent-Type: text/calendar; method=REQUEST\n\nBEGIN:VCALENDAR\nEND:VCALENDAR\n"
        b'--b\nContent-Type: application/ms-tnef; name="winmail.dat"\nContent-Transfer-Encoding: base64\n\neJ8+Ig==\n--b--\n'
    )
    assert [each.name for each in mail.attachments] == ["attachment-1.ics", "winmail.dat"]
    assert mail.body == "text"


def test_a_text_file_is_an_attachment_and_not_the_body() -> None:
    mail = parsed(
        MIXED
        + b"--b\nContent-Type: text/plain\nContent-Disposition: attachment; filename=log.txt\n\nlog\n--b--\n"
    )
    assert mail.body == "text"
    assert [each.name for each in mail.attachments] == ["log.txt"]


def test_files_of_a_version_that_is_not_shown_are_kept() -> None:
    mail = parsed(
        HEAD + b"Content-Type: multipart/alternative; boundary=a\n\n--a\nContent-Type: text/plain\n\nplain\n"
        b"--a\nContent-Type: multipart/related; boundary=r\n\n--r\nContent-Type: text/html\n\n<p>rich</p>\n"
        b"--r\nContent-Type: image/gif; name=x.gif\n\nGIF89a\n--r--\n--a--\n"
    )
    assert mail.body == "plain"
    assert [each.name for each in mail.attachments] == ["x.gif"]


def test_a_broken_content_type_is_kept_as_bytes() -> None:
    assert (
        only(MIXED + b"--b\nContent-Type: image\nContent-Disposition: attachment\n\nx\n--b--\n").content
        == b"x"
    )


def test_a_name_survives_a_base64_body_that_is_broken() -> None:
    found = only(
        MIXED + b"--b\nContent-Type: image/png\nContent-Disposition: attachment; filename=a.png\n"
        b"Content-Transfer-Encoding: base64\n\n!!!not base64!!!\n--b--\n"
    )
    assert found.name == "a.png"
