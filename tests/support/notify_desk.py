"""A running notify and what the tests say to it."""

import asyncio
import smtplib
import socket
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import default
from pathlib import Path
from typing import TypeVar
from uuid import UUID

import asyncpg
import nats as nats_client
from google.protobuf.descriptor import ServiceDescriptor
from google.protobuf.message import Message

from chassis.ids import new_id
from chassis.messaging import ensure_stream
from chassis.service import Only
from chassis.testing.databases import ServiceDatabase
from chassis.testing.identity import Issuer
from chassis.testing.servers import Nats
from chassis.testing.services import RunningService, running
from chassis.testing.waiting import eventually
from deskmesh.common.v1 import types_pb2
from deskmesh.gateway.v1 import events_pb2 as gateway_events
from deskmesh.gateway.v1 import identity_pb2
from deskmesh.notify.v1 import message_service_pb2
from notify.main import SERVICE
from notify.settings import Settings

M = TypeVar("M", bound=Message)
T = TypeVar("T")
DESCRIPTOR = message_service_pb2.DESCRIPTOR.services_by_name["MessageService"]


# Of their own: the service itself uses the loop's, and waits there for nobody.
_CLIENTS = ThreadPoolExecutor(max_workers=32)


async def in_thread(work: Callable[[], T]) -> T:
    """Run a blocking client beside the service."""
    return await asyncio.get_running_loop().run_in_executor(_CLIENTS, work)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass(frozen=True)
class Desk:
    """A running notify and what surrounds it."""

    service: RunningService[Settings]
    smtp_port: int
    mail: Path
    nats: Nats

    async def tell(
        self,
        tenant_id: UUID,
        message: Message,
        *,
        aggregate_id: str = "",
        version: int = 1,
        event_id: UUID | None = None,
    ) -> UUID:
        """Publish an event as another service does."""
        event_id = event_id or new_id()
        connection = await nats_client.connect(self.nats.url)
        try:
            stream = connection.jetstream()
            await ensure_stream(stream, message.DESCRIPTOR.full_name.split(".")[1])
            await stream.publish(
                message.DESCRIPTOR.full_name,
                message.SerializeToString(),
                headers={
                    "Nats-Msg-Id": str(event_id),
                    "deskmesh-tenant": str(tenant_id),
                    "deskmesh-aggregate": aggregate_id or str(new_id()),
                    "deskmesh-version": str(version),
                    "ce-time": datetime.now(UTC).isoformat(),
                },
            )
        finally:
            await connection.close()
        return event_id

    async def rows(self, sql: str, *values: object) -> list[asyncpg.Record]:
        """What the database holds, over all tenants."""
        connection = await asyncpg.connect(self.service.database.superuser_url)
        try:
            return list(await connection.fetch(sql, *values))
        finally:
            await connection.close()

    async def new_tenant(self, slug: str = "") -> "TenantOf":
        """A tenant that notify knows, with its mailbox."""
        tenant_id = new_id()
        slug = slug or f"t{tenant_id.hex[-12:]}"
        tenant = identity_pb2.Tenant(
            id=str(tenant_id),
            slug=slug,
            name=slug.title(),
            languages=["en", "pl"],
            time_zone="Europe/Warsaw",
            support_address=f"support@{slug}.example",
            active=True,
            version=1,
        )
        await self.tell(tenant_id, gateway_events.TenantChanged(tenant=tenant), aggregate_id=str(tenant_id))

        async def known() -> bool:
            return bool(await self.rows("SELECT 1 FROM mailboxes WHERE tenant_id = $1", tenant_id))

        await eventually(known)
        return TenantOf(self, tenant_id, slug, tenant)

    async def send(
        self, sender: str, recipients: list[str] | str, raw: bytes, options: Sequence[str] = ()
    ) -> str:
        """Send a mail by SMTP and give the answer to it; raises what smtplib raises."""

        def by_smtp() -> str:
            with smtplib.SMTP("127.0.0.1", self.smtp_port, timeout=30) as client:
                client.ehlo()
                client.mail(sender, options)
                for recipient in [recipients] if isinstance(recipients, str) else recipients:
                    code, answer = client.rcpt(recipient)
                    if code >= 400:
                        raise smtplib.SMTPRecipientsRefused({recipient: (code, answer)})
                code, answer = client.data(raw)
                if code >= 400:
                    raise smtplib.SMTPDataError(code, answer)
                return answer.decode()

        return await in_thread(by_smtp)


