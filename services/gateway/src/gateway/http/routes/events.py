"""What happens, as it happens."""

from typing import Annotated

from fastapi import Header
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from chassis.context import Caller, current_caller, use_caller
from deskmesh.tickets.v1 import configuration_service_pb2 as pb
from gateway.clients import tickets as rpcs
from gateway.http.desk import ask, desk
from gateway.http.door import AUTHENTICATED, Door
from gateway.http.live.audience import is_closed
from gateway.http.live.stream import event_id, known_queues

door = Door("events")


@door.route("GET", "/events", AUTHENTICATED, gives="text/event-stream")
async def listen(
    request: Request,
    last_event_id: Annotated[
        str | None, Header(description="The `id` of the last event that you got.")
    ] = None,
) -> Response:
    """Listen to what happens.

    Server-sent events, each thin: `event`, its `id`, the `resource` to read anew, and its `version`. You hear of what
    you may read. `Last-Event-ID` brings what was missed since. `event: reset` says that something was left out: read
    anew what you show. A comment line each 15 seconds shows that the line is open; the stream ends with your token.
    """
    at, caller = desk(request), current_caller()
    authorization = request.headers.get("authorization")
    since = event_id(last_event_id)

    async def recheck() -> Caller:
        return await at.admission.caller(authorization, "rest")

    async def closed_queues(caller: Caller) -> frozenset[str]:
        with use_caller(caller):
            return await _closed_queues(request)

    subscriber = at.live.subscribers.add(caller, await known_queues(closed_queues, caller))
    request.scope["deskmesh.live"] = True
    return StreamingResponse(
        at.live.messages(subscriber, since, recheck, closed_queues),
        media_type="text/event-stream",
        # The line ends when the process does: whoever comes back must not ask on what is closing just then.
        headers={"x-accel-buffering": "no", "cache-control": "no-store", "connection": "close"},
    )


async def _closed_queues(request: Request) -> frozenset[str]:
    """Find the confidential queues that the caller may not look into; nobody else need know which."""
    caller = current_caller()
    if not caller.may_somewhere("tickets.read"):
        return frozenset()
    closed: set[str] = set()
    page_token = ""
    while True:
        question = pb.ListQueuesRequest(page_size=200, page_token=page_token)
        answer = await ask(request, rpcs.LIST_QUEUES, question)
        closed |= {queue.id for queue in answer.queues if is_closed(queue, caller)}
        page_token = answer.next_page_token
        if not page_token:
            return frozenset(closed)
