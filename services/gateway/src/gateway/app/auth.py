"""Signing in: by password, refresh token, client credentials and personal access token.

Each opens its own transactions, because a refusal must be remembered too. Whatever is wrong with a credential, the
answer is the same Unauthenticated.
"""

import hmac
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeAlias
from uuid import UUID, uuid5

from sqlalchemy import func, select, update

from chassis.context import current_caller
from chassis.db import Databases, Tx, get_for_update
from chassis.errors import Unauthenticated
from chassis.tokens import Verifier
from gateway.app.challenges import second_step_of
from gateway.app.keys import SigningKeys
from gateway.app.minting import (
    ACCESS_TOKEN_SECONDS,
    AccessToken,
    database_now,
    mint_for_service_account,
    mint_for_user,
)
from gateway.app.passwords import hash_password, needs_new_hash, verify_password
from gateway.app.sessions import end_session, hold_person, issue_refresh_token, start_session
from gateway.app.sign_in_policies import password_holds, providers_only, tell_break_glass
from gateway.app.tenants import tenant_by_slug
from gateway.app.throttle import count_failure, forget_failures, one_at_a_time, refuse_after_failures
from gateway.db.credentials import Password, PersonalAccessToken, RefreshToken, ServiceAccount, Session
from gateway.db.tables import User
from gateway.domain.people import LONGEST_PASSWORD, normal_email
from gateway.domain.secrets import PERSONAL_ACCESS_TOKEN, digest

_EXCHANGE_SECONDS = 60
# The tenant of lookups by secret, before it is known: row security shows it nothing.
_NOBODY = UUID(int=0)

Mint: TypeAlias = Callable[[Databases, SigningKeys, str], Awaitable[str]]
"""Makes an access token for a credential."""


@dataclass(frozen=True, slots=True)
class TokenPair:
    """What a sign-in gives. `expires_in` is in seconds, `scope` is separated by spaces (RFC 6749)."""

    access_token: str
    refresh_token: str | None
    expires_in: int
    scope: str


async def sign_in_with_password(
    databases: Databases,
    keys: SigningKeys,
    *,
    tenant_slug: str,
    username: str,
    password: str,
    user_agent: str,
    ip: str,
) -> TokenPair:
    """Start a session of the person with this e-mail address and password.

    Raises Unauthenticated when tenant, address or password is wrong, or passwords open nothing, LimitReached after ten wrong
    passwords for one address from one `ip` within fifteen minutes, and SecondFactorRequired when the password is
    right and not enough.
    """
    if not (tenant_slug + username).isprintable():
        tenant_slug = username = ""
    tenant_id = await tenant_by_slug(databases, tenant_slug)
    email = normal_email(username)
    # An unknown tenant counts failures too, so that its answers are those of a known one.
    counted_for = tenant_id or uuid5(_NOBODY, tenant_slug)
    # One try at a time, so that many at once can't all pass before the first failure counts.
    async with one_at_a_time(counted_for, email, ip):
        await refuse_after_failures(databases, tenant_id=counted_for, name=email, ip=ip)
        user_id, hashed, wrong = await _password_of(databases, tenant_id, email)
        correct = len(password) <= LONGEST_PASSWORD and await verify_password(password, hashed)
        if tenant_id is None or user_id is None or hashed is None or not correct:
            await count_failure(databases, tenant_id=counted_for, name=email, ip=ip)
            raise wrong
    better = await hash_password(password) if needs_new_hash(hashed) else None
    async with databases.for_tenant(tenant_id).transaction(tenant_id) as tx:
        # The password may have been changed while it was being verified, or is being changed now.
        await hold_person(tx, user_id)
        unchanged = (Password.id == user_id) & (Password.hash == hashed)
        if await tx.scalar(select(Password.id).where(unchanged)) is None:
            raise wrong
        if not await password_holds(tx, user_id):
            raise _passwords_off()
        if better is not None:
            await tx.execute(update(Password).where(unchanged).values(hash=better))
        await forget_failures(tx, name=email, ip=ip)
        second = await second_step_of(tx, user_id=user_id)
        if second is None:
            return await new_session(tx, keys, user_id=user_id, user_agent=user_agent, ip=ip)
    raise second


async def new_session(tx: Tx, keys: SigningKeys, *, user_id: UUID, user_agent: str, ip: str) -> TokenPair:
    """Start a session of a person who has given their password. Raises Unauthenticated when they are not active."""
    session = await start_session(tx, user_id=user_id, user_agent=user_agent, ip=ip)
    await tell_break_glass(tx, user_id=user_id, session_id=session.id, address=ip)
    return await first_tokens(tx, keys, session=session)


async def first_tokens(tx: Tx, keys: SigningKeys, *, session: Session) -> TokenPair:
    """Return the tokens of a session that has just begun. Raises Unauthenticated when the person is not active."""
    access = await mint_for_user(tx, keys, user_id=session.user_id, session_id=session.id)
    return _pair(access, await issue_refresh_token(tx, session=session))


