"""Doing to a ticket what a macro or a rule says, as the caller and by the same use cases as people's own changes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from sqlalchemy import select

from chassis.context import current_caller
from chassis.db import Tx
from chassis.errors import FieldError, InvalidInput, WrongState
from chassis.templates import fill
from tickets.app.assigning import Assignment, assign_ticket
from tickets.app.checking import Problems
from tickets.app.commenting import INTERNAL, PUBLIC, RULE_CHANNEL, NewComment, comment_on_ticket
from tickets.app.configuration import Configuration
from tickets.app.directory import find_person
from tickets.app.editing import Edits, check_edits
from tickets.app.effects import bring_about, check_effect
from tickets.app.filtering import ME
from tickets.app.opening import Desk
from tickets.app.reading import get_ticket
from tickets.app.transitioning import WantedMove, transition_ticket
from tickets.app.updating import update_ticket
from tickets.db.tickets import Comment, HistoryEntry
from tickets.db.views import TicketView
from tickets.domain.actions import Action, Assign, Move, Say, SetValues, Tag, parse_actions
from tickets.domain.texts import one_line
from tickets.domain.variables import CUSTOM


@dataclass(frozen=True, slots=True)
class Done:
    """What became of a ticket: as it is now, what was said, and each change in its order."""

    view: TicketView
    comments: Sequence[Comment]
    entries: Sequence[HistoryEntry]


def parsed_actions(configuration: Configuration, written: Sequence[Mapping[str, object]]) -> list[Action]:
    """The actions that people wrote, as far as they tell by themselves. Raises InvalidInput with each fault's place."""
    actions, wrong = parse_actions(written, slugs=list(configuration.fields))
    if wrong:
        raise InvalidInput([FieldError(path, reason) for path, reason in wrong])
    return actions


async def checked_actions(
    tx: Tx, *, configuration: Configuration, written: Sequence[Mapping[str, object]]
) -> list[Action]:
    """The actions that people wrote, all that they name being there. Raises InvalidInput with each fault's place."""
    actions, problems = parsed_actions(configuration, written), Problems()
    for place, action in enumerate(actions):
        await _check(tx, configuration, problems, f"actions[{place}]", action)
    problems.raise_any()
    return actions


async def perform(
    tx: Tx,
    *,
    configuration: Configuration,
    desk: Desk,
    ticket_id: UUID,
    version: int,
    actions: Sequence[Action],
) -> Done:
    """Does all of it, one after the other, to the ticket that has this version.

    Raises what each change raises where the caller may not make it, or the ticket does not allow it.
    """
    ticket, comments = str(ticket_id), []
    for action in actions:
        view = await get_ticket(tx, configuration=configuration, ticket=ticket)
        match action:
            case SetValues() | Tag():
                edits = _edits(view, action)
                await update_ticket(
                    tx, configuration=configuration, vocabulary=desk.vocabulary, ticket=ticket, edits=edits
                )
            case Assign():
                assignee = current_caller().subject if action.assignee == ME else action.assignee
                assignment = Assignment(action.names, action.team, assignee)
                await assign_ticket(tx, configuration=configuration, ticket=ticket, assignment=assignment)
            case Move(to):
                if view.ticket.state != to:
                    await transition_ticket(
                        tx,
                        configuration=configuration,
                        vocabulary=desk.vocabulary,
                        ticket=ticket,
                        move=WantedMove(to),
                    )
            case Say():
                comment, _ = await comment_on_ticket(
                    tx,
                    configuration=configuration,
                    vocabulary=desk.vocabulary,
                    ticket=ticket,
                    new=_comment(view, action),
                    occurred_at=None,
                )
                comments.append(comment)
            case _:
                await bring_about(
                    tx,
                    configuration=configuration,
                    desk=desk,
                    view=view,
                    action=action,
                    variables=variables_of(view),
                )
    await tx.flush()
    entries = await tx.scalars(
        select(HistoryEntry)
        .where(HistoryEntry.ticket_id == ticket_id, HistoryEntry.ticket_version > version)
        .order_by(HistoryEntry.ticket_version, HistoryEntry.id)
    )
    view = await get_ticket(tx, configuration=configuration, ticket=ticket)
    return Done(view, comments, entries.all())


def variables_of(view: TicketView) -> dict[str, str]:
    """What the variables of canned texts stand for; each is one line, so that a value adds none to the text."""
    ticket = view.ticket
    requester = view.requester.name if view.requester else ""
    values = {
        "ticket.number": ticket.number,
        "ticket.title": ticket.title,
        "ticket.type": ticket.type,
        "ticket.state": ticket.state,
        "ticket.priority": ticket.priority,
        "ticket.category": ticket.category,
        "ticket.queue": view.queue.name,
        "ticket.team": view.team.name if view.team else "",
        "requester.name": requester,
        "requester.first_name": requester.partition(" ")[0],
        "requester.email": view.requester.key if view.requester else "",
        "organization.name": view.organization.name if view.organization else "",
        "assignee.name": view.assignee.name if view.assignee else "",
        "agent.name": current_caller().name,
    }
    values |= {f"{CUSTOM}{slug}": _text(value) for slug, value in ticket.fields.items()}
    return {name: one_line(value) for name, value in values.items()}


def _comment(view: TicketView, action: Say) -> NewComment:
    """What is said. What the desk says by itself is no answer of an agent, and is never said to a machine.

    Raises WrongState.
    """
    by_itself = current_caller().kind == "system"
    if by_itself and action.public and view.ticket.automatic:
        raise WrongState(
            "ASKED_BY_A_MACHINE", "The request came from a machine; nothing answers it by itself."
        )
    return NewComment(
        fill(action.body, variables_of(view)),
        visibility=PUBLIC if action.public else INTERNAL,
        format=action.format,
        channel=RULE_CHANNEL if by_itself else "api",
        automatic=by_itself,
    )


def _text(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def _edits(view: TicketView, action: SetValues | Tag) -> Edits:
    if isinstance(action, SetValues):
        return _setting(action)
    ticket = view.ticket
    tags = [tag for tag in dict.fromkeys([*ticket.tags, *action.add]) if tag not in action.remove]
    return Edits(frozenset({"tags"}), tags=tags)


def _setting(action: SetValues) -> Edits:
    names = frozenset(action.values) | (frozenset({"fields"}) if action.fields else frozenset())
    return replace(Edits(names, fields=action.fields), **action.values)  # type: ignore[arg-type]  # its own fields


async def _check(tx: Tx, configuration: Configuration, problems: Problems, path: str, action: Action) -> None:
    match action:
        case SetValues():
            with problems.within(f"{path}.values"):
                check_edits(configuration, _setting(action))
            with problems.within(path):
                inner = Problems()
                inner.values(configuration.fields, action.fields)
                inner.raise_any()
        case Assign():
            if action.team and configuration.find_team(action.team) is None:
                problems.add(f"{path}.team", "there is no such team")
            known = action.assignee in {"", ME} or await find_person(tx, action.assignee)
            if not known:
                problems.add(f"{path}.assignee", "there is no such person")
        case Move(to):
            if not any(to in rules.states for rules in configuration.rules.values()):
                problems.add(f"{path}.to", "no workflow has such a state")
        case Tag() | Say():
            pass
        case _:
            await check_effect(tx, configuration, problems, path, action)
