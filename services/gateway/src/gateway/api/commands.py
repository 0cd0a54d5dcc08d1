"""Commands of the operator of the installation."""

import asyncio
import sys
from collections.abc import Awaitable, Callable
from typing import Annotated, NoReturn, TypeVar

import typer

from chassis.db import Databases
from chassis.errors import DeskmeshError
from chassis.service import Service, settings_or_exit
from gateway.app.tenants import NewTenant, create_tenant, set_tenant_active
from gateway.settings import GatewaySettings

T = TypeVar("T")

Slug = Annotated[str, typer.Option(help="Names the tenant in addresses and sign-ins; never changes.")]


def tenant_commands(service: Service[GatewaySettings]) -> typer.Typer:
    """Return `tenant create`, `tenant suspend` and `tenant resume`."""
    commands = typer.Typer(no_args_is_help=True, help="Make, suspend and resume tenants.")

    @commands.command()
    def create(
        *,
        slug: Slug,
        name: Annotated[str, typer.Option(help="For people.")],
        language: Annotated[
            list[str], typer.Option(help="BCP 47, such as en; repeat it, the first is the default.")
        ],
        time_zone: Annotated[str, typer.Option(help="An IANA name, such as Europe/Warsaw.")],
        country: Annotated[str, typer.Option(help="ISO 3166-1 alpha-2, for public holidays.")],
        admin_email: Annotated[str, typer.Option(help="The first administrator.")],
        support_address: Annotated[str, typer.Option(help="Mail to it becomes a ticket.")] = "",
        admin_name: Annotated[str, typer.Option(help="The first administrator's name.")] = "",
        admin_password_stdin: Annotated[
            bool, typer.Option("--admin-password-stdin", help="Read the password from standard input.")
        ] = False,
    ) -> None:
        """Make a tenant and its first administrator; the same slug again changes nothing."""
        if not admin_password_stdin:
            _refuse("give the password on standard input, with --admin-password-stdin")
        new = NewTenant(
            slug=slug,
            name=name,
            languages=language,
            time_zone=time_zone,
            country=country,
            support_address=support_address,
            admin_email=admin_email,
            admin_name=admin_name,
            admin_password=sys.stdin.read().strip(),
        )

        async def work(databases: Databases) -> str:
            made = await create_tenant(databases, new=new)
            return f"{slug} {'is made' if made.new else 'was there already'}: {made.tenant_id}"

        typer.echo(_run(service, work))

    @commands.command()
    def suspend(slug: Slug) -> None:
        """Let nobody of a tenant sign in, and refuse the access tokens they have."""
        _run(service, lambda databases: set_tenant_active(databases, slug=slug, active=False))

    @commands.command()
    def resume(slug: Slug) -> None:
        """Let a suspended tenant work again."""
        _run(service, lambda databases: set_tenant_active(databases, slug=slug, active=True))

    return commands


def _run(service: Service[GatewaySettings], work: Callable[[Databases], Awaitable[T]]) -> T:
    settings = settings_or_exit(service)

    async def connected() -> T:
        databases = Databases.connect(settings, service.name)
        try:
            return await work(databases)
        finally:
            await databases.close()

    try:
        return asyncio.run(connected())
    except DeskmeshError as error:
        _refuse(str(error))


def _refuse(why: str) -> NoReturn:
    typer.echo(why, err=True)
    sys.exit(1)
