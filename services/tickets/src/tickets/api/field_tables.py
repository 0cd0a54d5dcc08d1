"""The table of fields: asked for, and told when a setting that it is made from changes."""

from dataclasses import dataclass
from datetime import UTC, datetime

from chassis.db import Databases, Tx
from chassis.events import Handler, Received
from chassis.events.handlers import AnyHandler
from deskmesh.tickets.v1 import events_pb2
from deskmesh.tickets.v1 import field_table_service_pb2 as pb
from tickets.api.tenants import in_each_tenant
from tickets.app.configuration import Configurations
from tickets.app.field_tables import tell_fields
from tickets.clients import Directory
from tickets.db.field_tables import FieldTableRow
from tickets.publish.field_messages import field_table_message

_MADE_FROM = frozenset({"configuration", "field", "process", "queue", "ticket_type", "workflow"})
"""The kinds of settings that say what filters may name."""


@dataclass(frozen=True, slots=True)
class FieldTableServicer:
    """FieldTableService, and the event that has the table told."""

    configurations: Configurations

    async def GetFieldTable(self, tx: Tx, request: pb.GetFieldTableRequest) -> pb.GetFieldTableResponse:
        del request  # it says nothing
        return pb.GetFieldTableResponse(table=field_table_message(await self._tell(tx)))

    async def on_setting_changed(self, tx: Tx, received: list[Received[events_pb2.SettingChanged]]) -> None:
        """Tells the table where the setting is one that it is made from."""
        if any(event.message.kind in _MADE_FROM for event in received):
            await self._tell(tx)

    def handler(self) -> AnyHandler:
        """The handler of this service's own settings."""
        return Handler(events_pb2.SettingChanged, self.on_setting_changed)

    async def tell_all(self, databases: Databases, gateway: Directory) -> None:
        """Tells the table of each tenant that has none out, or an old one. Safe to repeat."""
        await in_each_tenant(databases, gateway, "tell fields", self._tell)

    async def _tell(self, tx: Tx) -> FieldTableRow:
        configuration = await self.configurations.to_be_changed(tx)
        return await tell_fields(tx, configuration=configuration, now=datetime.now(UTC))
