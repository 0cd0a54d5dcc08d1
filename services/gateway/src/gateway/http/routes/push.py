"""Web Push: your devices that are told what your mails tell."""

from http import HTTPStatus
from typing import Annotated

from fastapi import Query
from starlette.requests import Request
from starlette.responses import Response

from deskmesh.notify.v1 import push_service_pb2 as pb
from gateway.clients import notify as rpcs
from gateway.http.answers import document, listing, nothing
from gateway.http.desk import ask
from gateway.http.door import Door
from gateway.http.models import push as models
from gateway.http.models.common import PageQuery, list_of
from gateway.http.values import JsonObject, moment, text

door = Door("push")

_SUBSCRIPTIONS = "/me/push-subscriptions"


@door.route("GET", "/me/push-key", rpcs.GET_PUSH_KEY, gives=models.PushKey)
async def get_push_key(request: Request) -> Response:
    """Read the desk's public key, by which a browser subscribes."""
    answer = await ask(request, rpcs.GET_PUSH_KEY, pb.GetPushKeyRequest())
    return document({"public_key": text(answer.public_key)})


@door.route(
    "POST",
    _SUBSCRIPTIONS,
    rpcs.REGISTER_MY_PUSH_SUBSCRIPTION,
    gives=models.PushSubscription,
    status=HTTPStatus.CREATED,
)
async def register_my_push_subscription(request: Request, body: models.NewPushSubscription) -> Response:
    """Have a device of yours told what your mails tell: what has happened to which ticket, and nothing that was written.

    The same endpoint again renews it, with these topics; it lapses after thirty days, and ends with your session. Of
    yours at most twenty are kept.
    """
    question = pb.RegisterMyPushSubscriptionRequest(
        endpoint=body.endpoint, p256dh=body.keys.p256dh, auth=body.keys.auth, topics=body.topics
    )
    answer = await ask(request, rpcs.REGISTER_MY_PUSH_SUBSCRIPTION, question)
    return document(_shown(answer.push_subscription), HTTPStatus.CREATED)


@door.route("GET", _SUBSCRIPTIONS, rpcs.LIST_MY_PUSH_SUBSCRIPTIONS, gives=list_of(models.PushSubscription))
async def list_my_push_subscriptions(request: Request, query: Annotated[PageQuery, Query()]) -> Response:
    """List your devices that are told, the latest first."""
    question = pb.ListMyPushSubscriptionsRequest(page_size=query.page_size, page_token=query.page_token)
    found = await ask(request, rpcs.LIST_MY_PUSH_SUBSCRIPTIONS, question)
    return listing([_shown(one) for one in found.push_subscriptions], found.next_page_token)


@door.route(
    "DELETE",
    f"{_SUBSCRIPTIONS}/{{subscription}}",
    rpcs.DELETE_MY_PUSH_SUBSCRIPTION,
    status=HTTPStatus.NO_CONTENT,
)
async def delete_my_push_subscription(request: Request, subscription: str) -> Response:
    """Tell a device of yours no more."""
    question = pb.DeleteMyPushSubscriptionRequest(push_subscription_id=subscription)
    await ask(request, rpcs.DELETE_MY_PUSH_SUBSCRIPTION, question)
    return nothing()


def _shown(one: pb.PushSubscription) -> JsonObject:
    return {
        "id": one.id,
        "topics": list(one.topics),
        "created_at": moment(one.created_at),
        "renewed_at": moment(one.renewed_at),
        "current": one.current,
    }