async def refresh(databases: Databases, keys: SigningKeys, *, refresh_token: str) -> TokenPair:
    """Give a new pair for a refresh token, which is used up by it.

    A token that comes a second time was stolen, or its successor was: the whole session ends.
    Raises Unauthenticated when the token is unknown, used, expired, or of an ended session.
    """
    return await _access_again(databases, keys, refresh_token, uses_up=True)


async def continue_session(databases: Databases, keys: SigningKeys, *, refresh_token: str) -> TokenPair:
    """Give a new access token for a browser's refresh token, which stays as it is.

    Its cookie is out of reach of scripts, and an answer that a reload throws away must not sign anybody out.
    Raises Unauthenticated when the token is unknown, used, expired, or of an ended session.
    """
    return await _access_again(databases, keys, refresh_token, uses_up=False)


async def end_session_by_refresh_token(
    databases: Databases, *, refresh_token: str
) -> tuple[UUID, UUID] | None:
    """End the session of a refresh token, and return its tenant and id; an unknown token changes nothing."""
    found = await find_by_secret(databases, "refresh_token_by_hash", digest(refresh_token))
    if found is None:
        return None
    tenant_id, token_id = found
    async with databases.for_tenant(tenant_id).transaction(tenant_id) as tx:
        session_id = await tx.scalar(select(RefreshToken.session_id).where(RefreshToken.id == token_id))
        if session_id is None:
            return None
        await end_session(tx, session_id=session_id, reason="signed_out")
    return tenant_id, session_id


async def sign_in_with_client_credentials(
    databases: Databases, keys: SigningKeys, *, client_id: str, client_secret: str
) -> TokenPair:
    """Give an access token to a service account; there is no refresh token. Raises Unauthenticated."""
    found = await find_by_secret(databases, "service_account_by_client_id", client_id)
    if found is None:
        raise Unauthenticated("The client id or secret is wrong.", reason="INVALID_CREDENTIALS")
    tenant_id, account_id = found
    async with databases.for_tenant(tenant_id).transaction(tenant_id) as tx:
        secret_hash = await tx.scalar(
            select(ServiceAccount.secret_hash).where(ServiceAccount.id == account_id)
        )
        if secret_hash is None or not hmac.compare_digest(secret_hash, digest(client_secret)):
            raise Unauthenticated("The client id or secret is wrong.", reason="INVALID_CREDENTIALS")
        return _pair(await mint_for_service_account(tx, keys, account_id=account_id), None)


async def sign_out(tx: Tx) -> None:
    """End the caller's session; its access tokens are refused from now on."""
    caller = current_caller()
    if caller.kind == "user" and caller.session_id:
        await end_session(tx, session_id=UUID(caller.session_id), reason="signed_out")


class Exchange:
    """Access tokens minted for credentials that come with each request, each kept for a minute, `most` of them at a time."""

    def __init__(
        self, databases: Databases, keys: SigningKeys, verifier: Verifier, *, most: int = 10_000
    ) -> None:
        self._databases = databases
        self._keys = keys
        self._verifier = verifier
        self._most = most
        self._kept: OrderedDict[bytes, tuple[float, str]] = OrderedDict()

    async def exchange(self, token: str) -> str:
        """Return an access token that holds for a personal access token.

        Raises Unauthenticated when the personal access token is unknown, expired or revoked.
        """
        return await self._for(token, _exchange)

    async def renew(self, refresh_token: str) -> str:
        """Return an access token that holds for a browser's refresh token, which stays as it is.

        Raises Unauthenticated when the refresh token is unknown, used, expired, or of an ended session.
        """
        return await self._for(refresh_token, _renew)

    def forget(self, token: str) -> None:
        """Ask anew for a credential that has just been ended, before the revocation is heard here."""
        self._kept.pop(digest(token), None)

    async def _for(self, token: str, mint: Mint) -> str:
        key = digest(token)
        kept_until, access_token = self._kept.get(key, (0.0, ""))
        if time.monotonic() < kept_until and await self._holds(access_token):
            return access_token
        self._kept.pop(key, None)
        access_token = await mint(self._databases, self._keys, token)
        self._kept[key] = (time.monotonic() + _EXCHANGE_SECONDS, access_token)
        if len(self._kept) > self._most:
            self._kept.popitem(last=False)
        return access_token

    async def _holds(self, access_token: str) -> bool:
        try:
            await self._verifier.verify(access_token)
        except Unauthenticated:
            return False
        return True


async def _renew(databases: Databases, keys: SigningKeys, token: str) -> str:
    return (await continue_session(databases, keys, refresh_token=token)).access_token


