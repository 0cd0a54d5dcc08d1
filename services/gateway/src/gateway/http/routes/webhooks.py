"""Programs that are told of events over HTTP."""

from http import HTTPStatus
from typing import Annotated

from fastapi import Query
from google.protobuf.field_mask_pb2 import FieldMask
from starlette.requests import Request
from starlette.responses import Response

from deskmesh.notify.v1 import message_service_pb2
from deskmesh.notify.v1 import webhook_pb2 as nouns
from deskmesh.notify.v1 import webhook_service_pb2 as pb
from gateway.clients import notify as rpcs
from gateway.http.answers import listing, nothing, resource
from gateway.http.desk import ask
from gateway.http.door import API, Door
from gateway.http.headers import expected_version
from gateway.http.models import messages
from gateway.http.models import webhooks as models
from gateway.http.models.common import PageQuery, list_of
from gateway.http.render.messages import delivery as render_delivery
from gateway.http.values import JsonObject, moment, text

door = Door("webhooks")

_ONE = "/webhooks/{webhook}"


@door.route(
    "POST",
    "/webhooks",
    rpcs.CREATE_WEBHOOK,
    gives=models.WebhookWithSecret,
    status=HTTPStatus.CREATED,
    versioned=True,
)
async def create_webhook(request: Request, body: models.NewWebhook) -> Response:
    """Have a program called when something happens, signed per Standard Webhooks.

    The secret is told here and when it is rotated, never again. What is not taken with a 2xx within ten seconds is
    tried again for about three days; what is given up then is kept (`GET /deliveries`) and can be sent again.
    """
    question = pb.CreateWebhookRequest(webhook=_said(body), secret=body.secret)
    made = await ask(request, rpcs.CREATE_WEBHOOK, question)
    shown = {**_webhook(made.webhook), "secret": made.secret}
    return resource(shown, made.webhook.version, HTTPStatus.CREATED, f"{API}/webhooks/{made.webhook.id}")


@door.route("GET", "/webhooks", rpcs.LIST_WEBHOOKS, gives=list_of(models.Webhook))
async def list_webhooks(request: Request, query: Annotated[PageQuery, Query()]) -> Response:
    """List the webhooks by name."""
    question = pb.ListWebhooksRequest(page_size=query.page_size, page_token=query.page_token)
    answer = await ask(request, rpcs.LIST_WEBHOOKS, question)
    return listing([_webhook(one) for one in answer.webhooks], answer.next_page_token)


@door.route("GET", _ONE, rpcs.GET_WEBHOOK, gives=models.Webhook, versioned=True)
async def get_webhook(request: Request, webhook: str) -> Response:
    """Read a webhook, and how it does."""
    return _answer((await ask(request, rpcs.GET_WEBHOOK, pb.GetWebhookRequest(webhook_id=webhook))).webhook)


@door.route("PATCH", _ONE, rpcs.UPDATE_WEBHOOK, gives=models.Webhook, versioned=True)
async def update_webhook(request: Request, webhook: str, body: models.WebhookPatch) -> Response:
    """Change a webhook, pause it, or make one active that was switched off."""
    question = pb.UpdateWebhookRequest(
        webhook_id=webhook,
        patch=_said(body),
        update_mask=FieldMask(paths=body.named()),
        expected_version=expected_version(request),
    )
    return _answer((await ask(request, rpcs.UPDATE_WEBHOOK, question)).webhook)


@door.route("DELETE", _ONE, rpcs.DELETE_WEBHOOK, status=HTTPStatus.NO_CONTENT, versioned=True)
async def delete_webhook(request: Request, webhook: str) -> Response:
    """Remove a webhook; what was not delivered yet never will be."""
    question = pb.DeleteWebhookRequest(webhook_id=webhook, expected_version=expected_version(request))
    await ask(request, rpcs.DELETE_WEBHOOK, question)
    return nothing()


@door.route("POST", _ONE + "/secret", rpcs.ROTATE_WEBHOOK_SECRET, gives=models.WebhookWithSecret)
async def rotate_webhook_secret(request: Request, webhook: str, body: models.NewSecret) -> Response:
    """Give a webhook another secret. For a day calls are signed by the one before too."""
    question = pb.RotateWebhookSecretRequest(webhook_id=webhook, secret=body.secret)
    answer = await ask(request, rpcs.ROTATE_WEBHOOK_SECRET, question)
    return resource({**_webhook(answer.webhook), "secret": answer.secret}, answer.webhook.version)


@door.route("POST", _ONE + "/test", rpcs.TEST_WEBHOOK, gives=messages.Delivery, status=HTTPStatus.ACCEPTED)
async def test_webhook(request: Request, webhook: str) -> Response:
    """Call a webhook with an event that says nothing else, of type `WebhookTested`."""
    answer = await ask(request, rpcs.TEST_WEBHOOK, pb.TestWebhookRequest(webhook_id=webhook))
    return resource(render_delivery(answer.delivery), answer.delivery.version, HTTPStatus.ACCEPTED)


@door.route(
    "POST",
    "/deliveries/{delivery}/resend",
    rpcs.RESEND_DELIVERY,
    gives=messages.Delivery,
    status=HTTPStatus.ACCEPTED,
)
async def resend_delivery(request: Request, delivery: str) -> Response:
    """Try again what was given up (`dead`), mail or call of a webhook."""
    question = message_service_pb2.ResendDeliveryRequest(delivery_id=delivery)
    row = (await ask(request, rpcs.RESEND_DELIVERY, question)).delivery
    return resource(render_delivery(row), row.version, HTTPStatus.ACCEPTED)


def _said(body: models.NewWebhook | models.WebhookPatch) -> nouns.Webhook:
    return nouns.Webhook(
        name=body.name or "", url=body.url or "", events=body.events or [], state=body.state or ""
    )


def _answer(value: nouns.Webhook) -> Response:
    return resource(_webhook(value), value.version)


def _webhook(value: nouns.Webhook) -> JsonObject:
    return {
        "id": value.id,
        "name": value.name,
        "url": value.url,
        "events": list(value.events),
        "state": value.state,
        "state_reason": text(value.state_reason),
        "failing_since": moment(value.failing_since),
        "last_success_at": moment(value.last_success_at),
        "previous_secret_until": moment(value.previous_secret_until),
        "created_at": moment(value.created_at),
        "updated_at": moment(value.updated_at),
        "version": value.version,
    }
