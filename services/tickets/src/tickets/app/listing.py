"""Lists of tickets: filter, words, order, pages."""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from sqlalchemy import (
    Boolean,
    ColumnElement,
    Double,
    Select,
    Text,
    and_,
    case,
    cast,
    false,
    func,
    literal,
    or_,
    select,
)
from sqlalchemy.dialects.postgresql import ARRAY, TSQUERY
from sqlalchemy.sql.expression import SQLColumnExpression

from chassis import filters, search
from chassis.db import Tx
from chassis.filters import Field, FieldTable, FieldType
from chassis.paging import Keyset, Order, Page, Value, order_of
from chassis.search.words import asked_words
from tickets.app.access import readable_parts
from tickets.app.checking import Problems
from tickets.app.configuration import Configuration
from tickets.app.filtering import implied_categories, named, with_ids
from tickets.app.recording import view_tickets
from tickets.db.major_incidents import is_major
from tickets.db.tickets import Ticket
from tickets.db.views import TicketView
from tickets.domain.changes import INTERNAL_FIELDS
from tickets.domain.fields import Definition
from tickets.domain.priority import LEVELS, PRIORITIES, rank
from tickets.domain.workflow import CATEGORIES, OPEN_CATEGORIES

MAX_QUERY = 1_000
"""Characters of a search."""

MENDED_WORDS = 8
"""Of a search, at most so many are looked up for their spelling."""

DEFAULT_ORDER: Final = "created_at desc"

RANK: Final = case(
    {name: place for place, name in enumerate(PRIORITIES)}, value=Ticket.priority, else_=len(PRIORITIES)
)
"""The place of a ticket's priority, the worst first."""

URGENCY_ORDER: Final = (RANK, Ticket.due_at, Ticket.created_at, Ticket.id)
"""The worst priority first, then the nearest target, then the oldest."""

ORDERS: Final[Mapping[str, tuple[SQLColumnExpression[object], Callable[[Ticket], Value]]]] = {
    "created_at": (Ticket.created_at, lambda ticket: ticket.created_at),
    "updated_at": (Ticket.updated_at, lambda ticket: ticket.updated_at),
    "due_at": (Ticket.due_at, lambda ticket: ticket.due_at),
    "priority": (RANK, lambda ticket: rank(ticket.priority)),
    "number": (Ticket.sequence, lambda ticket: ticket.sequence),
}
"""Column and value by name. A priority goes up from the worst."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a list asks for: a filter (see `chassis.filters`), an order (see ORDERS), words."""

    filter: str = ""
    order_by: str = ""
    query: str = ""


async def list_tickets(
    tx: Tx, *, configuration: Configuration, wanted: Wanted, page: Page
) -> tuple[list[TicketView], str]:
    """A page of the tickets that the caller sees, and the token of the next.

    Misspelt words are mended where nothing has them as they are. Raises BadRequest for a filter or token that is
    malformed, InvalidInput for an order or a search that is.
    """
    problems = Problems()
    problems.text("query", wanted.query, limit=MAX_QUERY)
    problems.raise_any()
    condition = await condition_of(tx, configuration, wanted.filter)
    keyset = Keyset(check_order(wanted.order_by), f"{wanted.filter}\n{wanted.query}")
    rows: list[Ticket] = []
    async for question in _questions(tx, configuration, wanted.query):
        for statement in keyset.parts(_statement(configuration, condition, question), page):
            rows += (await tx.scalars(statement)).all()
            if len(rows) > page.size:
                break
        if rows:
            break
    items, token = keyset.cut(rows, page, _values_of(wanted.order_by))
    return await view_tickets(tx, configuration, items), token


