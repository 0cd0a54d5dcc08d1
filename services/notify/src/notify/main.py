"""Notify, composed."""

import asyncio
from datetime import timedelta

from chassis import service
from chassis.grpc_server import Servicer
from chassis.jobs import Job
from chassis.sealing import Sealer
from chassis.service import Background, Parts, Runtime, Service
from deskmesh.notify.v1 import message_service_pb2, push_service_pb2, webhook_service_pb2
from notify.api import events, hook_events, smtp
from notify.api.messages import MessageServicer
from notify.api.pushes import Pushes, PushServicer
from notify.api.webhooks import Calls, WebhookServicer
from notify.api.work import Work, backfill_directory, measure_mail
from notify.app import webhooks
from notify.app.linking import Links
from notify.clients.calling_out import Caller
from notify.clients.directory import Directory
from notify.clients.outgoing import MailFolder, Outgoing, Relay
from notify.clients.push import Pusher, PushKey
from notify.settings import Settings, host_and_port


async def compose(runtime: Runtime[Settings]) -> Parts:
    """The parts of notify."""
    settings = runtime.settings
    directory = Directory(runtime.channel(settings.gateway_target, "gateway"))
    secret = "" if settings.service_key is None else settings.service_key.get_secret_value()
    links = Links(settings.public_url.rstrip("/"), secret)
    work = Work(runtime.databases, runtime.objects, _outgoing(settings), links)
    sealer, allowed = Sealer("notify", secret.split()), settings.outbound_networks
    key = None if settings.push_key is None else PushKey.from_pem(settings.push_key.get_secret_value())
    pusher = None if key is None else Pusher(allowed, key, contact=_contact(settings))
    timers = [
        *work.timers(),
        Calls(runtime.databases, Caller(allowed), sealer).timer(),
        Pushes(runtime.databases, pusher).timer(),
    ]
    door = smtp.Door(
        runtime.databases,
        settings.mail_domain or "localhost",
        settings.smtp_connections,
        smtp.Hold(settings.smtp_hold_mebibytes * 1024 * 1024),
        # Ends a little before the doors are made to.
        0.8 * settings.grace_seconds,
    )

    async def take_mail(stop: asyncio.Event) -> None:
        await door.serve(*host_and_port(settings.smtp_listen), stop)

    async def backfill(_: object) -> None:
        await backfill_directory(runtime.databases, directory)

    async def measure(_: object) -> None:
        await measure_mail(runtime.databases)

    return Parts(
        servicers=[
            Servicer(message_service_pb2.DESCRIPTOR.services_by_name["MessageService"], MessageServicer()),
            Servicer(
                webhook_service_pb2.DESCRIPTOR.services_by_name["WebhookService"],
                WebhookServicer(runtime.databases, webhooks.Desk(sealer, allowed, hook_events.NAMES)),
            ),
            Servicer(push_service_pb2.DESCRIPTOR.services_by_name["PushService"], PushServicer(key, allowed)),
        ],
        handlers=hook_events.with_webhooks(events.handlers(settings.mail_domain)),
        timers=timers,
        jobs=[
            Job("backfill-directory", every=timedelta(minutes=1), run=backfill),
            Job("measure-mail", every=timedelta(seconds=15), run=measure),
        ],
        background=[Background("smtp", run=take_mail, worker=False, check=door.problem, door=True)],
    )


def _outgoing(settings: Settings) -> Outgoing:
    if settings.smtp_out is not None:
        return Relay(*host_and_port(settings.smtp_out), settings.mail_domain or "localhost")
    assert settings.mail_folder is not None
    return MailFolder(settings.mail_folder)


def _contact(settings: Settings) -> str:
    """Whom push services may write to about the desk (RFC 8292, 2.1)."""
    if settings.public_url.startswith("https://"):
        return settings.public_url
    return f"mailto:postmaster@{settings.mail_domain or 'localhost'}"


SERVICE = Service(
    name="notify",
    settings=Settings,
    compose=compose,
    migrations="notify.migrations",
    # Whoever has signed out since the backup is told nothing; the others' browsers register anew when they start.
    restored=("DELETE FROM push_subscriptions",),
)


def run() -> None:
    """The command line: deskmesh-notify."""
    service.run(SERVICE)
