"""People of a tenant."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import IntegrityError

from chassis.context import current_caller
from chassis.db import Tx, check_version, get_for_update
from chassis.errors import AlreadyExists, NotFound
from chassis.ids import is_id, new_id
from gateway import publish
from gateway.app.grants import (
    NewGrant,
    replace_grants,
    require_not_above,
    resolve_grants,
    shown,
)
from gateway.app.input import Problems
from gateway.app.managers import manager_named
from gateway.app.memberships import replace_organizations, replace_teams
from gateway.app.passwords import hash_password
from gateway.app.revocations import refuse_older_tokens
from gateway.app.sessions import end_all_sessions
from gateway.app.sign_in_policies import require_a_way_in
from gateway.db.credentials import Password, PasswordReset
from gateway.db.queries import (
    by_reference,
    lock_directory,
    organization_of_domain,
    tenant_of,
    touch,
    user_by_email,
    users_by_id,
)
from gateway.db.tables import Organization, OrganizationMember, Role, RoleGrant, Team, User
from gateway.domain.audit import Change, Plain, changes_between
from gateway.domain.people import (
    domain_of,
    normal_email,
    presentable,
    problem_with_email,
    problem_with_language,
    problem_with_name,
    problem_with_password,
    problem_with_phone,
    problem_with_time_zone,
)

REQUESTER = "requester"
# Teams, and organisations, that a person may be in: they travel in the access token.
MOST_MEMBERSHIPS = 50


@dataclass(frozen=True, slots=True)
class NewUser:
    """A person to be made. Empty language and time zone: the tenant's; teams and organisations by id or slug."""

    email: str
    name: str
    language: str = ""
    time_zone: str = ""
    phone: str = ""
    teams: Sequence[str] = ()
    organizations: Sequence[str] = ()
    roles: Sequence[NewGrant] = ()
    # None: the person can't sign in by password.
    password: str | None = None
    # By id or address; empty: nobody.
    manager: str = ""


@dataclass(frozen=True, slots=True)
class UserPatch:
    """What is to change of a person; None stays as it is."""

    email: str | None = None
    name: str | None = None
    language: str | None = None
    time_zone: str | None = None
    phone: str | None = None
    active: bool | None = None
    teams: Sequence[str] | None = None
    organizations: Sequence[str] | None = None
    roles: Sequence[NewGrant] | None = None
    password: str | None = None
    # By id or address; empty takes the manager off.
    manager: str | None = None


async def create_user(tx: Tx, *, new: NewUser) -> User:
    """Make a person. Without roles they become a requester; the organisation of their mail domain takes them in.

    Raises InvalidInput (each field and reason), AlreadyExists (address), Forbidden (a role above the caller's).
    """
    current_caller().require("users.manage")
    await lock_directory(tx)
    tenant = await tenant_of(tx)
    email = normal_email(new.email)
    language, time_zone = new.language or tenant.languages[0], new.time_zone or tenant.time_zone
    problems = Problems()
    check_fields(problems, UserPatch(email, new.name, language, time_zone, new.phone, password=new.password))
    grants = await resolve_grants(tx, problems, new.roles or [NewGrant(REQUESTER)])
    teams = await _resolve(tx, problems, Team, "teams", new.teams)
    organizations = await _resolve(tx, problems, Organization, "organizations", new.organizations)
    manager_id = await manager_named(tx, problems, new.manager, None)
    problems.refuse()
    hashed = await hash_password(new.password) if new.password is not None else None
    user = await _insert(
        tx, email=email, name=new.name.strip(), language=language, time_zone=time_zone, phone=new.phone
    )
    if user is None:
        raise _taken()
    user.manager_id = manager_id
    if hashed is not None:
        tx.add(Password(tenant_id=tx.tenant_id, id=user.id, hash=hashed))
    own = await organization_of_domain(tx, domain_of(email))
    await replace_grants(tx, user, grants)
    await replace_teams(tx, user_id=user.id, team_ids=teams)
    await replace_organizations(
        tx, user_id=user.id, organization_ids=organizations | ({own} if own else set())
    )
    return await _tell(tx, user.id, before={})


