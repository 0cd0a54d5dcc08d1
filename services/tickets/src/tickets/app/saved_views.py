"""Saved views: questions for tickets that people keep, share, count and open."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Select, Uuid, cast, func, select, union_all

from chassis import filters
from chassis.db import Tx
from chassis.errors import BadRequest, FieldError, InvalidInput, WrongState
from chassis.paging import Page
from tickets.app.checking import Problems
from tickets.app.configuration import Configuration
from tickets.app.listing import (
    MAX_QUERY,
    Wanted,
    check_order,
    condition_of,
    field_table,
    list_tickets,
    matching,
)
from tickets.app.sharing import Draft, SharedKind, sharing_of
from tickets.db.automation import SavedView
from tickets.db.tickets import Ticket
from tickets.db.views import TicketView
from tickets.domain.texts import MAX_SHORT

MAX_COLUMNS = 30
MAX_COUNTED_VIEWS = 50
COUNTED_UP_TO = 1_000
"""Tickets of one view; a larger number helps nobody to choose, and costs more the larger it is."""


@dataclass(frozen=True, slots=True)
class ViewDraft(Draft):
    """All that a view says, as people write it."""

    filter: str = ""
    query: str = ""
    columns: Sequence[str] = ()
    order_by: str = ""


@dataclass(frozen=True, slots=True)
class ViewCount:
    """How many tickets a view has for the caller, `more` where there are more than `COUNTED_UP_TO`.

    `problem` says why nothing was counted.
    """

    view_id: UUID
    count: int
    more: bool
    problem: str = ""


async def list_view_tickets(
    tx: Tx, *, configuration: Configuration, view_id: str, page: Page
) -> tuple[list[TicketView], str]:
    """A page of the tickets of a view that the caller sees, and the token of the next.

    Raises NotFound, BadRequest for the token, WrongState where the filter no longer fits the fields that there are.
    """
    row = await VIEWS.find(tx, view_id)
    try:
        filters.check(filters.parse(row.filter), field_table(configuration))
    except BadRequest as error:
        raise WrongState("VIEW_OUTDATED", error.detail) from error
    wanted = Wanted(row.filter, row.order_by, row.query)
    return await list_tickets(tx, configuration=configuration, wanted=wanted, page=page)


async def count_views(tx: Tx, *, configuration: Configuration, view_ids: Sequence[str]) -> list[ViewCount]:
    """How many tickets the caller sees in each of the views, or in all that the caller sees where none is named.

    All are counted by one statement, each up to `COUNTED_UP_TO`, words as they are written. Raises InvalidInput for too
    many, NotFound.
    """
    if len(view_ids) > MAX_COUNTED_VIEWS:
        raise InvalidInput([FieldError("view_ids", f"must be at most {MAX_COUNTED_VIEWS}")])
    if view_ids:
        unique = dict.fromkeys(view_ids)
        rows = [await VIEWS.find(tx, one) for one in unique]
    else:
        rows, _ = await VIEWS.rows(tx, Page(MAX_COUNTED_VIEWS, ""))
    questions: dict[UUID, Select[Ticket]] = {}
    problems: dict[UUID, str] = {}
    for row in rows:
        try:
            condition = await condition_of(tx, configuration, row.filter)
        except BadRequest as error:
            problems[row.id] = error.detail
        else:
            questions[row.id] = matching(tx, configuration, condition, row.query)
    counted = await _counted(tx, questions)
    return [
        ViewCount(
            row.id,
            min(counted.get(row.id, 0), COUNTED_UP_TO),
            more=counted.get(row.id, 0) > COUNTED_UP_TO,
            problem=problems.get(row.id, ""),
        )
        for row in rows
    ]


async def _counted(tx: Tx, questions: Mapping[UUID, Select[Ticket]]) -> dict[UUID, int]:
    if not questions:
        return {}
    counts = [
        select(
            cast(id_, Uuid()).label("id"),
            select(func.count())
            .select_from(question.with_only_columns(Ticket.id).limit(COUNTED_UP_TO + 1).subquery())
            .scalar_subquery()
            .label("count"),
        )
        for id_, question in questions.items()
    ]
    return {row[0]: row[1] for row in await tx.execute(union_all(*counts))}


async def _check(_: Tx, configuration: Configuration, draft: ViewDraft) -> None:
    problems = Problems()
    problems.text("name", draft.name, limit=MAX_SHORT, required=True)
    problems.text("query", draft.query, limit=MAX_QUERY)
    table = field_table(configuration)
    try:
        filters.check(filters.parse(draft.filter), table)
    except BadRequest as error:
        problems.add("filter", error.detail)
    if len(draft.columns) > MAX_COLUMNS:
        problems.add("columns", f"must be at most {MAX_COLUMNS}")
    for place, column in enumerate(draft.columns):
        if table.get(column) is None:
            problems.add(f"columns[{place}]", "there is no such field")
        elif column in draft.columns[:place]:
            problems.add(f"columns[{place}]", "is named twice")
    problems.raise_any()
    check_order(draft.order_by)


def _write(row: SavedView, draft: ViewDraft) -> None:
    row.filter = draft.filter
    row.query = draft.query
    row.columns = list(draft.columns)
    row.order_by = draft.order_by


def _draft(row: SavedView) -> ViewDraft:
    return ViewDraft(row.name, sharing_of(row), row.filter, row.query, row.columns, row.order_by)


VIEWS = SharedKind(SavedView, "view", _draft, _check, _write)
"""The views that people keep."""
