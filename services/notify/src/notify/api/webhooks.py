"""The RPC door to webhooks, and the timer by which they are called."""

import asyncio
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from uuid import UUID

from chassis.context import current_caller
from chassis.db import Database, Databases, Tx
from chassis.errors import FieldError, InvalidInput
from chassis.grpc_server import own_transaction
from chassis.idempotency import once
from chassis.ids import parse_id
from chassis.paging import page_of
from chassis.sealing import Sealer
from chassis.timers import Timer, TimerHandler
from deskmesh.notify.v1 import webhook_service_pb2 as rpc
from notify import publish
from notify.app import hooking, webhooks
from notify.clients.calling_out import Call, Caller
from notify.clients.outgoing import NotSent

_FIELDS = ("name", "url", "events", "state")
# Webhooks that are called at a time by each process, and of them those of one tenant: slow ones hold back no others.
_WORKERS = 16
_OF_A_TENANT = 4
_LATER = timedelta(seconds=1)
# A round takes as long as a call, and looking up the name.
_LEASE = timedelta(seconds=30)


@dataclass(frozen=True, slots=True)
class WebhookServicer:
    """deskmesh.notify.v1.WebhookService."""

    databases: Databases
    desk: webhooks.Desk

    @property
    def _database(self) -> Database:
        return self.databases.for_tenant(current_caller().tenant_id)

    @own_transaction
    async def CreateWebhook(self, request: rpc.CreateWebhookRequest) -> rpc.CreateWebhookResponse:
        said, secret = request.webhook, request.secret
        draft = webhooks.Draft(said.name, said.url, list(said.events), said.state or "active")

        async def create(tx: Tx) -> rpc.CreateWebhookResponse:
            nonlocal secret
            row, secret = await webhooks.create_webhook(tx, desk=self.desk, draft=draft, secret=secret)
            return rpc.CreateWebhookResponse(webhook=publish.webhook_message(row))

        answer = await once(self._database, rpc.CreateWebhookResponse, create)
        # Put in after the answer was stored for its idempotency key: no secret is kept as it is.
        answer.secret = secret
        return answer

    async def GetWebhook(self, tx: Tx, request: rpc.GetWebhookRequest) -> rpc.GetWebhookResponse:
        row = await webhooks.get_webhook(tx, webhook_id=_id(request.webhook_id))
        return rpc.GetWebhookResponse(webhook=publish.webhook_message(row))

    async def ListWebhooks(self, tx: Tx, request: rpc.ListWebhooksRequest) -> rpc.ListWebhooksResponse:
        rows, token = await webhooks.list_webhooks(tx, page=page_of(request))
        return rpc.ListWebhooksResponse(
            webhooks=[publish.webhook_message(row) for row in rows], next_page_token=token
        )

    async def UpdateWebhook(self, tx: Tx, request: rpc.UpdateWebhookRequest) -> rpc.UpdateWebhookResponse:
        unknown = [name for name in request.update_mask.paths if name not in _FIELDS]
        if unknown:
            raise InvalidInput([FieldError(name, "cannot be changed") for name in unknown])
        said = request.patch
        values = {"name": said.name, "url": said.url, "events": list(said.events), "state": said.state}
        row = await webhooks.update_webhook(
            tx,
            desk=self.desk,
            webhook_id=_id(request.webhook_id),
            changes={name: values[name] for name in request.update_mask.paths},
            expected_version=request.expected_version or None,
        )
        return rpc.UpdateWebhookResponse(webhook=publish.webhook_message(row))

    async def DeleteWebhook(self, tx: Tx, request: rpc.DeleteWebhookRequest) -> rpc.DeleteWebhookResponse:
        await webhooks.delete_webhook(
            tx, webhook_id=_id(request.webhook_id), expected_version=request.expected_version or None
        )
        return rpc.DeleteWebhookResponse()

    @own_transaction
    async def RotateWebhookSecret(
        self, request: rpc.RotateWebhookSecretRequest
    ) -> rpc.RotateWebhookSecretResponse:
        secret = request.secret

        async def rotate(tx: Tx) -> rpc.RotateWebhookSecretResponse:
            nonlocal secret
            row, secret = await webhooks.rotate_secret(
                tx, desk=self.desk, webhook_id=_id(request.webhook_id), secret=secret
            )
            return rpc.RotateWebhookSecretResponse(webhook=publish.webhook_message(row))

        answer = await once(self._database, rpc.RotateWebhookSecretResponse, rotate)
        answer.secret = secret  # as above
        return answer

    async def TestWebhook(self, tx: Tx, request: rpc.TestWebhookRequest) -> rpc.TestWebhookResponse:
        row = await webhooks.test_webhook(tx, webhook_id=_id(request.webhook_id))
        return rpc.TestWebhookResponse(delivery=publish.delivery(row))


@dataclass(frozen=True, slots=True)
class Calls:
    """Calls webhooks by a timer each, so that each has its turn however much waits for another.

    What came of the calls is noted at once and not with the timer, which is set anew by whatever happens meanwhile.
    """

    databases: Databases
    caller: Caller
    sealer: Sealer
    busy: Counter[UUID] = field(default_factory=Counter)
    """Webhooks that are being called, by tenant."""

    def timer(self) -> TimerHandler:
        """The handler of the timer."""
        return TimerHandler(
            kind=hooking.CALL,
            prepare=self.call,
            handle=self.go_on,
            batch=1,
            workers=_WORKERS,
            lease=_LEASE,
        )

    async def call(self, timers: list[Timer]) -> None:
        """Send what is due for a webhook, some at a time; not while enough of the tenant's are called."""
        for timer in timers:
            if self.busy[timer.tenant_id] >= _OF_A_TENANT:
                timer.prepared = _LATER
                continue
            self.busy[timer.tenant_id] += 1
            try:
                await self._call(timer.tenant_id, UUID(timer.key))
            finally:
                self.busy[timer.tenant_id] -= 1

    async def go_on(self, tx: Tx, timers: list[Timer]) -> None:
        """Set the timer for what waits next."""
        for timer in timers:
            pause = timer.prepared if isinstance(timer.prepared, timedelta) else timedelta(0)
            await hooking.go_on(tx, webhook_id=UUID(timer.key), not_before=datetime.now(UTC) + pause)

    async def _call(self, tenant_id: UUID, webhook_id: UUID) -> None:
        database = self.databases.for_tenant(tenant_id)
        async with database.transaction(tenant_id) as tx:
            calls, outcomes = await hooking.claim_calls(
                tx, webhook_id=webhook_id, sealer=self.sealer, now=datetime.now(UTC)
            )
        outcomes += await asyncio.gather(*(self._send(*one) for one in calls))
        async with database.transaction(tenant_id) as tx:
            await hooking.note_calls(tx, webhook_id=webhook_id, outcomes=outcomes, now=datetime.now(UTC))

    async def _send(self, delivery_id: UUID, call: Call) -> hooking.Outcome:
        try:
            await self.caller.call(call)
        except NotSent as failure:
            return hooking.Outcome(delivery_id, failure)
        return hooking.Outcome(delivery_id)


def _id(value: str) -> UUID:
    return parse_id(value, "webhook_id")
