"""Counts over all that happened to tickets."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Column,
    ColumnElement,
    CompoundSelect,
    DateTime,
    Integer,
    Select,
    Subquery,
    Text,
    Uuid,
    and_,
    cast,
    func,
    literal,
    select,
    union_all,
)
from sqlalchemy.sql.expression import SQLColumnExpression

from tickets.db.tickets import HistoryEntry, Ticket
from tickets.domain.workflow import OPEN_CATEGORIES

_COUNTED = ("created", "resolved", "closed", "reopened", "cancelled", "open")


def volume(
    bounds: Sequence[datetime],
    group: SQLColumnExpression[object],
    condition: ColumnElement[bool],
    meanings: Mapping[tuple[UUID, str], str],
) -> CompoundSelect[int, str, int, int, int, int, int, int]:
    """What happened in each interval (from 1 on; one more for the time after the last), and what is open now (0), by group.

    The columns are place, group, created, resolved, closed, reopened, cancelled, open.

    One statement, so that what is open now and what has moved are of one moment.

    :param bounds: between the intervals, with the beginning and the end.
    :param meanings: the category of each state, by workflow version.
    """
    return union_all(
        _created(bounds, group, condition),
        _moved(bounds, group, condition, meanings),
        _row(literal(0), group, {"open": func.count()})
        .where(Ticket.state_category.in_(OPEN_CATEGORIES), condition)
        .group_by(group),
    )


def _created(
    bounds: Sequence[datetime], group: SQLColumnExpression[object], condition: ColumnElement[bool]
) -> Select[int, str, int, int, int, int, int, int]:
    place = _place(Ticket.created_at, bounds)
    return (
        _row(place, group, {"created": func.count()})
        .where(Ticket.created_at >= bounds[0], condition)
        .group_by(place, group)
    )


def _moved(
    bounds: Sequence[datetime],
    group: SQLColumnExpression[object],
    condition: ColumnElement[bool],
    meanings: Mapping[tuple[UUID, str], str],
) -> Select[int, str, int, int, int, int, int, int]:
    # Counted before anything is said of what the states mean: states have the same names in many workflows, and a join
    # over the names alone would look each ticket up as often.
    key = cast(group, Text()).label("group")
    version, before, after = (
        Ticket.workflow_version_id.label("version"),
        _text(HistoryEntry.old_value).label("before"),
        _text(HistoryEntry.new_value).label("after"),
    )
    place = _place(HistoryEntry.occurred_at, bounds).label("place")
    moves = (
        select(place, key, version, before, after, func.count().label("times"))
        .select_from(HistoryEntry)
        .join(Ticket, and_(Ticket.tenant_id == HistoryEntry.tenant_id, Ticket.id == HistoryEntry.ticket_id))
        .where(HistoryEntry.field == "state", HistoryEntry.occurred_at >= bounds[0], condition)
        .group_by(place, key, version, before, after)
        .subquery("moves")
        .c
    )
    old, new = _meanings(meanings, "old"), _meanings(meanings, "new")
    was, now = old.c.category, new.c.category
    ended = and_(was.in_(OPEN_CATEGORIES), now.in_(("resolved", "closed")))
    cancelled = and_(was.in_(OPEN_CATEGORIES), now == "cancelled")
    closed = and_(was != "closed", now == "closed")
    reopened = and_(was.not_in(OPEN_CATEGORIES), now.in_(OPEN_CATEGORIES))
    counted = {"resolved": ended, "closed": closed, "reopened": reopened, "cancelled": cancelled}
    sums = {
        name: cast(func.coalesce(func.sum(moves.times).filter(one), 0), BigInteger())
        for name, one in counted.items()
    }
    return (
        _row(moves.place, moves.group, sums)
        .join(old, and_(old.c.version == moves.version, old.c.state == moves.before))
        .join(new, and_(new.c.version == moves.version, new.c.state == moves.after))
        .where(was != now)
        .group_by(moves.place, moves.group)
    )


def _row(
    place: ColumnElement[int], group: SQLColumnExpression[object], counted: Mapping[str, ColumnElement[int]]
) -> Select[int, str, int, int, int, int, int, int]:
    created, resolved, closed, reopened, cancelled, is_open = (
        counted.get(name, literal(0)).label(name) for name in _COUNTED
    )
    key = cast(group, Text()).label("group")
    return select(place.label("place"), key, created, resolved, closed, reopened, cancelled, is_open)


def _place(at: SQLColumnExpression[datetime], bounds: Sequence[datetime]) -> ColumnElement[int]:
    times = literal(list(bounds), ARRAY(DateTime(timezone=True)))
    return func.width_bucket(at, times, type_=Integer())


def _meanings(meanings: Mapping[tuple[UUID, str], str], name: str) -> Subquery:
    versions = literal([version for version, _ in meanings], ARRAY(Uuid()))
    states = literal([state for _, state in meanings], ARRAY(Text()))
    categories = literal(list(meanings.values()), ARRAY(Text()))
    return select(
        func.unnest(versions, states, categories)
        .table_valued(Column("version", Uuid()), Column("state", Text()), Column("category", Text()))
        .render_derived(name=f"{name}_states")
    ).subquery(name)


def _text(value: SQLColumnExpression[object]) -> ColumnElement[str]:
    """The text that a JSON value is."""
    return value.op("#>>", return_type=Text())(literal([], ARRAY(Text())))
