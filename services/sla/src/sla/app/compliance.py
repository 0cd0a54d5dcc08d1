"""What became of the clocks: met, breached, open, by whom or what; and those at risk now."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import (
    ColumnElement,
    Row,
    String,
    and_,
    case,
    cast,
    func,
    literal,
    select,
)
from sqlalchemy.sql.expression import SQLColumnExpression

from chassis.context import current_caller
from chassis.db import Tx
from chassis.durations import parse_duration
from chassis.paging import Keyset, Page
from sla.app.refusals import invalid
from sla.app.visibility import seen_with
from sla.db.rules import Tenant
from sla.db.tickets import ClockRow, TicketRow
from sla.domain import zones
from sla.domain.policies import KINDS

PERIODS = ("day", "week", "month")
_OF_TICKETS = {
    "organization": "organization",
    "service": "service_id",
    "team": "team",
    "assignee": "assignee",
    "queue": "queue",
    "process": "process",
}
GROUPS = ("policy", *_OF_TICKETS, "priority", "clock", *PERIODS)

_DEFAULT = timedelta(days=30)
_LONGEST = timedelta(days=731)
_SOON = timedelta(hours=4)
_LATEST = timedelta(days=31)

Column = SQLColumnExpression[str]


@dataclass(frozen=True, slots=True)
class Question:
    """Which windings are counted, and how they are grouped; empty texts ask for all."""

    by: str
    since: datetime | None = None
    until: datetime | None = None
    kind: str = ""
    clock: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    """What became of the windings of one policy, team, month, …; `average` is of those that stopped."""

    id: str
    key: str
    met: int
    breached: int
    open: int
    average: timedelta | None

    @property
    def rate(self) -> float | None:
        """The share of those met among the decided ones; None without any."""
        decided = self.met + self.breached
        return self.met / decided if decided else None


async def count_compliance(tx: Tx, *, question: Question, page: Page) -> tuple[list[Group], str]:
    """A page of the groups by key, and the token of the next; of tickets on which the caller may read reports.

    Raises InvalidInput for an unknown group or kind, and for times that are not in order or too far apart.
    """
    _check_kind(question.kind)
    if question.by not in GROUPS:
        raise invalid(("by", f"must be one of {', '.join(GROUPS)}"))
    until = question.until or datetime.now(UTC)
    since = question.since or until - _DEFAULT
    if not timedelta(0) < until - since <= _LONGEST:
        raise invalid(("since", "must be before until, by at most two years"))
    id_, key = await _grouping(tx, question.by)
    breached = ClockRow.breached_at.is_not(None)
    met = and_(ClockRow.state == "stopped", ClockRow.breached_at.is_(None))
    groups = (
        select(
            id_.label("id"),
            key.label("key"),
            func.count().filter(met).label("met"),
            func.count().filter(breached).label("breached"),
            func.count()
            .filter(and_(ClockRow.state != "stopped", ClockRow.breached_at.is_(None)))
            .label("open"),
            func.avg(ClockRow.elapsed_seconds).filter(ClockRow.state == "stopped").label("average"),
        )
        .join(TicketRow, and_(TicketRow.tenant_id == ClockRow.tenant_id, TicketRow.id == ClockRow.ticket_id))
        .where(
            ClockRow.tenant_id == tx.tenant_id,
            ClockRow.started_at >= since,
            ClockRow.started_at < until,
            seen_with(current_caller(), "reports.read"),
            *_asked(question.kind, question.clock),
        )
        .group_by(id_, key)
        .subquery()
    )
    keyset = Keyset([(groups.c.key, False), (groups.c.id, False)], repr(question))
    rows = (await tx.execute(keyset.select(select(groups), page))).all()
    found, token = keyset.cut(rows, page)
    return [_group(row) for row in found], token


async def list_at_risk(
    tx: Tx, *, within: str, kind: str, clock: str, page: Page
) -> tuple[list[tuple[ClockRow, TicketRow]], str]:
    """A page of the running clocks that are breached or due within a time, the nearest first; of tickets the caller reads.

    Raises InvalidInput for a time that is no ISO 8601 duration of at most 31 days, and an unknown kind.
    """
    _check_kind(kind)
    try:
        length = parse_duration(within) if within else _SOON
    except ValueError as error:
        raise invalid(("within", str(error))) from error
    if length > _LATEST:
        raise invalid(("within", "must not be longer than 31 days"))
    keyset = Keyset([(ClockRow.due_at, False), (ClockRow.id, False)], f"{length} {kind} {clock}")
    statement = (
        select(ClockRow, TicketRow)
        .join(TicketRow, and_(TicketRow.tenant_id == ClockRow.tenant_id, TicketRow.id == ClockRow.ticket_id))
        .where(
            ClockRow.tenant_id == tx.tenant_id,
            ClockRow.state == "running",
            ClockRow.due_at <= datetime.now(UTC) + length,
            seen_with(current_caller(), "tickets.read"),
            *_asked(kind, clock),
        )
    )
    rows = (await tx.execute(keyset.select(statement, page))).all()
    found, token = keyset.cut(rows, page, lambda row: (row[0].due_at, row[0].id))
    return [(row[0], row[1]) for row in found], token


def _group(row: Row[tuple[str, str, int, int, int, object]]) -> Group:
    average = None if row.average is None else timedelta(seconds=round(float(row.average)))
    return Group(row.id, row.key, row.met, row.breached, row.open, average)


def _asked(kind: str, clock: str) -> list[ColumnElement[bool]]:
    wanted = [(ClockRow.kind, kind), (ClockRow.name, clock)]
    return [column == value for column, value in wanted if value]


def _check_kind(kind: str) -> None:
    if kind and kind not in KINDS:
        raise invalid(("kind", f"must be one of {', '.join(KINDS)}"))


async def _grouping(tx: Tx, by: str) -> tuple[Column, Column]:
    """What a group is known by: its id and its key, neither ever null."""
    if by in PERIODS:
        zone = await tx.scalar(select(Tenant.time_zone).where(Tenant.tenant_id == tx.tenant_id))
        local = func.timezone(zone if zone and zones.is_zone(zone) else "UTC", ClockRow.started_at)
        day = func.to_char(func.date_trunc(by, local), "YYYY-MM-DD")
        return day, day
    if by == "policy":
        return cast(ClockRow.policy_id, String), ClockRow.policy_name
    if by in {"priority", "clock"}:
        column = ClockRow.priority if by == "priority" else ClockRow.name
        return column, column
    dimension = ClockRow.dimensions[literal(_OF_TICKETS[by])]
    first = func.coalesce(dimension[0].astext, "")
    last = func.coalesce(dimension[-1].astext, "")
    return first, case((last == "", first), else_=last)
