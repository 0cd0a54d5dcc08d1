"""Where you are signed in."""

from http import HTTPStatus
from typing import Annotated

from fastapi import Query
from starlette.requests import Request
from starlette.responses import Response

from deskmesh.gateway.v1 import session_service_pb2 as pb
from gateway.clients import gateway as rpcs
from gateway.http.answers import document, listing, nothing
from gateway.http.desk import ask
from gateway.http.door import Door
from gateway.http.models import second_factors as models
from gateway.http.models.common import PageQuery, list_of
from gateway.http.values import JsonObject, moment

door = Door("auth")


@door.route("GET", "/me/sessions", rpcs.LIST_MY_SESSIONS, gives=list_of(models.Session))
async def list_my_sessions(request: Request, query: Annotated[PageQuery, Query()]) -> Response:
    """List where you are signed in, the latest first. Only a session that began with a sign-in may do this."""
    question = pb.ListMySessionsRequest(page_size=query.page_size, page_token=query.page_token)
    found = await ask(request, rpcs.LIST_MY_SESSIONS, question)
    items: list[JsonObject] = [
        {
            "id": one.id,
            "user_agent": one.user_agent,
            "address": one.address,
            "created_at": moment(one.created_at),
            "last_used_at": moment(one.last_used_at),
            "expires_at": moment(one.expires_at),
            "current": one.current,
        }
        for one in found.sessions
    ]
    return listing(items, found.next_page_token)


@door.route("DELETE", "/me/sessions/{session}", rpcs.END_MY_SESSION, status=HTTPStatus.NO_CONTENT)
async def end_my_session(request: Request, session: str) -> Response:
    """Sign out somewhere: the session's access tokens are refused everywhere within five seconds."""
    await ask(request, rpcs.END_MY_SESSION, pb.EndMySessionRequest(session_id=session))
    return nothing()


@door.route("DELETE", "/me/sessions", rpcs.END_MY_OTHER_SESSIONS, gives=models.EndedSessions)
async def end_my_other_sessions(request: Request) -> Response:
    """Sign out everywhere but here."""
    ended = await ask(request, rpcs.END_MY_OTHER_SESSIONS, pb.EndMyOtherSessionsRequest())
    return document({"ended": ended.ended})
