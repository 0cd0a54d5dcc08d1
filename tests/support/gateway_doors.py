"""What the tests of the gateway's doors share: a whole gateway, and people who sign in through it."""

import tempfile
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from uuid import UUID

import asyncpg
import httpx
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from chassis import service as chassis_service
from chassis.settings import load
from chassis.testing.databases import ServiceDatabase
from chassis.testing.identity import SERVICE_KEYS
from chassis.testing.servers import Nats
from gateway.app.tenants import NewTenant, create_tenant
from gateway.main import SERVICE
from gateway.settings import GatewaySettings

PASSWORD = "deskmesh"
BACKENDS = ("tickets", "sla", "knowledge", "cmdb", "notify")


def signing_key() -> str:
    """A new RSA private key in PEM."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()


@dataclass
class Doors:
    """A gateway that serves, with the tenants acme and globex, each with an administrator."""

    process: chassis_service.Running[GatewaySettings]
    http: httpx.AsyncClient
    folder: Path
    database: ServiceDatabase
    tenants: dict[str, UUID] = field(default_factory=dict)
    _tokens: dict[str, str] = field(default_factory=dict)

    async def sign_in(self, username: str) -> httpx.Response:
        """Sign in by password; the tenant is the first part of the address's domain."""
        tenant = username.partition("@")[2].partition(".")[0]
        form = {"grant_type": "password", "tenant": tenant, "username": username, "password": PASSWORD}
        return await self.http.post("/api/v1/auth/token", data=form)

    async def as_(self, username: str = "admin@acme.example") -> dict[str, str]:
        """The headers of somebody who has signed in."""
        if username not in self._tokens:
            answer = await self.sign_in(username)
            assert answer.status_code == 200, answer.text
            self._tokens[username] = answer.json()["access_token"]
        return {"authorization": f"Bearer {self._tokens[username]}"}

    def forget_tokens(self) -> None:
        """Have everybody sign in anew: their access tokens are refused by now."""
        self._tokens.clear()

    async def look(self, sql: str, *args: object) -> list[asyncpg.Record]:
        """What is stored, seen past row security."""
        connection = await asyncpg.connect(self.database.superuser_url)
        try:
            return list(await connection.fetch(sql, *args))
        finally:
            await connection.close()

    async def person(self, email: str, *roles: str) -> None:
        """Make a person with these roles, as the tenant's administrator."""
        tenant = email.partition("@")[2].partition(".")[0]
        body = {
            "email": email,
            "name": email.partition("@")[0].title(),
            "password": PASSWORD,
            "roles": [{"role": role} for role in roles],
        }
        answer = await self.http.post(
            "/api/v1/users", json=body, headers=await self.as_(f"admin@{tenant}.example")
        )
        assert answer.status_code == 201, answer.text


@asynccontextmanager
async def running_doors(
    database: ServiceDatabase,
    nats: Nats,
    targets: Mapping[str, str],
    *,
    tenants: Sequence[str] = ("acme", "globex"),
    **settings: str,
) -> AsyncIterator[Doors]:
    """Run a gateway before the services that `targets` names; the others do not answer. Makes the tenants."""
    with tempfile.TemporaryDirectory(prefix="deskmesh-") as name:
        folder = Path(name)
        environment = {
            "GATEWAY_DATABASE_URL": database.app_url,
            "GATEWAY_RELAY_DATABASE_URL": database.relay_url,
            "GATEWAY_GRPC_LISTEN": f"unix:{folder}/gateway.sock",
            "GATEWAY_HTTP_LISTEN": "127.0.0.1:0",
            "GATEWAY_PUBLIC_GRPC_LISTEN": f"unix:{folder}/public.sock",
            "GATEWAY_SIGNING_KEY": signing_key(),
            "GATEWAY_ENCRYPTION_KEY": "the-key-of-tests-of-more-than-32-characters",
            # Not the one that may have been built here.
            "GATEWAY_WEB_FOLDER": str(folder / "web"),
            "GATEWAY_SERVICE_KEYS": httpx.Response(200, json=SERVICE_KEYS).text,
            "DESKMESH_NATS_URL": nats.url,
            "DESKMESH_JWKS_URL": "http://127.0.0.1:9",
            "DESKMESH_OBJECT_STORE_URL": (folder / "objects").as_uri(),
            **{
                f"GATEWAY_{one.upper()}_TARGET": targets.get(one, f"unix:{folder}/{one}.sock")
                for one in BACKENDS
            },
            **settings,
        }
        loaded = load(GatewaySettings, "GATEWAY_", environment)
        async with chassis_service.running(SERVICE, loaded) as process:
            url = f"http://127.0.0.1:{process.http_port}"
            async with httpx.AsyncClient(base_url=url, timeout=20) as http:
                doors = Doors(process, http, folder, database)
                for slug in tenants:
                    made = await create_tenant(process.runtime.databases, new=new_tenant(slug))
                    doors.tenants[slug] = made.tenant_id
                yield doors


def new_tenant(slug: str) -> NewTenant:
    """A tenant whose administrator is admin@<slug>.example."""
    return NewTenant(
        slug=slug,
        name=slug.title(),
        languages=["en"],
        time_zone="Europe/Warsaw",
        country="PL",
        support_address=f"support@{slug}.example",
        admin_email=f"admin@{slug}.example",
        admin_name="",
        admin_password=PASSWORD,
    )
