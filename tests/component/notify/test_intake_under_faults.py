"""The mail intake when what it needs is away, or when there is too much of everything."""

import asyncio
import smtplib
from collections.abc import Callable
from pathlib import Path

import pytest
from notify_desk import mail, queued, run_notify, talk

from chassis.testing.databases import ServiceDatabase
from chassis.testing.identity import Issuer
from chassis.testing.servers import Nats, Postgres
from chassis.testing.waiting import eventually


async def test_too_many_connections_are_sent_away(
    service_database: Callable[[str], ServiceDatabase], nats: Nats, issuer: Issuer, tmp_path: Path
) -> None:
    async with run_notify(
        service_database("notify"), nats, issuer, tmp_path, NOTIFY_SMTP_CONNECTIONS="2"
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
        name = database.app_url.rpartition("/")[2].partition("?")[0]
        postgres.run(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS false')
        postgres.run(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'")
        raw = mail()
        with pytest.raises(smtplib.SMTPRecipientsRefused) as refused:
            await desk.send("a@b.example", tenant.address, raw)
        assert refused.value.recipients[tenant.address][0] == 451
        postgres.run(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS true')

        async def taken() -> bool:
            try:
                queued(await desk.send("a@b.example", tenant.address, raw))
            except smtplib.SMTPRecipientsRefused:
                return False
            return True

        await eventually(taken)
