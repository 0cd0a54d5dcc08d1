"""What people make for themselves, for teams, or for everybody who works tickets: macros, saved views."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Generic, TypeVar
from uuid import UUID

from sqlalchemy import ColumnElement, Uuid, cast, or_, select
from sqlalchemy.dialects.postgresql import ARRAY

from chassis.context import current_caller
from chassis.db import Tx, check_version, get_for_update
from chassis.errors import FieldError, Forbidden, InvalidInput, NotFound
from chassis.ids import is_id, new_id
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


@dataclass(frozen=True, slots=True)
class Draft:
    """All that something shared says, as people write it."""

    name: str
    shared_with: Sharing = field(default_factory=Sharing)


D = TypeVar("D", bound=Draft)


@dataclass(frozen=True, slots=True)
class SharedKind(Generic[SharedRow, D]):
    """Things of one kind that people keep and share: made, read, changed and removed in the same way."""

    row: type[SharedRow]
    what: str
    draft_of: Callable[[SharedRow], D]
    check: Callable[[Tx, Configuration, D], Awaitable[None]]
    """Raises InvalidInput where what is written cannot be."""
    write: Callable[[SharedRow, D], None]
    """Puts what the kind has beyond name and sharing into the row."""

    async def create(self, tx: Tx, configuration: Configuration, draft: D) -> ShownShared[SharedRow]:
        """Keeps one of the caller's. Raises InvalidInput with the place of each fault, Forbidden."""
        await self.check(tx, configuration, draft)
        owner_id = current_caller().user_id
        assert owner_id is not None  # nobody calls it but people and service accounts
        row = self.row()
        row.id, row.owner_id = new_id(), owner_id
        row.team_ids = checked_teams(configuration, draft.shared_with)
        self._write(row, draft)
        tx.add(row)
        await tx.flush()
        self._tell(tx, row, before={}, after=self._plain(row), version=row.version)
        return await _one_shown(tx, configuration, row)

    async def update(
        self,
        tx: Tx,
        configuration: Configuration,
        id: str,  # noqa: A002 (the word of the domain)
        changes: Mapping[str, object],
        expected_version: int | None,
    ) -> ShownShared[SharedRow]:
        """Changes fields of the draft. Raises NotFound, Forbidden, Stale, InvalidInput."""
        row = await self._lock(tx, id, expected_version)
        before = self._plain(row)
        draft = replace(self.draft_of(row), **changes)  # type: ignore[arg-type]  # the door hands fields of the draft
        await self.check(tx, configuration, draft)
        if "shared_with" in changes:
            row.team_ids = checked_teams(configuration, draft.shared_with)
        self._write(row, draft)
        after = self._plain(row)
        if after != before:
            await tx.flush()
            self._tell(tx, row, before=before, after=after, version=row.version)
        return await _one_shown(tx, configuration, row)

    async def delete(self, tx: Tx, id: str, expected_version: int | None) -> None:  # noqa: A002 (the word of the domain)
        """Removes one. Raises NotFound, Forbidden, Stale."""
        row = await self._lock(tx, id, expected_version)
        await tx.session.delete(row)
        self._tell(tx, row, before=self._plain(row), after={}, version=row.version + 1)

    async def find(self, tx: Tx, id: str) -> SharedRow:  # noqa: A002 (the word of the domain)
        """The row of an id. Raises NotFound where there is none or the caller does not see it."""
        query = select(self.row).where(self.row.id == UUID(id), _visible(self.row)) if is_id(id) else None
        found = await tx.scalar(query) if query is not None else None
        if found is None:
            raise NotFound(self.what)
        return found

    async def get(self, tx: Tx, configuration: Configuration, id: str) -> ShownShared[SharedRow]:  # noqa: A002 (the word of the domain)
        """The one of an id. Raises NotFound."""
        return await _one_shown(tx, configuration, await self.find(tx, id))

    async def rows(self, tx: Tx, page: Page) -> tuple[list[SharedRow], str]:
        """A page of what the caller sees, by name, and the token of the next page."""
        keyset = Keyset([(self.row.name, False), (self.row.id, False)], self.row.__name__)
        rows = (await tx.scalars(keyset.select(select(self.row).where(_visible(self.row)), page))).all()
        return keyset.cut(rows, page)

    async def page(
        self, tx: Tx, configuration: Configuration, page: Page
    ) -> tuple[list[ShownShared[SharedRow]], str]:
        """As `rows`, with the owners."""
        rows, token = await self.rows(tx, page)
        return await _shown(tx, configuration, rows), token

    async def _lock(self, tx: Tx, id: str, expected_version: int | None) -> SharedRow:  # noqa: A002 (the word of the domain)
        """The row of an id, locked, for its owner or, where it is shared, for whoever may configure tickets."""
        found = await get_for_update(tx, self.row, (await self.find(tx, id)).id)
        caller = current_caller()
        if found.owner_id != caller.user_id and not caller.may_somewhere(CONFIGURE):
            raise Forbidden(f"Only its owner, or who has the permission {CONFIGURE}, may change it.")
        check_version(found, expected_version)
        return found

    def _write(self, row: SharedRow, draft: D) -> None:
        row.name = draft.name.strip()
        row.everybody = draft.shared_with.everybody
        self.write(row, draft)

    def _plain(self, row: SharedRow) -> dict[str, Plain]:
        return asdict(self.draft_of(row))

    def _tell(
        self,
        tx: Tx,
        row: SharedRow,
        *,
        before: Mapping[str, Plain],
        after: Mapping[str, Plain],
        version: int,
    ) -> None:
        fields = {name: after.get(name) for name in [*before, *after]}
        events.setting_changed(
            tx,
            kind=self.what,
            id=row.id,
            name=row.name,
            version=version,
            changes=differences(before, fields),
            occasion=occasion_of(),
        )


def sharing_of(row: Shared) -> Sharing:
    """With whom a row is shared."""
    return Sharing(row.everybody, [str(team) for team in row.team_ids])


async def _shown(
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


async def _one_shown(tx: Tx, configuration: Configuration, row: SharedRow) -> ShownShared[SharedRow]:
    """The row with its owner."""
    (only,) = await _shown(tx, configuration, [row])
    return only


def _visible(row: type[SharedRow]) -> ColumnElement[bool]:
    own = row.owner_id == current_caller().user_id
    return or_(own, row.everybody, row.team_ids.overlap(cast(sorted(_own_teams()), ARRAY(Uuid))))


def _own_teams() -> set[UUID]:
    return {UUID(team) for team in current_caller().team_ids}
