"""The check of kept clocks against the ledger."""

from __future__ import annotations

import asyncio
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest
from prometheus_client import REGISTRY
from sla_directory import directory
from sla_doors import Desk, Ticket, target
from sla_process import environment

from chassis.db import Tx
from chassis.testing.identity import Issuer
from chassis.testing.servers import Nats
from chassis.testing.waiting import eventually
from sla.api.checking import check_all, check_tenant
from sla.app import checking, nightly
from sla.app.checking import Checked, Difference, check_chunk

BREAK = {
    "due_at": "UPDATE clocks SET due_at = due_at + interval '1 hour' WHERE tenant_id = $1 AND name = 'resolution'",
    "state": "UPDATE clocks SET state = 'paused' WHERE tenant_id = $1 AND name = 'resolution'",
    "target": "UPDATE clocks SET target_seconds = 7 WHERE tenant_id = $1 AND name = 'resolution'",
    "clock": "DELETE FROM clocks WHERE tenant_id = $1 AND name = 'resolution'",
}


async def differing(desk: Desk, *, mend: bool = False) -> set[tuple[str, str]]:
    """The clocks and their fields that differ."""
    found = check_tenant(desk.service.process.runtime.databases, desk.id, mend=mend)
    return {(one.clock, one.field) async for one in found if isinstance(one, Difference)}


async def lived(desk: Desk) -> Ticket:
    """A ticket with pauses, a change of priority, a breach and an open end."""
    began = datetime.now(UTC) - timedelta(hours=5)
    await desk.make_policy(
        targets=[
            target("first_response", "PT1H"),
            target("resolution", "PT2H", "high"),
            target("resolution", "P9D"),
        ],
        pause_states=["pending_requester"],
        warnings=["50%"],
    )
    ticket = await Ticket(desk, began).created()
    await ticket.moves("pending_requester", began + timedelta(hours=1))
    await ticket.moves("open", began + timedelta(hours=2))
    await ticket.comment(began + timedelta(hours=3))
    await desk.settles()
    return ticket


async def test_clocks_that_nobody_touched_are_as_the_ledger_says(acme: Desk) -> None:
    ticket = await lived(acme)
    await ticket.gets(ticket.at + timedelta(hours=4), priority="high")
    await acme.settles()
    assert await differing(acme) == set()


@pytest.mark.parametrize("field", BREAK)
async def test_a_clock_that_is_not_as_the_ledger_says_is_found_and_mended_only_when_told(
    acme: Desk, field: str
) -> None:
    ticket = await lived(acme)
    before = await acme.clock_events(ticket.id)
    await acme.execute(BREAK[field], acme.id)
    assert ("sla resolution", field) in await differing(acme)
    assert ("sla resolution", field) in await differing(acme, mend=True)
    assert await differing(acme) == set()
    await acme.settles()
    assert (await acme.clock_events(ticket.id))[: len(before)] == before


async def test_another_tenants_clocks_are_not_looked_at(acme: Desk) -> None:
    globex = Desk(acme.service, acme.bus)
    await globex.opens()
    await lived(globex)
    await globex.execute(BREAK["due_at"], globex.id)
    assert await differing(acme) == set()
    assert await differing(globex) == {("sla resolution", "due_at")}


async def test_the_nightly_check_shows_how_many_tickets_differ_and_mends_nothing(
    acme: Desk, issuer: Issuer, tmp_path: Path
) -> None:
    await lived(acme)
    await acme.execute(BREAK["due_at"], acme.id)
    databases = acme.service.process.runtime.databases
    async with directory(tmp_path, [acme.id], issuer) as gateway:
        await check_all(databases, gateway)
        await check_all(databases, gateway)
    assert REGISTRY.get_sample_value("deskmesh_sla_clocks_different") == 1