@dataclass(frozen=True)
class TenantOf:
    """A tenant of a desk."""

    desk: Desk
    id: UUID
    slug: str
    message: identity_pb2.Tenant

    @property
    def address(self) -> str:
        return self.message.support_address

    async def new_person(
        self, name: str, *, role: str = "requester", teams: tuple[UUID, ...] = (), **values: object
    ) -> types_pb2.PersonRef:
        """A person that notify knows."""
        person_id = new_id()
        user = identity_pb2.User(
            id=str(person_id),
            email=str(values.get("email", f"{name.lower()}@{self.slug}.example")),
            name=name,
            language=str(values.get("language", "en")),
            time_zone="America/New_York",
            active=bool(values.get("active", True)),
            teams=[types_pb2.Ref(id=str(team)) for team in teams],
            roles=[identity_pb2.RoleGrant(role=role)],
            manager=types_pb2.PersonRef(id=str(values.get("manager", ""))),
            version=1,
        )
        await self.desk.tell(self.id, gateway_events.UserChanged(user=user), aggregate_id=str(person_id))

        async def known() -> bool:
            return bool(await self.desk.rows("SELECT 1 FROM people WHERE id = $1", person_id))

        await eventually(known)
        return types_pb2.PersonRef(id=str(person_id), email=user.email, name=name)

    async def call(
        self,
        method: str,
        request: Message,
        response: type[M],
        permissions: tuple[str, ...] = ("notify.read",),
        *,
        of: ServiceDescriptor = DESCRIPTOR,
        key: str | None = None,
    ) -> M:
        """Call an RPC as somebody of the tenant, with an idempotency key always as the same one."""
        caller_id = self.id if key else None
        token = self.desk.service.issuer.issue_token(self.id, permissions, user_id=caller_id)
        return await self.desk.service.call(of, method, request, response, token=token, idempotency_key=key)

    async def inbound(self, message_id: str, state: str) -> message_service_pb2.GetInboundMessageResponse:
        """The inbound message once it has this state."""

        async def look() -> message_service_pb2.GetInboundMessageResponse:
            found = await self.call(
                "GetInboundMessage",
                message_service_pb2.GetInboundMessageRequest(inbound_message_id=message_id),
                message_service_pb2.GetInboundMessageResponse,
            )
            assert found.inbound_message.state == state, found.inbound_message
            return found

        return await eventually(look)

    async def published(self, kind: type[M], count: int = 1) -> list[M]:
        """The events of a kind in the tenant's outbox, once there are so many."""

        async def look() -> list[M]:
            rows = await self.desk.rows(
                "SELECT payload FROM outbox WHERE tenant_id = $1 AND subject = $2 ORDER BY id",
                self.id,
                kind.DESCRIPTOR.full_name,
            )
            assert len(rows) >= count, f"{len(rows)} of {count} {kind.DESCRIPTOR.name}"
            return [kind.FromString(row["payload"]) for row in rows]

        return await eventually(look, 15)

    async def deliveries(self, count: int, state: str = "sent") -> list[asyncpg.Record]:
        """The tenant's deliveries, once so many are in this state."""

        async def look() -> tuple[list[asyncpg.Record]]:
            rows = await self.desk.rows("SELECT * FROM deliveries WHERE tenant_id = $1 ORDER BY id", self.id)
            shown = [(row["recipient"], row["state"], row["last_error"]) for row in rows]
            assert sum(row["state"] == state for row in rows) >= count, shown
            return (rows,)

        return (await eventually(look, 15))[0]

    async def mails(self, count: int) -> dict[str, EmailMessage]:
        """The tenant's mails in the folder, by recipient, once so many are sent. The last to each recipient."""
        rows = await self.deliveries(count)
        found: dict[str, EmailMessage] = {}
        for row in rows:
            if row["state"] == "sent":
                found[row["recipient"]] = read(self.desk.mail / f"{row['id']}.eml")
        return found


async def talk(desk: Desk, written: bytes, until: bytes = b"221") -> list[bytes]:
    """Write bytes to the door in one go and give the lines of its answers."""
    reader, writer = await asyncio.open_connection("127.0.0.1", desk.smtp_port)
    try:
        writer.write(written)
        await writer.drain()
        answers: list[bytes] = []
        while not answers or not answers[-1].startswith(until):
            line = await asyncio.wait_for(reader.readline(), 20)
            if not line:
                break
            answers.append(line.rstrip())
        return answers
    finally:
        writer.close()
        await writer.wait_closed()


def mail(
    subject: str = "Printer",
    body: str = "It burns.\n",
    *,
    message_id: str = "",
    sender: str = "Anna <anna@customer.example>",
    **headers: str,
) -> bytes:
    """A mail as a program would write it."""
    message = EmailMessage()
    message["From"] = sender
    message["Subject"] = subject
    message["Message-ID"] = message_id or f"<{new_id()}@customer.example>"
    for name, value in headers.items():
        message[name.replace("_", "-")] = value
    message.set_content(body)
    return message.as_bytes().replace(b"\n", b"\r\n")


def queued(answer: str) -> str:
    """The id in the answer to a mail that was taken."""
    assert answer.startswith("2.0.0 queued as "), answer
    return answer.removeprefix("2.0.0 queued as ")


@asynccontextmanager
async def run_notify(
    database: ServiceDatabase,
    nats: Nats,
    issuer: Issuer,
    folder: Path,
    settings: Mapping[str, str] | None = None,
    only: Only | None = None,
) -> AsyncIterator[Desk]:
    """Run notify, or half of it, on a database; mail goes to the folder unless a setting says otherwise."""
    port = free_port()
    environment = {
        "NOTIFY_SMTP_LISTEN": f"127.0.0.1:{port}",
        "NOTIFY_MAIL_FOLDER": str(folder),
        "NOTIFY_MAIL_DOMAIN": "desk.example",
        "NOTIFY_PUBLIC_URL": "https://desk.example",
        "NOTIFY_GATEWAY_TARGET": "unix:/nowhere/gateway.sock",
        **(settings or {}),
    }
    async with running(SERVICE, database, nats, issuer, environment, only=only) as service:
        yield Desk(service, port, folder, nats)


def read(path: Path) -> EmailMessage:
    """A mail file."""
    message = BytesParser(policy=default).parsebytes(path.read_bytes())
    assert isinstance(message, EmailMessage)
    return message


def text_of(message: EmailMessage) -> str:
    """The plain text of a mail."""
    part = message.get_body(("plain",))
    assert part is not None
    return str(part.get_content()).replace("\r\n", "\n")
