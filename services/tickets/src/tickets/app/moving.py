"""Moving a ticket through its workflow: by people, by itself, by time, and as imports tell of it."""

from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import select, update

from chassis import timers
from chassis.db import Tx
from chassis.errors import FieldError, Forbidden, InvalidInput, WrongState
from tickets.app.access import is_requester, may_on, readable_ticket
from tickets.app.approval_ending import withdraw_approvals
from tickets.app.configuration import Configuration
from tickets.app.recording import record_change
from tickets.db.configuration import WorkflowVersion
from tickets.db.tickets import HistoryEntry, Ticket
from tickets.db.views import TicketView
from tickets.domain.changes import Change
from tickets.domain.fields import missing_fields
from tickets.domain.occasion import Occasion
from tickets.domain.workflow import (
    FINAL_CATEGORIES,
    Move,
    Passage,
    Standing,
    Workflow,
    automatic_move,
    find_move,
    moves_for,
    parse_workflow,
    replay,
    state_at,
    step,
)
from tickets.publish import events

AUTO_CLOSE = "auto_close"
"""The kind of the timer that closes a resolved ticket; its key is the ticket's id."""


async def rules_of(tx: Tx, configuration: Configuration, ticket: Ticket) -> Workflow:
    """The workflow that the ticket lives by, also where it is newer than the configuration at hand."""
    rules = configuration.rules.get(ticket.workflow_version_id)
    if rules is not None:
        return rules
    version = await tx.get(WorkflowVersion, ticket.workflow_version_id)
    assert version is not None  # versions are never removed
    return parse_workflow(version.definition)


async def list_moves(tx: Tx, *, configuration: Configuration, ticket: str) -> list[Move]:
    """The legal moves of a ticket for the caller. Raises NotFound."""
    found = await readable_ticket(tx, configuration, ticket)
    return await legal_moves(tx, configuration, found)


async def legal_moves(tx: Tx, configuration: Configuration, ticket: Ticket) -> list[Move]:
    """The moves out of the ticket's state that the caller may make."""
    rules = await rules_of(tx, configuration, ticket)
    own = is_requester(ticket)
    return moves_for(
        rules, ticket.state, may=lambda permission: may_on(ticket, configuration, permission), own=own
    )


async def check_move(
    tx: Tx,
    *,
    configuration: Configuration,
    ticket: Ticket,
    to: str,
    values: dict[str, object],
    comment: str,
    occasion: Occasion,
) -> None:
    """Raises unless the caller may move the ticket to `to` with these custom values and this comment.

    InvalidInput: no such state, or something the move demands is missing. WrongState, with the legal moves: the
    matrix has no such move from here. Forbidden: it has, for others. An import tells what happened by the rules of
    another system and in any order, so it is bound to the states alone.
    """
    rules = await rules_of(tx, configuration, ticket)
    if to not in rules.states:
        known = ", ".join(rules.states)
        raise InvalidInput([FieldError("to", f"must be one of: {known}")])
    legal = await legal_moves(tx, configuration, ticket)
    if occasion.imported:
        return
    if not any(move.source == ticket.state and move.to == to for move in rules.moves):
        raise WrongState(
            "ILLEGAL_TRANSITION",
            f"A ticket cannot go from {ticket.state} to {to}.",
            [move.to for move in legal],
        )
    move = find_move(legal, to)
    if move is None:
        raise Forbidden(f"You may not move this ticket to {to}.")
    problems = [
        FieldError(f"fields.{slug}", f"must be given to move to {to}")
        for slug in missing_fields(move.required_fields, values)
    ]
    if move.comment_required and not comment.strip():
        problems.append(FieldError("comment", f"must be given to move to {to}"))
    if problems:
        raise InvalidInput(problems)


async def move_ticket(
    tx: Tx,
    *,
    configuration: Configuration,
    ticket: Ticket,
    to: str,
    occasion: Occasion,
    with_changes: Sequence[Change] = (),
) -> TicketView:
    """Moves the locked ticket, whoever asks: the caller has checked. Publishes TicketStateChanged.

    :param with_changes: other fields that changed on the way, told with the move.
    """
    rules = await rules_of(tx, configuration, ticket)
    passage = Passage(to, occasion.occurred_at)
    if occasion.imported:
        old, standing = await _told_afterwards(tx, ticket, rules, passage)
    else:
        old = ticket.state
        before = Standing(ticket.state, ticket.state_category, ticket.resolved_at, ticket.closed_at)
        standing = step(rules, before, passage)
    await _plan_closing(tx, ticket, rules, standing, occasion)
    ticket.state = standing.state
    ticket.state_category = standing.category
    ticket.resolved_at = standing.resolved_at
    ticket.closed_at = standing.closed_at
    changes = [Change("state", old, to), *with_changes]
    view = await record_change(
        tx,
        configuration=configuration,
        ticket=ticket,
        occasion=occasion,
        action="state_changed",
        changes=changes,
    )
    events.ticket_state_changed(tx, view, changes, occasion, old=old, new=rules.states[to])
    if ticket.state_category in FINAL_CATEGORIES:
        await withdraw_approvals(
            tx, configuration, ticket, replace(occasion, occurred_at=occasion.recorded_at)
        )
    return view


async def move_by_itself(
    tx: Tx, *, configuration: Configuration, ticket: Ticket, trigger: str, occasion: Occasion
) -> TicketView | None:
    """Makes the move that the workflow ties to the trigger; None where there is none.

    An import tells its moves itself.
    """
    if occasion.imported:
        return None
    rules = await rules_of(tx, configuration, ticket)
    to = automatic_move(rules, ticket.state, trigger)
    if to is None:
        return None
    by_rule = replace(occasion, occurred_at=occasion.recorded_at, rule=f"workflow:{trigger}")
    return await move_ticket(tx, configuration=configuration, ticket=ticket, to=to, occasion=by_rule)


async def _told_afterwards(tx: Tx, ticket: Ticket, rules: Workflow, passage: Passage) -> tuple[str, Standing]:
    """The state before a move of the past, and where the ticket stands now, the moves after it counted."""
    moves = (
        select(HistoryEntry.occurred_at, HistoryEntry.new_value, HistoryEntry.id)
        .where(HistoryEntry.ticket_id == ticket.id, HistoryEntry.field == "state")
        .order_by(HistoryEntry.occurred_at, HistoryEntry.id)
    )
    told = [(Passage(str(move.new_value), move.occurred_at), move.id) for move in await tx.execute(moves)]
    passages = [one for one, _ in told]
    following = next((entry_id for one, entry_id in told if one.at > passage.at), None)
    if following is not None:
        await tx.execute(
            update(HistoryEntry).where(HistoryEntry.id == following).values(old_value=passage.state)
        )
    return state_at(rules, passages, passage.at), replay(rules, [*passages, passage])


async def _plan_closing(
    tx: Tx, ticket: Ticket, rules: Workflow, standing: Standing, occasion: Occasion
) -> None:
    """Closing counts from when the desk learned of the resolution: an import of old tickets is not closed at once."""
    close = rules.auto_close
    if close is None or ticket.state == standing.state:
        return
    if standing.state == close.source:
        due_at = occasion.recorded_at + close.after
        await timers.schedule(tx, kind=AUTO_CLOSE, key=str(ticket.id), due_at=due_at)
    elif ticket.state == close.source:
        await timers.cancel(tx, kind=AUTO_CLOSE, key=str(ticket.id))
