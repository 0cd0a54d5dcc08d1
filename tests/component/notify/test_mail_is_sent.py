"""Towards a real relay: what is refused is tried again or given up, and nothing is lost when the connection is."""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from uuid import UUID

import asyncpg
import pytest
import pytest_asyncio
from aiosmtpd.smtp import SMTP, Envelope, Session
from google.protobuf.timestamp_pb2 import Timestamp
from notify_desk import Desk, TenantOf, free_port, run_notify
from prometheus_client import REGISTRY
from tickets_desk import GatewayStandIn

from chassis.ids import new_id
from chassis.testing.databases import ServiceDatabase
from chassis.testing.identity import Issuer
from chassis.testing.servers import Nats
from deskmesh.common.v1 import types_pb2
from deskmesh.gateway.v1 import identity_pb2
from deskmesh.notify.v1 import events_pb2
from deskmesh.tickets.v1 import events_pb2 as tickets
from deskmesh.tickets.v1 import ticket_pb2
from notify.api.work import backfill_directory, measure_mail
from notify.clients.directory import Directory


@dataclass
class Sink:
    """A relay that keeps what it takes, and answers as it is told."""

    port: int
    taken: list[tuple[str, list[str], bytes]] = field(default_factory=list)
    answers: list[str] = field(default_factory=list)
    """Answers to the next messages; "drop" hangs up after the message was taken, "hang" says nothing."""
    refused: set[str] = field(default_factory=set)

    async def handle_RCPT(
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        if address in self.refused:
            return "550 5.1.1 no such person"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, _session: Session, envelope: Envelope) -> str:
        answer = self.answers.pop(0) if self.answers else "250 OK"
        if answer.startswith("250") or answer == "drop":
            assert isinstance(envelope.content, bytes)
            self.taken.append((envelope.mail_from or "", list(envelope.rcpt_tos), envelope.content))
        if answer == "drop":
            assert server.transport is not None
            server.transport.close()
            await asyncio.sleep(1)
        return answer


@dataclass(frozen=True)
class Sending:
    """Notify with a relay, and a ticket to write about."""

    desk: Desk
    sink: Sink
    gateway: GatewayStandIn

    async def write(self, tenant: TenantOf, to: str) -> UUID:
        """Have a reply sent to somebody; give the event's id."""
        now = Timestamp()
        now.GetCurrentTime()
        return await self.desk.tell(
            tenant.id,
            tickets.CommentAdded(
                ticket=ticket_pb2.Ticket(
                    id=str(new_id()),
                    number="INC-7",
                    title="Printer",
                    requester=types_pb2.PersonRef(id=str(new_id()), email=to, name="Rita"),
                ),
                comment=ticket_pb2.Comment(id=str(new_id()), body="Hello", visibility="public"),
                occurred_at=now,
                recorded_at=now,
            ),
        )

    async def hurry(self, tenant: TenantOf) -> None:
        """Let the next attempt be due now."""
        await self.desk.rows(
            "UPDATE timers SET due_at = now() WHERE tenant_id = $1 AND state = 'pending'", tenant.id
        )


@pytest_asyncio.fixture(scope="module")
async def sending(
    service_database: Callable[[str], ServiceDatabase],
    nats: Nats,
    issuer: Issuer,
    tmp_path_factory: pytest.TempPathFactory,
) -> AsyncIterator[Sending]:
    folder = tmp_path_factory.mktemp("relay")
    sink = Sink(free_port())
    server = await asyncio.get_running_loop().create_server(
        lambda: SMTP(sink, enable_SMTPUTF8=True, loop=asyncio.get_running_loop()), "127.0.0.1", sink.port
    )
    gateway = GatewayStandIn(issuer)
    await gateway.start(f"unix:{folder}/gateway.sock")
    settings = {
        "NOTIFY_SMTP_OUT": f"127.0.0.1:{sink.port}",
        "NOTIFY_GATEWAY_TARGET": f"unix:{folder}/gateway.sock",
    }
    try:
        async with run_notify(service_database("notify"), nats, issuer, folder, settings) as desk:
            yield Sending(desk, sink, gateway)
    finally:
        await gateway.stop()
        server.close()


def shown(name: str, **labels: str) -> float | None:
    """The value of a metric of this process."""
    return REGISTRY.get_sample_value(name, labels)


async def one(tenant: TenantOf, state: str) -> asyncpg.Record:
    """The tenant's only delivery, once it is in this state."""
    (row,) = await tenant.deliveries(1, state)
    return row


async def test_a_mail_is_handed_to_the_relay(sending: Sending) -> None:
    tenant = await sending.desk.new_tenant()
    await sending.write(tenant, "rita@customer.example")
    row = await one(tenant, "sent")
    ((sender, recipients, raw),) = [
        each for each in sending.sink.taken if each[1] == ["rita@customer.example"]
    ]
    assert sender == tenant.address
    assert recipients == ["rita@customer.example"]
    assert f"Message-ID: <{row['message_id']}>".encode() in raw
    assert not list(sending.desk.mail.glob("*.eml"))


async def test_a_temporary_refusal_is_tried_again_with_the_same_message_id(sending: Sending) -> None:
    tenant = await sending.desk.new_tenant()
    sending.sink.answers.append("451 4.3.0 try later")
    await sending.write(tenant, "later@customer.example")
    failed = await one(tenant, "failed")
    assert failed["attempts"] == 1
    assert failed["last_error"].startswith("451")
    await sending.hurry(tenant)
    row = await one(tenant, "sent")
    assert (row["attempts"], row["last_error"]) == (2, "")
    assert len([each for each in sending.sink.taken if each[1] == ["later@customer.example"]]) == 1