async def ensure_requester(tx: Tx, *, email: str, name: str, language: str) -> User:
    """Return the person of an address, made as a requester when there is none; calls at once make one person.

    Name and language count only for a new person. Raises InvalidInput for what is no address.
    """
    email = normal_email(email)
    problems = Problems()
    problems.add("email", problem_with_email(email))
    problems.refuse()
    known = await user_by_email(tx, email)
    if known is not None:
        return known
    tenant = await tenant_of(tx)
    usable = language if language in tenant.languages else tenant.languages[0]
    shown_name = presentable(name) or email.partition("@")[0]
    user = await _insert(
        tx, email=email, name=shown_name, language=usable, time_zone=tenant.time_zone, phone=""
    )
    if user is None:
        # Somebody else was quicker, and has committed: an insert waits for the one before it.
        known = await user_by_email(tx, email)
        assert known is not None
        return known
    role_id = await tx.scalar(select(Role.id).where(Role.slug == REQUESTER))
    tx.add(RoleGrant(tenant_id=tx.tenant_id, id=new_id(), user_id=user.id, role_id=role_id))
    organization_id = await organization_of_domain(tx, domain_of(email))
    if organization_id is not None:
        tx.add(OrganizationMember(tenant_id=tx.tenant_id, organization_id=organization_id, user_id=user.id))
    (user,) = await users_by_id(tx, [user.id])
    publish.user_changed(tx, user)
    return user


async def get_user(tx: Tx, *, user: str) -> User:
    """Return a person by id or e-mail address. Raises NotFound."""
    if is_id(user):
        found = next(iter(await users_by_id(tx, [UUID(user)])), None)
    else:
        found = await user_by_email(tx, normal_email(user)) if user.isprintable() else None
    if found is None:
        raise NotFound("user")
    return found


async def update_user(
    tx: Tx, *, user_id: UUID, patch: UserPatch, expected_version: int | None = None
) -> User:
    """Change a person. What they may do changes at once: older access tokens are refused.

    Raises NotFound, Stale, InvalidInput, AlreadyExists (address), Forbidden (the person may do more than the
    caller), WrongState (no administrator would be left).
    """
    current_caller().require("users.manage")
    await lock_directory(tx)
    await get_for_update(tx, User, user_id)
    (user,) = await users_by_id(tx, [user_id])
    check_version(user, expected_version)
    problems = Problems()
    check_fields(problems, patch)
    grants = None if patch.roles is None else await resolve_grants(tx, problems, patch.roles)
    teams = None if patch.teams is None else await _resolve(tx, problems, Team, "teams", patch.teams)
    organizations = (
        None
        if patch.organizations is None
        else await _resolve(tx, problems, Organization, "organizations", patch.organizations)
    )
    manager_id = (
        user.manager_id
        if patch.manager is None
        else await manager_named(tx, problems, patch.manager, user.id)
    )
    problems.refuse()
    if any(value is not None for value in (patch.email, patch.password, patch.active)):
        require_not_above(user)
    before = _settings(user)
    new_address = patch.email is not None and normal_email(patch.email) != user.email
    set_fields(user, patch)
    user.manager_id = manager_id
    touch(user)
    try:
        await tx.flush()
    except IntegrityError as error:
        raise _taken() from error
    refuse = patch.active is not None and patch.active != before["active"]
    if grants is not None:
        await replace_grants(tx, user, grants)
    if teams is not None:
        refuse |= await replace_teams(tx, user_id=user_id, team_ids=teams)
    if organizations is not None:
        refuse |= await replace_organizations(tx, user_id=user_id, organization_ids=organizations)
    changed = await _tell(tx, user_id, before=before, new_address=new_address)
    if patch.roles is not None or patch.active is not None:
        await require_a_way_in(tx)
    if patch.password is not None:
        await set_password(tx, user_id=user_id, password=patch.password)
    elif not changed.active:
        await end_all_sessions(tx, user_id=user_id, reason="deactivated")
    elif refuse or _settings(changed)["roles"] != before["roles"]:
        await refuse_older_tokens(tx, subject=user_id)
    return changed


