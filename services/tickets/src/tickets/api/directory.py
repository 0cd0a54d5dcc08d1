"""What the gateway tells of who is who, by events and, once, by its lists."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC
from uuid import UUID

from chassis.context import Caller, use_caller
from chassis.db import Databases, Tx
from chassis.events import Handler, Received
from chassis.events.handlers import AnyHandler
from deskmesh.gateway.v1 import events_pb2, identity_pb2, work_profile_pb2
from tickets.app import directory
from tickets.app.configuration import Configurations
from tickets.app.directory import KnownPerson
from tickets.app.routing_waking import wake_all_routing, wake_routing
from tickets.app.seeding import seed_configuration
from tickets.clients import Directory
from tickets.domain.work_profiles import Absence, WorkProfile, plain_profile, shift_minutes


@dataclass(frozen=True, slots=True)
class DirectoryEvents:
    """Keeps the copies, and forgets the configuration that a change of them makes old."""

    configurations: Configurations

    async def on_tenant_changed(self, tx: Tx, received: list[Received[events_pb2.TenantChanged]]) -> None:
        """Keeps the tenant, and gives a new one what is shipped."""
        for event in received:
            await keep_tenant(tx, event.message.tenant)
        await seed_configuration(tx)
        self._forget_afterwards(tx)

    async def on_user_changed(self, tx: Tx, received: list[Received[events_pb2.UserChanged]]) -> None:
        """Keeps the person, who may get tickets now that nobody could."""
        for event in received:
            await directory.keep_person(tx, person_of(event.message.user))
        await wake_routing(tx, free=[UUID(event.message.user.id) for event in received])

    async def on_team_changed(self, tx: Tx, received: list[Received[events_pb2.TeamChanged]]) -> None:
        """Keeps the team; the queue of its name is worked by it."""
        for event in received:
            await keep_team(tx, event.message.team)
        self._forget_afterwards(tx)

    async def on_organization_changed(
        self, tx: Tx, received: list[Received[events_pb2.OrganizationChanged]]
    ) -> None:
        """Keeps the organisation."""
        for event in received:
            await keep_organization(tx, event.message.organization)

    async def on_role_changed(self, tx: Tx, received: list[Received[events_pb2.RoleChanged]]) -> None:
        """Keeps the role."""
        for event in received:
            await keep_role(tx, event.message.role)
        await wake_all_routing(tx)
        self._forget_afterwards(tx)

    def handlers(self) -> Sequence[AnyHandler]:
        """The handlers of the gateway's events."""
        return [
            Handler(events_pb2.TenantChanged, self.on_tenant_changed),
            Handler(events_pb2.UserChanged, self.on_user_changed),
            Handler(events_pb2.TeamChanged, self.on_team_changed),
            Handler(events_pb2.OrganizationChanged, self.on_organization_changed),
            Handler(events_pb2.RoleChanged, self.on_role_changed),
        ]

    def _forget_afterwards(self, tx: Tx) -> None:
        tx.after_commit(lambda: self.configurations.forget(tx.tenant_id))


async def backfill_directory(databases: Databases, gateway: Directory) -> None:
    """Reads once, tenant by tenant, what the events of before this service's time have told. Safe to repeat."""
    async for tenants in gateway.tenants():
        for tenant in tenants:
            with use_caller(Caller.system(UUID(tenant.id), "tickets", "backfill")):
                await _backfill_tenant(databases, gateway, tenant)


async def _backfill_tenant(databases: Databases, gateway: Directory, tenant: identity_pb2.Tenant) -> None:
    tenant_id = UUID(tenant.id)
    database = databases.for_tenant(tenant_id)
    async with database.transaction(tenant_id) as tx:
        if await directory.is_backfilled(tx):
            return
        await keep_tenant(tx, tenant)
        await seed_configuration(tx)
    async for roles in gateway.roles():
        async with database.transaction(tenant_id) as tx:
            for role in roles:
                await keep_role(tx, role)
    async for teams in gateway.teams():
        async with database.transaction(tenant_id) as tx:
            for team in teams:
                await keep_team(tx, team)
    async for organizations in gateway.organizations():
        async with database.transaction(tenant_id) as tx:
            for organization in organizations:
                await keep_organization(tx, organization)
    async for users in gateway.users():
        async with database.transaction(tenant_id) as tx:
            for user in users:
                await directory.keep_person(tx, person_of(user))
    async with database.transaction(tenant_id) as tx:
        await directory.mark_backfilled(tx)


async def keep_tenant(tx: Tx, tenant: identity_pb2.Tenant) -> None:
    """Writes the copy of the tenant."""
    await directory.keep_tenant(
        tx,
        version=tenant.version,
        slug=tenant.slug,
        name=tenant.name,
        languages=list(tenant.languages) or ["en"],
        time_zone=tenant.time_zone,
        active=tenant.active,
    )


async def keep_team(tx: Tx, team: identity_pb2.Team) -> None:
    """Writes the copy of a team."""
    await directory.keep_team(tx, id=UUID(team.id), version=team.version, slug=team.slug, name=team.name)


async def keep_organization(tx: Tx, organization: identity_pb2.Organization) -> None:
    """Writes the copy of an organisation."""
    await directory.keep_organization(
        tx,
        id=UUID(organization.id),
        version=organization.version,
        slug=organization.slug,
        name=organization.name,
        domains=[domain.lower() for domain in organization.domains],
    )


async def keep_role(tx: Tx, role: identity_pb2.Role) -> None:
    """Writes the copy of a role."""
    await directory.keep_role(
        tx, id=UUID(role.id), version=role.version, slug=role.slug, permissions=list(role.permissions)
    )


def person_of(user: identity_pb2.User) -> KnownPerson:
    """A person as the gateway tells of one."""
    return KnownPerson(
        id=UUID(user.id),
        email=user.email,
        name=user.name,
        language=user.language,
        time_zone=user.time_zone,
        active=user.active,
        team_ids=[UUID(team.id) for team in user.teams],
        organization_ids=[UUID(organization.id) for organization in user.organizations],
        grants=[{"role": grant.role, "process": grant.process, "queue": grant.queue} for grant in user.roles],
        version=user.version,
        manager_id=UUID(user.manager.id) if user.manager.id else None,
        work_profile=plain_profile(_profile_of(user.work_profile)),
    )


def _profile_of(profile: work_profile_pb2.WorkProfile) -> WorkProfile:
    return WorkProfile(
        skills={one.skill: one.level for one in profile.skills},
        languages=list(profile.languages),
        max_open=profile.max_open if profile.HasField("max_open") else None,
        time_zone=profile.time_zone or "UTC",
        shifts=[shift_minutes(one.weekday, one.start, one.end) for one in profile.shifts],
        absences=[
            Absence(one.start.ToDatetime(tzinfo=UTC), one.end.ToDatetime(tzinfo=UTC), one.substitute.id)
            for one in profile.absences
        ],
    )
