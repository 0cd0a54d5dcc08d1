"""Writes outgoing mail as RFC 5322 bytes.

The standard library has let line breaks in header values through more than once (CVE-2026-1299), so every value is
checked here, and the finished header section is read back and compared with what was meant.
"""

import email.policy
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.parser import BytesHeaderParser
from email.utils import format_datetime

from notify.domain import headers

MAX_SUBJECT = 250
MAX_REFERENCES = 20

_FORBIDDEN = re.compile(r"[\r\n\x00]")
_TYPE = re.compile(r"[a-z0-9][a-z0-9!#$&^_.+-]{0,60}/[a-z0-9][a-z0-9!#$&^_.+-]{0,90}")
_PRODUCT = "Deskmesh"


class ForbiddenHeader(ValueError):
    """A header value holds a line break or NUL, or the header section is not what was meant."""


@dataclass(frozen=True, slots=True)
class Enclosed:
    """A file that goes with a mail."""

    name: str
    content_type: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Draft:
    """What a mail says. Ids are without angle brackets; `sent_at` is aware."""

    message_id: str
    sender: str
    sender_name: str
    recipient: str
    recipient_name: str
    subject: str
    text: str
    html: str
    language: str
    sent_at: datetime
    thread: Sequence[str] = ()
    # "", "auto-replied" (answers a mail) or "auto-generated" (RFC 3834).
    submitted: str = ""
    enclosed: Sequence[Enclosed] = ()


def compose(draft: Draft) -> bytes:
    """Return the mail with CRLF line ends. Raises ForbiddenHeader when a value could start a header of its own."""
    fields = _fields(draft)
    ascii_addresses = draft.sender.isascii() and draft.recipient.isascii()
    message = EmailMessage(policy=email.policy.SMTP if ascii_addresses else email.policy.SMTPUTF8)
    message.set_content(
        draft.text, charset="utf-8", cte="base64" if _needs_base64(draft.text) else "quoted-printable"
    )
    message.add_alternative(draft.html, subtype="html", charset="utf-8", cte="quoted-printable")
    for file in draft.enclosed:
        kind, subtype = _type_of(file)
        message.add_attachment(file.content, maintype=kind, subtype=subtype, filename=_checked(file.name))
    for name, value in fields.items():
        message[name] = _checked(value) if isinstance(value, str) else value
    raw = message.as_bytes()
    _verify(raw, {name.lower() for name in fields})
    return raw


def subject_of(number: str, title: str) -> str:
    """The subject line of all mail about a ticket: "[INC-1042] Title", one line, at most 250 characters."""
    return headers.one_line(f"[{number}] {title}")[:MAX_SUBJECT]


def flat(name: str) -> str:
    """A display name on one line, at most 100 characters."""
    return headers.one_line(name)[:100]


def _fields(draft: Draft) -> dict[str, str | Address]:
    sender = _address(draft.sender_name, draft.sender)
    recipient = _address(draft.recipient_name, draft.recipient)
    fields: dict[str, str | Address] = {
        "Date": format_datetime(draft.sent_at),
        "From": sender,
        "Reply-To": sender,
        "To": recipient,
        "Subject": draft.subject,
        "Message-ID": f"<{draft.message_id}>",
        "X-Mailer": _PRODUCT,
    }
    if draft.language:
        fields["Content-Language"] = draft.language
    thread = [message_id for message_id in draft.thread if message_id != draft.message_id]
    if thread:
        kept = thread if len(thread) <= MAX_REFERENCES else [thread[0], *thread[1 - MAX_REFERENCES :]]
        fields["In-Reply-To"] = f"<{thread[-1]}>"
        fields["References"] = " ".join(f"<{message_id}>" for message_id in kept)
    if draft.submitted:
        fields["Auto-Submitted"] = draft.submitted
        fields["X-Auto-Response-Suppress"] = "All"
        fields["X-Deskmesh-Loop"] = draft.sender
    return fields


def _type_of(file: Enclosed) -> tuple[str, str]:
    """Mails within mails and unknown types go as bytes: what stands in them is not ours to encode."""
    if not _TYPE.fullmatch(file.content_type) or file.content_type.startswith(("message/", "multipart/")):
        return "application", "octet-stream"
    kind, _, subtype = file.content_type.partition("/")
    return kind, subtype


def _address(name: str, address: str) -> Address:
    username, _, domain = _checked(address).rpartition("@")
    return Address(_checked(name), username, domain)


def _checked(value: str) -> str:
    if _FORBIDDEN.search(value):
        raise ForbiddenHeader("a header value holds a line break or NUL")
    return value


def _needs_base64(text: str) -> bool:
    """Mostly letters beyond ASCII: quoted-printable would be three times as long and unreadable anyway."""
    return sum(not char.isascii() for char in text) * 3 > len(text)


def _verify(raw: bytes, meant: set[str]) -> None:
    found = [name.lower() for name in BytesHeaderParser(policy=email.policy.compat32).parsebytes(raw)]
    expected = sorted(meant | {"mime-version", "content-type"})
    if sorted(found) != expected:
        raise ForbiddenHeader("the header section is not what was meant")
