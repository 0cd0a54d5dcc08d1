"""The plain page behind the link in a mail: an approver reads what is asked, and decides by a button, without signing in.

GET shows and never decides: whoever looks into mails for safety follows links, and presses no buttons.
"""

import html
from http import HTTPStatus
from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from chassis.context import Caller, use_caller
from chassis.errors import DeskmeshError, Unauthenticated, WrongState
from deskmesh.tickets.v1 import approval_service_pb2 as pb
from gateway.clients import tickets as rpcs
from gateway.http.approval_texts import TEXTS
from gateway.http.desk import ask, desk
from gateway.http.door import bounded

PURPOSE: Final = "approval"
_SCOPES: Final = ["approvals.decide"]
_MOST_BYTES: Final = 64 * 1024
_SHOWN: Final = 4_000
"""Characters of the description."""

_POLICY: Final = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
_HEADERS: Final = {
    "content-security-policy": _POLICY,
    "cache-control": "no-store",
    # The address is a credential: it goes into no log of another site.
    "referrer-policy": "no-referrer",
    "x-robots-tag": "noindex",
}

_PAGE: Final = """\
<!doctype html>
<html lang="{language}">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>{title}</title>
<style>body{{font:16px/1.5 sans-serif;max-width:40rem;margin:1rem auto;padding:0 1rem;color:#1a1a1a;background:#fff}}\
pre{{white-space:pre-wrap;font:inherit;border-left:3px solid #767676;padding-left:.8rem}}\
textarea{{width:100%;box-sizing:border-box;font:inherit}}button{{font:inherit;padding:.6rem 1.2rem;margin:.6rem .6rem 0 0}}</style>
</head>
<body><main><h1>{title}</h1>
{body}
</main></body>
</html>
"""

_FORM: Final = """\
<form method="post"><p><label for="comment">{comment}</label><br>
<textarea id="comment" name="comment" rows="3" maxlength="4000"></textarea></p>
<p><button name="decision" value="approve">{approve}</button><button name="decision" value="reject">{reject}</button></p></form>
"""


async def show(request: Request) -> Response:
    """Show what is to be decided; changes nothing."""
    try:
        caller, said = await _opened(request)
        with use_caller(caller):
            question = pb.GetApprovalRequest(ticket=said["ticket"], approval_id=said["approval"])
            found = await ask(request, rpcs.GET_APPROVAL, question)
    except DeskmeshError as error:
        return _refusal(error, "en")
    words = _words(caller.language)
    votes = [vote for step in found.approval.steps for vote in step.votes if vote.id == said["vote"]]
    if not any(vote.state == "pending" for vote in votes):
        return _page(caller.language, words["over"], f"<p>{html.escape(words['over_why'])}</p>")
    ticket = found.ticket
    asked = f"{ticket.number} {ticket.title}"
    body = (
        f"<p>{html.escape(words['from'])}: {html.escape(ticket.requester.name)}</p>"
        f"<pre>{html.escape(ticket.description[:_SHOWN])}</pre>"
        + _FORM.format(**{name: html.escape(words[name]) for name in ("comment", "approve", "reject")})
    )
    return _page(caller.language, asked, body)


async def decide(request: Request) -> Response:
    """Decide, once."""
    language = "en"
    try:
        caller, said = await _opened(request)
        language = caller.language
        form = await Request(request.scope, bounded(request, _MOST_BYTES)).form(max_fields=4)
        with use_caller(caller):
            question = pb.DecideApprovalRequest(
                ticket=said["ticket"],
                approval_id=said["approval"],
                decision=str(form.get("decision", "")),
                comment=str(form.get("comment", "")),
                vote_id=said["vote"],
            )
            await ask(request, rpcs.DECIDE_APPROVAL, question)
    except DeskmeshError as error:
        return _refusal(error, language)
    words = _words(language)
    return _page(language, words["thanks"], f"<p>{html.escape(words['noted'])}</p>")


async def _opened(request: Request) -> tuple[Caller, dict[str, str]]:
    """Believe the link, and be the person that it is for, with the right to decide and no other."""
    at = desk(request)
    at.sign_ins.take(request.client.host if request.client else "")
    said, token = await at.links.open(PURPOSE, request.path_params["token"], _SCOPES)
    return await at.admission.caller(f"Bearer {token}", "link"), said


def _refusal(error: DeskmeshError, language: str) -> Response:
    words = _words(language)
    if isinstance(error, WrongState):
        return _page(language, words["over"], f"<p>{html.escape(words['over_why'])}</p>", HTTPStatus.CONFLICT)
    status = HTTPStatus.FORBIDDEN if isinstance(error, Unauthenticated) else HTTPStatus.SERVICE_UNAVAILABLE
    if error.kind in {"not_found", "forbidden"}:
        status = HTTPStatus.FORBIDDEN
    elif error.kind == "invalid_input":
        status = HTTPStatus.UNPROCESSABLE_ENTITY
    elif error.kind == "limit_reached":
        status = HTTPStatus.TOO_MANY_REQUESTS
    return _page(language, words["refused"], f"<p>{html.escape(words['refused_why'])}</p>", status)


def _words(language: str) -> dict[str, str]:
    return TEXTS.get(language.partition("-")[0].lower(), TEXTS["en"])


def _page(language: str, title: str, body: str, status: int = HTTPStatus.OK) -> Response:
    main = language.partition("-")[0].lower()
    shown = _PAGE.format(language=main if main in TEXTS else "en", title=html.escape(title), body=body)
    return Response(shown, status, _HEADERS, "text/html")


ROUTES: Final = [
    Route("/approvals/{token}", show, methods=["GET"]),
    Route("/approvals/{token}", decide, methods=["POST"]),
]