async def test_a_nightly_check_that_was_cut_off_goes_on_where_it_was(
    acme: Desk, issuer: Issuer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tickets = [await lived(acme)]
    tickets += [await Ticket(acme, datetime.now(UTC)).created() for _ in range(3)]
    await acme.settles()
    await acme.execute(BREAK["due_at"], acme.id)
    databases, looked_at, cut_off = acme.service.process.runtime.databases, list[UUID | None](), 2

    async def watched(tx: Tx, *, after: UUID | None, mend: bool) -> Checked:
        if len(looked_at) == cut_off:
            raise asyncio.CancelledError
        looked_at.append(after)
        return await check_chunk(tx, after=after, mend=mend)

    monkeypatch.setattr(checking, "CHUNK", 1)
    monkeypatch.setattr(nightly, "check_chunk", watched)
    async with directory(tmp_path, [acme.id], issuer) as gateway:
        with pytest.raises(asyncio.CancelledError):
            await check_all(databases, gateway)
        cut_off = 100
        await check_all(databases, gateway)
        assert looked_at == [None, *sorted(ticket.id for ticket in tickets)]
        assert REGISTRY.get_sample_value("deskmesh_sla_clocks_different") == len(tickets)
        await check_all(databases, gateway)
        assert len(looked_at) == 1 + len(tickets), "what was checked this night is not checked again"
        assert REGISTRY.get_sample_value("deskmesh_sla_clocks_different") == len(tickets)
        await acme.execute("UPDATE clock_checks SET finished_at = finished_at - interval '1 day'")
        await check_all(databases, gateway)
        assert looked_at[1 + len(tickets)] is None


async def breaks(ticket: Ticket) -> None:
    """An event of the ticket says something that no event says."""
    await ticket.desk.execute("UPDATE ticket_events SET facts = '[1]' WHERE ticket_id = $1", ticket.id)


async def test_a_ticket_that_cannot_be_reckoned_does_not_end_the_nightly_check_for_those_after_it(
    acme: Desk, issuer: Issuer, tmp_path: Path
) -> None:
    broken, globex = await lived(acme), Desk(acme.service, acme.bus)
    await lived(acme)
    await globex.opens()
    await lived(globex)
    await breaks(broken)
    await acme.execute("UPDATE clocks SET state = 'paused' WHERE name = 'resolution'")
    async with directory(tmp_path, [acme.id, globex.id], issuer) as gateway:
        await check_all(acme.service.process.runtime.databases, gateway)
    assert REGISTRY.get_sample_value("deskmesh_sla_clocks_different") == 2
    assert REGISTRY.get_sample_value("deskmesh_sla_clocks_failing") == 1


async def test_a_tenant_whose_rules_cannot_be_read_does_not_end_the_nightly_check_for_those_after_it(
    acme: Desk, issuer: Issuer, tmp_path: Path
) -> None:
    await lived(acme)
    globex = Desk(acme.service, acme.bus)
    await globex.opens()
    await lived(globex)
    await globex.execute(BREAK["state"], globex.id)
    await acme.execute("UPDATE calendar_versions SET document = '{}' WHERE tenant_id = $1", acme.id)
    await acme.execute("UPDATE rule_books SET stamp = gen_random_uuid() WHERE tenant_id = $1", acme.id)
    async with directory(tmp_path, [acme.id, globex.id], issuer) as gateway:
        with pytest.raises(TypeError, match="CalendarDraft"):
            await check_all(acme.service.process.runtime.databases, gateway)
    assert REGISTRY.get_sample_value("deskmesh_sla_clocks_different") == 1


async def test_a_ticket_that_cannot_be_reckoned_keeps_no_other_from_new_rules(
    acme: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sla.app.recomputing.CHUNK", 2)
    opened = [await Ticket(acme, datetime.now(UTC)).created() for _ in range(5)]
    await acme.settles()
    await breaks(opened[0])
    await acme.make_policy(targets=[target("resolution", "PT5H")])
    for ticket in opened[1:]:

        async def recomputed(ticket: Ticket = ticket) -> bool:
            return ("ClockRecomputed", "resolution") in await acme.clock_events(ticket.id)

        await eventually(recomputed, 30)
    failing = "SELECT count(*) FROM timers WHERE last_error IS NOT NULL AND payload ->> 'ticket_id' = $1"
    assert await acme.fetch_value(failing, str(opened[0].id)) == 1


async def test_the_command_lists_what_differs_and_mends_it_when_told(
    acme: Desk, nats: Nats, issuer: Issuer, tmp_path: Path
) -> None:
    ticket, broken = await lived(acme), await lived(acme)
    await acme.execute(BREAK["due_at"], acme.id)
    told = environment(acme.service.database, nats, tmp_path)

    async def check(*options: str) -> tuple[int | None, str]:
        process = await asyncio.create_subprocess_exec(
            Path(sys.executable).with_name("deskmesh-sla"),
            "check-clocks",
            *options,
            env=told,
            stdout=asyncio.subprocess.PIPE,
        )
        said, _ = await process.communicate()
        return process.returncode, said.decode()

    async with directory(tmp_path, [acme.id], issuer):
        code, said = await check()
        assert (code, f"{acme.id} {ticket.number} sla resolution: due_at is" in said) == (1, True)
        code, said = await check("--mend")
        assert (code, "2 differences, mended" in said) == (0, True)
        code, said = await check()
        assert (code, "0 differences" in said) == (0, True)
        await breaks(broken)
        code, said = await check("--mend")
        assert (code, f"{broken.number} cannot be reckoned, TypeError" in said) == (1, True)
