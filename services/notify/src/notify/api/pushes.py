"""The RPC door to the caller's push subscriptions, and the timer by which pushes are sent."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from chassis.db import Databases, Tx
from chassis.errors import WrongState
from chassis.events import Received
from chassis.guarded_http import Network
from chassis.ids import parse_id
from chassis.paging import page_of
from chassis.timers import Timer, TimerHandler
from deskmesh.gateway.v1 import events_pb2 as gateway
from deskmesh.notify.v1 import push_service_pb2 as rpc
from notify import publish
from notify.app import delivering, pushing
from notify.clients.outgoing import NotSent
from notify.clients.push import Push, Pusher, PushKey
from notify.domain.retrying import PAUSES_OF_PUSHES

_BATCH = 16
_LEASE = timedelta(seconds=30)
_BY_PUSH = delivering.Way(pushing.timers_of, pushing.PUSHES_OUT, PAUSES_OF_PUSHES)


@dataclass(frozen=True, slots=True)
class PushServicer:
    """deskmesh.notify.v1.PushService."""

    key: PushKey | None
    allowed: Sequence[Network]

    async def GetPushKey(self, _tx: Tx, _request: rpc.GetPushKeyRequest) -> rpc.GetPushKeyResponse:
        return rpc.GetPushKeyResponse(public_key="" if self.key is None else self.key.public)

    async def RegisterMyPushSubscription(
        self, tx: Tx, request: rpc.RegisterMyPushSubscriptionRequest
    ) -> rpc.RegisterMyPushSubscriptionResponse:
        if self.key is None:
            raise WrongState("NO_PUSH_KEY", "The operator must set NOTIFY_PUSH_KEY first.")
        device = pushing.Device(request.endpoint, request.p256dh, request.auth, list(request.topics))
        row = await pushing.register_my_subscription(
            tx, device=device, allowed=self.allowed, now=datetime.now(UTC)
        )
        return rpc.RegisterMyPushSubscriptionResponse(push_subscription=publish.push_subscription(row))

    async def ListMyPushSubscriptions(
        self, tx: Tx, request: rpc.ListMyPushSubscriptionsRequest
    ) -> rpc.ListMyPushSubscriptionsResponse:
        rows, token = await pushing.list_my_subscriptions(tx, page=page_of(request))
        return rpc.ListMyPushSubscriptionsResponse(
            push_subscriptions=[publish.push_subscription(row) for row in rows], next_page_token=token
        )

    async def DeleteMyPushSubscription(
        self, tx: Tx, request: rpc.DeleteMyPushSubscriptionRequest
    ) -> rpc.DeleteMyPushSubscriptionResponse:
        subscription_id = parse_id(request.push_subscription_id, "push_subscription_id")
        await pushing.delete_my_subscription(tx, subscription_id=subscription_id)
        return rpc.DeleteMyPushSubscriptionResponse()


async def on_session_ended(tx: Tx, events: list[Received[gateway.SessionEnded]]) -> None:
    """Tell the devices of the session no more."""
    await pushing.end_subscriptions(tx, session_ids={UUID(event.message.session_id) for event in events})


@dataclass(frozen=True, slots=True)
class Pushes:
    """Sends queued pushes; no transaction is open meanwhile. Without a pusher, the desk has no key: each is suppressed."""

    databases: Databases
    pusher: Pusher | None

    def timer(self) -> TimerHandler:
        """The handler of the timer."""
        return TimerHandler(
            kind=pushing.PUSH, prepare=self.send, handle=self.note, batch=_BATCH, lease=_LEASE
        )

    async def send(self, timers: list[Timer]) -> None:
        """Send what is due of a tenant, all at a time; what went out before is only noted now."""
        waiting = {UUID(timer.key): timer for timer in timers if not _is_sent(timer)}
        if not waiting:
            return
        tenant_id = timers[0].tenant_id
        async with self.databases.for_tenant(tenant_id).transaction(tenant_id) as tx:
            if self.pusher is None:
                await pushing.suppress(tx, delivery_ids=waiting, reason="the desk has no push key")
                return
            pushes = await pushing.write_pushes(tx, delivery_ids=waiting, now=datetime.now(UTC))
        outcomes = await asyncio.gather(*(_sent(self.pusher, *one) for one in pushes.items()))
        for outcome in outcomes:
            waiting[outcome.delivery_id].prepared = outcome

    async def note(self, tx: Tx, timers: list[Timer]) -> None:
        """Note what came of sending; a device that is gone is told no more."""
        outcomes = [one.prepared for one in timers if isinstance(one.prepared, delivering.Outcome)]
        await delivering.note_outcomes(tx, outcomes=outcomes, way=_BY_PUSH, now=datetime.now(UTC))
        gone = [one.delivery_id for one in outcomes if one.failure is not None and one.failure.permanent]
        if gone:
            await pushing.forget_gone(tx, delivery_ids=gone)


async def _sent(pusher: Pusher, delivery_id: UUID, push: Push) -> delivering.Outcome:
    try:
        await pusher.send(push)
    except NotSent as failure:
        return delivering.Outcome(delivery_id, failure)
    return delivering.Outcome(delivery_id)


def _is_sent(timer: Timer) -> bool:
    return isinstance(timer.prepared, delivering.Outcome) and timer.prepared.failure is None