async def test_a_lost_answer_sends_the_mail_again_with_the_same_message_id(sending: Sending) -> None:
    tenant = await sending.desk.new_tenant()
    sending.sink.answers.append("drop")
    await sending.write(tenant, "twice@customer.example")
    await one(tenant, "failed")
    await sending.hurry(tenant)
    row = await one(tenant, "sent")
    copies = [raw for _, recipients, raw in sending.sink.taken if recipients == ["twice@customer.example"]]
    assert len(copies) == 2
    assert all(f"Message-ID: <{row['message_id']}>".encode() in raw for raw in copies)


async def test_a_final_refusal_is_given_up_and_told(sending: Sending) -> None:
    tenant = await sending.desk.new_tenant()
    sending.sink.refused.add("nobody@customer.example")
    await sending.write(tenant, "nobody@customer.example")
    row = await one(tenant, "dead")
    assert row["last_error"].startswith("550")
    (event,) = await tenant.published(events_pb2.MessageFailed)
    assert event.delivery_id == str(row["id"])
    assert event.reason.startswith("550")
    assert not await sending.desk.rows("SELECT 1 FROM timers WHERE tenant_id = $1", tenant.id)


async def test_after_the_last_attempt_a_mail_is_given_up(sending: Sending) -> None:
    tenant = await sending.desk.new_tenant()
    sending.sink.answers.append("451 4.3.0 try later")
    await sending.write(tenant, "never@customer.example")
    await one(tenant, "failed")
    await sending.desk.rows("UPDATE deliveries SET attempts = 14 WHERE tenant_id = $1", tenant.id)
    sending.sink.answers.append("451 4.3.0 try later")
    await sending.hurry(tenant)
    assert (await one(tenant, "dead"))["attempts"] == 15
    assert len(await tenant.published(events_pb2.MessageFailed)) == 1


async def test_mail_that_waits_for_its_next_try_is_shown_with_its_age_and_its_tries_are_counted(
    sending: Sending,
) -> None:
    databases = sending.desk.service.process.runtime.databases

    def tried(outcome: str) -> float:
        return shown("deskmesh_notify_mail_out_total", outcome=outcome) or 0

    await measure_mail(databases)
    waited, failed, sent = shown("deskmesh_notify_mail_unsent"), tried("failed"), tried("sent")
    tenant = await sending.desk.new_tenant()
    sending.sink.answers.append("451 4.3.0 try later")
    await sending.write(tenant, "waits@customer.example")
    await one(tenant, "failed")
    await measure_mail(databases)
    assert shown("deskmesh_notify_mail_unsent") == (waited or 0) + 1
    assert 0 < (shown("deskmesh_notify_mail_unsent_oldest_seconds") or 0) < 60
    assert shown("deskmesh_notify_mail_unread") == 0
    assert shown("deskmesh_notify_mail_unread_oldest_seconds") == 0
    await sending.hurry(tenant)
    await one(tenant, "sent")
    await measure_mail(databases)
    assert shown("deskmesh_notify_mail_unsent") == waited
    assert (tried("failed"), tried("sent")) == (failed + 1, sent + 1)


async def test_a_failure_of_one_mail_holds_back_no_other(sending: Sending) -> None:
    tenant = await sending.desk.new_tenant()
    sending.sink.refused |= {f"bad{number}@customer.example" for number in range(5)}
    for number in range(5):
        await sending.write(tenant, f"bad{number}@customer.example")
        await sending.write(tenant, f"good{number}@customer.example")
    await tenant.deliveries(5, "dead")
    rows = await tenant.deliveries(5, "sent")
    assert sorted(row["recipient"] for row in rows if row["state"] == "sent") == [
        f"good{number}@customer.example" for number in range(5)
    ]


async def test_a_tenant_of_before_is_asked_for_once(sending: Sending) -> None:
    tenant_id, team_id = new_id(), new_id()
    slug = f"t{tenant_id.hex[-12:]}"
    sending.gateway.tenants.append(
        identity_pb2.Tenant(
            id=str(tenant_id),
            slug=slug,
            name="Before",
            languages=["en"],
            time_zone="UTC",
            support_address=f"Support@{slug}.example",
            active=True,
            version=4,
        )
    )
    sending.gateway.users[tenant_id].append(
        identity_pb2.User(
            id=str(new_id()),
            email="Old@Customer.example",
            name="Old",
            active=True,
            teams=[types_pb2.Ref(id=str(team_id))],
            roles=[identity_pb2.RoleGrant(role="agent"), identity_pb2.RoleGrant(role="agent", process="it")],
            version=2,
        )
    )
    sending.gateway.roles[tenant_id].append(identity_pb2.Role(id=str(new_id()), slug="agent", version=1))
    runtime = sending.desk.service.process.runtime
    await backfill_directory(
        runtime.databases, Directory(runtime.channel(runtime.settings.gateway_target, "gateway"))
    )
    (tenant,) = await sending.desk.rows("SELECT * FROM tenants WHERE tenant_id = $1", tenant_id)
    assert tenant["backfilled_at"] is not None
    (person,) = await sending.desk.rows("SELECT * FROM people WHERE tenant_id = $1", tenant_id)
    assert (person["email"], person["roles"], person["team_ids"]) == (
        "old@customer.example",
        ["agent"],
        [team_id],
    )
    (mailbox,) = await sending.desk.rows("SELECT * FROM mailboxes WHERE tenant_id = $1", tenant_id)
    assert (mailbox["address"], mailbox["active"]) == (f"support@{slug}.example", True)
    assert len(await sending.desk.rows("SELECT 1 FROM roles WHERE tenant_id = $1", tenant_id)) == 1
