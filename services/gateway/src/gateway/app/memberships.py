"""Who is in which team and organisation. Both sides of a team change: its members, and what people belong to."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import delete, func, select, update
from sqlalchemy.dialects.postgresql import insert

from chassis.db import Tx
from gateway import publish
from gateway.app.revocations import refuse_older_tokens
from gateway.db.queries import teams_by_id, users_by_id
from gateway.db.tables import OrganizationMember, Team, TeamMember, User


async def replace_teams(tx: Tx, *, user_id: UUID, team_ids: Collection[UUID]) -> bool:
    """Put a person into these teams and no others, and tell of the teams that changed.

    Returns whether the person left one. The directory must be locked.
    """
    held = set(await tx.scalars(select(TeamMember.team_id).where(TeamMember.user_id == user_id)))
    gone, new = held - set(team_ids), set(team_ids) - held
    if gone:
        await tx.execute(
            delete(TeamMember).where(TeamMember.user_id == user_id, TeamMember.team_id.in_(gone))
        )
    if new:
        await tx.execute(
            insert(TeamMember),
            [{"tenant_id": tx.tenant_id, "team_id": one, "user_id": user_id} for one in new],
        )
    if gone | new:
        await tx.execute(
            update(Team)
            .where(Team.id.in_(gone | new))
            .values(version=Team.version + 1, updated_at=func.now())
            .execution_options(synchronize_session=False)
        )
        for team in await teams_by_id(tx, gone | new):
            publish.team_changed(tx, team)
    return bool(gone)


async def replace_members(tx: Tx, *, team_id: UUID, user_ids: Collection[UUID]) -> None:
    """Put these people and no others into a team, and tell of the people who changed.

    Who left needs a new access token. The directory must be locked.
    """
    held = set(await tx.scalars(select(TeamMember.user_id).where(TeamMember.team_id == team_id)))
    gone, new = held - set(user_ids), set(user_ids) - held
    if gone:
        await tx.execute(
            delete(TeamMember).where(TeamMember.team_id == team_id, TeamMember.user_id.in_(gone))
        )
    if new:
        await tx.execute(
            insert(TeamMember),
            [{"tenant_id": tx.tenant_id, "team_id": team_id, "user_id": one} for one in new],
        )
    if gone | new:
        await tx.execute(
            update(User)
            .where(User.id.in_(gone | new))
            .values(version=User.version + 1, updated_at=func.now())
            .execution_options(synchronize_session=False)
        )
        for user in await users_by_id(tx, gone | new):
            publish.user_changed(tx, user)
    for one in sorted(gone):
        await refuse_older_tokens(tx, subject=one)


async def replace_organizations(tx: Tx, *, user_id: UUID, organization_ids: Collection[UUID]) -> bool:
    """Put a person into these organisations and no others. Returns whether the person left one."""
    held = set(
        await tx.scalars(
            select(OrganizationMember.organization_id).where(OrganizationMember.user_id == user_id)
        )
    )
    gone, new = held - set(organization_ids), set(organization_ids) - held
    if gone:
        await tx.execute(
            delete(OrganizationMember).where(
                OrganizationMember.user_id == user_id, OrganizationMember.organization_id.in_(gone)
            )
        )
    if new:
        await tx.execute(
            insert(OrganizationMember),
            [{"tenant_id": tx.tenant_id, "organization_id": one, "user_id": user_id} for one in new],
        )
    return bool(gone)
