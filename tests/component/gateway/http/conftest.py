"""A whole gateway, before services that do not answer."""

from collections.abc import AsyncIterator, Callable, Iterator

import httpx
import pytest
from gateway_doors import Doors, running_doors
from gateway_sso import PAGE, Provider, configured
from oidc_provider_mock import run_server_in_thread

from chassis.testing.databases import ServiceDatabase
from chassis.testing.servers import Nats


@pytest.fixture(scope="module")
async def doors(service_database: Callable[[str], ServiceDatabase], nats: Nats) -> AsyncIterator[Doors]:
    """A gateway with the tenants acme and globex, and an agent and a requester in each."""
    async with running_doors(service_database("gateway"), nats, {}) as running:
        for tenant in ("acme", "globex"):
            await running.person(f"agent@{tenant}.example", "agent")
            await running.person(f"requester@{tenant}.example", "requester")
        yield running


@pytest.fixture(scope="module")
def provider() -> Iterator[Provider]:
    """A provider that signs in whoever says who they are, and says of them what it was told."""
    with run_server_in_thread(require_nonce=True) as server:
        yield Provider.at(server)


@pytest.fixture(scope="module")
def issuer(provider: Provider) -> str:
    """The provider's address."""
    return provider.issuer


@pytest.fixture(scope="module")
async def sso_doors(
    service_database: Callable[[str], ServiceDatabase], nats: Nats, issuer: str
) -> AsyncIterator[Doors]:
    """A gateway that may call this machine, whose tenant acme has the provider."""
    allowed = {"DESKMESH_OUTBOUND_NETWORKS": '["127.0.0.0/8", "::1/128"]'}
    async with running_doors(service_database("gateway"), nats, {}, **allowed) as running:
        await configured(running, issuer)
        yield running


@pytest.fixture
async def browser(doors: Doors) -> AsyncIterator[httpx.AsyncClient]:
    """A browser with cookies of its own."""
    async with httpx.AsyncClient(base_url=doors.http.base_url, headers=PAGE, timeout=20) as browser:
        yield browser
