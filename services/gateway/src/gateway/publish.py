"""Events of the directory: who is who has changed, and which setting was changed by whom."""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from uuid import UUID

from google.protobuf import json_format
from google.protobuf.message import Message
from google.protobuf.struct_pb2 import Value
from google.protobuf.timestamp_pb2 import Timestamp

from chassis import outbox
from chassis.context import current_caller
from chassis.db import Tx
from deskmesh.common.v1 import types_pb2
from deskmesh.gateway.v1 import events_pb2, identity_pb2, work_profile_pb2
from gateway.db.tables import Organization, Role, Team, Tenant, User
from gateway.domain.audit import Change, Plain
from gateway.domain.work_profiles import stored_profile


def tenant_changed(tx: Tx, tenant: Tenant) -> None:
    """Tell the whole tenant as it is now."""
    _add(tx, events_pb2.TenantChanged(tenant=tenant_message(tenant)), tenant.id, tenant.version)


def user_changed(tx: Tx, user: User) -> None:
    """Tell the whole person; teams, organisations and grants must be loaded."""
    _add(tx, events_pb2.UserChanged(user=user_message(user)), user.id, user.version)


def team_changed(tx: Tx, team: Team) -> None:
    """Tell the whole team; its members must be loaded."""
    _add(tx, events_pb2.TeamChanged(team=team_message(team)), team.id, team.version)


def organization_changed(tx: Tx, organization: Organization) -> None:
    """Tell the whole organisation; its domains must be loaded."""
    message = events_pb2.OrganizationChanged(organization=organization_message(organization))
    _add(tx, message, organization.id, organization.version)


def role_changed(tx: Tx, role: Role) -> None:
    """Tell the whole role."""
    _add(tx, events_pb2.RoleChanged(role=role_message(role)), role.id, role.version)


def session_ended(tx: Tx, *, session_id: UUID, user_id: UUID) -> None:
    """Tell that a session has ended, or that a personal access token was revoked: what hangs on it ends too."""
    message = events_pb2.SessionEnded(session_id=str(session_id), user_id=str(user_id))
    _add(tx, message, session_id, 1)


def password_reset_requested(tx: Tx, user: User, *, reset_id: UUID, expires_at: datetime) -> None:
    """Have a person mailed a link by which they give themselves another password."""
    message = events_pb2.PasswordResetRequested(
        reset_id=str(reset_id),
        person=person(user),
        language=user.language,
        time_zone=user.time_zone,
        expires_at=timestamp(expires_at),
    )
    _add(tx, message, user.id, user.version)


def break_glass_used(tx: Tx, user: User, *, session_id: UUID, address: str) -> None:
    """Tell that somebody signed in by a password where only providers count."""
    message = events_pb2.BreakGlassUsed(
        session_id=str(session_id),
        person=person(user),
        address=address,
        occurred_at=timestamp(datetime.now(UTC)),
    )
    _add(tx, message, user.id, user.version)


def setting_changed(
    tx: Tx, *, kind: str, setting_id: UUID, name: str, version: int, changes: Sequence[Change]
) -> None:
    """Tell the audit log what the current caller changed; nothing when nothing did.

    People are named by their ids alone: the log keeps no personal data.
    """
    if not changes:
        return
    caller = current_caller()
    event = events_pb2.SettingChanged(
        kind=kind,
        id=str(setting_id),
        name=name,
        changes=[
            types_pb2.FieldChange(
                field=change["field"], old_value=value(change["old"]), new_value=value(change["new"])
            )
            for change in changes
        ],
        actor=types_pb2.Actor(kind=caller.kind, id=caller.subject),
        cause=caller.cause,
        occurred_at=timestamp(datetime.now(UTC)),
    )
    _add(tx, event, setting_id, version)


