"""The gateway, composed: its doors, what it hears, what it does on the clock, and its commands."""

import asyncio
from functools import partial
from pathlib import Path

import typer

from chassis.grpc_server import Servicer
from chassis.restored import VERSIONS_AHEAD
from chassis.sealing import Sealer
from chassis.service import Background, Parts, Runtime, Service, cli
from chassis.tokens import LocalKeys, Verifier
from deskmesh.gateway.v1 import (
    audit_service_pb2,
    branding_service_pb2,
    directory_service_pb2,
    identity_provider_service_pb2,
    second_factor_service_pb2,
    session_service_pb2,
    sign_in_policy_service_pb2,
    work_profile_service_pb2,
)
from gateway.api import jobs, on_settings
from gateway.api.audit import AuditService
from gateway.api.branding import BrandingService
from gateway.api.commands import tenant_commands
from gateway.api.directory import DirectoryService
from gateway.api.grpc_door import GrpcDoor
from gateway.api.identity_providers import IdentityProviderService
from gateway.api.limits import SharedLimits
from gateway.api.second_factors import SecondFactorService
from gateway.api.sessions import SessionService
from gateway.api.sign_in_policies import SignInPolicyService
from gateway.api.work_profiles import WorkProfileService
from gateway.app.admission import Admission
from gateway.app.auth import Exchange
from gateway.app.keys import SigningKeys
from gateway.app.limits import Limiter
from gateway.app.links import Links
from gateway.app.password_resets import PasswordResets
from gateway.app.presence import Presence
from gateway.app.provider_sign_out import ProviderSignOut
from gateway.app.single_sign_on import SingleSignOn
from gateway.clients import SERVICES
from gateway.clients.calling import Backends
from gateway.clients.oidc import OidcClient
from gateway.http.app import create_app
from gateway.http.desk import Desk
from gateway.http.live.presence import SharedPresence
from gateway.http.live.stream import Live
from gateway.settings import GatewaySettings


async def compose(runtime: Runtime[GatewaySettings]) -> Parts:
    """List the parts of a gateway process."""
    settings = runtime.settings
    keys = _keys(settings)
    oidc = OidcClient(settings.outbound_networks)
    sealer = Sealer("gateway", settings.encryption_key.get_secret_value().split())
    limiters = {
        "clients": _limiter(settings.client_rate_limit),
        "tenants": _limiter(settings.tenant_rate_limit),
        "sign_ins": _limiter(settings.sign_in_rate_limit),
    }
    admission = Admission(
        runtime.verifier,
        Exchange(runtime.databases, keys, runtime.verifier),
        clients=limiters["clients"],
        tenants=limiters["tenants"],
    )
    channels = {name: runtime.channel(target, name) for name, target in _targets(settings).items()}
    backends = Backends(channels, SERVICES)
    live = Live(runtime.nats, runtime.draining)
    presence = SharedPresence(runtime.nats, Presence(), live.subscribers)
    service_keys = {name: key.get_secret_value() for name, key in settings.service_keys.items()}
    single_sign_on = SingleSignOn(runtime.databases, keys, sealer, oidc)
    desk = Desk(
        databases=runtime.databases,
        objects=runtime.objects,
        keys=keys,
        admission=admission,
        backends=backends,
        live=live,
        presence=presence,
        sign_ins=limiters["sign_ins"],
        sealer=sealer,
        single_sign_on=single_sign_on,
        provider_sign_out=ProviderSignOut(runtime.databases, sealer, single_sign_on),
        password_resets=PasswordResets(runtime.databases, service_keys),
        links=Links(runtime.databases, keys, service_keys),
        web_folder=settings.web_folder,
    )
    # Ends a little before the doors are made to.
    grace_seconds = 0.8 * settings.grace_seconds
    grpc_door = GrpcDoor(settings.public_grpc_listen, admission, backends, grace_seconds=grace_seconds)
    return Parts(
        servicers=[
            Servicer(
                directory_service_pb2.DESCRIPTOR.services_by_name["DirectoryService"],
                DirectoryService(runtime.databases),
            ),
            Servicer(
                work_profile_service_pb2.DESCRIPTOR.services_by_name["WorkProfileService"],
                WorkProfileService(),
            ),
            Servicer(
                second_factor_service_pb2.DESCRIPTOR.services_by_name["SecondFactorService"],
                SecondFactorService(runtime.databases, sealer),
            ),
            Servicer(
                sign_in_policy_service_pb2.DESCRIPTOR.services_by_name["SignInPolicyService"],
                SignInPolicyService(runtime.databases, oidc),
            ),
            Servicer(branding_service_pb2.DESCRIPTOR.services_by_name["BrandingService"], BrandingService()),
            Servicer(session_service_pb2.DESCRIPTOR.services_by_name["SessionService"], SessionService()),
            Servicer(
                identity_provider_service_pb2.DESCRIPTOR.services_by_name["IdentityProviderService"],
                IdentityProviderService(sealer, settings.outbound_networks),
            ),
            Servicer(audit_service_pb2.DESCRIPTOR.services_by_name["AuditService"], AuditService()),
        ],
        handlers=on_settings.handlers(),
        jobs=jobs.jobs(),
        background=[
            Background("not_before", partial(jobs.publish_not_before, runtime), worker=False),
            Background("live", live.run, worker=False),
            Background("limits", SharedLimits(runtime.nats, limiters).run, worker=False),
            Background("presence", presence.run, worker=False),
            Background("public_grpc", grpc_door.run, worker=False, door=True),
        ],
        http_app=create_app(desk),
        checks={**backends.checks(), "data": partial(_loaded, settings.ready_file)},
    )


