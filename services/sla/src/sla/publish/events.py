"""The events of sla, one function each; they leave through the outbox of the transaction at hand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

from google.protobuf.message import Message

from chassis import outbox
from chassis.context import current_caller
from chassis.db import Tx
from deskmesh.common.v1 import types_pb2
from deskmesh.sla.v1 import events_pb2 as pb
from sla.db.agreements import AgreementRow
from sla.db.rules import CalendarRow
from sla.domain import durations
from sla.domain.changes import Change, Told, differences
from sla.domain.clocks import Clock
from sla.domain.ledger import TicketState
from sla.domain.open_days import OpenDays
from sla.publish.messages import (
    agreement_message,
    change_message,
    clock_message,
    facts_message,
    moment,
    removed_clock_message,
    step_message,
    value_message,
)

_DAYS_OF_A_VERSION = 10_000_000
"""More than dates have numbers: what is told of a version grows from day to day, and stays below that of the next."""

_PLAIN = {
    "paused": pb.ClockPaused,
    "resumed": pb.ClockResumed,
    "stopped": pb.ClockStopped,
    "breached": pb.ClockBreached,
}


@dataclass(frozen=True, slots=True)
class Source:
    """Of which clock of which ticket an event tells; `version` grows with every clock event of the ticket."""

    ticket_id: UUID
    ticket: TicketState
    clock_id: UUID
    version: int


def clocks_started(tx: Tx, started: Sequence[tuple[Source, Clock]], at: datetime) -> None:
    """ClockStarted, once for all clocks of a ticket that started at one moment, in the order of their versions."""
    clocks = [clock_message(one.ticket_id, one.clock_id, one.version, clock) for one, clock in started]
    last, _ = started[-1]
    message = pb.ClockStarted(
        clock=clocks[0], ticket=facts_message(last.ticket), occurred_at=moment(at), others=clocks[1:]
    )
    outbox.add(tx, message, aggregate_id=last.ticket_id, version=last.version)


def clock_changed(tx: Tx, source: Source, clock: Clock, change: Change, before: Told | None) -> None:
    """ClockPaused, ClockResumed, ClockStopped, ClockRecomputed, ClockWarning, ClockEscalated or ClockBreached."""
    told = clock_message(source.ticket_id, source.clock_id, source.version, clock)
    ticket, at = facts_message(source.ticket), moment(change.at)
    message: Message
    match change.what:
        case "recomputed":
            message = pb.ClockRecomputed(clock=told, ticket=ticket, occurred_at=at, reason=change.words)
            if before is not None:
                message.changes.extend(change_message(*one) for one in differences(before, clock))
        case "warning":
            message = pb.ClockWarning(clock=told, ticket=ticket, occurred_at=at, warning=change.words)
        case "escalated":
            assert change.step is not None  # what says so names it
            message = pb.ClockEscalated(
                clock=told, ticket=ticket, occurred_at=at, step=step_message(change.step)
            )
        case what:
            message = _PLAIN[what](clock=told, ticket=ticket, occurred_at=at)
    outbox.add(tx, message, aggregate_id=source.ticket_id, version=source.version)


def clock_removed(tx: Tx, source: Source, clock: Told, at: datetime) -> None:
    """No policy sets a target for the clock any more."""
    message = pb.ClockRemoved(
        clock=removed_clock_message(source.ticket_id, source.clock_id, source.version, clock),
        ticket=facts_message(source.ticket),
        occurred_at=moment(at),
    )
    outbox.add(tx, message, aggregate_id=source.ticket_id, version=source.version)


def hours_used(
    tx: Tx, agreement: AgreementRow, *, first: date, last: date | None, used: timedelta, warning: str
) -> None:
    """AgreementHoursUsed: a share of the hours that an agreement includes in a period is used."""
    message = pb.AgreementHoursUsed(
        agreement=agreement_message(agreement),
        period_start=first.isoformat(),
        period_end="" if last is None else last.isoformat(),
        used=durations.format(used),
        warning=warning,
        occurred_at=moment(datetime.now(UTC)),
    )
    outbox.add(tx, message, aggregate_id=agreement.id, version=agreement.version)


def calendar_changed(tx: Tx, row: CalendarRow, days: OpenDays | None, *, version: int) -> None:
    """CalendarChanged: the days that a calendar is open on now; None where it was deleted. `version` is the row's."""
    today = datetime.now(UTC).date() if days is None else days.first
    message = pb.CalendarChanged(
        id=str(row.id),
        name=row.name,
        time_zone=row.time_zone,
        closed_weekdays=[] if days is None else days.closed_weekdays,
        exceptions=[] if days is None else [day.isoformat() for day in days.exceptions],
        first_day=today.isoformat(),
        last_day=(today if days is None else days.last).isoformat(),
        deleted=days is None,
        version=version * _DAYS_OF_A_VERSION + today.toordinal(),
    )
    outbox.add(tx, message, aggregate_id=row.id, version=version)


def setting_changed(
    tx: Tx,
    *,
    kind: str,
    id: UUID,  # noqa: A002 (the word of the domain)
    name: str,
    version: int,
    before: Mapping[str, object],
    after: Mapping[str, object],
) -> None:
    """A calendar or policy was made, changed or removed, by the current caller; `version` is the row's."""
    caller = current_caller()
    changes = [
        types_pb2.FieldChange(
            field=field,
            old_value=value_message(before.get(field)),
            new_value=value_message(after.get(field)),
        )
        for field in dict.fromkeys([*before, *after])
        if before.get(field) != after.get(field)
    ]
    message = pb.SettingChanged(
        kind=kind,
        id=str(id),
        name=name,
        changes=changes,
        actor=types_pb2.Actor(kind=caller.kind, id=caller.subject, name=caller.name, email=caller.email),
        cause=caller.cause,
        occurred_at=moment(datetime.now(UTC)),
    )
    outbox.add(tx, message, aggregate_id=id, version=version)
