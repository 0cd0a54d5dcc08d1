"""Whose tickets a caller sees: by process and queue, as the tickets service decides."""

from __future__ import annotations

from sqlalchemy import ColumnElement, and_, false, not_, or_

from chassis.context import EVERYWHERE, Caller
from sla.db.tickets import TicketRow


def seen_with(caller: Caller, permission: str) -> ColumnElement[bool]:
    """The condition of the tickets on which the caller holds the permission.

    In a confidential queue one that holds everywhere is not enough: it takes the queue's team, or a role bound to the queue or
    its process.
    """
    open_to_all = or_(not_(TicketRow.is_confidential), TicketRow.queue_team_id.in_(caller.team_ids))
    prefix = f"{permission}:"
    places = [one.removeprefix(prefix).partition("/") for one in caller.scopes if one.startswith(prefix)]
    bound = [
        and_(TicketRow.process == process, TicketRow.queue == queue)
        if queue
        else TicketRow.process == process
        for process, _, queue in sorted(places)
    ]
    if caller.scopes_of(permission) is EVERYWHERE:
        bound.append(open_to_all)
    return or_(false(), *bound)
