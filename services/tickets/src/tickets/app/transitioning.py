"""Moves that people make."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from chassis.db import Tx
from chassis.errors import Forbidden
from tickets.app.access import may_on, readable_ticket
from tickets.app.actors import occasion_at
from tickets.app.afterwards import told_afterwards
from tickets.app.checking import Problems
from tickets.app.commenting import NewComment, add_comment, require_comment, speaks_as_requester
from tickets.app.configuration import Configuration
from tickets.app.creating import UPDATE
from tickets.app.field_checking import check_fields, moved_stand, stand_of
from tickets.app.guarding import what_holds_back
from tickets.app.moving import check_move, legal_moves, move_ticket, rules_of
from tickets.app.parents import children_hold_back, move_children, require_children_done
from tickets.app.people import with_people
from tickets.app.watching import watch_on_behalf
from tickets.app.wording import Vocabulary, index_changes
from tickets.db.links import lock_structure
from tickets.db.views import TicketView
from tickets.domain.changes import custom_values, differences
from tickets.domain.fields import merge_values
from tickets.domain.texts import MAX_BODY
from tickets.domain.workflow import Move


@dataclass(frozen=True, slots=True)
class WantedMove:
    """Where a ticket shall go, with what the move may demand: a public comment and custom values."""

    to: str
    comment: str = ""
    fields: Mapping[str, object] = field(default_factory=dict)
    cascade: bool = False
    """What stands below the ticket goes along."""
    expected_version: int | None = None
    occurred_at: datetime | None = None


async def list_moves(
    tx: Tx, *, configuration: Configuration, ticket: str
) -> list[tuple[Move, Sequence[str]]]:
    """The legal moves of a ticket for the caller, each with what holds it back as things stand. Raises NotFound."""
    found = await readable_ticket(tx, configuration, ticket)
    moves = await legal_moves(tx, configuration, found)
    held = await what_holds_back(tx, configuration, found, [move.guards for move in moves])
    children = await children_hold_back(tx, configuration, found, [move.to for move in moves])
    return [
        (move, reasons if child is None else [*reasons, child])
        for move, reasons, child in zip(moves, held, children, strict=True)
    ]


async def transition_ticket(
    tx: Tx, *, configuration: Configuration, vocabulary: Vocabulary, ticket: str, move: WantedMove
) -> TicketView:
    """Makes a move that the workflow allows the caller.

    Raises NotFound, Stale, InvalidInput, WrongState with the legal moves (also where open children hold it back or one
    of them cannot follow), Forbidden for a move or for fields that are
    others' to set.
    """
    if move.cascade:
        await lock_structure(tx)
    found = await readable_ticket(
        tx, configuration, ticket, for_update=True, expected_version=move.expected_version
    )
    occasion = occasion_at(move.occurred_at, created_at=found.created_at)
    problems = Problems()
    if not move.to:
        problems.add("to", "must be given")
    problems.text("comment", move.comment, limit=MAX_BODY)
    checked = problems.values(configuration.fields, move.fields)
    problems.raise_any()
    if checked and not may_on(found, configuration, UPDATE):
        raise Forbidden(f"Setting fields needs the permission {UPDATE}.")
    values = merge_values(found.fields, await with_people(tx, configuration.fields, checked))
    await check_move(
        tx,
        configuration=configuration,
        ticket=found,
        to=move.to,
        values=values,
        comment=move.comment,
        occasion=occasion,
    )
    rules = await rules_of(tx, configuration, found)
    stand = await stand_of(tx, configuration, found)
    check_fields(
        configuration,
        before=stand,
        after=moved_stand(stand, values, move.to, rules.category(move.to)),
        given=checked,
        demanding=not occasion.imported,
    )
    if move.cascade:
        await move_children(tx, configuration=configuration, ticket=found, to=move.to, occasion=occasion)
    elif not occasion.imported:
        await require_children_done(tx, configuration, found, move.to)
    if move.comment.strip():
        require_comment(found, configuration, "public")
        await add_comment(
            tx,
            configuration=configuration,
            vocabulary=vocabulary,
            ticket=found,
            new=NewComment(move.comment),
            occasion=occasion,
            from_requester=speaks_as_requester(found, configuration),
            moves=False,
        )
    before, after = custom_values(found.fields, move.fields), custom_values(values, move.fields)
    changed = differences(before, after)
    if occasion.imported:
        changed, since = await told_afterwards(tx, found, before, after, occasion)
        later = [slug for slug in move.fields if f"fields.{slug}" in since]
        values = merge_values(values, {slug: found.fields.get(slug) for slug in later})
    found.fields = values
    await index_changes(tx, ticket=found, changes=changed, configuration=configuration, vocabulary=vocabulary)
    changed += await watch_on_behalf(tx, configuration=configuration, ticket=found, changes=changed)
    return await move_ticket(
        tx,
        configuration=configuration,
        ticket=found,
        to=move.to,
        occasion=occasion,
        with_changes=changed,
    )
