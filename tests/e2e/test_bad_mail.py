"""Mail that is malformed, misdirected, too large, a machine's, a repetition or a forgery."""

import email.utils
import smtplib
import uuid
from email.message import EmailMessage

import pytest
from desk_mail import SUPPORT, new_sender, queued_as, smtp_answer, taken_in, with_ticket, written

from embedded.testing import Client, Desk, Json, eventually

MEBIBYTE = 1024 * 1024


def send(desk: Desk, message: EmailMessage, sender: str) -> str:
    """Deliver a mail that has to be taken; gives the id in the 250."""
    return queued_as(smtp_answer(desk, message.as_bytes(), sender=sender))


@pytest.fixture
def agent(desk: Desk) -> Client:
    return desk.sign_in("agent@acme.example")


def tickets_of(agent: Client, sender: str) -> list[Json]:
    return agent.all("/tickets", filter=f'requester = "{sender}"')


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (b"\x00\xff\xfe not a mail at all \x80\x81\r\n", "From"),
        (b"Subject: nobody\r\n\r\nWho wrote this?\r\n", "From"),
        (b"From: <<>@>\r\nSubject: broken sender\r\n\r\nHello\r\n", "From"),
        (
            b"From: anna@acme.example\r\n"
            + b"".join(
                b'Content-Type: multipart/mixed; boundary="b%d"\r\n\r\n--b%d\r\n' % (depth, depth)
                for depth in range(200)
            ),
            "nested",
        ),
        (b"From: anna@acme.example\r\nX-Long: " + b"x" * MEBIBYTE + b"\r\n\r\nHello\r\n", "header"),
        (b"", "From"),
    ],
    ids=["noise", "no sender", "broken sender", "nested", "long header", "empty"],
)
def test_malformed_mail_is_quarantined_with_its_reason_and_kept_as_it_came(
    desk: Desk, agent: Client, raw: bytes, reason: str
) -> None:
    marked = raw + b"\r\n" + uuid.uuid4().hex.encode() + b"\r\n"
    inbound_id = queued_as(smtp_answer(desk, marked, sender="somebody@elsewhere.example"))
    inbound = taken_in(agent, inbound_id)
    assert (inbound["state"], inbound["ticket_id"]) == ("quarantined", None)
    assert reason.lower() in inbound["reason"].lower()
    listed = agent.all("/inbound-messages", filter='state = "quarantined"')
    assert inbound_id in {one["id"] for one in listed}
    kept = agent.http.get(f"/inbound-messages/{inbound_id}/raw")
    assert kept.status_code == 200
    assert kept.headers["content-type"].startswith("message/rfc822")
    assert kept.content == marked
    stranger = desk.sign_in("agent@globex.example").http
    assert stranger.get(f"/inbound-messages/{inbound_id}/raw").status_code == 404


def test_a_mail_to_nobody_here_is_refused(desk: Desk) -> None:
    raw = written(new_sender(), "Lost", "Hello").as_bytes()
    for stranger in ("nobody@acme.example", "support@elsewhere.example", "support@acme.example.evil.example"):
        assert smtp_answer(desk, raw, to=stranger)[0] == 550


def test_a_mail_over_25_mebibytes_is_refused_and_one_below_is_taken(desk: Desk, agent: Client) -> None:
    sender = new_sender()
    large = written(sender, "Large", "See the attachment.")
    large.add_attachment(b"\x00" * (18 * MEBIBYTE), maintype="application", subtype="octet-stream")
    code, text = smtp_answer(desk, large.as_bytes() + b"x" * (26 * MEBIBYTE), sender=sender)
    assert (code, text.startswith("5.3.4")) == (552, True)
    with smtplib.SMTP("127.0.0.1", desk.smtp_port, timeout=30) as smtp:
        smtp.ehlo("client.example")
        assert int(smtp.esmtp_features["size"]) == 25 * MEBIBYTE
        assert smtp.mail(sender, [f"SIZE={26 * MEBIBYTE}"])[0] == 552
    assert tickets_of(agent, sender) == []
    ticket_id = with_ticket(agent, send(desk, large, sender))["ticket_id"]
    kept = agent.get(f"/tickets/{ticket_id}/attachments")["items"]
    assert [one["size"] for one in kept] == [18 * MEBIBYTE]


def test_a_program_in_a_mail_is_left_out_and_agents_are_told(desk: Desk, agent: Client) -> None:
    sender = new_sender()
    mail = written(sender, "My invoice", "Please open the attachment.")
    mail.add_attachment(b"MZ\x90\x00", maintype="application", subtype="pdf", filename="invoice.pdf")
    mail.add_attachment(b"%PDF-1.7", maintype="application", subtype="pdf", filename="terms.pdf")
    ticket_id = with_ticket(agent, send(desk, mail, sender))["ticket_id"]
    kept = agent.get(f"/tickets/{ticket_id}/attachments")["items"]
    assert [one["name"] for one in kept] == ["terms.pdf"]
    (note,) = agent.get(f"/tickets/{ticket_id}/comments")["items"]
    assert note["visibility"] == "internal"
    assert note["body"].endswith("\n- invoice.pdf")