async def condition_of(tx: Tx, configuration: Configuration, text: str) -> ColumnElement[bool]:
    """The condition of a filter. Raises BadRequest for one that is malformed.

    By what the desk alone sees of a ticket only those tickets are found that the caller sees as one of the desk.
    """
    table = list_table(configuration)
    tree = await with_ids(tx, configuration, filters.parse(text))
    condition = filters.to_sql(filters.check(tree, table), table)
    if named(tree) & {*INTERNAL_FIELDS}:
        seen = [part.condition for part in readable_parts(configuration) if not part.only_public]
        condition = and_(or_(*seen) if seen else false(), condition)
    categories = implied_categories(configuration, tree)
    if categories is not None:
        condition = and_(Ticket.state_category.in_(sorted(categories)), condition)
    return condition


def check_order(order_by: str) -> list[Order]:
    """The order of a list of tickets, ended by what is unique. Raises InvalidInput."""
    columns = {name: column for name, (column, _) in ORDERS.items()}
    return order_of(order_by, columns, default=DEFAULT_ORDER, unique=Ticket.id)


def matching(
    tx: Tx, configuration: Configuration, condition: ColumnElement[bool], query: str
) -> Select[Ticket]:
    """The tickets that the caller sees under a condition, with these words as they are written."""
    if not query.strip():
        return _statement(configuration, condition, None)
    question = search.question(tx.tenant_id, query, configuration.languages)
    return _statement(configuration, false() if question is None else condition, question)


def list_table(configuration: Configuration) -> FieldTable:
    """What filters of lists and views may name: also what is known of a ticket only by looking elsewhere."""
    table = field_table(configuration)
    return replace(table, fields={**table.fields, "major": Field(FieldType.BOOL, (is_major(),))})


def field_table(configuration: Configuration, *, strict: bool = True) -> FieldTable:
    """The fields of a ticket that filters may name, the tenant's own as `fields.<slug>`.

    :param strict: whether values that cannot be are refused; what was stored while they could be is read without.
    """
    return configuration.once((field_table, strict), lambda: _field_table(configuration, strict=strict))


def _field_table(configuration: Configuration, *, strict: bool) -> FieldTable:
    def text(column: SQLColumnExpression[str], values: Sequence[str] = ()) -> Field:
        return Field(FieldType.STRING, (_plain(column),), frozenset(values if strict else ()))

    def reference(column: SQLColumnExpression[object]) -> Field:
        return Field(FieldType.REFERENCE, (_plain(column),))

    def time(column: SQLColumnExpression[object]) -> Field:
        return Field(FieldType.TIMESTAMP, (_plain(column),))

    fields = {
        "id": reference(Ticket.id),
        "number": text(Ticket.number),
        "type": text(Ticket.type, tuple(configuration.types)),
        "title": text(Ticket.title),
        "description": text(Ticket.description),
        "state": text(Ticket.state),
        "state_category": text(Ticket.state_category, CATEGORIES),
        "open": Field(FieldType.BOOL, (_plain(Ticket.state_category.in_(OPEN_CATEGORIES)),)),
        "priority": text(Ticket.priority, PRIORITIES),
        "impact": text(Ticket.impact, LEVELS),
        "urgency": text(Ticket.urgency, LEVELS),
        "category": text(Ticket.category),
        "channel": text(Ticket.channel),
        "language": text(Ticket.language),
        "tags": Field(FieldType.LIST, (_plain(Ticket.tags),)),
        "ci_ids": Field(FieldType.LIST, (_plain(Ticket.ci_ids),)),
        "service_id": text(Ticket.service_id),
        "process": reference(Ticket.process_id),
        "queue": reference(Ticket.queue_id),
        "team": reference(Ticket.team_id),
        "assignee": reference(Ticket.assignee_id),
        "requester": reference(Ticket.requester_id),
        "organization": reference(Ticket.organization_id),
        "parent_id": reference(Ticket.parent_id),
        "merged_into": reference(Ticket.merged_into_id),
        "created_at": time(Ticket.created_at),
        "updated_at": time(Ticket.updated_at),
        "resolved_at": time(Ticket.resolved_at),
        "closed_at": time(Ticket.closed_at),
        "first_responded_at": time(Ticket.first_responded_at),
        "due_at": time(Ticket.due_at),
        "remind_at": time(Ticket.remind_at),
        "breached": Field(FieldType.BOOL, (_plain(Ticket.breached),)),
    }

    def find(name: str) -> Field | None:
        slug, _, part = name.removeprefix("fields.").partition(".")
        definition = configuration.fields.get(slug)
        if definition is None or not name.startswith("fields."):
            return None
        if part:
            return _currency(definition) if (definition.kind, part) == ("money", "currency") else None
        field = _custom(definition)
        return field if strict else replace(field, values=frozenset())

    return FieldTable(fields, find)