def tenant_message(tenant: Tenant) -> identity_pb2.Tenant:
    """Return the tenant as the contracts have it."""
    return identity_pb2.Tenant(
        id=str(tenant.id),
        slug=tenant.slug,
        name=tenant.name,
        languages=tenant.languages,
        time_zone=tenant.time_zone,
        support_address=tenant.support_address,
        country=tenant.country,
        active=tenant.active,
        version=tenant.version,
    )


def user_message(user: User) -> identity_pb2.User:
    """Return the person as the contracts have it; teams, organisations and grants must be loaded."""
    return identity_pb2.User(
        id=str(user.id),
        email=user.email,
        name=user.name,
        language=user.language,
        time_zone=user.time_zone,
        phone=user.phone,
        active=user.active,
        teams=[types_pb2.Ref(id=str(one.id), key=one.slug, name=one.name) for one in user.teams],
        organizations=[
            types_pb2.Ref(id=str(one.id), key=one.slug, name=one.name) for one in user.organizations
        ],
        roles=[
            identity_pb2.RoleGrant(role=grant.role.slug, process=grant.process, queue=grant.queue)
            for grant in user.grants
        ],
        created_at=timestamp(user.created_at),
        updated_at=timestamp(user.updated_at),
        version=user.version,
        manager=None if user.manager is None else person(user.manager),
        work_profile=profile_message(user, {}),
    )


def profile_message(user: User, substitutes: Mapping[str, User]) -> work_profile_pb2.WorkProfile:
    """Return what work is given out by, as the contracts have it.

    :param substitutes: those who are named with their addresses; the others go by their ids alone.
    """
    profile = stored_profile(user.work_profile)
    message = work_profile_pb2.WorkProfile(
        skills=[work_profile_pb2.Skill(skill=one.skill, level=one.level) for one in profile.skills],
        languages=profile.languages,
        max_open=profile.max_open,
        time_zone=profile.time_zone or user.time_zone,
        shifts=[
            work_profile_pb2.Shift(weekday=one.weekday, start=one.start, end=one.end)
            for one in profile.shifts
        ],
    )
    for one in profile.absences:
        absence = message.absences.add(start=timestamp(one.start), end=timestamp(one.end))
        if one.substitute in substitutes:
            absence.substitute.CopyFrom(person(substitutes[one.substitute]))
        elif one.substitute:
            absence.substitute.id = one.substitute
    return message


def team_message(team: Team) -> identity_pb2.Team:
    """Return the team as the contracts have it; its members must be loaded."""
    return identity_pb2.Team(
        id=str(team.id),
        slug=team.slug,
        name=team.name,
        description=team.description,
        members=[person(one) for one in team.members],
        created_at=timestamp(team.created_at),
        updated_at=timestamp(team.updated_at),
        version=team.version,
    )


def organization_message(organization: Organization) -> identity_pb2.Organization:
    """Return the organisation as the contracts have it; its domains must be loaded."""
    return identity_pb2.Organization(
        id=str(organization.id),
        slug=organization.slug,
        name=organization.name,
        domains=organization.domains,
        created_at=timestamp(organization.created_at),
        updated_at=timestamp(organization.updated_at),
        version=organization.version,
    )


def role_message(role: Role) -> identity_pb2.Role:
    """Return the role as the contracts have it."""
    return identity_pb2.Role(
        id=str(role.id), slug=role.slug, name=role.name, permissions=role.permissions, version=role.version
    )


def person(user: User) -> types_pb2.PersonRef:
    """Return a reference to a person as the contracts have it."""
    return types_pb2.PersonRef(id=str(user.id), email=user.email, name=user.name)


def timestamp(time: datetime) -> Timestamp:
    """Return an aware time as protobuf has it."""
    message = Timestamp()
    message.FromDatetime(time)
    return message


def value(plain: Plain) -> Value:
    """Return a JSON value as protobuf has it."""
    return json_format.Parse(json.dumps(plain), Value())


def _add(tx: Tx, message: Message, aggregate_id: UUID, version: int) -> None:
    outbox.add(tx, message, aggregate_id=aggregate_id, version=version)