def _targets(settings: GatewaySettings) -> dict[str, str]:
    """Where the services are, the gateway's own RPCs included."""
    return {
        "gateway": settings.grpc_listen,
        "tickets": settings.tickets_target,
        "sla": settings.sla_target,
        "knowledge": settings.knowledge_target,
        "cmdb": settings.cmdb_target,
        "notify": settings.notify_target,
    }


async def _loaded(file: Path | None) -> str | None:
    """Whether the data are there that whoever started the gateway is still loading."""
    return None if file is None or await asyncio.to_thread(file.exists) else "loading"


def _limiter(rate: float) -> Limiter:
    """So many a second on average, twice as many at once, and one at least."""
    return Limiter(rate, max(1.0, 2 * rate))


def _keys(settings: GatewaySettings) -> SigningKeys:
    return SigningKeys.from_pem(settings.signing_key.get_secret_value())


def _verifier(settings: GatewaySettings) -> Verifier:
    """The gateway's verifier has the keys itself, and those with which the services sign their own calls."""
    return Verifier(
        keys=LocalKeys(_keys(settings).published),
        service_keys={name: key.get_secret_value() for name, key in settings.service_keys.items()},
    )


SERVICE = Service(
    name="gateway",
    settings=GatewaySettings,
    compose=compose,
    migrations="gateway.migrations",
    verifier=_verifier,
    restored=(
        *(
            f"UPDATE {table} SET version = version + {VERSIONS_AHEAD}"  # noqa: S608 (names of our own tables)
            for table in ("tenants", "users", "organizations", "teams", "roles")
        ),
        f"UPDATE roles SET shipped_version = shipped_version + {VERSIONS_AHEAD}",  # noqa: S608 (a number)
        # Whoever was signed out since the backup stays so; the others sign in anew.
        "UPDATE sessions SET revoked_at = now(), revoked_reason = 'signed_out' WHERE revoked_at IS NULL",
    ),
)


def command_line() -> typer.Typer:
    """Return the commands that every service has, and those for the operator's tenants."""
    commands = cli(SERVICE)
    commands.add_typer(tenant_commands(SERVICE), name="tenant")
    return commands


def run() -> None:
    """Run the command line and end the process."""
    command_line()()
