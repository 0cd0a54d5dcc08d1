"""The SMTP door: mail is answered with 250 only after it is stored.

aiosmtpd speaks the protocol; the reception of the message is our own, because its reader takes lines of at most 1,000
bytes and keeps a line without end in memory.
"""

import asyncio
import collections
import logging
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from uuid import UUID

import structlog
from aiosmtpd.smtp import SMTP, Envelope, Session
from prometheus_client import Counter

from chassis.context import Caller, use_caller
from chassis.db import Databases
from chassis.errors import DeskmeshError, StorageFull
from notify.app import intake
from notify.db import queries
from notify.domain import addresses, parsing

MAX_BYTES = 25 * 1024 * 1024
MAX_RECIPIENTS = 100
IDLE_SECONDS = 300.0
_STOPPING = b"421 4.3.2 Stopping, try again at once\r\n"
_STOPPING_POLL_SECONDS = 0.02
_PROGRESS_BYTES = 1024 * 1024

log = structlog.get_logger()
MAIL_IN = Counter(
    "deskmesh_notify_mail_in", "Mail at the SMTP door, by the first digits of the answer.", ["answer"]
)

# aiosmtpd logs addresses of people at its lower levels.
logging.getLogger("mail.log").setLevel(logging.ERROR)


@dataclass(slots=True)
class Hold:
    """Bytes of unfinished mail over all connections, bounded."""

    limit: int
    taken: int = 0

    def take(self, size: int) -> bool:
        """Take so many more bytes, unless that would be too many."""
        if self.taken + size > self.limit:
            return False
        self.taken += size
        return True

    def give_back(self, size: int) -> None:
        """Give bytes back."""
        self.taken -= size


class Protocol(SMTP):
    """One connection."""

    # Of the stream's buffer: long lines are no reason to refuse a mail, and short buffers make it slow.
    line_length_limit = 64 * 1024

    def __init__(self, door: "Door", hostname: str) -> None:
        self.command_size_limits = collections.defaultdict(lambda: SMTP.command_size_limit)  # per connection
        super().__init__(
            door,
            data_size_limit=MAX_BYTES,
            enable_SMTPUTF8=True,
            hostname=hostname,
            ident="ESMTP",
            timeout=IDLE_SECONDS,
            loop=asyncio.get_running_loop(),
        )
        self.door = door

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Count the connection in."""
        self.door.live.add(self)
        super().connection_made(transport)

    def connection_lost(self, error: Exception | None) -> None:
        """Count the connection out."""
        self.door.live.discard(self)
        super().connection_lost(error)

    @property
    def in_a_mail(self) -> bool:
        """Whether a mail has begun and is not answered."""
        return self.envelope is not None and self.envelope.mail_from is not None

    def turn_away(self) -> None:
        """End the connection, saying that the sender may come again."""
        if isinstance(self.transport, asyncio.WriteTransport) and not self.transport.is_closing():
            self.transport.write(_STOPPING)
            self.transport.close()

    async def smtp_DATA(self, arg: str | None) -> None:
        """Receive a message: at most MAX_BYTES, in a bounded share of memory, whatever its lines are like."""
        if await self.check_helo_needed():
            return
        envelope = self.envelope
        if envelope is None or not envelope.rcpt_tos:
            await self.push("503 5.5.1 Error: need RCPT command")
            return
        if arg:
            await self.push("501 5.5.4 Syntax: DATA")
            return
        await self.push("354 End data with <CR><LF>.<CR><LF>")
        reception = Reception(self.door.hold)
        try:
            await self._receive(reception)
            status = reception.refusal or await self.door.take(envelope, reception.content())
        finally:
            reception.close()
            self._set_post_data_state()  # type: ignore[no-untyped-call]  # aiosmtpd's
        MAIL_IN.labels(status[:3]).inc()
        await self.push(status)

    async def _receive(self, reception: "Reception") -> None:
        progress = 0
        while not reception.finished:
            try:
                chunk, whole = await self._reader.readuntil(b"\r\n"), True
            except asyncio.LimitOverrunError as error:
                chunk, whole = await self._reader.read(error.consumed), False
            reception.add(chunk, line_ends=whole)
            progress += len(chunk)
            if progress > _PROGRESS_BYTES and not reception.refusal:
                progress = 0
                self._reset_timeout()


@dataclass(slots=True)
class Reception:
    """A message while it comes in. Only CRLF "." CRLF ends it: a bare LF must not smuggle a second mail in."""

    hold: Hold
    refusal: str = ""
    finished: bool = False
    _data: bytearray = field(default_factory=bytearray)
    _line_start: bool = True

    def add(self, chunk: bytes, *, line_ends: bool) -> None:
        """Take a line, or a piece of a long one; after a refusal the rest is read and forgotten."""
        if self._line_start and chunk.startswith(b"."):
            if line_ends and chunk == b".\r\n":
                self.finished = True
                return
            chunk = chunk[1:]
        self._line_start = line_ends
        if self.refusal:
            return
        if len(self._data) + len(chunk) > MAX_BYTES:
            self.refuse(f"552 5.3.4 Message is larger than {MAX_BYTES} bytes")
        elif not self.hold.take(len(chunk)):
            self.refuse("452 4.3.1 Too much mail at once, try again later")
        else:
            self._data += chunk

    def refuse(self, status: str) -> None:
        """Forget the message; its rest will be read and thrown away."""
        self.refusal = status
        self.close()

    def content(self) -> bytes:
        """The message."""
        return bytes(self._data)

    def close(self) -> None:
        """Let go of the memory."""
        self.hold.give_back(len(self._data))
        self._data = bytearray()


class _Busy(asyncio.Protocol):
    """Sends one connection too many away."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.WriteTransport)
        transport.write(b"421 4.7.0 Too many connections, try again later\r\n")
        transport.close()


