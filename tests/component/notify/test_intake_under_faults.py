"""The mail intake when what it needs is away, or when there is too much of everything."""

import asyncio
import dataclasses
import smtplib
from collections.abc import Callable
from pathlib import Path

import pytest
from notify_desk import mail, queued, run_notify, talk

from chassis.service import Only
from chassis.testing.databases import ServiceDatabase
from chassis.testing.identity import Issuer
from chassis.testing.servers import Nats, Postgres
from chassis.testing.waiting import eventually
from deskmesh.notify.v1 import events_pb2


async def test_too_many_connections_are_sent_away(
    service_database: Callable[[str], ServiceDatabase], nats: Nats, issuer: Issuer, tmp_path: Path
) -> None:
    async with run_notify(
        service_database("notify"), nats, issuer, tmp_path, {"NOTIFY_SMTP_CONNECTIONS": "2"}
    ) as small:
        held = [await asyncio.open_connection("127.0.0.1", small.smtp_port) for _ in range(2)]
        for reader, _ in held:
            assert (await reader.readline()).startswith(b"220")
        assert (await talk(small, b"", until=b"421"))[0].startswith(b"421")
        held[0][1].close()

        async def served() -> bool:
            return (await talk(small, b"QUIT\r\n"))[0].startswith(b"220")

        await eventually(served)
        held[1][1].close()


async def test_without_a_database_mail_is_put_off_and_not_lost(
    service_database: Callable[[str], ServiceDatabase],
    nats: Nats,
    issuer: Issuer,
    tmp_path: Path,
    postgres: Postgres,
) -> None:
    database = service_database("notify")
    async with run_notify(database, nats, issuer, tmp_path) as desk:
        tenant = await desk.new_tenant()
        raw = mail()
        with postgres.away(database.name):
            with pytest.raises(smtplib.SMTPRecipientsRefused) as refused:
                await desk.send("a@b.example", tenant.address, raw)
            assert refused.value.recipients[tenant.address][0] == 451

        async def taken() -> bool:
            try:
                queued(await desk.send("a@b.example", tenant.address, raw))
            except smtplib.SMTPRecipientsRefused:
                return False
            return True

        await eventually(taken)


async def test_what_was_taken_before_a_crash_is_read_after_it(
    service_database: Callable[[str], ServiceDatabase], nats: Nats, issuer: Issuer, tmp_path: Path
) -> None:
    """The worker is away while mail comes in: the timer that is to read it lies in the database, and outlives all."""
    database = service_database("notify")
    async with run_notify(database, nats, issuer, tmp_path) as desk:
        tenant = await desk.new_tenant()
    async with run_notify(database, nats, issuer, tmp_path, only=Only.API) as desk:
        tenant = dataclasses.replace(tenant, desk=desk)
        message_id = queued(await desk.send("a@b.example", tenant.address, mail()))
        assert not await desk.rows("SELECT 1 FROM outbox WHERE tenant_id = $1", tenant.id)
    async with run_notify(database, nats, issuer, tmp_path) as desk:
        tenant = dataclasses.replace(tenant, desk=desk)
        (event,) = await tenant.published(events_pb2.MessageReceived)
        assert event.inbound_message_id == message_id


async def test_a_stopping_desk_finishes_the_mail_in_hand(
    service_database: Callable[[str], ServiceDatabase], nats: Nats, issuer: Issuer, tmp_path: Path
) -> None:
    async with run_notify(service_database("notify"), nats, issuer, tmp_path) as desk:
        tenant = await desk.new_tenant()
        reader, writer = await asyncio.open_connection("127.0.0.1", desk.smtp_port)
        head = b"EHLO c\r\nMAIL FROM:<a@b.example>\r\nRCPT TO:<" + tenant.address.encode() + b">\r\nDATA\r\n"
        writer.write(head + b"From: a@b.example\r\n\r\nhalf of it\r\n")
        while not (await reader.readline()).startswith(b"354"):
            pass
        finishing = asyncio.create_task(_finish(reader, writer))
    assert (await finishing).startswith(b"250 2.0.0 queued as ")


async def _finish(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bytes:
    """End the message a moment after the desk was told to stop."""
    await asyncio.sleep(0.5)
    writer.write(b"the rest\r\n.\r\n")
    answer = await reader.readline()
    writer.close()
    return answer
