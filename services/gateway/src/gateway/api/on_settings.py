"""The audit log hears of every changed setting of all six services."""

from datetime import UTC
from typing import TypeVar
from uuid import UUID

from google.protobuf.json_format import MessageToDict
from google.protobuf.struct_pb2 import Value

from chassis.db import Tx
from chassis.events import Handler, Received
from chassis.events.handlers import AnyHandler
from deskmesh.cmdb.v1 import events_pb2 as cmdb
from deskmesh.common.v1 import types_pb2
from deskmesh.gateway.v1 import events_pb2 as gateway
from deskmesh.knowledge.v1 import events_pb2 as knowledge
from deskmesh.notify.v1 import events_pb2 as notify
from deskmesh.sla.v1 import events_pb2 as sla
from deskmesh.tickets.v1 import events_pb2 as tickets
from gateway.app import audit
from gateway.domain.audit import Change, Plain

SettingChanged = TypeVar(
    "SettingChanged",
    gateway.SettingChanged,
    tickets.SettingChanged,
    sla.SettingChanged,
    knowledge.SettingChanged,
    cmdb.SettingChanged,
    notify.SettingChanged,
)


def handlers() -> list[AnyHandler]:
    """Return one handler for each service's event."""
    return [
        Handler(message=gateway.SettingChanged, handle=on_setting_changed),
        Handler(message=tickets.SettingChanged, handle=on_setting_changed),
        Handler(message=sla.SettingChanged, handle=on_setting_changed),
        Handler(message=knowledge.SettingChanged, handle=on_setting_changed),
        Handler(message=cmdb.SettingChanged, handle=on_setting_changed),
        Handler(message=notify.SettingChanged, handle=on_setting_changed),
    ]


async def on_setting_changed(tx: Tx, events: list[Received[SettingChanged]]) -> None:
    """Append the changes to the tenant's audit log, in the order they came."""
    await audit.record(tx, told=[_told(event.id, event.message) for event in events])


def _told(event_id: UUID, message: SettingChanged) -> audit.Told:
    return audit.Told(
        event_id=event_id,
        # deskmesh.<service>.v1.SettingChanged
        service=message.DESCRIPTOR.full_name.split(".")[1],
        kind=message.kind,
        target_id=message.id,
        target_name=message.name,
        changes=[_change(one) for one in message.changes],
        actor_kind=message.actor.kind,
        actor_id=message.actor.id,
        cause=message.cause,
        occurred_at=message.occurred_at.ToDatetime(UTC),
    )


def _change(change: types_pb2.FieldChange) -> Change:
    return Change(field=change.field, old=_plain(change.old_value), new=_plain(change.new_value))


def _plain(value: Value) -> Plain:
    plain: Plain = MessageToDict(value) if value.WhichOneof("kind") else None
    return plain