async def set_password(tx: Tx, *, user_id: UUID, password: str) -> None:
    """Give a person a (checked) password; all their sessions end."""
    hashed = await hash_password(password)
    statement = insert(Password).values(tenant_id=tx.tenant_id, id=user_id, hash=hashed)
    await tx.execute(
        statement.on_conflict_do_update(
            index_elements=["tenant_id", "id"], set_={"hash": hashed, "version": Password.version + 1}
        )
    )
    # A link that was mailed before is worth nothing any more.
    mailed = update(PasswordReset).where(PasswordReset.id == user_id)
    await tx.execute(mailed.values(expires_at=func.now()))
    await end_all_sessions(tx, user_id=user_id, reason="password_changed")


async def _insert(tx: Tx, *, email: str, name: str, language: str, time_zone: str, phone: str) -> User | None:
    """Insert a person without parts, or return None when the address is taken."""
    user_id = await tx.scalar(
        insert(User)
        .values(
            tenant_id=tx.tenant_id,
            id=new_id(),
            email=email,
            name=name,
            language=language,
            time_zone=time_zone,
            phone=phone,
            active=True,
        )
        .on_conflict_do_nothing(index_elements=["tenant_id", "email"])
        .returning(User.id)
    )
    return None if user_id is None else (await users_by_id(tx, [user_id]))[0]


async def _resolve(
    tx: Tx, problems: Problems, kind: type[Team] | type[Organization], field: str, wanted: Sequence[str]
) -> set[UUID]:
    if len(wanted) > MOST_MEMBERSHIPS:
        problems.add(field, f"are more than {MOST_MEMBERSHIPS}")
        return set()
    found = await by_reference(tx, kind, set(wanted))
    for place, one in enumerate(wanted):
        problems.add(f"{field}[{place}]", None if one in found else f"is no {field.removesuffix('s')}")
    return {row.id for row in found.values()}


async def _tell(tx: Tx, user_id: UUID, *, before: Mapping[str, Plain], new_address: bool = False) -> User:
    """Publish the person as they are now, and what was set, and return the row with all parts."""
    (user,) = await users_by_id(tx, [user_id])
    publish.user_changed(tx, user)
    changes = changes_between(before, _settings(user))
    if new_address:
        changes.append(Change(field="email", old=None, new=None))
    publish.setting_changed(
        tx, kind="user", setting_id=user.id, name="", version=user.version, changes=changes
    )
    return user


def _settings(user: User) -> dict[str, Plain]:
    """Return what the audit log keeps of a person: what they may do, and nothing personal."""
    return {
        "active": user.active,
        "roles": sorted(shown(grant) for grant in user.grants),
        "teams": [team.slug for team in user.teams],
        "organizations": [organization.slug for organization in user.organizations],
        "manager": str(user.manager_id or ""),
    }


def set_fields(user: User, patch: UserPatch) -> None:
    """Set the fields of the row itself; what is None stays."""
    if patch.email is not None:
        user.email = normal_email(patch.email)
    if patch.name is not None:
        user.name = patch.name.strip()
    if patch.language is not None:
        user.language = patch.language
    if patch.time_zone is not None:
        user.time_zone = patch.time_zone
    if patch.phone is not None:
        user.phone = patch.phone
    if patch.active is not None:
        user.active = patch.active


def check_fields(problems: Problems, patch: UserPatch) -> None:
    """Note what is wrong with the fields of the row itself and with the password."""
    for field, value, problem_with in (
        ("email", None if patch.email is None else normal_email(patch.email), problem_with_email),
        ("name", patch.name, problem_with_name),
        ("language", patch.language, problem_with_language),
        ("time_zone", patch.time_zone, problem_with_time_zone),
        ("phone", patch.phone, problem_with_phone),
        ("password", patch.password, problem_with_password),
    ):
        if value is not None:
            problems.add(field, problem_with(value))


def _taken() -> AlreadyExists:
    return AlreadyExists("There is a person with this e-mail address.", reason="EMAIL_TAKEN")
