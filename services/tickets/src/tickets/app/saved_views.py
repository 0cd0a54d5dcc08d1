"""Saved views: questions for tickets that people keep, share, count and open."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from uuid import UUID

from sqlalchemy import Select, Uuid, cast, func, select, union_all

from chassis import filters
from chassis.context import current_caller
from chassis.db import Tx
from chassis.errors import BadRequest, FieldError, InvalidInput, WrongState
from chassis.ids import new_id
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
from tickets.app.sharing import (
    Sharing,
    ShownShared,
    checked_teams,
    get_shared,
    list_shared,
    lock_shared,
    one_shown,
    shown,
    tell_setting,
)
from tickets.db.automation import SavedView
from tickets.db.tickets import Ticket
from tickets.db.views import TicketView
from tickets.domain.changes import Plain
from tickets.domain.texts import MAX_SHORT

MAX_COLUMNS = 30
MAX_COUNTED_VIEWS = 50
COUNTED_UP_TO = 1_000
"""Tickets of one view; a larger number helps nobody to choose, and costs more the larger it is."""

_VIEW = "view"


@dataclass(frozen=True, slots=True)
class ViewDraft:
    """All that a view says, as people write it."""

    name: str
    filter: str = ""
    query: str = ""
    columns: Sequence[str] = ()
    order_by: str = ""
    shared_with: Sharing = field(default_factory=Sharing)


@dataclass(frozen=True, slots=True)
class ViewCount:
    """How many tickets a view has for the caller, `more` where there are more than `COUNTED_UP_TO`.

    `problem` says why nothing was counted.
    """

    view_id: UUID
    count: int
    more: bool
    problem: str = ""


async def create_view(tx: Tx, *, configuration: Configuration, draft: ViewDraft) -> ShownShared[SavedView]:
    """Keeps a view of the caller. Raises InvalidInput with the place of a fault in the filter, Forbidden."""
    _check(configuration, draft)
    owner_id = current_caller().user_id
    assert owner_id is not None  # nobody calls it but people and service accounts
    row = SavedView(id=new_id(), owner_id=owner_id)
    _write(row, draft, checked_teams(configuration, draft.shared_with))
    tx.add(row)
    await tx.flush()
    tell_setting(tx, kind=_VIEW, row=row, before={}, after=_plain(row), version=row.version)
    return await one_shown(tx, configuration, row)


async def update_view(
    tx: Tx,
    *,
    configuration: Configuration,
    view_id: str,
    changes: Mapping[str, object],
    expected_version: int | None,
) -> ShownShared[SavedView]:
    """Changes fields of a view. Raises NotFound, Forbidden, Stale, InvalidInput."""
    row = await lock_shared(tx, row=SavedView, id=view_id, what=_VIEW, expected_version=expected_version)
    before = _plain(row)
    draft = replace(_draft(row), **changes)  # type: ignore[arg-type]  # the door hands fields of the draft
    _check(configuration, draft)
    shared = "shared_with" in changes
    _write(row, draft, checked_teams(configuration, draft.shared_with) if shared else row.team_ids)
    if _plain(row) != before:
        await tx.flush()
        tell_setting(tx, kind=_VIEW, row=row, before=before, after=_plain(row), version=row.version)
    return await one_shown(tx, configuration, row)


async def delete_view(tx: Tx, *, view_id: str, expected_version: int | None) -> None:
    """Removes a view. Raises NotFound, Forbidden, Stale."""
    row = await lock_shared(tx, row=SavedView, id=view_id, what=_VIEW, expected_version=expected_version)
    await tx.session.delete(row)
    tell_setting(tx, kind=_VIEW, row=row, before=_plain(row), after={}, version=row.version + 1)


async def get_view(tx: Tx, *, configuration: Configuration, view_id: str) -> ShownShared[SavedView]:
    """The view of an id. Raises NotFound."""
    row = await get_shared(tx, row=SavedView, id=view_id, what=_VIEW)
    return await one_shown(tx, configuration, row)


async def list_views(
    tx: Tx, *, configuration: Configuration, page: Page
) -> tuple[list[ShownShared[SavedView]], str]:
    """A page of the views that the caller sees, by name, and the token of the next."""
    rows, token = await list_shared(tx, row=SavedView, page=page)
    return await shown(tx, configuration, rows), token


async def list_view_tickets(
    tx: Tx, *, configuration: Configuration, view_id: str, page: Page
) -> tuple[list[TicketView], str]:
    """A page of the tickets of a view that the caller sees, and the token of the next.

    Raises NotFound, BadRequest for the token, WrongState where the filter no longer fits the fields that there are.
    """
    row = await get_shared(tx, row=SavedView, id=view_id, what=_VIEW)
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
        rows = [await get_shared(tx, row=SavedView, id=one, what=_VIEW) for one in unique]
    else:
        rows, _ = await list_shared(tx, row=SavedView, page=Page(MAX_COUNTED_VIEWS, ""))
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


def _check(configuration: Configuration, draft: ViewDraft) -> None:
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


def _write(row: SavedView, draft: ViewDraft, team_ids: list[UUID]) -> None:
    row.name = draft.name.strip()
    row.filter = draft.filter
    row.query = draft.query
    row.columns = list(draft.columns)
    row.order_by = draft.order_by
    row.everybody = draft.shared_with.everybody
    row.team_ids = team_ids


def _draft(row: SavedView) -> ViewDraft:
    sharing = Sharing(row.everybody, [str(team) for team in row.team_ids])
    return ViewDraft(row.name, row.filter, row.query, row.columns, row.order_by, sharing)


def _plain(row: SavedView) -> dict[str, Plain]:
    return asdict(_draft(row))