@pytest.mark.parametrize(
    ("headers", "envelope"),
    [
        ({"Auto-Submitted": "auto-replied"}, None),
        ({"Precedence": "bulk"}, None),
        ({"List-Id": "<news.elsewhere.example>"}, None),
        ({}, ""),
    ],
    ids=["auto-submitted", "bulk", "list", "empty return path"],
)
def test_a_machines_mail_is_a_ticket_that_nobody_is_answered_for(
    desk: Desk, agent: Client, headers: dict[str, str], envelope: str | None
) -> None:
    sender = new_sender("machine")
    message = written(sender, "Out of the house", "I am away.")
    for name, value in headers.items():
        message[name] = value
    inbound_id = send(desk, message, sender if envelope is None else envelope)
    inbound = with_ticket(agent, inbound_id)
    assert inbound["state"] == "automatic"
    assert inbound["reason"]
    told_of_it(desk, agent, inbound["ticket_id"])
    assert agent.all("/deliveries", filter=f'to = "{sender}"') == []


def told_of_it(desk: Desk, agent: Client, ticket_id: str) -> None:
    """Wait until a later mail has come the whole way to its acknowledgement, and so all that went before it."""
    sender = new_sender()
    later = with_ticket(agent, send(desk, written(sender, "Marker", "After it."), sender))
    eventually(lambda: agent.all("/deliveries", filter=f'to = "{sender}" AND state = "sent"'))
    assert later["ticket_id"] != ticket_id


def test_a_bounce_of_an_acknowledgement_is_noted_on_its_ticket_and_not_answered(
    desk: Desk, agent: Client
) -> None:
    sender = new_sender()
    ticket_id = with_ticket(agent, send(desk, written(sender, "Printer", "Smoke."), sender))["ticket_id"]
    number = agent.get(f"/tickets/{ticket_id}")["number"]
    acknowledgement = eventually(lambda: desk.sent_mails(sender, about=number))[0]
    inbound_id = queued_as(smtp_answer(desk, bounce_of(acknowledgement, sender), sender=""))
    inbound = with_ticket(agent, inbound_id)
    assert (inbound["state"], inbound["ticket_id"]) == ("automatic", ticket_id)
    comments = agent.get(f"/tickets/{ticket_id}/comments")["items"]
    assert [one["visibility"] for one in comments] == ["internal"]
    told_of_it(desk, agent, ticket_id)
    assert len(desk.sent_mails(sender, about="")) == 1
    assert not desk.sent_mails("mailer-daemon@elsewhere.example", about="")


def bounce_of(mail: EmailMessage, recipient: str) -> bytes:
    """A delivery status notification (RFC 3464) as mail servers write it."""
    lines = [
        "From: Mail Delivery System <mailer-daemon@elsewhere.example>",
        f"To: {SUPPORT}",
        "Subject: Undelivered Mail Returned to Sender",
        f"Message-ID: {email.utils.make_msgid(domain='elsewhere.example')}",
        "Auto-Submitted: auto-replied",
        "MIME-Version: 1.0",
        'Content-Type: multipart/report; report-type=delivery-status; boundary="b"',
        "",
        "--b",
        "Content-Type: text/plain",
        "",
        "I am sorry, your message could not be delivered.",
        "--b",
        "Content-Type: message/delivery-status",
        "",
        "Reporting-MTA: dns; elsewhere.example",
        "",
        f"Final-Recipient: rfc822; {recipient}",
        "Action: failed",
        "Status: 5.1.1",
        "",
        "--b",
        "Content-Type: text/rfc822-headers",
        "",
        f"Message-ID: {mail['Message-ID']}",
        f"Subject: {mail['Subject']}",
        "",
        "--b--",
        "",
    ]
    return "\r\n".join(lines).encode()


def test_the_same_mail_again_is_the_same_ticket_and_another_body_is_a_new_one(
    desk: Desk, agent: Client
) -> None:
    sender = new_sender()
    message = written(sender, "Once", "The same words.")
    first = send(desk, message, sender)
    with_ticket(agent, first)
    assert [send(desk, message, sender) for _ in range(3)] == [first] * 3
    other = written(sender, "Once", "Other words.")
    other.replace_header("Message-ID", message["Message-ID"])
    second = send(desk, other, sender)
    assert second != first
    assert with_ticket(agent, second)["ticket_id"] != with_ticket(agent, first)["ticket_id"]
    told_of_it(desk, agent, with_ticket(agent, second)["ticket_id"])
    assert len(tickets_of(agent, sender)) == 2
    assert len(agent.all("/deliveries", filter=f'to = "{sender}" AND purpose = "acknowledgement"')) == 2


def test_a_strangers_answer_does_not_land_on_the_ticket_that_it_names(desk: Desk, agent: Client) -> None:
    sender, stranger = new_sender(), new_sender("eve")
    question = written(sender, "Salary letter", "Please send it to me.")
    ticket_id = with_ticket(agent, send(desk, question, sender))["ticket_id"]
    number = agent.get(f"/tickets/{ticket_id}")["number"]
    forged = written(stranger, f"Re: [{number}] Salary letter", "To me instead.", answers=question)
    landed = with_ticket(agent, send(desk, forged, stranger))
    assert landed["ticket_id"] != ticket_id
    assert agent.get(f"/tickets/{ticket_id}/comments")["items"] == []
    answer = written(sender, "Re: Salary letter", "By mail.", answers=question)
    assert with_ticket(agent, send(desk, answer, sender))["ticket_id"] == ticket_id
