"""The plain pages at their paths: signing in, the list, a ticket, an answer, a move."""

import re
from collections.abc import Awaitable, Callable
from dataclasses import replace
from functools import wraps
from http import HTTPStatus
from typing import Final

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from chassis.context import use_caller
from chassis.errors import BadRequest, DeskmeshError, LimitReached, NotFound, Unauthenticated, Unavailable
from deskmesh.tickets.v1 import ticket_service_pb2 as pb
from gateway.app import auth
from gateway.app.challenges import SecondFactorRequired
from gateway.app.second_step import finish_sign_in
from gateway.clients import tickets as rpcs
from gateway.http.desk import ask, desk
from gateway.http.plain import screens
from gateway.http.plain.page import page, spoken
from gateway.http.plain.screens import Place, Reader
from gateway.http.plain.session import PATH, admitted, form_of, form_word, keep, own_form_of
from gateway.http.plain.words import TEXTS
from gateway.http.problems import STATUS_OF_KIND
from gateway.http.routes.browser import COOKIE, address

Handler = Callable[[Request], Awaitable[Response]]

_OWN_WAY: Final = re.compile(rf"{PATH}/tickets/[\w-]+")
_OPEN: Final = "open = true"
_TOLD: Final = {"sent": "sent"}
"""What a page may be asked to say of what was done, by its name in the address."""


def _told(handle: Handler) -> Handler:
    """Answer what goes wrong as a page too; whoever is not signed in is asked to."""

    @wraps(handle)
    async def told(request: Request) -> Response:
        language = spoken(request.headers.get("accept-language", ""))
        try:
            return await handle(request)
        except Unauthenticated:
            to = request.url.path if request.method == "GET" else ""
            return _sign_in(language, to=to, status=HTTPStatus.UNAUTHORIZED)
        except DeskmeshError as error:
            return _failed(language, error)

    return told


def _failed(language: str, error: DeskmeshError) -> Response:
    status = STATUS_OF_KIND.get(error.kind, HTTPStatus.INTERNAL_SERVER_ERROR)
    words = TEXTS[language]
    why = {
        HTTPStatus.NOT_FOUND: words["absent"],
        HTTPStatus.FORBIDDEN: words["forbidden"],
        HTTPStatus.TOO_MANY_REQUESTS: words["often"],
    }.get(status, words["away"] if isinstance(error, Unavailable) else "")
    body = f'<p>{why}</p><p><a href="{PATH}">{words["list"]}</a></p>'
    return page(language, words["failed"], body, status)


def _sign_in(language: str, *, said: str = "", to: str = "", status: int = HTTPStatus.OK) -> Response:
    to = to if _OWN_WAY.fullmatch(to) else ""
    return page(language, TEXTS[language]["sign_in"], screens.sign_in(language, said=said, to=to), status)


@_told
async def sign_in(request: Request) -> Response:
    """Start a session, and lead to where somebody wanted to go."""
    language = spoken(request.headers.get("accept-language", ""))
    form = await form_of(request)
    to = str(form.get("to", ""))
    at = desk(request)
    try:
        at.sign_ins.take(address(request))
        pair = await _pair(request, form)
    except SecondFactorRequired as needed:
        if needed.sets_up:
            return _sign_in(language, said="set_up", to=to, status=HTTPStatus.FORBIDDEN)
        return _second_step(language, needed.mfa_token, to=to)
    except Unauthenticated as refused:
        if refused.reason == "WRONG_CODE":
            return _second_step(language, str(form.get("mfa_token", "")), said="wrong_code", to=to)
        return _sign_in(language, said="wrong", to=to, status=HTTPStatus.UNAUTHORIZED)
    except LimitReached:
        return _sign_in(language, said="often", to=to, status=HTTPStatus.TOO_MANY_REQUESTS)
    answer = _to(to if _OWN_WAY.fullmatch(to) else PATH)
    keep(answer, request, pair.refresh_token or "")
    return answer


async def _pair(request: Request, form: FormData) -> auth.TokenPair:
    """Take the first step of a sign-in, or the second where the form says which it finishes."""
    at = desk(request)
    user_agent, ip = request.headers.get("user-agent", ""), address(request)
    if form.get("mfa_token"):
        signed_in = await finish_sign_in(
            at.databases,
            at.keys,
            at.sealer,
            mfa_token=str(form["mfa_token"]),
            code=str(form.get("code", "")),
            user_agent=user_agent,
            ip=ip,
        )
        return signed_in.pair
    return await auth.sign_in_with_password(
        at.databases,
        at.keys,
        tenant_slug=str(form.get("tenant", "")).strip(),
        username=str(form.get("email", "")).strip(),
        password=str(form.get("password", "")),
        user_agent=user_agent,
        ip=ip,
    )


def _second_step(language: str, mfa_token: str, *, said: str = "", to: str) -> Response:
    body = screens.second_step(language, mfa_token, said=said, to=to if _OWN_WAY.fullmatch(to) else "")
    status = HTTPStatus.UNAUTHORIZED if said else HTTPStatus.OK
    return page(language, TEXTS[language]["sign_in"], body, status)


@_told
async def sign_out(request: Request) -> Response:
    """End the session."""
    await own_form_of(request)
    at, cookie = desk(request), request.cookies[COOKIE]
    await auth.end_session_by_refresh_token(at.databases, refresh_token=cookie)
    at.admission.leave_browser(cookie)
    answer = _to(PATH)
    keep(answer, request, "")
    return answer


