"""Devices are told by Web Push; their push service is a real server of this machine, which the desk is allowed to call."""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import TypeVar
from uuid import UUID

import asyncpg
import pytest
import pytest_asyncio
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from google.protobuf.message import Message
from hook_ear import Ear, listening
from notify_case import Case
from notify_desk import Desk, TenantOf
from push_ear import Device, signed_claims

from chassis.errors import Forbidden, InvalidInput, NotFound
from chassis.testing.identity import Person
from chassis.testing.waiting import eventually
from deskmesh.common.v1 import types_pb2
from deskmesh.gateway.v1 import events_pb2 as gateway_events
from deskmesh.notify.v1 import push_service_pb2 as pb

M = TypeVar("M", bound=Message)
DESCRIPTOR = pb.DESCRIPTOR.services_by_name["PushService"]


@pytest.fixture(scope="module")
def desk_settings() -> dict[str, str]:
    key = ec.generate_private_key(ec.SECP256R1())
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return {"DESKMESH_OUTBOUND_NETWORKS": '["127.0.0.1/32"]', "NOTIFY_PUSH_KEY": pem.decode()}


@pytest_asyncio.fixture
async def ear() -> AsyncIterator[Ear]:
    async with listening() as one:
        yield one


@dataclass(frozen=True)
class SignedIn:
    """A person in a session."""

    tenant: TenantOf
    token: str

    async def call(self, method: str, request: Message, response: type[M]) -> M:
        return await self.tenant.desk.service.call(DESCRIPTOR, method, request, response, token=self.token)

    async def register(self, url: str, device: Device, *topics: str) -> pb.PushSubscription:
        request = pb.RegisterMyPushSubscriptionRequest(endpoint=url, topics=topics, **device.keys)
        response = pb.RegisterMyPushSubscriptionResponse
        return (await self.call("RegisterMyPushSubscription", request, response)).push_subscription

    async def listed(self) -> list[pb.PushSubscription]:
        request = pb.ListMyPushSubscriptionsRequest()
        response = pb.ListMyPushSubscriptionsResponse
        return list((await self.call("ListMyPushSubscriptions", request, response)).push_subscriptions)

    async def delete(self, subscription_id: str) -> None:
        request = pb.DeleteMyPushSubscriptionRequest(push_subscription_id=subscription_id)
        await self.call("DeleteMyPushSubscription", request, pb.DeleteMyPushSubscriptionResponse)

    async def pushes(self, *states: str) -> list[asyncpg.Record]:
        """The tenant's pushes, once they are in these states."""

        async def look() -> tuple[list[asyncpg.Record]]:
            rows = await self.tenant.desk.rows(
                "SELECT * FROM deliveries WHERE tenant_id = $1 AND channel = 'push' ORDER BY id",
                self.tenant.id,
            )
            assert [row["state"] for row in rows] == list(states)
            return (rows,)

        return (await eventually(look, 15))[0]


@pytest.fixture
def signed_in(desk: Desk, case: Case) -> Callable[[types_pb2.PersonRef], SignedIn]:
    def begin(person: types_pb2.PersonRef) -> SignedIn:
        token = desk.service.issuer.token(Person(case.tenant.id, UUID(person.id)))
        return SignedIn(case.tenant, token)

    return begin


Begin = Callable[[types_pb2.PersonRef], SignedIn]


async def test_a_reply_is_pushed_to_the_device_that_alone_can_read_it(
    case: Case, signed_in: Begin, ear: Ear
) -> None:
    rita, device = signed_in(case.requester), Device.new()
    key = (await rita.call("GetPushKey", pb.GetPushKeyRequest(), pb.GetPushKeyResponse)).public_key
    await rita.register(ear.url, device)
    await case.commented(case.anna, "The secret of the printer is 1234")
    (row,) = await rita.pushes("sent")
    (heard,) = ear.heard
    assert device.read(heard) == {
        "title": "[INC-1042] Drukarka <nie> działa",
        "body": "Jest odpowiedź.",
        "url": "/portal/requests/INC-1042",
        "tag": case.ticket.id,
    }
    claims = signed_claims(heard, key)
    assert (claims["aud"], claims["sub"]) == (ear.url.removesuffix("/hook"), "https://desk.example")
    assert int(heard.headers["ttl"]) > 0
    assert (row["purpose"], row["ticket_id"]) == ("reply", UUID(case.ticket.id))


async def test_a_device_is_told_only_of_its_topics(case: Case, signed_in: Begin, ear: Ear) -> None:
    anna = signed_in(case.anna)
    await anna.register(ear.url, Device.new(), "reminder")
    await case.created()
    await case.reminded()
    (row,) = await anna.pushes("sent")
    assert row["purpose"] == "reminder"


async def test_the_same_endpoint_is_one_subscription_of_whoever_registered_it_last(
    case: Case, signed_in: Begin, ear: Ear
) -> None:
    anna, bob, device = signed_in(case.anna), signed_in(case.bob), Device.new()
    first = await anna.register(ear.url, device)
    again = await anna.register(ear.url, device, "clock")
    assert (again.id, list(again.topics)) == (first.id, ["clock"])
    assert [(one.id, one.current) for one in await anna.listed()] == [(first.id, True)]
    await bob.register(ear.url, device)
    assert not await anna.listed()
    assert len(await bob.listed()) == 1


