"""Mail as people write it and as servers hand it on, for the tests of the whole desk."""

import smtplib
import time
import uuid
from email.message import EmailMessage
from email.utils import make_msgid
from typing import Protocol

from embedded.testing import PATIENCE, Client, Desk, Json, eventually

SUPPORT = "support@acme.example"


class Reads(Protocol):
    """Whoever reads resources."""

    def get(self, path: str) -> Json:
        """A resource."""
        ...


def new_sender(name: str = "anna") -> str:
    """The address of somebody whom the desk does not know yet."""
    return f"{name}.{uuid.uuid4().hex[:10]}@acme.example"


def written(sender: str, subject: str, text: str, *, answers: EmailMessage | None = None) -> EmailMessage:
    """A mail to support, in the thread of the one that it answers."""
    message = EmailMessage()
    message["From"] = f"Anna Nowak <{sender}>"
    message["To"] = SUPPORT
    message["Subject"] = subject
    message["Message-ID"] = make_msgid(domain="acme.example")
    if answers is not None:
        message["In-Reply-To"] = str(answers["Message-ID"])
        message["References"] = str(answers["Message-ID"])
    message.set_content(text)
    return message


def smtp_answer(desk: Desk, raw: bytes, *, sender: str = "", to: str = SUPPORT) -> tuple[int, str]:
    """What the desk says to a mail: to its recipient where it refuses that one, else to its content."""
    with smtplib.SMTP("127.0.0.1", desk.smtp_port, timeout=30) as smtp:
        smtp.ehlo("client.example")
        smtp.mail(sender)
        code, text = smtp.rcpt(to)
        if code == 250:
            code, text = smtp.data(raw)
    return code, text.decode()


def queued_as(answer: tuple[int, str]) -> str:
    """The id that a 250 names."""
    code, text = answer
    assert code == 250, answer
    assert text.startswith("2.0.0 queued as ")
    return text.rpartition(" ")[2]


def hand_in(desk: Desk, message: EmailMessage, *, sender: str, seconds: float = 90) -> str:
    """Deliver a mail as a mail server does: again and again until the desk has it. Gives the id in the 250."""
    deadline = time.monotonic() + seconds
    while True:
        answer: tuple[int, str] | str
        try:
            answer = smtp_answer(desk, message.as_bytes(), sender=sender)
            if answer[0] == 250:
                return queued_as(answer)
            assert 400 <= answer[0] < 500, answer
        except (OSError, smtplib.SMTPException) as error:
            answer = repr(error)
        assert time.monotonic() < deadline, f"not taken for {seconds} s: {answer}"
        time.sleep(0.1)


def taken_in(client: Client, inbound_id: str) -> Json:
    """What became of a mail, once something has."""
    return eventually(
        lambda: (one := client.get(f"/inbound-messages/{inbound_id}"))["state"] != "received" and one
    )


def with_ticket(client: Client, inbound_id: str, *, seconds: float = PATIENCE) -> Json:
    """What became of a mail, once it is on a ticket."""
    return eventually(
        lambda: (one := client.get(f"/inbound-messages/{inbound_id}"))["ticket_id"] and one, seconds=seconds
    )


def clocks(client: Reads, ticket_id: str) -> dict[str, Json]:
    """The clocks of a ticket by name; there is one of each name."""
    items = client.get(f"/tickets/{ticket_id}/sla")["items"]
    by_name = {clock["name"]: clock for clock in items}
    assert len(by_name) == len(items), items
    return by_name
