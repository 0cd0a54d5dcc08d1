"""The job that gives tenants of earlier releases what newer ones ship."""

from dataclasses import dataclass

from chassis.db import Databases, Tx
from tickets.api.tenants import in_each_tenant
from tickets.app.configuration import Configurations
from tickets.app.upgrading import upgrade_fields, upgrade_workflows
from tickets.clients import Directory


@dataclass(frozen=True, slots=True)
class Upgrades:
    """What every process may run at any time: it is safe to repeat."""

    configurations: Configurations

    async def of_all(self, databases: Databases, gateway: Directory) -> None:
        """Gives every active tenant's configuration what this release ships."""
        await in_each_tenant(databases, gateway, "upgrade", self._upgrade)

    async def _upgrade(self, tx: Tx) -> None:
        await self.configurations.to_be_changed(tx)
        await upgrade_fields(tx)
        await upgrade_workflows(tx)