async def test_a_person_has_at_most_twenty_devices(case: Case, signed_in: Begin, ear: Ear) -> None:
    anna, device = signed_in(case.anna), Device.new()
    made = [(await anna.register(f"{ear.url}/{number}", device)).id for number in range(21)]
    assert [one.id for one in await anna.listed()] == made[:0:-1]


@pytest.mark.parametrize("status", ["404 Not Found", "410 Gone"])
async def test_a_device_that_is_gone_is_told_no_more(
    case: Case, signed_in: Begin, ear: Ear, status: str
) -> None:
    anna = signed_in(case.anna)
    ear.answers.append(status)
    await anna.register(ear.url, Device.new())
    await case.created()
    await anna.pushes("dead")
    assert not await anna.listed()


async def test_a_push_that_fails_is_sent_again(desk: Desk, case: Case, signed_in: Begin, ear: Ear) -> None:
    anna, device = signed_in(case.anna), Device.new()
    ear.answers.append("503 Service Unavailable")
    await anna.register(ear.url, device)
    await case.created()
    (row,) = await anna.pushes("failed")
    await desk.rows("UPDATE timers SET due_at = now() WHERE key = $1", str(row["id"]))
    await anna.pushes("sent")
    first, second = ear.heard
    assert device.read(first) == device.read(second)
    assert first.body != second.body


async def test_a_session_that_ends_takes_its_devices_along(
    desk: Desk, case: Case, signed_in: Begin, ear: Ear
) -> None:
    ended, stays = signed_in(case.anna), signed_in(case.anna)
    await ended.register(f"{ear.url}/ended", Device.new())
    kept = await stays.register(f"{ear.url}/stays", Device.new())
    (row,) = await desk.rows(
        "SELECT session_id FROM push_subscriptions WHERE tenant_id = $1 AND id <> $2",
        case.tenant.id,
        UUID(kept.id),
    )
    event = gateway_events.SessionEnded(session_id=str(row["session_id"]), user_id=case.anna.id)
    await desk.tell(case.tenant.id, event, aggregate_id=event.session_id)

    async def only_the_other() -> bool:
        return [one.id for one in await stays.listed()] == [kept.id]

    await eventually(only_the_other)


async def test_a_push_on_its_way_to_a_device_that_was_removed_is_not_sent(
    desk: Desk, case: Case, signed_in: Begin, ear: Ear
) -> None:
    anna = signed_in(case.anna)
    ear.answers.append("503 Service Unavailable")
    subscription = await anna.register(ear.url, Device.new())
    await case.created()
    (row,) = await anna.pushes("failed")
    await anna.delete(subscription.id)
    await desk.rows("UPDATE timers SET due_at = now() WHERE key = $1", str(row["id"]))
    await anna.pushes("suppressed")
    assert len(ear.heard) == 1


async def test_a_device_that_was_not_renewed_for_long_is_told_no_more(
    desk: Desk, case: Case, signed_in: Begin, ear: Ear
) -> None:
    anna, bob = signed_in(case.anna), signed_in(case.bob)
    await anna.register(f"{ear.url}/old", Device.new())
    await bob.register(f"{ear.url}/new", Device.new())
    await desk.rows(
        "UPDATE push_subscriptions SET renewed_at = renewed_at - $2::interval WHERE tenant_id = $1 AND person_id = $3",
        case.tenant.id,
        timedelta(days=31),
        UUID(case.anna.id),
    )
    await case.created()
    (row,) = await bob.pushes("sent")
    assert row["recipient_name"] == "Bob"
    assert not await anna.listed()


async def test_what_describes_no_device_is_refused_with_the_fields(case: Case, signed_in: Begin) -> None:
    anna = signed_in(case.anna)
    request = pb.RegisterMyPushSubscriptionRequest(
        endpoint="http://10.0.0.1/push", p256dh="x", auth="y", topics=["clock", "weather"]
    )
    with pytest.raises(InvalidInput) as refused:
        await anna.call("RegisterMyPushSubscription", request, pb.RegisterMyPushSubscriptionResponse)
    assert {one.field for one in refused.value.errors} == {
        "endpoint",
        "keys.p256dh",
        "keys.auth",
        "topics[1]",
    }
    assert not await anna.listed()


async def test_another_persons_device_is_none_and_a_program_has_none(
    desk: Desk, case: Case, signed_in: Begin, ear: Ear
) -> None:
    anna = signed_in(case.anna)
    made = await anna.register(ear.url, Device.new())
    stranger = await desk.new_tenant()
    elsewhere = SignedIn(stranger, desk.service.issuer.token(Person(stranger.id, UUID(case.anna.id))))
    for other in (signed_in(case.bob), elsewhere):
        with pytest.raises(NotFound):
            await other.delete(made.id)
    program = desk.service.issuer.token(Person(case.tenant.id, kind="service_account"))
    with pytest.raises(Forbidden):
        await SignedIn(case.tenant, program).register(f"{ear.url}/2", Device.new())
    await anna.delete(made.id)
    assert not await anna.listed()
