"""What a tenant demands of whoever signs in: by which way, and what beside a password."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import delete, select, text, true, update

from chassis.context import Caller, current_caller, use_caller
from chassis.db import Tx, check_version
from chassis.errors import WrongState
from gateway import publish
from gateway.app.input import Problems
from gateway.app.minting import database_now
from gateway.app.revocations import refuse_older_tokens
from gateway.db.credentials import Password, Session
from gateway.db.identity_providers import IdentityProvider
from gateway.db.queries import administrators, by_reference, lock_directory, users_by_id, users_by_reference
from gateway.db.second_factors import SignInChallenge, SignInPolicy
from gateway.db.tables import Role, RoleGrant, User
from gateway.domain.audit import Change, Plain, changes_between

MOST_BREAK_GLASS = 10


@dataclass(frozen=True, slots=True)
class NewPolicy:
    """The whole policy. `second_factor_roles` are slugs or ids, `break_glass` ids or e-mail addresses."""

    second_factor_roles: Sequence[str]
    providers_only: bool = False
    break_glass: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Policy:
    """A policy and the people whom it names."""

    row: SignInPolicy
    break_glass: Sequence[User]


async def get_sign_in_policy(tx: Tx) -> Policy:
    """Return the tenant's policy; where none was set, the default as version 1."""
    row = await _policy(tx)
    return Policy(row, await users_by_id(tx, row.break_glass))


async def set_sign_in_policy(
    tx: Tx, *, new: NewPolicy, answering: Collection[UUID], expected_version: int | None = None
) -> Policy:
    """Replace the tenant's policy; it holds from the next sign-in of everybody on.

    Where providers alone are to count from now on, one of those that are `answering` must be active, and one person
    named who administers the tenant and has a password; all sessions that began with another's password end.
    Raises Stale, InvalidInput (each field and reason).
    """
    current_caller().require("tenant.configure")
    await lock_directory(tx)
    row = await _policy(tx)
    check_version(row, expected_version)
    roles = await by_reference(tx, Role, set(new.second_factor_roles))
    people = await users_by_reference(tx, set(new.break_glass))
    problems = Problems()
    problems.check_each(
        "second_factor_roles",
        new.second_factor_roles,
        lambda one: None if one in roles else "is no role of this tenant",
    )
    await _check_break_glass(tx, problems, new, people)
    turned_on = new.providers_only and not row.providers_only
    if turned_on and not set(await active_providers(tx)) & set(answering):
        problems.add("providers_only", "needs an active identity provider that answers")
    problems.refuse()
    before = _settings(row)
    if turned_on:
        await _lock_passwords(tx, shared=False)
    # The default is version 1 before it is stored, too.
    tx.add(row)
    await tx.flush()
    row.second_factor_roles = sorted({role.slug for role in roles.values()})
    row.providers_only = new.providers_only
    row.break_glass = sorted({user.id for user in people.values()})
    await tx.flush()
    if row.providers_only:
        await _end_password_sessions(tx, but=row.break_glass)
    publish.setting_changed(
        tx,
        kind="sign_in_policy",
        setting_id=row.id,
        name="",
        version=row.version,
        changes=changes_between(before, _settings(row)),
    )
    return Policy(row, await users_by_id(tx, row.break_glass))


async def needs_second_factor(tx: Tx, user_id: UUID) -> bool:
    """Tell whether the tenant demands a second factor of a person, for one of their roles anywhere."""
    demanded = select(SignInPolicy.second_factor_roles).where(SignInPolicy.id == tx.tenant_id)
    roles = await tx.scalar(demanded) or []
    held = (
        select(RoleGrant.id)
        .join(Role, (Role.tenant_id == RoleGrant.tenant_id) & (Role.id == RoleGrant.role_id))
        .where(RoleGrant.user_id == user_id, Role.slug.in_(roles))
    )
    return bool(roles) and await tx.scalar(held.limit(1)) is not None


async def providers_only(tx: Tx) -> bool:
    """Tell whether passwords open nothing here, but for those whom the policy names."""
    return (await _policy(tx)).providers_only


async def password_opens(tx: Tx, user_id: UUID) -> bool:
    """Tell whether a person has a password that opens anything now; see `password_holds` for what is done because of it."""
    policy = await _policy(tx)
    if policy.providers_only and user_id not in policy.break_glass:
        return False
    return await tx.get(Password, user_id) is not None


async def password_holds(tx: Tx, user_id: UUID | None) -> bool:
    """Tell whether a person's password opens anything; until the end of the transaction that stays so."""
    await _lock_passwords(tx, shared=True)
    policy = await _policy(tx)
    return not policy.providers_only or user_id in policy.break_glass


