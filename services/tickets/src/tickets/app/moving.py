"""Moving a ticket through its workflow: by people, by itself, by time, and as imports tell of it."""

from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

from sqlalchemy import select, update

from chassis import timers
from chassis.context import current_caller
from chassis.db import Tx
from chassis.errors import FieldError, Forbidden, InvalidInput, WrongState
from tickets.app.access import is_requester, may_on
from tickets.app.approval_ending import withdraw_approvals
from tickets.app.configuration import Configuration
from tickets.app.guarding import what_holds_back
from tickets.app.rating_asking import ask_for_rating
from tickets.app.recording import record_change
from tickets.db.configuration import WorkflowVersion
from tickets.db.tickets import HistoryEntry, Ticket
from tickets.db.views import TicketView
from tickets.domain.catalog import DONE_CATEGORIES, FULFIL
from tickets.domain.changes import Change
from tickets.domain.definitions import parse_workflow
from tickets.domain.fields import missing_fields
from tickets.domain.occasion import Occasion
from tickets.domain.workflow import (
    FINAL_CATEGORIES,
    Move,
    Mover,
    Passage,
    Standing,
    Workflow,
    automatic_move,
    find_move,
    moves_for,
    replay,
    state_at,
    step,
    timed_move,
)
from tickets.publish import events

TIMED_MOVE = "auto_close"
"""The kind of the timer of the move that time makes, most often to close; its key is the ticket's id."""


async def rules_of(tx: Tx, configuration: Configuration, ticket: Ticket) -> Workflow:
    """The workflow that the ticket lives by, also where it is newer than the configuration at hand."""
    rules = configuration.rules.get(ticket.workflow_version_id)
    if rules is not None:
        return rules
    version = await tx.get(WorkflowVersion, ticket.workflow_version_id)
    assert version is not None  # versions are never removed
    return parse_workflow(version.definition)


async def legal_moves(tx: Tx, configuration: Configuration, ticket: Ticket) -> list[Move]:
    """The moves out of the ticket's state that the caller may make."""
    rules = await rules_of(tx, configuration, ticket)
    return moves_for(rules, ticket.state, mover_of(configuration, ticket))


def mover_of(configuration: Configuration, ticket: Ticket) -> Mover:
    """The caller as somebody who moves the ticket."""
    caller = current_caller()
    return Mover(
        may=lambda permission: may_on(ticket, configuration, permission),
        own=is_requester(ticket),
        assigned=ticket.assignee_id is not None and ticket.assignee_id == caller.user_id,
        roles=caller.roles,
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
    matrix has no such move from here, or a guard holds it back. Forbidden: it has, for others. An import tells what happened by the rules of
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
    [held] = await what_holds_back(tx, configuration, ticket, [move.guards], values)
    if held:
        others = [one.to for one in legal if one is not move]
        raise WrongState("MOVE_HELD_BACK", f"The ticket cannot go to {to}: {'; '.join(held)}.", others)
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
        standing = step(rules, _standing(ticket), passage)
    if standing.state != ticket.state:
        await plan_timed_move(tx, ticket, (rules, ticket.state), (rules, standing.state), occasion)
    _stand(ticket, standing)
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
    await ask_for_rating(tx, configuration=configuration, view=view, occasion=occasion)
    if ticket.parent_id is not None and ticket.state_category in DONE_CATEGORIES:
        await timers.schedule(tx, kind=FULFIL, key=str(ticket.parent_id), due_at=occasion.recorded_at)
    return view


async def move_by_itself(
    tx: Tx, *, configuration: Configuration, ticket: Ticket, trigger: str, occasion: Occasion
) -> TicketView | None:
    """Makes the move that the workflow ties to the trigger; None where there is none or a guard holds it back.

    An import tells its moves itself.
    """
    if occasion.imported:
        return None
    rules = await rules_of(tx, configuration, ticket)
    move = automatic_move(rules, ticket.state, trigger)
    if move is None:
        return None
    [held] = await what_holds_back(tx, configuration, ticket, [move.guards])
    if held:
        return None
    by_rule = replace(occasion, occurred_at=occasion.recorded_at, rule=f"workflow:{trigger}")
    return await move_ticket(tx, configuration=configuration, ticket=ticket, to=move.to, occasion=by_rule)


async def move_to_version(
    tx: Tx, *, configuration: Configuration, ticket: Ticket, version_id: UUID, state: str, occasion: Occasion
) -> None:
    """Has the locked ticket live by another version of its workflow, in `state` of it; nothing where it lacks that.

    Publishes TicketStateChanged where the state is another, else TicketUpdated.
    """
    before, after = (
        await tx.get(WorkflowVersion, ticket.workflow_version_id),
        await tx.get(WorkflowVersion, version_id),
    )
    assert before is not None  # versions are never removed
    assert after is not None
    old, rules = parse_workflow(before.definition), parse_workflow(after.definition)
    if state not in rules.states:
        return
    changes = [Change("workflow_revision", before.revision, after.revision)]
    await plan_timed_move(tx, ticket, (old, ticket.state), (rules, state), occasion)
    ticket.workflow_version_id = version_id
    if state != ticket.state:
        await move_ticket(
            tx, configuration=configuration, ticket=ticket, to=state, occasion=occasion, with_changes=changes
        )
        return
    if rules.category(state) != ticket.state_category:
        changes.append(Change("state_category", ticket.state_category, rules.category(state)))
        _stand(ticket, step(rules, _standing(ticket), Passage(state, occasion.occurred_at)))
    view = await record_change(
        tx,
        configuration=configuration,
        ticket=ticket,
        occasion=occasion,
        action="updated",
        changes=changes,
        public=False,
    )
    events.ticket_updated(tx, view, changes, occasion)


def _standing(ticket: Ticket) -> Standing:
    return Standing(ticket.state, ticket.state_category, ticket.resolved_at, ticket.closed_at)


def _stand(ticket: Ticket, standing: Standing) -> None:
    ticket.state = standing.state
    ticket.state_category = standing.category
    ticket.resolved_at = standing.resolved_at
    ticket.closed_at = standing.closed_at


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


async def plan_timed_move(
    tx: Tx, ticket: Ticket, before: tuple[Workflow, str], after: tuple[Workflow, str], occasion: Occasion
) -> None:
    """Sets or takes away the timer of the move that time makes, for a ticket that reached another state or workflow.

    Time counts from when the desk learned of it: an import of old tickets does not close them at once.
    """
    due = timed_move(*after)
    if due is not None:
        due_at = occasion.recorded_at + due.after
        await timers.schedule(tx, kind=TIMED_MOVE, key=str(ticket.id), due_at=due_at)
    elif timed_move(*before) is not None:
        await timers.cancel(tx, kind=TIMED_MOVE, key=str(ticket.id))
