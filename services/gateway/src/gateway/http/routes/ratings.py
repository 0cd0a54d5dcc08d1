"""Ratings: what requesters think of the work, and when they are asked."""

from http import HTTPStatus
from typing import Annotated

from fastapi import Query
from google.protobuf.field_mask_pb2 import FieldMask
from starlette.requests import Request
from starlette.responses import Response

from deskmesh.tickets.v1 import rating_pb2 as nouns
from deskmesh.tickets.v1 import rating_service_pb2 as pb
from gateway.clients import tickets as rpcs
from gateway.http.answers import listing, nothing, resource
from gateway.http.desk import ask
from gateway.http.door import Door
from gateway.http.headers import expected_version
from gateway.http.models import ratings as models
from gateway.http.models.common import list_of
from gateway.http.values import JsonObject, moment, person, ref, text

door = Door("ratings")

_SETTINGS = "/rating-settings"
_OF_QUEUE = "/queues/{queue}/rating-settings"


@door.route("GET", "/tickets/{ticket}/rating", rpcs.GET_RATING, gives=models.Rating, versioned=True)
async def get_rating(request: Request, ticket: str) -> Response:
    """Read what the requester thinks of a ticket, or is asked; 404 while nobody has asked or rated."""
    found = (await ask(request, rpcs.GET_RATING, pb.GetRatingRequest(ticket=ticket))).rating
    return resource(_rating(found), found.version)


@door.route("PUT", "/tickets/{ticket}/rating", rpcs.RATE_TICKET, gives=models.Rating, versioned=True)
async def rate_ticket(request: Request, ticket: str, body: models.NewRating) -> Response:
    """Rate a ticket that you asked for, or change your rating, while there is time.

    409 before it is resolved and after `open_until`. What follows from a low one is a setting.
    """
    question = pb.RateTicketRequest(
        ticket=ticket,
        score=body.score,
        comment=body.comment,
        nps=body.nps,
        expected_version=expected_version(request),
    )
    given = (await ask(request, rpcs.RATE_TICKET, question)).rating
    return resource(_rating(given), given.version)


@door.route("GET", "/ratings", rpcs.LIST_RATINGS, gives=list_of(models.Rating))
async def list_ratings(request: Request, query: Annotated[models.RatingQuery, Query()]) -> Response:
    """List what was rated, the latest first, on tickets that you read and report on."""
    question = pb.ListRatingsRequest(
        filter=query.filter,
        order_by=query.order_by,
        page_size=query.page_size,
        page_token=query.page_token,
    )
    answer = await ask(request, rpcs.LIST_RATINGS, question)
    return listing([_rating(one) for one in answer.ratings], answer.next_page_token)


@door.route("GET", _SETTINGS, rpcs.GET_RATING_SETTINGS, gives=list_of(models.RatingSetting))
async def get_rating_settings(request: Request) -> Response:
    """See when ratings are asked for: in general, then in the queues that differ."""
    answer = await ask(request, rpcs.GET_RATING_SETTINGS, pb.GetRatingSettingsRequest())
    return listing([_setting(one) for one in answer.settings])


@door.route("PUT", _SETTINGS, rpcs.SET_RATING_SETTING, gives=models.RatingSetting, versioned=True)
async def set_rating_setting(request: Request, body: models.RatingSettingInput) -> Response:
    """Say when ratings are asked for in all queues without a setting of their own."""
    return await _set(request, "", body)


@door.route("PUT", _OF_QUEUE, rpcs.SET_RATING_SETTING, gives=models.RatingSetting, versioned=True)
async def set_rating_setting_of_queue(
    request: Request, queue: str, body: models.RatingSettingInput
) -> Response:
    """Say when ratings are asked for in a queue."""
    return await _set(request, queue, body)


@door.route("DELETE", _OF_QUEUE, rpcs.DELETE_RATING_SETTING, status=HTTPStatus.NO_CONTENT)
async def delete_rating_setting_of_queue(request: Request, queue: str) -> Response:
    """Let the general setting hold for a queue again."""
    await ask(request, rpcs.DELETE_RATING_SETTING, pb.DeleteRatingSettingRequest(queue=queue))
    return nothing()


async def _set(request: Request, queue: str, body: models.RatingSettingInput) -> Response:
    question = pb.SetRatingSettingRequest(
        queue=queue,
        setting=nouns.RatingSetting(**body.model_dump()),
        update_mask=FieldMask(paths=body.named()),
        expected_version=expected_version(request),
    )
    changed = (await ask(request, rpcs.SET_RATING_SETTING, question)).setting
    return resource(_setting(changed), changed.version)


def _rating(value: nouns.Rating) -> JsonObject:
    return {
        "ticket": ref(value.ticket),
        "requester": person(value.requester),
        "score": value.score or None,
        "comment": text(value.comment),
        "nps": value.nps if value.HasField("nps") else None,
        "low": value.low,
        "scale": value.scale,
        "asks_nps": value.asks_nps,
        "asked_at": moment(value.asked_at),
        "rated_at": moment(value.rated_at),
        "open_until": moment(value.open_until),
        "version": value.version,
    }


def _setting(value: nouns.RatingSetting) -> JsonObject:
    return {
        "queue": ref(value.queue),
        "ask_on": value.ask_on,
        "scale": value.scale,
        "nps": value.nps,
        "low_mark": value.low_mark,
        "on_low": value.on_low,
        "window_days": value.window_days,
        "version": value.version,
    }
