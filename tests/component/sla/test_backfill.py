"""A service that is installed later than the gateway asks it for the tenants."""

from __future__ import annotations

from pathlib import Path

import pytest
from sla_directory import directory
from sla_doors import Desk

from chassis.errors import Unavailable
from chassis.ids import new_id
from chassis.testing.identity import Issuer
from chassis.testing.services import RunningService
from sla.api.tenants import backfill_tenants
from sla.settings import SlaSettings


async def test_tenants_of_before_are_asked_for_and_seeded_once(
    desk: Desk, service: RunningService[SlaSettings], issuer: Issuer, tmp_path: Path
) -> None:
    databases = service.process.runtime.databases
    async with directory(tmp_path, [new_id(), desk.id], issuer) as gateway:
        await backfill_tenants(databases, gateway)
        await backfill_tenants(databases, gateway)
    await desk.settles()
    assert (await desk.calendar("business")).time_zone == "Asia/Tokyo"
    assert await desk.fetch_value("SELECT count(*) FROM calendars WHERE tenant_id = $1", desk.id) == 2


async def test_a_gateway_that_is_away_is_asked_again_later(
    service: RunningService[SlaSettings], issuer: Issuer, tmp_path: Path
) -> None:
    async with directory(tmp_path, [], issuer) as gateway:
        with pytest.raises(Unavailable):
            await backfill_tenants(service.process.runtime.databases, gateway)
