"""Tickets as it is upgraded from an earlier release."""

from tickets_desk import TicketsDesk

from chassis.testing.waiting import eventually
from deskmesh.gateway.v1 import identity_pb2


async def upgrade(desk: TicketsDesk) -> None:
    """Has the job run for acme that comes with a new release, to its end."""
    desk.gateway.tenants[:] = [identity_pb2.Tenant(id=str(desk.acme), slug="acme", active=True, version=1)]
    await desk.rows("UPDATE job_leases SET ran_at = 'epoch' WHERE name = 'job:upgrade-configuration'")

    async def ran() -> bool:
        query = "SELECT FROM job_leases WHERE name = 'job:upgrade-configuration' AND ran_at > 'epoch'"
        return bool(await desk.rows(query))

    await eventually(ran)
