"""Commands of the operator of the installation."""

from __future__ import annotations

import asyncio
import sys
from typing import Annotated

import typer

from chassis.errors import DeskmeshError
from chassis.service import Service, runtime_of, settings_or_exit
from sla.api.checking import check_tenant
from sla.clients import Directory
from sla.settings import SlaSettings


def add_check(commands: typer.Typer, service: Service[SlaSettings]) -> None:
    """Add `check-clocks`."""

    @commands.command()
    def check_clocks(
        *, mend: Annotated[bool, typer.Option("--mend", help="Reckon the clocks that differ anew.")] = False
    ) -> None:
        """Compare all clocks with the ledger and list what differs; exits with 1 where something does and is not mended."""
        settings = settings_or_exit(service)

        async def check() -> int:
            differing = 0
            async with runtime_of(service, settings) as runtime:
                gateway = Directory(runtime.channel(settings.gateway_target, "gateway"))
                async for tenant in gateway.tenants():
                    async for one in check_tenant(runtime.databases, tenant.id, mend=mend):
                        differing += 1
                        typer.echo(
                            f"{tenant.id} {one.number} {one.clock}: {one.field} is {one.kept}, reckoned {one.reckoned}"
                        )
            return differing

        try:
            found = asyncio.run(check())
        except DeskmeshError as error:
            typer.echo(str(error), err=True)
            sys.exit(2)
        typer.echo(f"{found} differences{', mended' if mend and found else ''}")
        sys.exit(1 if found and not mend else 0)
