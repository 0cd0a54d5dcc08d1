"""The page behind the link in an approver's mail: what is asked, and two buttons."""

import html
from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from chassis.context import use_caller
from chassis.errors import DeskmeshError
from deskmesh.tickets.v1 import approval_service_pb2 as pb
from gateway.clients import tickets as rpcs
from gateway.http.approval_texts import TEXTS
from gateway.http.desk import ask
from gateway.http.link_page import LinkPage, escaped, form_of

_AT: Final = LinkPage("approval", TEXTS, ["approvals.decide"], about="vote")
_SHOWN: Final = 4_000
"""Characters of the description."""

_FORM: Final = """\
<form method="post"><p><label for="comment">{comment}</label><br>
<textarea id="comment" name="comment" rows="3" maxlength="4000"></textarea></p>
<p><button name="decision" value="approve">{approve}</button><button name="decision" value="reject">{reject}</button></p></form>
"""


async def show(request: Request) -> Response:
    """Show what is to be decided; changes nothing."""
    try:
        caller, said = await _AT.open(request)
        with use_caller(caller):
            question = pb.GetApprovalRequest(ticket=said["ticket"], approval_id=said["approval"])
            found = await ask(request, rpcs.GET_APPROVAL, question)
    except DeskmeshError as error:
        return _AT.refusal(error, "en")
    votes = [vote for step in found.approval.steps for vote in step.votes if vote.id == said["vote"]]
    if not any(vote.state == "pending" for vote in votes):
        return _AT.over(caller.language)
    ticket = found.ticket
    words = escaped(_AT.words(caller.language))
    body = (
        f"<p>{words['from']}: {html.escape(ticket.requester.name)}</p>"
        f"<pre>{html.escape(ticket.description[:_SHOWN])}</pre>" + _FORM.format(**words)
    )
    return _AT.answer(caller.language, f"{ticket.number} {ticket.title}", body)


async def decide(request: Request) -> Response:
    """Decide, once."""
    language = "en"
    try:
        caller, said = await _AT.open(request)
        language = caller.language
        form = await form_of(request)
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
        return _AT.refusal(error, language)
    words = escaped(_AT.words(language))
    return _AT.answer(language, _AT.words(language)["thanks"], f"<p>{words['noted']}</p>")


ROUTES: Final = [
    Route("/approvals/{token}", show, methods=["GET"]),
    Route("/approvals/{token}", decide, methods=["POST"]),
]
