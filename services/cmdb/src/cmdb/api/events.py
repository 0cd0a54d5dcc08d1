"""What cmdb does when others tell something."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from chassis.db import Tx
from chassis.events import Handler, Received
from cmdb.app import directory
from deskmesh.gateway.v1 import events_pb2, identity_pb2


async def on_tenant_changed(tx: Tx, events: list[Received[events_pb2.TenantChanged]]) -> None:
    """Keep a copy of the tenant."""
    for event in events:
        await directory.keep_tenant(tx, slug=event.message.tenant.slug, version=event.message.tenant.version)


async def on_user_changed(tx: Tx, events: list[Received[events_pb2.UserChanged]]) -> None:
    """Keep a copy of the people."""
    await directory.keep_people(tx, people=[person_row(event.message.user) for event in events])


def person_row(user: identity_pb2.User) -> directory.PersonRow:
    """The part of a user that cmdb keeps."""
    return directory.PersonRow(
        id=UUID(user.id), email=user.email, name=user.name, active=user.active, version=user.version
    )


HANDLERS: list[Handler[Any]] = [
    Handler(message=events_pb2.TenantChanged, handle=on_tenant_changed),
    Handler(message=events_pb2.UserChanged, handle=on_user_changed),
]
