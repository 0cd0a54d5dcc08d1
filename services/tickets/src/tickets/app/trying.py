"""Trying a rule on the events of the past days: what it would have done."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from uuid import UUID

from chassis.db import Tx
from chassis.errors import FieldError, InvalidInput
from chassis.filters import evaluate
from chassis.filters.evaluate import Values
from chassis.templates import fill
from tickets.app.acting import variables_of
from tickets.app.configuration import Configuration
from tickets.app.effects import plan
from tickets.app.facts import ticket_values
from tickets.app.rules import ReadyRule
from tickets.db.past import PastEvent, events_since
from tickets.db.views import TicketView
from tickets.domain.actions import Action, Assign, Move, Say, SetValues, Tag
from tickets.domain.changes import Change, custom_values, described, differences
from tickets.domain.rules import CLOCK_BREACHED, CLOCK_WARNING, TIME, Moment, due_at

MAX_EVENTS = 2_000
MAX_MATCHES = 200
MAX_DAYS = 14
"""What was published is kept for so long."""

_OF_SLA = {CLOCK_WARNING, CLOCK_BREACHED}


@dataclass(frozen=True, slots=True)
class Past:
    """A ticket as it was told by an event, and what a condition may ask of the event."""

    view: TicketView
    trigger: str
    at: datetime
    facts: Values


@dataclass(frozen=True, slots=True)
class Match:
    """A moment at which the rule would have acted, and what would have changed."""

    ticket_id: UUID
    number: str
    at: datetime
    trigger: str
    changes: Sequence[Change]


async def past_events(tx: Tx, *, since: datetime, subjects: Sequence[str]) -> tuple[list[PastEvent], bool]:
    """The newest events of these subjects, the oldest first, and whether there were more than `MAX_EVENTS`."""
    found = await events_since(tx, since=since, subjects=subjects, limit=MAX_EVENTS + 1)
    return found[-MAX_EVENTS:], len(found) > MAX_EVENTS


def check_days(days: int) -> None:
    """Raises InvalidInput."""
    if not 1 <= days <= MAX_DAYS:
        raise InvalidInput([FieldError("days", f"must be 1 to {MAX_DAYS}")])


def check_triable(rule: ReadyRule) -> None:
    """Raises InvalidInput for a rule that waits for clocks alone: their past is not kept with the tickets."""
    if rule.events and rule.events <= _OF_SLA:
        raise InvalidInput([FieldError("on", "warnings and breaches of clocks cannot be tried on the past")])


def matches_of(
    configuration: Configuration, rule: ReadyRule, past: Sequence[Past], *, now: datetime
) -> list[Match]:
    """What the rule would have done, the newest first. Each event is looked at for itself, as the ticket was then.

    :param past: the oldest first.
    """
    if rule.after is None:
        found = [
            _match(configuration, rule, one, one.at, one.trigger)
            for one in past
            if one.trigger in rule.events and evaluate(rule.condition, _values(one))
        ]
    else:
        found = [
            match
            for _, told in groupby(sorted(past, key=_place), key=lambda one: one.view.ticket.id)
            if (match := _timely(configuration, rule, list(told), now)) is not None
        ]
    return sorted(found, key=lambda match: match.at, reverse=True)


def _place(past: Past) -> tuple[UUID, int]:
    return past.view.ticket.id, past.view.ticket.version


def _timely(
    configuration: Configuration, rule: ReadyRule, told: Sequence[Past], now: datetime
) -> Match | None:
    assert rule.after is not None  # a rule of time
    moments = [Moment(one.at, evaluate(rule.condition, _values(one))) for one in told]
    due = due_at(moments, rule.after, now=now)
    if due is None:
        return None
    last = [one for one in told if one.at <= due][-1]
    return _match(configuration, rule, last, due, TIME)


def _values(past: Past) -> Values:
    return {**ticket_values(past.view), **past.facts}


def _match(configuration: Configuration, rule: ReadyRule, past: Past, at: datetime, trigger: str) -> Match:
    changes = [change for action in rule.actions for change in _planned(configuration, past.view, action)]
    return Match(past.view.ticket.id, past.view.ticket.number, at, trigger, changes)


def _planned(configuration: Configuration, view: TicketView, action: Action) -> list[Change]:
    ticket = view.ticket
    match action:
        case SetValues(values, fields):
            before = {name: getattr(ticket, name) for name in values if name != "queue"}
            changes = differences(before, {name: values[name] for name in before})
            queue = configuration.find_queue(values.get("queue", ""))
            if queue is not None and queue.id != view.queue.id:
                changes.append(Change("queue", view.queue.slug, queue.slug))
            return changes + differences(custom_values(ticket.fields, fields), custom_values(fields, fields))
        case Tag(add, remove):
            tags = [tag for tag in dict.fromkeys([*ticket.tags, *add]) if tag not in remove]
            return differences({"tags": ticket.tags}, {"tags": tags})
        case Assign(names, team, assignee):
            found = configuration.find_team(team) if team else None
            changes = differences({"team": described(view.team)}, {"team": described(found)})
            now = view.assignee.key if view.assignee else None
            changes += differences({"assignee": now}, {"assignee": assignee or None})
            return [change for change in changes if change.field in names]
        case Move(to):
            return differences({"state": ticket.state}, {"state": to})
        case Say(body, public):
            return [Change("reply" if public else "note", None, fill(body, variables_of(view)))]
        case _:
            return [plan(view, action, variables_of(view))]
