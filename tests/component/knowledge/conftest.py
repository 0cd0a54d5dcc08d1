"""Knowledge in process, with two tenants."""

from collections.abc import AsyncIterator, Callable

import pytest
from knowledge_desk import Knowledge

from chassis.ids import new_id
from chassis.testing.databases import ServiceDatabase
from chassis.testing.identity import Issuer
from chassis.testing.servers import Nats
from chassis.testing.services import running
from knowledge.app import tenants
from knowledge.main import SERVICE


@pytest.fixture(scope="module")
async def knowledge(
    service_database: Callable[[str], ServiceDatabase], nats: Nats, issuer: Issuer
) -> AsyncIterator[Knowledge]:
    settings = {"KNOWLEDGE_GATEWAY_TARGET": "127.0.0.1:9"}
    async with running(SERVICE, service_database("knowledge"), nats, issuer, settings) as service:
        desk = Knowledge(service, new_id(), new_id())
        for tenant_id, slug, languages in (
            (desk.acme, "acme", ("pl", "en")),
            (desk.globex, "globex", ("en",)),
        ):
            async with service.process.runtime.databases.for_tenant(tenant_id).transaction(tenant_id) as tx:
                await tenants.keep_tenant(tx, tenant=tenants.TenantRow(slug, languages, version=1))
        yield desk