def _custom(definition: Definition) -> Field:
    value = Ticket.fields[definition.slug]
    match definition.kind:
        case "number":
            return Field(FieldType.NUMBER, (cast(value.astext, Double()),))
        case "checkbox":
            return Field(FieldType.BOOL, (cast(value.astext, Boolean()),))
        case "choices":
            # Of this ticket: left to itself, the subquery would go over all tickets.
            each = func.jsonb_array_elements_text(value).column_valued("choice")
            listed = select(each).correlate(Ticket).scalar_subquery()
            return Field(
                FieldType.LIST, (func.array(listed, type_=ARRAY(Text())),), frozenset(definition.choices)
            )
        case "choice" | "tree":
            return Field(FieldType.STRING, (value.astext,), frozenset(definition.choices))
        case "money":
            return Field(FieldType.NUMBER, (cast(value["amount"].astext, Double()),))
        case _:
            return Field(FieldType.STRING, (value.astext,))


def _currency(definition: Definition) -> Field:
    return Field(FieldType.STRING, (Ticket.fields[definition.slug]["currency"].astext,))


def _statement(
    configuration: Configuration, condition: ColumnElement[bool], question: str | None
) -> Select[Ticket]:
    parts = [
        part.condition
        if question is None
        else and_(part.condition, _found(question, only_public=part.only_public))
        for part in readable_parts(configuration)
    ]
    return select(Ticket).where(or_(*parts) if parts else false(), condition)


def _found(question: str, *, only_public: bool) -> ColumnElement[bool]:
    asked = cast(literal(question, Text()), TSQUERY())
    found = func.find_tickets(asked, only_public).column_valued("found")
    return Ticket.id.in_(select(found))


async def _questions(tx: Tx, configuration: Configuration, query: str) -> AsyncIterator[str | None]:
    """What to ask, one after the other until something is found; None asks for no words."""
    if not query.strip():
        yield None
        return
    exact = search.question(tx.tenant_id, query, configuration.languages)
    if exact is None:
        return
    yield exact
    spelled = await _spellings(tx, query)
    if spelled:
        yield search.question(tx.tenant_id, query, configuration.languages, spelled=spelled)


async def _spellings(tx: Tx, query: str) -> dict[str, list[str]]:
    """Words of the tenant's tickets that the words of a search may have been meant to be."""
    spelled = {}
    for word in filter(search.is_mendable, asked_words(query)[:MENDED_WORDS]):
        pieces = search.trigrams(tx.tenant_id, word)
        candidates = await tx.scalars(
            select(func.find_words(cast(pieces, ARRAY(Text()))).column_valued("word"))
        )
        near = search.closest(word, [str(candidate) for candidate in candidates])
        if near:
            spelled[word] = near
    return spelled


def _values_of(order_by: str) -> Callable[[Ticket], Sequence[Value]]:
    names = [part.split()[0] for part in (order_by.strip() or DEFAULT_ORDER).split(",")]

    def values(ticket: Ticket) -> Sequence[Value]:
        return [*(ORDERS[name][1](ticket) for name in names), ticket.id]

    return values


def _plain(column: SQLColumnExpression[object]) -> ColumnElement[object]:
    """The column behind an attribute of a mapped class."""
    element = getattr(column, "__clause_element__", None)
    found = column if element is None else element()
    assert isinstance(found, ColumnElement)
    return found
