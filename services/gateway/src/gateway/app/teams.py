"""Teams of a tenant."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.exc import IntegrityError

from chassis.context import current_caller
from chassis.db import Tx, check_version, get_for_update
from chassis.errors import AlreadyExists, NotFound
from chassis.ids import new_id
from gateway import publish
from gateway.app.input import Problems
from gateway.app.memberships import replace_members
from gateway.db.queries import by_reference, lock_directory, teams_by_id, touch, users_by_reference
from gateway.db.tables import Team
from gateway.domain.audit import Plain, changes_between
from gateway.domain.people import problem_with_name, problem_with_slug, problem_with_text

MOST_MEMBERS = 2000


@dataclass(frozen=True, slots=True)
class NewTeam:
    """A team to be made; members by id or e-mail address."""

    slug: str
    name: str
    description: str = ""
    members: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class TeamPatch:
    """What is to change of a team; None stays as it is."""

    slug: str | None = None
    name: str | None = None
    description: str | None = None
    members: Sequence[str] | None = None


async def create_team(tx: Tx, *, new: NewTeam) -> Team:
    """Make a team. Raises InvalidInput (each field and reason) and AlreadyExists (slug)."""
    current_caller().require("users.manage")
    await lock_directory(tx)
    members = await _check(tx, TeamPatch(new.slug, new.name, new.description, new.members))
    team = Team(
        tenant_id=tx.tenant_id, id=new_id(), slug=new.slug, name=new.name.strip(), description=new.description
    )
    tx.add(team)
    await _flush(tx)
    await replace_members(tx, team_id=team.id, user_ids=members or ())
    return await _tell(tx, team.id, before={})


async def get_team(tx: Tx, *, team: str) -> Team:
    """Return a team by id or slug, with its members. Raises NotFound."""
    found = await by_reference(tx, Team, [team])
    if not found:
        raise NotFound("team")
    return (await teams_by_id(tx, [found[team].id]))[0]


async def update_team(
    tx: Tx, *, team_id: UUID, patch: TeamPatch, expected_version: int | None = None
) -> Team:
    """Change a team. Who leaves it needs a new access token.

    Raises NotFound, Stale, InvalidInput, AlreadyExists (slug).
    """
    current_caller().require("users.manage")
    await lock_directory(tx)
    await get_for_update(tx, Team, team_id)
    (team,) = await teams_by_id(tx, [team_id])
    check_version(team, expected_version)
    members = await _check(tx, patch)
    before = _settings(team)
    if patch.slug is not None:
        team.slug = patch.slug
    if patch.name is not None:
        team.name = patch.name.strip()
    if patch.description is not None:
        team.description = patch.description
    touch(team)
    await _flush(tx)
    if members is not None:
        await replace_members(tx, team_id=team_id, user_ids=members)
    return await _tell(tx, team_id, before=before)


async def _check(tx: Tx, patch: TeamPatch) -> set[UUID] | None:
    """Return the ids of the wanted members, or None when they stay. Raises InvalidInput."""
    problems = Problems()
    if patch.slug is not None:
        problems.add("slug", problem_with_slug(patch.slug))
    if patch.name is not None:
        problems.add("name", problem_with_name(patch.name))
    if patch.description is not None:
        problems.add("description", problem_with_text(patch.description))
    members = None
    if patch.members is not None and len(patch.members) > MOST_MEMBERS:
        problems.add("members", f"are more than {MOST_MEMBERS}")
    elif patch.members is not None:
        found = await users_by_reference(tx, patch.members)
        problems.check_each("members", patch.members, lambda one: None if one in found else "is no person")
        members = {row.id for row in found.values()}
    problems.refuse()
    return members


async def _flush(tx: Tx) -> None:
    try:
        await tx.flush()
    except IntegrityError as error:
        raise AlreadyExists("There is a team with this slug.", reason="SLUG_TAKEN") from error


async def _tell(tx: Tx, team_id: UUID, *, before: dict[str, Plain]) -> Team:
    (team,) = await teams_by_id(tx, [team_id])
    publish.team_changed(tx, team)
    publish.setting_changed(
        tx,
        kind="team",
        setting_id=team.id,
        name=team.slug,
        version=team.version,
        changes=changes_between(before, _settings(team)),
    )
    return team


def _settings(team: Team) -> dict[str, Plain]:
    return {
        "slug": team.slug,
        "name": team.name,
        "description": team.description,
        "members": sorted(str(one.id) for one in team.members),
    }
