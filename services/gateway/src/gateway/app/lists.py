"""Lists of the directory: filtered, ordered, a page at a time."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeVar

from sqlalchemy import Select, SQLColumnExpression, select

from chassis import filters
from chassis.db import Tx
from chassis.filters import FieldTable
from chassis.paging import Keyset, Page, order_of
from gateway.db import fields
from gateway.db.queries import ORGANIZATION_PARTS, TEAM_PARTS, USER_PARTS
from gateway.db.tables import Organization, Role, Team, User

Row = TypeVar("Row", User, Team, Organization, Role)


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which part of a list is wanted; the filter is AIP-160, the order a list of fields, each with desc or not."""

    page: Page
    filter: str = ""
    order_by: str = ""


async def list_users(tx: Tx, *, wanted: Wanted) -> tuple[list[User], str]:
    """Return a page of people with all parts, by address unless ordered otherwise, and the next page's token.

    Raises BadRequest for a malformed filter or token, InvalidInput for an unknown order.
    """
    keyset = _keyset(wanted, User, {"email": User.email, "name": User.name})
    return await _list(tx, wanted, keyset, _filtered(User, wanted, fields.USERS).options(*USER_PARTS))


async def list_teams(tx: Tx, *, wanted: Wanted) -> tuple[list[Team], str]:
    """Return a page of teams with their members, by slug unless ordered otherwise; raises like `list_users`."""
    keyset = _keyset(wanted, Team, {"slug": Team.slug, "name": Team.name})
    return await _list(tx, wanted, keyset, _filtered(Team, wanted, fields.TEAMS).options(*TEAM_PARTS))


async def list_organizations(tx: Tx, *, wanted: Wanted) -> tuple[list[Organization], str]:
    """Return a page of organisations with their domains, by slug unless ordered otherwise; raises like `list_users`."""
    keyset = _keyset(wanted, Organization, {"slug": Organization.slug, "name": Organization.name})
    statement = _filtered(Organization, wanted, fields.ORGANIZATIONS).options(*ORGANIZATION_PARTS)
    return await _list(tx, wanted, keyset, statement)


async def list_roles(tx: Tx, *, wanted: Wanted) -> tuple[list[Role], str]:
    """Return a page of roles, by slug unless ordered otherwise; raises like `list_users`."""
    keyset = _keyset(wanted, Role, {"slug": Role.slug, "name": Role.name})
    return await _list(tx, wanted, keyset, _filtered(Role, wanted, fields.ROLES))


def _filtered(kind: type[Row], wanted: Wanted, table: FieldTable) -> Select[Row]:
    condition = filters.to_sql(filters.check(filters.parse(wanted.filter), table), table)
    return select(kind).where(condition)


def _keyset(wanted: Wanted, kind: type[Row], named: Mapping[str, SQLColumnExpression[object]]) -> Keyset:
    """The first of the named columns is the order when none is wanted."""
    columns = {**named, "created_at": kind.created_at, "updated_at": kind.updated_at}
    order = order_of(wanted.order_by, columns, default=next(iter(named)), unique=kind.id)
    return Keyset(order, bound_to=wanted.filter)


async def _list(tx: Tx, wanted: Wanted, keyset: Keyset, statement: Select[Row]) -> tuple[list[Row], str]:
    rows = await tx.scalars(keyset.select(statement, wanted.page))
    return keyset.cut(list(rows), wanted.page)