@_told
async def list_tickets(request: Request) -> Response:
    """List open tickets: those assigned to whoever works them, or their own requests, open or not."""
    if COOKIE not in request.cookies:
        return _sign_in(spoken(request.headers.get("accept-language", "")))
    reader = await _reader(request)
    which = "own" if not reader.works or request.query_params.get("list") == "own" else "assigned"
    me = reader.caller.subject
    asked = {"own": f'requester = "{me}"', "assigned": f'assignee = "{me}" AND {_OPEN}'}[which]
    question = pb.ListTicketsRequest(
        page_size=screens.TICKETS,
        page_token=request.query_params.get("page", ""),
        filter=asked,
        order_by="updated_at desc",
    )
    with use_caller(reader.caller):
        found = await ask(request, rpcs.LIST_TICKETS, question)
    body = screens.ticket_list(reader, found.tickets, which, found.next_page_token)
    return page(reader.language, TEXTS[reader.language][which], body)


@_told
async def show_ticket(request: Request) -> Response:
    """Show a ticket, from the newest of its conversation on."""
    return await _ticket(
        request, await _reader(request), told=_TOLD.get(request.query_params.get("told", ""))
    )


@_told
async def comment(request: Request) -> Response:
    """Say something on a ticket."""

    async def say(number: str, form: FormData) -> None:
        visibility = "internal" if form.get("visibility") == "internal" else "public"
        question = pb.CreateCommentRequest(ticket=number, body=_text(form, "body"), visibility=visibility)
        await ask(request, rpcs.CREATE_COMMENT, question)

    return await _write(request, say)


@_told
async def move(request: Request) -> Response:
    """Move a ticket to another state."""

    async def go(number: str, form: FormData) -> None:
        version = str(form.get("version", ""))
        question = pb.TransitionTicketRequest(
            ticket=number,
            to=str(form.get("to", "")),
            comment=_text(form, "comment"),
            expected_version=int(version) if version.isdecimal() and len(version) < 18 else 0,
        )
        await ask(request, rpcs.TRANSITION_TICKET, question)

    return await _write(request, go)


async def _write(request: Request, do: Callable[[str, FormData], Awaitable[None]]) -> Response:
    """Do what a form says, once however often it is sent, and show the ticket anew; what was refused keeps its text."""
    reader = await _reader(request)
    form = await own_form_of(request)
    number = request.path_params["ticket"]
    key = str(form.get("once", ""))
    caller = replace(reader.caller, idempotency_key=key if re.fullmatch(r"[0-9a-f-]{36}", key) else None)
    try:
        with use_caller(caller):
            await do(number, form)
    except (NotFound, Unavailable):
        raise
    except DeskmeshError as error:
        told = "stale" if error.kind == "stale" else "failed"
        status = STATUS_OF_KIND.get(error.kind, HTTPStatus.INTERNAL_SERVER_ERROR)
        return await _ticket(
            request, reader, told=told, because=error.detail, kept=_text(form, "body"), status=status
        )
    return _to(f"{PATH}/tickets/{number}?told=sent")


async def _ticket(
    request: Request,
    reader: Reader,
    *,
    told: str | None = None,
    because: str = "",
    kept: str = "",
    status: int = HTTPStatus.OK,
) -> Response:
    number = request.path_params["ticket"]
    asked = request.query_params
    piece = asked.get("piece", "0")
    at = Place(asked.get("page", ""), int(piece) if re.fullmatch(r"[0-9]{1,6}", piece) else 0)
    with use_caller(reader.caller):
        found = (await ask(request, rpcs.GET_TICKET, pb.GetTicketRequest(ticket=number))).ticket
        moves = await ask(request, rpcs.LIST_TRANSITIONS, pb.ListTransitionsRequest(ticket=number))
        question = pb.ListCommentsRequest(
            ticket=number, page_size=screens.COMMENTS, page_token=at.page, order_by="created_at desc"
        )
        comments = await ask(request, rpcs.LIST_COMMENTS, question)
    said = screens.conversation(reader, found, comments.comments, last=not comments.next_page_token)
    words = TEXTS[reader.language]
    news = words[told] if told else ""
    body = screens.ticket(
        reader,
        found,
        moves.transitions,
        said,
        at,
        next_page_token=comments.next_page_token,
        told=f"{news}: {because}" if told == "failed" and because else news,
        kept=kept,
    )
    return page(reader.language, screens.title(found), body, status)


async def _reader(request: Request) -> Reader:
    return Reader(await admitted(request), form_word(request))


def _text(form: FormData, name: str) -> str:
    """A text of a form, with the line ends that the desk keeps.

    Raises:
        BadRequest: it is a file.
    """
    value = form.get(name, "")
    if not isinstance(value, str):
        raise BadRequest(f"{name} has to be a text.", reason="MALFORMED_FORM")
    return value.replace("\r\n", "\n")


def _to(path: str) -> Response:
    return RedirectResponse(path, HTTPStatus.SEE_OTHER, {"cache-control": "no-store"})


ROUTES: Final = [
    Route(PATH, list_tickets, methods=["GET"]),
    Route(PATH, sign_in, methods=["POST"]),
    Route(f"{PATH}/out", sign_out, methods=["POST"]),
    Route(f"{PATH}/tickets/{{ticket}}", show_ticket, methods=["GET"]),
    Route(f"{PATH}/tickets/{{ticket}}/comments", comment, methods=["POST"]),
    Route(f"{PATH}/tickets/{{ticket}}/transitions", move, methods=["POST"]),
]
