"""When a queue's tickets are given out: at once when something changed, or when somebody's shift begins."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID

from sqlalchemy import select

from chassis import timers
from chassis.db import Tx
from chassis.timers import NewTimer
from tickets.db.routing import QueueRouting, routed_queues

ROUTE = "route"
"""The kind of the timer that has a queue give out its tickets; its key is the queue's id."""

ROUTE_LATER = "route_later"
"""The kind of the timer that sets ROUTE at a moment to come; its key is "<queue id>/<that moment>".

So whoever gives out tickets never sets a timer that is due just now, and whose worker waits for them.
"""

BUSY_PAUSE = timedelta(seconds=1)
"""When a queue is looked at again where somebody had a ticket in hand that was to be given."""


async def route_soon(tx: Tx, queues: Iterable[UUID], pause: timedelta = timedelta()) -> None:
    """Has the queues give out their tickets."""
    due_at = datetime.now(UTC) + pause
    await timers.schedule_many(tx, [NewTimer(ROUTE, str(queue), due_at) for queue in queues])


async def route_at(tx: Tx, queue: UUID, due_at: datetime) -> None:
    """Has the queue give out its tickets at a moment (aware)."""
    await timers.schedule(tx, kind=ROUTE_LATER, key=f"{queue}/{due_at.isoformat()}", due_at=due_at)


async def wake_routing(tx: Tx, *, queues: Sequence[UUID] = (), free: Sequence[UUID] = ()) -> None:
    """Has those of the queues that are routed give out their tickets, and those that wait for people now free."""
    await route_soon(tx, await routed_queues(tx, queues=queues, free=free))


async def wake_all_routing(tx: Tx) -> None:
    """Has all routed queues give out their tickets."""
    await wake_routing(tx, queues=(await tx.scalars(select(QueueRouting.id))).all())
