"""Saved views: questions for tickets that people keep, share, count and open."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Select

from chassis import filters
from chassis.db import Tx
from chassis.errors import BadRequest, FieldError, InvalidInput, WrongState
from chassis.paging import Page
from tickets.app.checking import Problems
from tickets.app.configuration import Configuration
from tickets.app.counting import Count, count_questions
from tickets.app.listing import (
    MAX_QUERY,
    Wanted,
    check_order,
    condition_of,
    list_table,
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


@dataclass(frozen=True, slots=True)
class ViewDraft(Draft):
    """All that a view says, as people write it."""

    filter: str = ""
    query: str = ""
    columns: Sequence[str] = ()
    order_by: str = ""


@dataclass(frozen=True, slots=True)
class ViewCount:
    """How many tickets a view has for the caller; `problem` says why nothing was counted."""

    view_id: UUID
    count: Count
    problem: str


async def list_view_tickets(
    tx: Tx, *, configuration: Configuration, view_id: str, page: Page
) -> tuple[list[TicketView], str]:
    """A page of the tickets of a view that the caller sees, and the token of the next.

    Raises NotFound, BadRequest for the token, WrongState where the filter no longer fits the fields that there are.
    """
    row = await VIEWS.find(tx, view_id)
    try:
        filters.check(filters.parse(row.filter), list_table(configuration))
    except BadRequest as error:
        raise WrongState("VIEW_OUTDATED", error.detail) from error
    wanted = Wanted(row.filter, row.order_by, row.query)
    return await list_tickets(tx, configuration=configuration, wanted=wanted, page=page)


async def count_views(tx: Tx, *, configuration: Configuration, view_ids: Sequence[str]) -> list[ViewCount]:
    """How many tickets the caller sees in each of the views, or in all that the caller sees where none is named.

    All are counted by one statement, each up to a bound, words as they are written. Raises InvalidInput for too
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
    counted = dict(zip(questions, await count_questions(tx, [*questions.values()]), strict=True))
    return [
        ViewCount(row.id, counted.get(row.id, Count(0, more=False)), problems.get(row.id, "")) for row in rows
    ]


async def _check(_: Tx, configuration: Configuration, draft: ViewDraft) -> None:
    problems = Problems()
    problems.text("name", draft.name, limit=MAX_SHORT, required=True)
    problems.text("query", draft.query, limit=MAX_QUERY)
    table = list_table(configuration)
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