async def require_password_to_hold(tx: Tx, user_id: UUID) -> None:
    """Raise WrongState where a person's password opens nothing."""
    if not await password_holds(tx, user_id):
        raise WrongState("PASSWORDS_OFF", "People of this tenant sign in at their identity provider.")


async def tell_break_glass(tx: Tx, *, user_id: UUID, session_id: UUID, address: str) -> None:
    """Tell the audit log and the administrators of a session by a password where only providers count."""
    if not await providers_only(tx):
        return
    (user,) = await users_by_id(tx, [user_id])
    publish.break_glass_used(tx, user, session_id=session_id, address=address)
    with use_caller(Caller(tx.tenant_id, str(user_id), "user", cause="break_glass")):
        publish.setting_changed(
            tx,
            kind="break_glass",
            setting_id=user_id,
            name="",
            version=user.version,
            changes=[Change(field="session", old=None, new=str(session_id))],
        )


async def require_a_way_in(tx: Tx) -> None:
    """Raise WrongState where the tenant would be shut: no administrator, or none and no provider that the policy needs."""
    able = await administrators(tx)
    if not able:
        raise WrongState("LAST_ADMINISTRATOR", "At least one active person must administer the tenant.")
    policy = await _policy(tx)
    if not policy.providers_only:
        return
    if not set(able) & set(policy.break_glass):
        raise WrongState(
            "LAST_BREAK_GLASS",
            "People sign in at providers alone: one whom the sign-in policy names must administer the tenant.",
        )
    if not await active_providers(tx):
        raise WrongState(
            "LAST_PROVIDER", "People sign in at providers alone: let the sign-in policy take passwords first."
        )


async def active_providers(tx: Tx) -> dict[UUID, str]:
    """Return the issuers of the tenant's active providers, by the providers' ids."""
    rows = await tx.execute(
        select(IdentityProvider.id, IdentityProvider.issuer).where(IdentityProvider.active == true())
    )
    return {row.id: row.issuer for row in rows}


async def _policy(tx: Tx) -> SignInPolicy:
    found = await tx.scalar(
        select(SignInPolicy).where(SignInPolicy.id == tx.tenant_id).execution_options(populate_existing=True)
    )
    return found or SignInPolicy(
        tenant_id=tx.tenant_id,
        id=tx.tenant_id,
        version=1,
        second_factor_roles=[],
        providers_only=False,
        break_glass=[],
    )


async def _lock_passwords(tx: Tx, *, shared: bool) -> None:
    """Have sign-ins by password wait for whoever turns them off, who waits for those under way."""
    lock = "pg_advisory_xact_lock_shared" if shared else "pg_advisory_xact_lock"
    await tx.execute(
        text(f"SELECT {lock}(hashtextextended(:name, 0))"), {"name": f"passwords:{tx.tenant_id}"}
    )


async def _check_break_glass(tx: Tx, problems: Problems, new: NewPolicy, people: dict[str, User]) -> None:
    if len(new.break_glass) > MOST_BREAK_GLASS:
        problems.add("break_glass", f"has more than {MOST_BREAK_GLASS} people")
        return
    if new.providers_only and not new.break_glass:
        problems.add("break_glass", "is required with providers_only")
    able = set(await administrators(tx))
    with_password = set(
        await tx.scalars(select(Password.id).where(Password.id.in_([one.id for one in people.values()])))
    )

    def problem(reference: str) -> str | None:
        user = people.get(reference)
        if user is None:
            return "is no person of this tenant"
        if user.id not in able:
            return "is nobody who administers the tenant"
        return None if user.id in with_password else "has no password"

    problems.check_each("break_glass", new.break_glass, problem)


async def _end_password_sessions(tx: Tx, *, but: Collection[UUID]) -> None:
    """End the sessions that began with a password, and the sign-ins that wait for a code."""
    # In this order: a sign-in that is being finished holds its challenge until its session is there.
    await tx.execute(delete(SignInChallenge).where(SignInChallenge.user_id.not_in(but)))
    ended = await tx.execute(
        update(Session)
        .where(Session.provider_id.is_(None), Session.user_id.not_in(but), Session.revoked_at.is_(None))
        .values(revoked_at=await database_now(tx), revoked_reason="passwords_off")
        .returning(Session.id, Session.user_id)
    )
    rows = ended.all()
    for row in rows:
        publish.session_ended(tx, session_id=row.id, user_id=row.user_id)
    if rows:
        # Once for the tenant, however many they are; sessions that go on get another access token.
        await refuse_older_tokens(tx)


def _settings(policy: SignInPolicy) -> dict[str, Plain]:
    return {
        "second_factor_roles": list(policy.second_factor_roles),
        "providers_only": policy.providers_only,
        "break_glass": [str(one) for one in policy.break_glass],
    }
