"""Rows and values as the messages that callers and subscribers get."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import cast
from uuid import UUID

from google.protobuf.struct_pb2 import Value
from google.protobuf.timestamp_pb2 import Timestamp

from deskmesh.common.v1 import types_pb2
from deskmesh.sla.v1 import agreement_service_pb2, compliance_service_pb2, events_pb2, sla_pb2
from sla.db.agreements import AgreementRow
from sla.db.rules import CalendarRow, CalendarVersionRow, PolicyRow
from sla.db.tickets import ClockRow, RecomputationRow, TicketRow
from sla.domain import durations, words
from sla.domain.calendar import Counted, Span
from sla.domain.changes import Told
from sla.domain.clocks import Clock
from sla.domain.escalations import BUSINESS, WALL, Step
from sla.domain.kept import Kept
from sla.domain.ledger import TicketState

Pairs = list[list[str]]

_SHOWN_AT_RISK = ("number", "title", "priority", "queue", "team", "assignee")


def moment(at: datetime | None) -> Timestamp | None:
    """A time; None stays absent."""
    if at is None:
        return None
    message = Timestamp()
    message.FromDatetime(at)
    return message


def clock_message(ticket_id: UUID, id_: UUID, version: int, clock: Clock) -> sla_pb2.Clock:
    """A clock as of the moment for which it was reckoned."""
    return sla_pb2.Clock(
        id=str(id_),
        ticket_id=str(ticket_id),
        name=clock.name,
        state=clock.state,
        target=durations.format(clock.target),
        started_at=moment(clock.started_at),
        due_at=moment(clock.due_at),
        paused_at=moment(clock.paused_at),
        stopped_at=moment(clock.stopped_at),
        elapsed=durations.format(clock.elapsed),
        remaining=durations.format(clock.remaining),
        breached=clock.breached,
        policy=clock.policy.name,
        policy_id=str(clock.policy.id),
        kind=clock.kind,
        intervals=[interval_message(interval) for interval in clock.intervals],
        version=version,
        breached_at=moment(clock.breached_at),
        agreed=clock.agreed,
        policy_version=clock.policy.version,
        calendar_id=str(clock.calendar.calendar_id),
        calendar=clock.calendar.name,
        calendar_version=clock.calendar.version,
        explanation=words.explained(clock) if clock.intervals else (),
        escalations=[
            sla_pb2.ClockEscalation(
                step=step_message(one.step), reached=one.reached, due_at=moment(one.due_at)
            )
            for one in (clock.escalations if clock.intervals else ())
        ],
    )


def step_message(step: Step) -> sla_pb2.Escalation:
    """A step of an escalation chain."""
    return sla_pb2.Escalation(
        clock=step.clock, at=step.text, time=WALL if step.is_wall else BUSINESS, to=step.to
    )


def recomputation_message(row: RecomputationRow) -> sla_pb2.ClockRecomputation:
    """What a recomputation changed."""
    return sla_pb2.ClockRecomputation(
        at=moment(row.created_at), reason=row.reason, changes=[change_message(*one) for one in row.changes]
    )


def change_message(name: str, before: str, after: str) -> types_pb2.FieldChange:
    """A changed field, of values that are text."""
    return types_pb2.FieldChange(
        field=name, old_value=Value(string_value=before), new_value=Value(string_value=after)
    )


def removed_clock_message(ticket_id: UUID, id_: UUID, version: int, clock: Told) -> sla_pb2.Clock:
    """A clock that is no more, as it was told last."""
    return sla_pb2.Clock(
        id=str(id_),
        ticket_id=str(ticket_id),
        name=clock.name,
        state=clock.state,
        target=durations.format(clock.target),
        started_at=moment(clock.started_at),
        due_at=moment(clock.due_at),
        paused_at=moment(clock.paused_at),
        stopped_at=moment(clock.stopped_at),
        breached=clock.breached_at is not None,
        policy=clock.policy_name,
        policy_id=str(clock.policy_id),
        kind=clock.kind,
        version=version,
        breached_at=moment(clock.breached_at),
    )


def at_risk_message(clock: ClockRow, ticket: TicketRow) -> compliance_service_pb2.ClockAtRisk:
    """A running clock as it was told last, and the ticket it is on."""
    facts = ticket.summary
    return compliance_service_pb2.ClockAtRisk(
        id=str(clock.id),
        name=clock.name,
        kind=clock.kind,
        policy=clock.policy_name,
        due_at=moment(clock.due_at),
        breached=clock.breached_at is not None,
        ticket_id=str(ticket.id),
        **{name: facts[name] for name in _SHOWN_AT_RISK if name in facts},  # type: ignore[arg-type]  # kept by the names of its fields
    )


def interval_message(interval: Counted) -> sla_pb2.ClockInterval:
    """A stretch of a clock's time."""
    counted = interval.end - interval.start if interval.counted else timedelta(0)
    return sla_pb2.ClockInterval(
        start=moment(interval.start),
        end=moment(interval.end),
        counted=interval.counted,
        reason=interval.reason,
        duration=durations.format(counted),
    )


def span_message(span: Span) -> sla_pb2.BusinessInterval:
    """A stretch of business time."""
    return sla_pb2.BusinessInterval(start=moment(span.start), end=moment(span.end))


def facts_message(ticket: TicketState) -> events_pb2.TicketFacts:
    """What is told of the ticket beside its clock."""
    return events_pb2.TicketFacts(**ticket.summary)  # type: ignore[arg-type]  # kept by the names of its fields


