"""Commands of the operator of the installation."""

from __future__ import annotations

import asyncio
import sys
from typing import Annotated

import typer

from chassis.errors import DeskmeshError
from chassis.service import Service, runtime_of, settings_or_exit
from sla.api.checking import check_tenant
from sla.app.checking import Failing
from sla.clients import Directory
from sla.settings import SlaSettings


def add_check(commands: typer.Typer, service: Service[SlaSettings]) -> None:
    """Add `check-clocks`."""

    @commands.command()
    def check_clocks(
        *, mend: Annotated[bool, typer.Option("--mend", help="Reckon the clocks that differ anew.")] = False
    ) -> None:
        """Compare all clocks with the ledger and list what differs; exits with 1 where something does and is not mended, or fails."""
        settings = settings_or_exit(service)

        async def check() -> tuple[int, int]:
            differing = failing = 0
            async with runtime_of(service, settings) as runtime:
                gateway = Directory(runtime.channel(settings.gateway_target, "gateway"))
                async for tenant in gateway.tenants():
                    async for one in check_tenant(runtime.databases, tenant.id, mend=mend):
                        if isinstance(one, Failing):
                            failing += 1
                            what = f"cannot be reckoned, {one.error}"
                        else:
                            differing += 1
                            what = f"{one.clock}: {one.field} is {one.kept}, reckoned {one.reckoned}"
                        typer.echo(f"{tenant.id} {one.number} {what}")
            return differing, failing

        try:
            differing, failing = asyncio.run(check())
        except DeskmeshError as error:
            typer.echo(str(error), err=True)
            sys.exit(2)
        typer.echo(f"{differing} differences{', mended' if mend and differing else ''}")
        if failing:
            typer.echo(f"{failing} tickets cannot be reckoned")
        sys.exit(1 if failing or (differing and not mend) else 0)
