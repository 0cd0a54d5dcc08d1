"""Mail from machines is recognised; mail from people is not taken for it."""

import pytest

from notify.domain import parsing

PERSON = b"From: Anna <anna@customer.example>\nSubject: Printer\n"


def parsed(raw: bytes, return_path: str | None = "anna@customer.example") -> parsing.Parsed:
    result = parsing.parse(raw, return_path=return_path)
    assert isinstance(result, parsing.Parsed), result
    return result


@pytest.mark.parametrize(
    "header",
    [
        b"Auto-Submitted: auto-replied",
        b"Auto-Submitted: auto-generated; reason=x",
        b"Precedence: bulk",
        b"Precedence: auto_reply",
        b"X-Auto-Response-Suppress: DR, OOF, AutoReply",
        b"X-Auto-Response-Suppress: All",
        b"List-Id: <news.customer.example>",
        b"X-Autoreply: yes",
        b"Return-Path: <>",
        b"X-Deskmesh-Loop: support@globex.example",
        b"Content-Type: multipart/report; report-type=disposition-notification; boundary=b",
    ],
)
def test_headers_of_machines_are_recognised(header: bytes) -> None:
    mail = parsed(PERSON + header + b"\n\nI am away.")
    assert mail.automatic
    assert not mail.bounce


@pytest.mark.parametrize(
    "header",
    [b"Auto-Submitted: no", b"Precedence: first-class", b"X-Priority: 1", b"X-Auto-Response-Suppress: DR"],
)
def test_a_person_is_not_taken_for_a_machine(header: bytes) -> None:
    assert parsed(PERSON + header + b"\n\nHello").automatic == ""


def test_an_empty_envelope_sender_means_a_machine() -> None:
    assert parsed(PERSON + b"\nx", return_path="").automatic
    assert parsed(PERSON + b"\nx", return_path="<>").automatic
    assert not parsed(PERSON + b"\nx", return_path=None).automatic


@pytest.mark.parametrize(
    "sender", [b"noreply@shop.example", b"no-reply@shop.example", b"do-not-reply+1@shop.example"]
)
def test_addresses_that_take_no_replies_are_machines(sender: bytes) -> None:
    assert parsed(b"From: " + sender + b"\nSubject: Order\n\nx").automatic


@pytest.mark.parametrize(
    "sender", [b"nora@shop.example", b"reply@shop.example", b"norman.bounce@shop.example"]
)
def test_addresses_that_look_alike_are_people(sender: bytes) -> None:
    assert not parsed(b"From: " + sender + b"\nSubject: Order\n\nx").automatic


def test_a_subject_of_an_absence_note_means_a_machine() -> None:
    assert parsed(b"From: a@b.example\nSubject: Automatic reply: Printer\n\nx").automatic
    assert not parsed(b"From: a@b.example\nSubject: Re: Automatic reply: Printer\n\nx").automatic


def test_a_delivery_report_is_a_bounce_that_names_the_returned_mail() -> None:
    mail = parsed(
        b"From: MAILER-DAEMON@mx.customer.example\nSubject: Undelivered Mail Returned to Sender\nAuto-Submitted: auto-replied\n"
        b"Content-Type: multipart/report; report-type=delivery-status; boundary=b\n\n"
        b"--b\nContent-Type: text/plain\n\nI could not deliver it.\n"
        b"--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mx.customer.example\n\n"
        b"Final-Recipient: rfc822; anna@customer.example\nAction: failed\nStatus: 5.1.1\n"
        b"--b\nContent-Type: message/rfc822\n\nMessage-ID: <d1@acme.example>\nFrom: support@acme.example\n\nour words\n--b--\n",
        return_path="",
    )
    assert mail.bounce
    assert mail.automatic == "delivery status notification"
    assert mail.references == ("d1@acme.example",)
    assert mail.body == "I could not deliver it."


def test_a_bounce_with_only_the_returned_headers_names_the_mail_too() -> None:
    mail = parsed(
        b"From: mailer-daemon@mx.customer.example\nSubject: failure\n"
        b"Content-Type: multipart/report; report-type=delivery-status; boundary=b\n\n"
        b"--b\nContent-Type: text/plain\n\nno\n"
        b"--b\nContent-Type: text/rfc822-headers\n\nFrom: support@acme.example\nMessage-ID: <d2@acme.example>\n--b--\n"
    )
    assert mail.references == ("d2@acme.example",)
