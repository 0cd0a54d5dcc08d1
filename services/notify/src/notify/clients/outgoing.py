"""The way out for mail: a relay by SMTP, or a folder where there is none."""

import asyncio
import os
from pathlib import Path
from typing import Protocol
from uuid import UUID

import aiosmtplib

# A batch of mails, four at a time, must end before another worker may take it over.
SEND_SECONDS = 45.0
_STEP_SECONDS = 20.0


class NotSent(Exception):
    """A mail did not go out. `permanent`: trying again would not help."""

    def __init__(self, reason: str, *, permanent: bool) -> None:
        super().__init__(reason)
        self.reason = reason
        self.permanent = permanent


class Outgoing(Protocol):
    """Where mail goes."""

    async def send(self, *, delivery_id: UUID, sender: str, recipient: str, raw: bytes) -> None:
        """Hand a mail on; return when it is the other side's. `sender` is the envelope's, empty for none.

        Raises NotSent.
        """


class Relay:
    """A mail server that takes everything on. It is told of TLS where it offers it, as mail servers do."""

    def __init__(self, host: str, port: int, greeting: str) -> None:
        self._host = host
        self._port = port
        self._greeting = greeting

    async def send(self, *, delivery_id: UUID, sender: str, recipient: str, raw: bytes) -> None:  # noqa: ARG002
        """Send by SMTP, over a connection of its own."""
        options = (
            []
            if raw.isascii() and sender.isascii() and recipient.isascii()
            else ["SMTPUTF8", "BODY=8BITMIME"]
        )
        client = aiosmtplib.SMTP(
            hostname=self._host,
            port=self._port,
            local_hostname=self._greeting,
            timeout=_STEP_SECONDS,
            validate_certs=False,
        )
        try:
            async with asyncio.timeout(SEND_SECONDS), client:
                await client.sendmail(sender, [recipient], raw, mail_options=options)
        except aiosmtplib.SMTPRecipientsRefused as error:
            raise _refused(error.recipients[0]) from error
        except aiosmtplib.SMTPResponseException as error:
            raise _refused(error) from error
        except (aiosmtplib.SMTPException, OSError, TimeoutError) as error:
            raise NotSent(f"{type(error).__name__}: {error}"[:300], permanent=False) from error


class MailFolder:
    """Keeps each mail as <delivery id>.eml; the same delivery again replaces its own file."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def send(self, *, delivery_id: UUID, sender: str, recipient: str, raw: bytes) -> None:  # noqa: ARG002
        """Write the file; it is on the disk, whole, when this returns."""
        # Whoever delivers a mail for good notes the envelope's sender in it (RFC 5321, 4.4).
        content = f"Return-Path: <{sender}>\r\n".encode() + raw
        try:
            await asyncio.to_thread(_write, self._folder, f"{delivery_id}.eml", content)
        except OSError as error:
            raise NotSent(f"{type(error).__name__}: {error.strerror}", permanent=False) from error


def _write(folder: Path, name: str, content: bytes) -> None:
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    unfinished = folder / f".{name}.{os.getpid()}"
    with unfinished.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    unfinished.replace(folder / name)
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _refused(error: aiosmtplib.SMTPResponseException) -> NotSent:
    return NotSent(f"{error.code} {error.message}"[:300], permanent=500 <= error.code < 600)
