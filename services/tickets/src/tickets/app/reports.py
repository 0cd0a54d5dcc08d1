"""Numbers about tickets, of those that the caller reads and may report on."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Text, and_, false, literal, or_
from sqlalchemy.sql.expression import SQLColumnExpression

from chassis.db import Tx
from tickets.app.access import may, readable_parts
from tickets.app.checking import Problems
from tickets.app.configuration import Configuration
from tickets.app.listing import condition_of
from tickets.app.zones import zone_of_caller
from tickets.db.reports import volume
from tickets.db.tickets import Ticket
from tickets.domain.priority import PRIORITIES
from tickets.domain.recurring import known_zones
from tickets.domain.volume import (
    INTERVALS,
    MOST_DAYS,
    MOST_INTERVALS,
    Counts,
    Series,
    Told,
    cut,
    largest,
    midnight,
    read_time,
)

REPORTS = "reports.read"

_USUAL_DAYS = 30
_GROUPS: dict[str, SQLColumnExpression[object]] = {
    "none": literal("", Text()),
    "process": Ticket.process_id,
    "queue": Ticket.queue_id,
    "team": Ticket.team_id,
    "type": Ticket.type,
    "priority": Ticket.priority,
    "channel": Ticket.channel,
}


@dataclass(frozen=True, slots=True)
class VolumeQuestion:
    """What is counted: from when to when (days of the zone, or moments), cut into what, by what, of which tickets."""

    since: str = ""
    until: str = ""
    interval: str = ""
    by: str = ""
    time_zone: str = ""
    process: str = ""
    queue: str = ""
    filter: str = ""


@dataclass(frozen=True, slots=True)
class VolumeGroup:
    """The numbers of tickets that have something in common; `other` stands for the groups that are left out."""

    told: Told
    id: str = ""
    key: str = ""
    name: str = ""
    other: bool = False


@dataclass(frozen=True, slots=True)
class Volume:
    """What was counted. `bounds` are between the intervals, with the beginning and the end."""

    bounds: Sequence[datetime]
    time_zone: str
    interval: str
    by: str
    all: Told
    groups: Sequence[VolumeGroup]


async def count_volume(tx: Tx, *, configuration: Configuration, question: VolumeQuestion) -> Volume:
    """How many tickets were created, resolved, closed and reopened in each interval, and open at its end.

    Moves count when they happened, each of them; tickets belong to the group that they are in now, and states mean what the
    ticket's workflow says now. Raises InvalidInput for times, intervals or groups that cannot be, BadRequest for a
    malformed filter.
    """
    problems = Problems()
    interval, by = question.interval or "day", question.by or "none"
    problems.choice("interval", interval, INTERVALS)
    problems.choice("by", by, tuple(_GROUPS))
    places = _places(configuration, question, problems)
    zone = await _zone(tx, question.time_zone, problems)
    now = datetime.now(UTC)
    start, end = _range(question, zone, now, problems)
    problems.raise_any()
    bounds = cut(start, end, interval, zone)
    if len(bounds) > MOST_INTERVALS + 1:
        problems.add("interval", f"would cut the time into more than {MOST_INTERVALS}")
        problems.raise_any()
    filtered = await condition_of(tx, configuration, question.filter)
    condition = and_(_reported(configuration), filtered, *places)
    meanings = configuration.once(_meanings, lambda: _meanings(configuration))
    statement = volume(bounds, _GROUPS[by], condition, meanings)
    series: dict[str, Series] = {}
    for place, group, *counts, open_now in await tx.execute(statement):
        one = series.setdefault(group or "", Series.empty(len(bounds) - 1))
        if place == 0:
            one.open_now += open_now
        else:
            (one.counts[place - 1] if place < len(bounds) else one.after).add(Counts(*counts))
    everything = Series.empty(len(bounds) - 1)
    for one in series.values():
        everything.add(one)
    groups = [] if by == "none" else _groups(configuration, by, series, len(bounds) - 1)
    return Volume(bounds, zone.key, interval, by, everything.with_backlogs(), groups)


def _groups(
    configuration: Configuration, by: str, series: dict[str, Series], intervals: int
) -> list[VolumeGroup]:
    shown, left_out = largest(series)
    if by == "priority":
        shown.sort(key=PRIORITIES.index)
    groups = [_named(configuration, by, key, series[key].with_backlogs()) for key in shown]
    if left_out:
        others = Series.empty(intervals)
        for key in left_out:
            others.add(series[key])
        groups.append(VolumeGroup(others.with_backlogs(), other=True))
    return groups


def _named(configuration: Configuration, by: str, key: str, told: Told) -> VolumeGroup:
    if by in {"process", "queue"}:
        row = (configuration.processes if by == "process" else configuration.queues)[UUID(key)]
        return VolumeGroup(told, key, row.slug, row.name)
    team = configuration.team(UUID(key)) if by == "team" and key else None
    if team is not None:
        return VolumeGroup(told, key, team.key, team.name)
    kind = configuration.types.get(key) if by == "type" else None
    return VolumeGroup(told, "" if kind is None else str(kind.id), key, key if kind is None else kind.name)


def _reported(configuration: Configuration) -> ColumnElement[bool]:
    """The tickets that the caller reads as one of the desk, in queues on which reports are his to read."""
    queues = [
        queue.id
        for queue in configuration.queues.values()
        if may(REPORTS, configuration.processes[queue.process_id], queue)
    ]
    seen = [part.condition for part in readable_parts(configuration) if not part.only_public]
    return Ticket.queue_id.in_(queues) & (or_(*seen) if seen else false())


def _places(
    configuration: Configuration, question: VolumeQuestion, problems: Problems
) -> list[ColumnElement[bool]]:
    """The process and the queue that are asked for."""
    conditions: list[ColumnElement[bool]] = []
    process, queue = configuration.find_process(question.process), configuration.find_queue(question.queue)
    for field, wanted, found, column in (
        ("process", question.process, process, Ticket.process_id),
        ("queue", question.queue, queue, Ticket.queue_id),
    ):
        if found is not None:
            conditions.append(column == found.id)
        elif wanted:
            problems.add(field, f"there is no such {field}")
    return conditions


def _meanings(configuration: Configuration) -> dict[tuple[UUID, str], str]:
    """The category of each state in each workflow version; one that a version has no more means what it meant elsewhere."""
    everywhere = {
        slug: state.category for rules in configuration.rules.values() for slug, state in rules.states.items()
    }
    return {
        (version, slug): rules.category(slug) if slug in rules.states else category
        for version, rules in configuration.rules.items()
        for slug, category in everywhere.items()
    }


async def _zone(tx: Tx, wanted: str, problems: Problems) -> ZoneInfo:
    """The zone that is asked for, that of the caller, or that of the tenant."""
    if not wanted:
        return await zone_of_caller(tx)
    if wanted in known_zones():
        return ZoneInfo(wanted)
    problems.add("time_zone", "is no IANA time zone, such as Europe/Warsaw")
    return ZoneInfo("UTC")


def _range(
    question: VolumeQuestion, zone: ZoneInfo, now: datetime, problems: Problems
) -> tuple[datetime, datetime]:
    start, end = now, now
    try:
        end = min(read_time(question.until, zone, whole_day=True) if question.until else now, now)
        start = midnight(end.astimezone(zone).date() - timedelta(days=_USUAL_DAYS - 1), zone)
    except ValueError as error:
        problems.add("to", str(error))
        return start, end
    try:
        start = read_time(question.since, zone) if question.since else start
    except ValueError as error:
        problems.add("from", str(error))
        return start, end
    if start >= end:
        problems.add("from", "must be before the end, and in the past")
    elif end - start > timedelta(days=MOST_DAYS):
        problems.add("from", "must be at most ten years before the end")
    return start, end