# Without slots: aiosmtpd looks at every attribute, and until Python 3.11.3 a dataclass with slots has one that cannot be read.
@dataclass
class Door:
    """What all connections share: who may be written to, where mail is stored, how many there are."""

    databases: Databases
    hostname: str
    connections: int
    hold: Hold
    grace_seconds: float
    """For mails that have begun, at the end."""
    live: set[Protocol] = field(default_factory=set)
    _listening: bool = False

    async def serve(self, host: str, port: int, stop: asyncio.Event) -> None:
        """Listen until `stop`; then let mails that have begun come in, and turn everybody else away."""
        server = await asyncio.get_running_loop().create_server(self._connect, host, port)
        self._listening = True
        log.info("smtp_listening", port=server.sockets[0].getsockname()[1])
        try:
            await stop.wait()
        finally:
            self._listening = False
            server.close()
            await self._drain()

    async def problem(self) -> str | None:
        """For readiness: why no mail can come in, None when it can."""
        return None if self._listening else "not listening"

    def _connect(self) -> asyncio.BaseProtocol:
        if len(self.live) >= self.connections:
            return _Busy()
        return Protocol(self, self.hostname)

    async def _drain(self) -> None:
        late = time.monotonic() + self.grace_seconds
        while self.live:
            for each in list(self.live):
                if not each.in_a_mail or time.monotonic() > late:
                    each.turn_away()
            await asyncio.sleep(_STOPPING_POLL_SECONDS)
            if time.monotonic() > late:
                return

    async def handle_EHLO(
        self,
        server: Protocol,  # noqa: ARG002 (aiosmtpd's signature)
        session: Session,
        envelope: Envelope,  # noqa: ARG002
        hostname: str,
        responses: list[str],
    ) -> list[str]:
        """Say that commands may come without waiting for the answers."""
        session.host_name = hostname
        return [*responses[:-1], "250-PIPELINING", responses[-1]]

    async def handle_RCPT(
        self,
        server: Protocol,  # noqa: ARG002 (aiosmtpd's signature)
        session: Session,  # noqa: ARG002
        envelope: Envelope,
        address: str,
        options: list[str],  # noqa: ARG002
    ) -> str:
        """Take a recipient that is somebody's mailbox; nothing else is asked or believed."""
        if len(envelope.rcpt_tos) >= MAX_RECIPIENTS:
            return "452 4.5.3 Too many recipients"
        normalised = addresses.normalise(address)
        tenant_id = None
        if normalised is not None:
            try:
                tenant_id = await self._tenant_of(normalised)
            except DeskmeshError as error:
                return _temporary(error)
        if normalised is None or tenant_id is None:
            return "550 5.1.1 There is no such mailbox here"
        if normalised not in envelope.rcpt_tos:
            envelope.rcpt_tos.append(normalised)
        return "250 2.1.5 OK"

    async def handle_exception(self, error: Exception) -> str:
        """Answer a failure of ours: the sender keeps the mail and tries again."""
        log.error("smtp_failed", exc_info=error)
        return "451 4.3.0 Local error, try again later"

    async def take(self, envelope: Envelope, raw: bytes) -> str:
        """Store a message for each of its mailboxes and give the answer; 250 only when all are stored.

        Where some were stored and some not, the sender comes again with the same mail, which changes nothing for the
        first.
        """
        try:
            stored = await self._store(envelope, raw)
        except DeskmeshError as error:
            log.warning("mail_not_stored", reason=error.reason)
            return _temporary(error)
        if stored is None:
            return "451 4.3.0 A mailbox is closed just now, try again later"
        log.info("mail_stored", ids=[str(each) for each in stored], size_bytes=len(raw))
        return "250 2.0.0 queued as " + " ".join(str(each) for each in stored)

    async def _store(self, envelope: Envelope, raw: bytes) -> list[UUID] | None:
        identity = await asyncio.to_thread(parsing.identify, raw)
        sender = "" if envelope.mail_from in {None, "<>"} else str(envelope.mail_from)
        arrival = intake.Arrival(raw, identity, sender[: addresses.MAX_ADDRESS])
        now = datetime.now(UTC)
        stored: list[UUID] = []
        for mailbox in envelope.rcpt_tos:
            tenant_id = await self._tenant_of(mailbox)
            if tenant_id is None:
                return None
            caller = Caller.system(tenant_id, "notify", "mail")
            with use_caller(caller):
                async with self.databases.for_tenant(tenant_id).transaction(tenant_id) as tx:
                    stored.append(await intake.store_mail(tx, mailbox=mailbox, arrival=arrival, now=now))
        return stored

    async def _tenant_of(self, address: str) -> UUID | None:
        for database in self.databases.all():
            found = await queries.mailbox_tenant(database, address)
            if found is not None:
                return found
        return None


def _temporary(error: DeskmeshError) -> str:
    if isinstance(error, StorageFull):
        return "452 4.3.1 No room to store the mail, try again later"
    return "451 4.3.0 The mail cannot be stored just now, try again later"
