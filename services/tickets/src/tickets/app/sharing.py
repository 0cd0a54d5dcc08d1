"""What people make for themselves, for teams, or for everybody who works tickets."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar
from uuid import UUID

from sqlalchemy import ColumnElement, Uuid, cast, or_, select
from sqlalchemy.dialects.postgresql import ARRAY

from chassis.context import current_caller
from chassis.db import Tx, check_version, get_for_update
from chassis.errors import FieldError, Forbidden, InvalidInput, NotFound
from chassis.ids import is_id
from chassis.paging import Keyset, Page
from tickets.app.actors import occasion_of
from tickets.app.configuration import Configuration
from tickets.db.automation import Shared
from tickets.db.directory import Person
from tickets.domain.changes import Plain, differences
from tickets.domain.references import Reference
from tickets.publish import events

CONFIGURE = "tickets.configure"
MAX_TEAMS = 50

SharedRow = TypeVar("SharedRow", bound=Shared)


@dataclass(frozen=True, slots=True)
class Sharing:
    """With whom something is shared: everybody, or teams by id or slug; nobody where both are empty."""

    everybody: bool = False
    teams: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class ShownShared(Generic[SharedRow]):
    """Something shared, with its owner and the teams that it is shared with."""

    row: SharedRow
    owner: Reference
    teams: Sequence[Reference]


def checked_teams(configuration: Configuration, sharing: Sharing) -> list[UUID]:
    """The ids of the teams that the caller shares with.

    Sharing with everybody, or with a team that the caller is not in, needs the permission to configure tickets.
    Raises InvalidInput, Forbidden.
    """
    if len(sharing.teams) > MAX_TEAMS:
        raise InvalidInput([FieldError("shared_with.teams", f"must be at most {MAX_TEAMS}")])
    found = [configuration.find_team(key) for key in sharing.teams]
    wrong = [
        FieldError(f"shared_with.teams[{place}]", "there is no such team")
        for place, team in enumerate(found)
        if team is None
    ]
    if wrong:
        raise InvalidInput(wrong)
    ids = list(dict.fromkeys(team.id for team in found if team is not None))
    caller = current_caller()
    if not caller.may_somewhere(CONFIGURE) and (sharing.everybody or not _own_teams() >= set(ids)):
        raise Forbidden(f"Sharing with everybody or with other teams needs the permission {CONFIGURE}.")
    return ids


async def list_shared(tx: Tx, *, row: type[SharedRow], page: Page) -> tuple[list[SharedRow], str]:
    """A page of what the caller sees, by name, and the token of the next page."""
    keyset = Keyset([(row.name, False), (row.id, False)], row.__name__)
    rows = (await tx.scalars(keyset.select(select(row).where(_visible(row)), page))).all()
    return keyset.cut(rows, page)


async def get_shared(tx: Tx, *, row: type[SharedRow], id: str, what: str) -> SharedRow:  # noqa: A002 (the word of the domain)
    """The row of an id. Raises NotFound where there is none or the caller does not see it."""
    found = await tx.scalar(select(row).where(row.id == UUID(id), _visible(row))) if is_id(id) else None
    if found is None:
        raise NotFound(what)
    return found


async def lock_shared(
    tx: Tx,
    *,
    row: type[SharedRow],
    id: str,  # noqa: A002 (the word of the domain)
    what: str,
    expected_version: int | None,
) -> SharedRow:
    """The row of an id, locked, for its owner or, where it is shared, for whoever may configure tickets.

    Raises NotFound, Forbidden, Stale.
    """
    found = await get_for_update(tx, row, (await get_shared(tx, row=row, id=id, what=what)).id)
    caller = current_caller()
    if found.owner_id != caller.user_id and not caller.may_somewhere(CONFIGURE):
        raise Forbidden(f"Only its owner, or who has the permission {CONFIGURE}, may change it.")
    check_version(found, expected_version)
    return found


async def shown(
    tx: Tx, configuration: Configuration, rows: Sequence[SharedRow]
) -> list[ShownShared[SharedRow]]:
    """The rows with their owners; a service account, or a person whose copy has not come yet, by id alone."""
    ids = {row.owner_id for row in rows}
    people = await tx.scalars(select(Person).where(Person.id.in_(ids)))
    owners = {person.id: Reference(person.id, person.email, person.name) for person in people}
    return [
        ShownShared(
            row,
            owners.get(row.owner_id) or Reference(row.owner_id, "", ""),
            [configuration.teams.get(team) or Reference(team, "", "") for team in row.team_ids],
        )
        for row in rows
    ]


async def one_shown(tx: Tx, configuration: Configuration, row: SharedRow) -> ShownShared[SharedRow]:
    """The row with its owner."""
    (only,) = await shown(tx, configuration, [row])
    return only


def tell_setting(
    tx: Tx,
    *,
    kind: str,
    row: Shared,
    before: Mapping[str, Plain],
    after: Mapping[str, Plain],
    version: int,
) -> None:
    """Publishes SettingChanged of a row that was made, changed or removed; `version` is the row's after it."""
    fields = {field: after.get(field) for field in [*before, *after]}
    events.setting_changed(
        tx,
        kind=kind,
        id=row.id,
        name=row.name,
        version=version,
        changes=differences(before, fields),
        occasion=occasion_of(),
    )


def _visible(row: type[SharedRow]) -> ColumnElement[bool]:
    own = row.owner_id == current_caller().user_id
    return or_(own, row.everybody, row.team_ids.overlap(cast(sorted(_own_teams()), ARRAY(Uuid))))


def _own_teams() -> set[UUID]:
    return {UUID(team) for team in current_caller().team_ids}
