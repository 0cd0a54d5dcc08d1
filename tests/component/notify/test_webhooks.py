"""Programs are told of events over HTTP; they are real servers of this machine, which the desk is allowed to call."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import TypeVar
from uuid import UUID

import pytest
import pytest_asyncio
from google.protobuf.field_mask_pb2 import FieldMask
from google.protobuf.message import Message
from hook_ear import Ear, Heard, listening
from notify_case import Case
from notify_desk import Desk, TenantOf
from standardwebhooks import WebhookVerificationError

from chassis.errors import InvalidInput, NotFound, WrongState
from chassis.testing.waiting import eventually
from deskmesh.common.v1 import types_pb2
from deskmesh.gateway.v1 import events_pb2 as gateway_events
from deskmesh.gateway.v1 import identity_pb2
from deskmesh.notify.v1 import events_pb2, message_pb2, message_service_pb2, webhook_pb2
from deskmesh.notify.v1 import webhook_service_pb2 as pb
from deskmesh.tickets.v1 import events_pb2 as tickets

M = TypeVar("M", bound=Message)
SECRET = "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="
DESCRIPTOR = pb.DESCRIPTOR.services_by_name["WebhookService"]
CONFIGURE = ("notify.configure", "notify.read")


@pytest.fixture(scope="module")
def desk_settings() -> dict[str, str]:
    return {"DESKMESH_OUTBOUND_NETWORKS": '["127.0.0.1/32", "fd00::/8"]'}


@pytest_asyncio.fixture
async def ear() -> AsyncIterator[Ear]:
    async with listening() as one:
        yield one


@dataclass(frozen=True)
class Hooks:
    """The webhooks of a tenant."""

    tenant: TenantOf

    async def call(self, method: str, request: Message, response: type[M], *, key: str | None = None) -> M:
        return await self.tenant.call(method, request, response, CONFIGURE, of=DESCRIPTOR, key=key)

    async def make(
        self, url: str, *events: str, secret: str = SECRET, name: str = ""
    ) -> pb.CreateWebhookResponse:
        webhook = webhook_pb2.Webhook(url=url, events=events, name=name)
        request = pb.CreateWebhookRequest(webhook=webhook, secret=secret)
        return await self.call("CreateWebhook", request, pb.CreateWebhookResponse)

    async def get(self, webhook_id: str) -> webhook_pb2.Webhook:
        request = pb.GetWebhookRequest(webhook_id=webhook_id)
        return (await self.call("GetWebhook", request, pb.GetWebhookResponse)).webhook

    async def change(self, webhook_id: str, **values: str) -> webhook_pb2.Webhook:
        request = pb.UpdateWebhookRequest(
            webhook_id=webhook_id,
            patch=webhook_pb2.Webhook(**values),  # type: ignore[arg-type]  # fields by name
            update_mask=FieldMask(paths=list(values)),
        )
        return (await self.call("UpdateWebhook", request, pb.UpdateWebhookResponse)).webhook

    async def deliveries(self, state: str, count: int = 1) -> list[message_pb2.Delivery]:
        """The calls that are in this state, once there are so many."""
        request = message_service_pb2.ListDeliveriesRequest(
            filter=f'channel = "webhook" AND state = "{state}"'
        )

        async def look() -> list[message_pb2.Delivery]:
            answer = await self.tenant.call(
                "ListDeliveries", request, message_service_pb2.ListDeliveriesResponse
            )
            assert len(answer.deliveries) >= count
            return list(answer.deliveries)

        return await eventually(look, 15)

    async def hurry(self) -> None:
        """Let the pauses of the tenant be over."""
        for sql in (
            "UPDATE webhooks SET rest_until = NULL WHERE tenant_id = $1",
            "UPDATE deliveries SET next_attempt_at = now() WHERE tenant_id = $1 AND channel = 'webhook'",
            "UPDATE timers SET due_at = now() WHERE tenant_id = $1 AND kind = 'call'",
        ):
            await self.tenant.desk.rows(sql, self.tenant.id)

    async def resend(self, delivery_id: str) -> None:
        request = message_service_pb2.ResendDeliveryRequest(delivery_id=delivery_id)
        await self.tenant.call(
            "ResendDelivery", request, message_service_pb2.ResendDeliveryResponse, CONFIGURE
        )


@pytest.fixture
def hooks(case: Case) -> Hooks:
    return Hooks(case.tenant)


async def heard(ear: Ear, count: int = 1) -> list[Heard]:
    async def look() -> list[Heard]:
        assert len(ear.heard) >= count
        return ear.heard

    return await eventually(look, 15)


async def test_an_event_is_told_signed_and_to_its_own_tenant_alone(
    desk: Desk, case: Case, hooks: Hooks, ear: Ear
) -> None:
    made = await hooks.make(ear.url, "TicketCreated")
    other = Hooks(await desk.new_tenant())
    await other.make(f"{ear.url}/other", "TicketCreated")
    event_id = await case.created()
    (sent,) = await hooks.deliveries("sent")
    (call,) = await heard(ear)
    assert call.path == "/hook"
    assert call.is_signed_by(SECRET)
    assert call.headers["webhook-id"] == sent.id
    assert call.said["type"] == "TicketCreated"
    assert call.said["data"]["ticket"]["number"] == "INC-1042"  # type: ignore[index]
    assert (sent.to, sent.subject, sent.ticket_id) == (made.webhook.id, "TicketCreated", case.ticket.id)
    await case.created(event_id=event_id)
    await case.settled()
    assert len(await hooks.deliveries("sent")) == len(ear.heard) == 1


async def test_only_the_events_that_it_names_are_told_and_none_of_imported_history(
    case: Case, hooks: Hooks, ear: Ear
) -> None:
    await hooks.make(ear.url, "CommentAdded", "TicketCreated")
    await case.resolved(case.anna)
    await case.created(happened=case.ticket.created_at.ToDatetime())
    await case.commented(case.anna, "Switch it off.", visibility="internal")
    (call,) = await heard(ear)
    await case.settled()
    assert [one.said["type"] for one in ear.heard] == ["CommentAdded"]
    assert call.said["data"]["comment"]["body"] == "Switch it off."  # type: ignore[index]


async def test_a_secret_is_told_once_and_not_to_be_read_from_the_database(hooks: Hooks, ear: Ear) -> None:
    made = await hooks.make(ear.url, secret="")
    assert made.secret.startswith("whsec_")
    (row,) = await hooks.tenant.desk.rows("SELECT secret FROM webhooks WHERE id = $1", UUID(made.webhook.id))
    assert made.secret.encode() not in row["secret"]
    told = await hooks.tenant.published(events_pb2.WebhookChanged)
    assert all(ear.url not in str(one) and made.secret not in str(one) for one in told)


async def test_a_repeated_request_for_a_secret_changes_nothing_and_tells_none(hooks: Hooks, ear: Ear) -> None:
    webhook_id = (await hooks.make(ear.url)).webhook.id
    request = pb.RotateWebhookSecretRequest(webhook_id=webhook_id)
    first, again = [
        await hooks.call("RotateWebhookSecret", request, pb.RotateWebhookSecretResponse, key="k-1")
        for _ in "12"
    ]
    assert first.secret.startswith("whsec_")
    assert (again.secret, again.webhook) == ("", first.webhook)
    stored = await hooks.tenant.desk.rows("SELECT response FROM idempotency_keys")
    assert stored
    assert not any(first.secret.encode() in row["response"] for row in stored)


async def test_a_rotated_secret_signs_beside_the_one_before(case: Case, hooks: Hooks, ear: Ear) -> None:
    made = await hooks.make(ear.url, "TicketCreated")
    request = pb.RotateWebhookSecretRequest(webhook_id=made.webhook.id)
    rotated = await hooks.call("RotateWebhookSecret", request, pb.RotateWebhookSecretResponse)
    await case.created()
    (call,) = await heard(ear)
    assert call.is_signed_by(SECRET)
    assert call.is_signed_by(rotated.secret)
    await hooks.tenant.desk.rows(
        "UPDATE webhooks SET previous_secret_until = now() WHERE tenant_id = $1", hooks.tenant.id
    )
    await case.created()
    call = (await heard(ear, 2))[1]
    assert call.is_signed_by(rotated.secret)
    with pytest.raises(WebhookVerificationError):
        call.is_signed_by(SECRET)


@pytest.mark.parametrize("answer", ["500 Sorry", "302 Found\r\nLocation: /elsewhere"])
async def test_what_is_not_taken_is_tried_again_as_the_same_message(
    case: Case, hooks: Hooks, ear: Ear, answer: str
) -> None:
    ear.answers.append(answer)
    made = await hooks.make(ear.url, "TicketCreated")
    await case.created()
    (failed,) = await hooks.deliveries("failed")
    assert failed.last_error == f"answered {answer[:3]}"
    assert (await hooks.get(made.webhook.id)).HasField("failing_since")
    await hooks.hurry()
    (sent,) = await hooks.deliveries("sent")
    assert [one.path for one in ear.heard] == ["/hook", "/hook"]
    assert {one.headers["webhook-id"] for one in ear.heard} == {sent.id}
    assert not (await hooks.get(made.webhook.id)).HasField("failing_since")


async def test_a_tenant_whose_programs_never_answer_does_not_hold_back_another(
    desk: Desk, case: Case, hooks: Hooks, ear: Ear
) -> None:
    other = Hooks(await desk.new_tenant())
    quick = await other.make(ear.url)
    async with listening() as silent:
        silent.silent = True
        for number in range(20):
            await hooks.make(silent.url, "TicketCreated", name=f"Silent {number}")
        await case.created()
        await case.settled()
        await heard(silent, 4)
        request = pb.TestWebhookRequest(webhook_id=quick.webhook.id)
        await other.call("TestWebhook", request, pb.TestWebhookResponse)
        async with asyncio.timeout(5):
            (call,) = await heard(ear)
    assert call.said["type"] == "WebhookTested"


async def test_what_was_given_up_can_be_sent_again(case: Case, hooks: Hooks, ear: Ear) -> None:
    ear.answers.append("500 Sorry")
    await hooks.make(ear.url, "TicketCreated")
    await case.created()
    (failed,) = await hooks.deliveries("failed")
    with pytest.raises(WrongState, match="given up"):
        await hooks.resend(failed.id)
    ear.answers.append("500 Sorry")
    await hooks.tenant.desk.rows(
        "UPDATE deliveries SET attempts = 14 WHERE tenant_id = $1 AND channel = 'webhook'", hooks.tenant.id
    )
    await hooks.hurry()
    (dead,) = await hooks.deliveries("dead")
    assert await hooks.tenant.published(events_pb2.MessageFailed)
    await hooks.tenant.desk.rows(
        "UPDATE webhooks SET rest_until = NULL WHERE tenant_id = $1", hooks.tenant.id
    )
    await hooks.resend(dead.id)
    (sent,) = await hooks.deliveries("sent")
    assert sent.id == dead.id


@pytest.mark.parametrize(("answer", "days"), [("410 Gone", 0), ("500 Sorry", 4)])
async def test_a_webhook_that_is_gone_or_fails_for_days_is_switched_off_and_administrators_are_told(
    case: Case, hooks: Hooks, ear: Ear, answer: str, days: int
) -> None:
    role = identity_pb2.Role(id=case.ticket.id, slug="keeper", permissions=["notify.configure"], version=1)
    await hooks.tenant.desk.tell(hooks.tenant.id, gateway_events.RoleChanged(role=role), aggregate_id=role.id)
    keeper = await hooks.tenant.new_person("Kim", role="keeper")
    ear.answers.append(answer)
    made = await hooks.make(ear.url, "TicketCreated", name="Chat")
    await hooks.tenant.desk.rows(
        "UPDATE webhooks SET failing_since = now() - make_interval(days => $2) WHERE tenant_id = $1",
        hooks.tenant.id,
        days,
    )
    await case.created()
    await hooks.deliveries("dead")
    row = await hooks.get(made.webhook.id)
    assert (row.state, row.state_reason) == ("disabled", f"answered {answer[:3]}")
    mail = (await hooks.tenant.mails(4))[keeper.email]
    assert mail["Subject"] == "Webhook Chat"
    await case.created()
    await case.settled()
    assert len(ear.heard) == 1
    assert (await hooks.change(made.webhook.id, state="active")).state == "active"
    await case.created()
    await hooks.deliveries("sent")


async def test_a_rule_calls_the_webhook_that_it_names(case: Case, hooks: Hooks, ear: Ear) -> None:
    named = await hooks.make(ear.url, name="Named")
    await hooks.make(f"{ear.url}/other", "TicketCreated", name="Other")
    event = tickets.WebhookRequested(
        ticket=case.ticket, webhook=types_pb2.Ref(id=named.webhook.id), body="Look at INC-1042."
    )
    await hooks.tenant.desk.tell(hooks.tenant.id, event, aggregate_id=case.ticket.id)
    (call,) = await heard(ear)
    assert (call.path, call.said["type"]) == ("/hook", "WebhookRequested")
    assert call.said["data"]["body"] == "Look at INC-1042."  # type: ignore[index]


async def test_a_removed_webhook_is_called_no_more(case: Case, hooks: Hooks, ear: Ear) -> None:
    ear.answers.append("500 Sorry")
    made = await hooks.make(ear.url, "TicketCreated")
    await case.created()
    await hooks.deliveries("failed")
    await hooks.call(
        "DeleteWebhook", pb.DeleteWebhookRequest(webhook_id=made.webhook.id), pb.DeleteWebhookResponse
    )
    await hooks.hurry()
    await hooks.deliveries("suppressed")
    await case.created()
    await case.settled()
    assert len(ear.heard) == 1


async def test_a_webhook_of_another_tenant_is_none(desk: Desk, hooks: Hooks, ear: Ear) -> None:
    other = Hooks(await desk.new_tenant())
    made = await other.make(ear.url)
    with pytest.raises(NotFound):
        await hooks.get(made.webhook.id)


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"url": "https://10.0.0.1/hook"}, "url"),
        ({"url": "https://[::ffff:169.254.169.254]/"}, "url"),
        ({"url": "ftp://127.0.0.1/"}, "url"),
        ({"url": "http://name:word@127.0.0.1/"}, "url"),
        ({"url": "http://127.0.0.1/", "events": ["NoSuchEvent"]}, "events[0]"),
        ({"url": "http://127.0.0.1/", "state": "disabled"}, "state"),
    ],
)
async def test_a_webhook_that_cannot_be_right_is_refused_with_the_field(
    hooks: Hooks, values: dict[str, object], field: str
) -> None:
    request = pb.CreateWebhookRequest(webhook=webhook_pb2.Webhook(**values))  # type: ignore[arg-type]
    with pytest.raises(InvalidInput) as refused:
        await hooks.call("CreateWebhook", request, pb.CreateWebhookResponse)
    assert [error.field for error in refused.value.errors] == [field]
