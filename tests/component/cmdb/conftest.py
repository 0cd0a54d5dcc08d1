"""Cmdb in process, with two tenants and a person in each."""

from collections.abc import AsyncIterator, Callable

import pytest
from cmdb_desk import Cmdb

from chassis.ids import new_id
from chassis.testing.databases import ServiceDatabase
from chassis.testing.identity import Issuer
from chassis.testing.servers import Nats
from chassis.testing.services import running
from cmdb.app import directory
from cmdb.main import SERVICE


@pytest.fixture(scope="module")
async def cmdb(
    service_database: Callable[[str], ServiceDatabase], nats: Nats, issuer: Issuer
) -> AsyncIterator[Cmdb]:
    settings = {"CMDB_GATEWAY_TARGET": "127.0.0.1:9"}
    async with running(SERVICE, service_database("cmdb"), nats, issuer, settings) as service:
        desk = Cmdb(service, new_id(), new_id(), new_id(), new_id())
        for tenant_id, slug, person in (
            (desk.acme, "acme", desk.anna),
            (desk.globex, "globex", desk.stranger),
        ):
            async with service.process.runtime.databases.for_tenant(tenant_id).transaction(tenant_id) as tx:
                await directory.keep_tenant(tx, slug=slug, version=1)
                row = directory.PersonRow(person, f"anna@{slug}.example", "Anna", active=True, version=1)
                await directory.keep_people(tx, people=[row])
        yield desk
