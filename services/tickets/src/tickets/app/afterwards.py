"""What an import tells of a time that other changes have followed since."""

from collections.abc import Mapping

from sqlalchemy import select

from chassis.db import Tx
from tickets.db.tickets import HistoryEntry, Ticket
from tickets.domain.changes import Change, Plain, differences
from tickets.domain.occasion import Occasion


async def told_afterwards(
    tx: Tx, ticket: Ticket, before: Mapping[str, Plain], after: Mapping[str, Plain], occasion: Occasion
) -> tuple[list[Change], set[str]]:
    """The changes as of their time, and the fields that have changed since and so keep their present values.

    What a field was at that time is what its next change says that it was before; and that one now follows this.

    :param before: the present values of the fields, `after`: those that they are given.
    """
    entries = await tx.scalars(
        select(HistoryEntry)
        .where(
            HistoryEntry.ticket_id == ticket.id,
            HistoryEntry.field.in_(after),
            HistoryEntry.occurred_at > occasion.occurred_at,
        )
        .order_by(HistoryEntry.occurred_at.desc(), HistoryEntry.id.desc())
    )
    following = {entry.field: entry for entry in entries}
    then = {**before, **{field: entry.old_value for field, entry in following.items()}}
    changes = differences(then, after)
    for change in changes:
        if change.field in following:
            following[change.field].old_value = change.new
    return changes, set(following)