def calendar_message(row: CalendarRow) -> sla_pb2.Calendar:
    """A calendar as it is now."""
    message = _calendar_message({column.name: getattr(row, column.name) for column in row.__table__.columns})
    for feed in message.feeds:
        known = row.sources.get(feed.name, {})
        feed.problem = known.get("problem", "")
        for name in ("checked_at", "fetched_at"):
            if known.get(name):
                getattr(feed, name).FromDatetime(datetime.fromisoformat(known[name]))
    message.id, message.version = str(row.id), row.version
    message.created_at.FromDatetime(row.created_at)
    message.updated_at.FromDatetime(row.updated_at)
    return message


def version_message(row: CalendarVersionRow, data: Kept | None) -> sla_pb2.CalendarVersion:
    """A calendar as it was from one change on, and the data that it goes by; None for one from before data was kept."""
    calendar = _calendar_message(row.document)
    calendar.id, calendar.version = str(row.calendar_id), row.version
    return sla_pb2.CalendarVersion(
        calendar=calendar,
        in_force_since=moment(row.in_force_since),
        zone_release="" if data is None else data.zone_release,
        holiday_release="" if data is None else data.holiday_release,
    )


def _calendar_message(written: Mapping[str, object]) -> sla_pb2.Calendar:
    """What a calendar says. Old versions lack what calendars could not say then."""
    hours = sla_pb2.WeekHours()
    for day, spans in cast("Mapping[str, Pairs]", written["hours"]).items():
        getattr(hours, day).extend(_intervals(spans))
    days = cast("list[Mapping[str, object]]", written.get("days", []))
    feeds = cast("list[Mapping[str, object]]", written.get("feeds", []))
    return sla_pb2.Calendar(
        name=str(written["name"]),
        time_zone=str(written["time_zone"]),
        hours=hours,
        holidays=_holidays(cast("Pairs", written["holidays"])),
        holiday_country=str(written["holiday_country"]),
        holiday_subdivision=str(written.get("holiday_subdivision", "")),
        days=[
            sla_pb2.SpecialDay(
                date=str(day["date"]), name=str(day["name"]), hours=_intervals(cast("Pairs", day["hours"]))
            )
            for day in days
        ],
        feeds=[
            sla_pb2.HolidayFeed(
                name=str(feed["name"]),
                holidays=_holidays(cast("Pairs", feed["days"])),
                skipped=cast("int", feed["skipped"]),
                url=str(feed.get("url", "")),
            )
            for feed in feeds
        ],
        effective_from=str(written.get("effective_from", "")),
    )


def _intervals(spans: Pairs) -> list[sla_pb2.Interval]:
    return [sla_pb2.Interval(start=start, end=end) for start, end in spans]


def _holidays(days: Pairs) -> list[sla_pb2.Holiday]:
    return [sla_pb2.Holiday(date=date, name=name) for date, name in days]


def policy_message(row: PolicyRow, faults: Sequence[tuple[str, str]]) -> sla_pb2.Policy:
    """A policy, and each place of it that names what tickets do not have any more, with the reason."""
    return sla_pb2.Policy(
        id=str(row.id),
        name=row.name,
        order=row.position,
        condition=row.condition,
        kind=row.kind,
        calendar_id=str(row.calendar_id),
        targets=[
            sla_pb2.Target(clock=clock, priority=priority, target=target)
            for clock, priority, target in row.targets
        ],
        pause_states=row.pause_states,
        warnings=row.warnings,
        active=row.active,
        pause_when=row.pause_when,
        restart_on=row.restart_on,
        recompute=row.recompute,
        clocks=[sla_pb2.OwnClock(**clock) for clock in row.clocks],  # type: ignore[arg-type]  # kept by the names of its fields
        escalations=[sla_pb2.Escalation(**step) for step in row.escalations],  # type: ignore[arg-type]  # as above
        created_at=moment(row.created_at),
        updated_at=moment(row.updated_at),
        version=row.version,
        faults=[sla_pb2.PolicyFault(field=field, reason=reason) for field, reason in faults],
    )


def agreement_message(row: AgreementRow) -> agreement_service_pb2.Agreement:
    """An agreement."""
    return agreement_service_pb2.Agreement(
        id=str(row.id),
        name=row.name,
        kind=row.kind,
        parties=row.parties,
        services=row.services,
        products=row.products,
        valid_from=row.valid_from.isoformat(),
        valid_until="" if row.valid_until is None else row.valid_until.isoformat(),
        note=row.note,
        included_hours=row.included_hours,
        hours_period=row.hours_period,
        hours_warnings=row.hours_warnings,
        created_at=moment(row.created_at),
        updated_at=moment(row.updated_at),
        version=row.version,
    )


def value_message(value: object) -> Value:
    """A value of JSON; mappings and sequences included."""
    message = Value()
    match value:
        case None:
            message.null_value = 0  # type: ignore[assignment]  # NULL_VALUE
        case bool():
            message.bool_value = value
        case int() | float():
            message.number_value = value
        case str():
            message.string_value = value
        case Mapping():
            message.struct_value.update({str(name): one for name, one in value.items()})
        case list() | tuple():
            message.list_value.values.extend(value_message(one) for one in value)
        case _:
            raise TypeError(f"{type(value).__name__} is no value of JSON")
    return message
