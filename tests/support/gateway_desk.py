"""What the tests of the gateway's directory share: two tenants, people who sign in, and a look at what was stored."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TypeVar
from uuid import UUID

import asyncpg
from google.protobuf.message import Message

from chassis.context import Caller, use_caller
from chassis.db import Databases, Tx
from chassis.testing.databases import ServiceDatabase
from chassis.tokens import LocalKeys, Verifier
from gateway.app.auth import TokenPair, sign_in_with_password
from gateway.app.grants import NewGrant
from gateway.app.keys import SigningKeys
from gateway.app.revocations import not_before_entries
from gateway.app.tenants import NewTenant, create_tenant
from gateway.app.users import NewUser, create_user
from gateway.db.tables import User

PASSWORD = "deskmesh"
ENCRYPTION_KEY = "the-key-of-tests-of-more-than-32-characters"

M = TypeVar("M", bound=Message)


def new_tenant(slug: str) -> NewTenant:
    """A tenant whose administrator is admin@<slug>.example."""
    return NewTenant(
        slug=slug,
        name=slug.title(),
        languages=["pl", "en"] if slug == "acme" else ["en"],
        time_zone="Europe/Warsaw" if slug == "acme" else "America/New_York",
        country="PL" if slug == "acme" else "US",
        support_address=f"support@{slug}.example",
        admin_email=f"admin@{slug}.example",
        admin_name="",
        admin_password=PASSWORD,
    )


@dataclass(frozen=True)
class Desk:
    """A directory with two tenants."""

    databases: Databases
    keys: SigningKeys
    database: ServiceDatabase
    verifier: Verifier
    acme: UUID
    globex: UUID

    @classmethod
    async def made(cls, databases: Databases, keys: SigningKeys, database: ServiceDatabase) -> "Desk":
        """Make the tenants acme and globex."""
        acme = await create_tenant(databases, new=new_tenant("acme"))
        globex = await create_tenant(databases, new=new_tenant("globex"))
        verifier = Verifier(keys=LocalKeys(keys.published))
        return cls(databases, keys, database, verifier, acme.tenant_id, globex.tenant_id)

    async def sign_in(
        self, username: str, password: str = PASSWORD, *, tenant: str = "acme", ip: str = "192.0.2.1"
    ) -> TokenPair:
        """Sign a person in by password."""
        return await sign_in_with_password(
            self.databases,
            self.keys,
            tenant_slug=tenant,
            username=username,
            password=password,
            user_agent="tests",
            ip=ip,
        )

    async def caller(self, username: str = "admin@acme.example", *, tenant: str = "acme") -> Caller:
        """Sign a person in and return who a verifier says they are."""
        return await self.verifier.verify((await self.sign_in(username, tenant=tenant)).access_token)

    async def hear_revocations(self) -> None:
        """Tell the verifier what is revoked, as the broadcast does."""
        self.verifier.not_before.merge(await not_before_entries(self.databases))

    @asynccontextmanager
    async def transaction(self, caller: Caller) -> AsyncIterator[Tx]:
        """A transaction as the door opens it for a caller."""
        with use_caller(caller):
            async with self.databases.for_tenant(caller.tenant_id).transaction(caller.tenant_id) as tx:
                yield tx

    async def person(
        self,
        email: str,
        *roles: str | NewGrant,
        teams: Sequence[str] = (),
        organizations: Sequence[str] = (),
        password: str | None = PASSWORD,
        tenant: str = "acme",
    ) -> User:
        """Make a person, as the tenant's administrator."""
        caller = await self.caller(f"admin@{tenant}.example", tenant=tenant)
        async with self.transaction(caller) as tx:
            return await create_user(
                tx,
                new=NewUser(
                    email=email,
                    name=email.partition("@")[0].title(),
                    roles=[role if isinstance(role, NewGrant) else NewGrant(role) for role in roles],
                    teams=teams,
                    organizations=organizations,
                    password=password,
                ),
            )

    async def events(self, tenant_id: UUID, kind: type[M], *, of: UUID | None = None) -> list[M]:
        """What was published of one kind (of one aggregate), in the order of versions."""
        rows = await self.look(
            "SELECT payload FROM outbox WHERE tenant_id = $1 AND subject = $2 AND ($3::text IS NULL"
            " OR aggregate_id = $3) ORDER BY version, created_at, id",
            tenant_id,
            kind.DESCRIPTOR.full_name,
            None if of is None else str(of),
        )
        return [kind.FromString(row["payload"]) for row in rows]

    async def look(self, sql: str, *args: object) -> list[asyncpg.Record]:
        """What is stored, seen past row security."""
        connection = await asyncpg.connect(self.database.superuser_url)
        try:
            return await connection.fetch(sql, *args)
        finally:
            await connection.close()