async def _exchange(databases: Databases, keys: SigningKeys, token: str) -> str:
    found = None
    if token.startswith(PERSONAL_ACCESS_TOKEN):
        found = await find_by_secret(databases, "personal_access_token_by_hash", digest(token))
    if found is None:
        raise _wrong_access_token()
    tenant_id, token_id = found
    async with databases.for_tenant(tenant_id).transaction(tenant_id) as tx:
        row = await tx.scalar(
            select(PersonalAccessToken).where(PersonalAccessToken.id == token_id).with_for_update()
        )
        now = await database_now(tx)
        if (
            row is None
            or row.revoked_at is not None
            or (row.expires_at is not None and row.expires_at <= now)
        ):
            raise _wrong_access_token()
        row.last_used_at = now
        access = await mint_for_user(tx, keys, user_id=row.user_id, session_id=row.id, only=row.scopes)
    return access.token


async def _access_again(
    databases: Databases, keys: SigningKeys, refresh_token: str, *, uses_up: bool
) -> TokenPair:
    found = await find_by_secret(databases, "refresh_token_by_hash", digest(refresh_token))
    if found is None:
        raise _wrong_refresh_token()
    tenant_id, token_id = found
    async with databases.for_tenant(tenant_id).transaction(tenant_id) as tx:
        pair = await _refresh(tx, keys, token_id, uses_up=uses_up)
    if pair is None:
        raise _wrong_refresh_token()
    return pair


async def _refresh(tx: Tx, keys: SigningKeys, token_id: UUID, *, uses_up: bool) -> TokenPair | None:
    """Return the new pair, or None when there is none to be had; what that changes is to be committed.

    A token that is not used up by it has no successor.
    """
    token = await tx.scalar(select(RefreshToken).where(RefreshToken.id == token_id))
    if token is None:
        return None
    owner = select(Session.user_id).where(Session.id == token.session_id)
    await hold_person(tx, owner.scalar_subquery())
    # The session's lock puts two uses of one token in order.
    session = await get_for_update(tx, Session, token.session_id)
    await tx.session.refresh(token)
    now = await database_now(tx)
    if session.revoked_at is not None:
        return None
    if token.used_at is not None:
        await end_session(tx, session_id=session.id, reason="token_reused")
        return None
    if min(token.expires_at, session.expires_at) <= now:
        return None
    session.last_used_at = now
    access = await mint_for_user(tx, keys, user_id=session.user_id, session_id=session.id)
    if not uses_up:
        return _pair(access, None)
    token.used_at = now
    return _pair(access, await issue_refresh_token(tx, session=session))


async def _password_of(
    databases: Databases, tenant_id: UUID | None, email: str
) -> tuple[UUID | None, str | None, Unauthenticated]:
    """Return whose address it is, the hash of their password where it opens anything, and how a wrong one is refused.

    Where only providers count, everybody is refused alike: nobody learns whose password holds, or that theirs was right.
    """
    if tenant_id is None:
        return None, None, _wrong_password()
    async with databases.for_tenant(tenant_id).transaction(tenant_id) as tx:
        statement = (
            select(User.id, Password.hash)
            .join(Password, (Password.tenant_id == User.tenant_id) & (Password.id == User.id))
            .where(User.email == email, User.active)
        )
        row = (await tx.execute(statement)).one_or_none()
        user_id = None if row is None else row.id
        wrong = _passwords_off() if await providers_only(tx) else _wrong_password()
        holds = await password_holds(tx, user_id)
    return user_id, row.hash if row is not None and holds else None, wrong


async def find_by_secret(databases: Databases, function: str, key: bytes | str) -> tuple[UUID, UUID] | None:
    """Return the tenant and the row that a definer's function finds by a secret of any tenant."""
    if isinstance(key, str) and not key.isprintable():
        return None
    for database in databases.all():
        async with database.transaction(_NOBODY) as tx:
            found = getattr(func, function)(key).table_valued("tenant_id", "id")
            row = (await tx.execute(select(found.c.tenant_id, found.c.id))).one_or_none()
        if row is not None:
            return row.tenant_id, row.id
    return None


def _pair(access: AccessToken, refresh_token: str | None) -> TokenPair:
    return TokenPair(access.token, refresh_token, ACCESS_TOKEN_SECONDS, " ".join(sorted(access.scopes)))


def _wrong_password() -> Unauthenticated:
    return Unauthenticated("The tenant, user name or password is wrong.", reason="INVALID_CREDENTIALS")


def _passwords_off() -> Unauthenticated:
    return Unauthenticated(
        "People of this tenant sign in at their identity provider.", reason="PASSWORDS_OFF"
    )


def _wrong_refresh_token() -> Unauthenticated:
    return Unauthenticated("The refresh token is not valid.", reason="INVALID_REFRESH_TOKEN")


def _wrong_access_token() -> Unauthenticated:
    return Unauthenticated("The access token is not valid.", reason="INVALID_TOKEN")
