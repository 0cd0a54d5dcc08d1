"""A forgotten password: a mail with a link, by which its reader gives themselves another.

Whoever asks learns nothing. A person gets one such mail a day at most, so that nobody floods them; the link holds an hour
and once, and only while the address and the password are those of when it was asked for.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from chassis.context import Caller, use_caller
from chassis.db import Databases
from chassis.errors import Unauthenticated
from chassis.ids import new_id
from chassis.links import read_link
from gateway import publish
from gateway.app.input import Problems
from gateway.app.minting import database_now
from gateway.app.sign_in_policies import password_holds, require_password_to_hold
from gateway.app.tenants import tenant_by_slug
from gateway.app.users import set_password
from gateway.db.credentials import Password, PasswordReset
from gateway.db.queries import tenant_of, touch, users_by_id
from gateway.db.tables import User
from gateway.domain.audit import Change
from gateway.domain.people import normal_email, problem_with_password

LINK_LIFE = timedelta(hours=1)
ONE_MAIL_WITHIN = timedelta(days=1)
_PURPOSE = "password_reset"
_SIGNER = "notify"


@dataclass(frozen=True, slots=True)
class PasswordResets:
    """Asks for links, and believes those that notify has signed. `service_keys` are the services' secrets."""

    databases: Databases
    service_keys: Mapping[str, str]

    async def ask(self, *, tenant_slug: str, email: str) -> None:
        """Have a link mailed to whoever signs in with this address and a password; to others nothing."""
        tenant_id = (
            await tenant_by_slug(self.databases, tenant_slug) if (tenant_slug + email).isprintable() else None
        )
        if tenant_id is None:
            return
        with use_caller(Caller.system(tenant_id, "gateway", cause=_PURPOSE)):
            async with self.databases.for_tenant(tenant_id).transaction(tenant_id) as tx:
                user = await tx.scalar(
                    select(User)
                    .join(Password, (Password.tenant_id == User.tenant_id) & (Password.id == User.id))
                    .where(User.email == normal_email(email), User.active)
                    .with_for_update(of=User)
                )
                holds = user is not None and await password_holds(tx, user.id)
                if user is None or not holds or not (await tenant_of(tx)).active:
                    return
                now = await database_now(tx)
                asked_at = await tx.scalar(select(PasswordReset.asked_at).where(PasswordReset.id == user.id))
                if asked_at is not None and asked_at > now - ONE_MAIL_WITHIN:
                    return
                reset_id, expires_at = new_id(), now + LINK_LIFE
                asked = {
                    "reset_id": reset_id,
                    "email": user.email,
                    "asked_at": now,
                    "expires_at": expires_at,
                }
                statement = insert(PasswordReset).values(tenant_id=tx.tenant_id, id=user.id, **asked)
                await tx.execute(
                    statement.on_conflict_do_update(index_elements=["tenant_id", "id"], set_=asked)
                )
                publish.password_reset_requested(tx, user, reset_id=reset_id, expires_at=expires_at)

    async def reset(self, *, token: str, new_password: str) -> None:
        """Give the link's reader another password; all their sessions end, and the link is used up.

        Raises InvalidInput (the password will not do), Unauthenticated (the link does not hold, or no longer), WrongState
        (passwords open nothing by now).
        """
        problems = Problems()
        problems.add("new_password", problem_with_password(new_password))
        problems.refuse()
        secret = self.service_keys.get(_SIGNER, "")
        said = read_link(secret, _PURPOSE, token, now=datetime.now(UTC))
        tenant_id, user_id, reset_id = (UUID(said[name]) for name in ("tenant", "person", "reset"))
        with use_caller(Caller(tenant_id, str(user_id), "user", cause=_PURPOSE)):
            async with self.databases.for_tenant(tenant_id).transaction(tenant_id) as tx:
                user = await tx.scalar(select(User).where(User.id == user_id, User.active).with_for_update())
                holds = select(PasswordReset.id).where(
                    PasswordReset.id == user_id,
                    PasswordReset.reset_id == reset_id,
                    PasswordReset.expires_at > await database_now(tx),
                    PasswordReset.email == (user.email if user else ""),
                )
                if user is None or await tx.scalar(holds) is None:
                    raise Unauthenticated("The link no longer holds.", reason="LINK_EXPIRED")
                await require_password_to_hold(tx, user_id)
                await set_password(tx, user_id=user_id, password=new_password)
                touch(user)
                (user,) = await users_by_id(tx, [user_id])
                publish.user_changed(tx, user)
                publish.setting_changed(
                    tx,
                    kind="password",
                    setting_id=user_id,
                    name="",
                    version=user.version,
                    changes=[Change(field="password", old=None, new=None)],
                )
