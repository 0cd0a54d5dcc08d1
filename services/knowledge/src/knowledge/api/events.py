"""What knowledge does when others tell something."""

from __future__ import annotations

from typing import Any

from chassis.db import Tx
from chassis.events import Handler, Received
from deskmesh.gateway.v1 import events_pb2, identity_pb2
from knowledge.app import tenants


async def on_tenant_changed(tx: Tx, events: list[Received[events_pb2.TenantChanged]]) -> None:
    """Keep a copy of the tenant."""
    for event in events:
        await tenants.keep_tenant(tx, tenant=tenant_row(event.message.tenant))


def tenant_row(tenant: identity_pb2.Tenant) -> tenants.TenantRow:
    """The part of a tenant that knowledge keeps."""
    return tenants.TenantRow(slug=tenant.slug, languages=tuple(tenant.languages), version=tenant.version)


HANDLERS: list[Handler[Any]] = [Handler(message=events_pb2.TenantChanged, handle=on_tenant_changed)]
