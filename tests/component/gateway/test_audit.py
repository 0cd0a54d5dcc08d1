"""The audit log: a chain that only grows, and a verification that finds what was done to it."""

import asyncio
import dataclasses
from datetime import UTC, datetime, timedelta

import pytest
from gateway_desk import Desk, new_tenant
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from chassis.context import Caller
from chassis.ids import new_id
from chassis.paging import Page
from gateway.app.audit import KnownEnd, Told, Verdict, list_entries, record, verify
from gateway.app.tenants import create_tenant
from gateway.domain.audit import Change, Plain

NOON = datetime(2026, 11, 21, 12, 0, 0, 123456, tzinfo=UTC)


def _told(new: Plain = "b") -> Told:
    return Told(
        event_id=new_id(),
        service="tickets",
        kind="queue",
        target_id="q1",
        target_name="network",
        changes=[Change(field="name", old="a", new=new)],
        actor_kind="user",
        actor_id="u1",
        cause="rest",
        occurred_at=NOON,
    )


@dataclasses.dataclass(frozen=True)
class Log:
    """The audit log of a tenant of its own."""

    desk: Desk
    caller: Caller

    async def record(self, *told: Told) -> None:
        async with self.desk.transaction(self.caller) as tx:
            await record(tx, told=told)

    async def verify(self, known: KnownEnd | None = None) -> Verdict:
        async with self.desk.transaction(self.caller) as tx:
            return await verify(tx, known=known)

    async def tamper(self, sql: str) -> None:
        """Change what is stored as the database's superuser, who may anything."""
        await self.desk.look(sql, self.caller.tenant_id)


@pytest.fixture
async def log(desk: Desk, request: pytest.FixtureRequest) -> Log:
    """Five entries."""
    slug = f"log-{abs(hash(request.node.name)) % 10**9}"
    made = await create_tenant(desk.databases, new=new_tenant(slug))
    found = Log(desk, Caller.system(made.tenant_id, "gateway", "event:test", ["audit.read"]))
    await found.record(_told(), _told())
    await found.record(_told(), _told(), _told())
    return found


async def test_an_untouched_log_is_sound(log: Log) -> None:
    verdict = await log.verify()
    assert (verdict.entries, verdict.broken_at) == (5, None)


async def test_every_value_that_a_setting_may_have_survives_the_database(log: Log) -> None:
    values: list[Plain] = [
        None,
        True,
        0,
        -1,
        1.5,
        1e-7,
        10**22,
        "",
        'żółw 🐢 \u2028 \\ "',
        ["a", {"b": [1, None]}],
        {"z": 1, "a": {"ż": False}},
    ]
    await log.record(*(_told(value) for value in values))
    verdict = await log.verify()
    assert (verdict.entries, verdict.broken_at) == (16, None)


@pytest.mark.parametrize(
    ("sql", "broken_at"),
    [
        ("UPDATE audit_entries SET actor_id = 'u2' WHERE tenant_id = $1 AND sequence = 2", 2),
        ("UPDATE audit_entries SET changes = '[]' WHERE tenant_id = $1 AND sequence = 1", 1),
        (
            "UPDATE audit_entries SET occurred_at = occurred_at + interval '1 microsecond' WHERE tenant_id = $1 AND sequence = 4",
            4,
        ),
        ("UPDATE audit_entries SET hash = sha256('x') WHERE tenant_id = $1 AND sequence = 5", 5),
        ("DELETE FROM audit_entries WHERE tenant_id = $1 AND sequence = 3", 3),
        ("DELETE FROM audit_entries WHERE tenant_id = $1 AND sequence > 3", 4),
        ("DELETE FROM audit_entries WHERE tenant_id = $1", 1),
        ("DELETE FROM audit_heads WHERE tenant_id = $1", 6),
        ("UPDATE audit_entries SET sequence = 9 WHERE tenant_id = $1 AND sequence = 5", 5),
    ],
)
async def test_a_log_that_was_touched_is_found_out(log: Log, sql: str, broken_at: int) -> None:
    await log.tamper(sql)
    assert (await log.verify()).broken_at == broken_at


async def test_a_log_cut_with_its_head_is_found_out_by_an_end_that_was_kept(log: Log) -> None:
    head = (await log.verify()).head
    await log.tamper("DELETE FROM audit_entries WHERE tenant_id = $1 AND sequence > 3")
    await log.tamper(
        "UPDATE audit_heads SET sequence = 3, hash = (SELECT hash FROM audit_entries e"
        " WHERE e.tenant_id = $1 AND e.sequence = 3) WHERE tenant_id = $1"
    )
    assert (await log.verify()).broken_at is None
    assert (await log.verify(KnownEnd(5, head))).broken_at == 4


async def test_writers_at_once_make_one_chain(log: Log) -> None:
    await asyncio.gather(*(log.record(_told(place), _told(place)) for place in range(10)))
    verdict = await log.verify()
    assert (verdict.entries, verdict.broken_at) == (25, None)


async def test_the_service_itself_can_neither_change_nor_delete_an_entry(log: Log) -> None:
    for sql in (
        "UPDATE audit_entries SET actor_id = 'u2'",
        "DELETE FROM audit_entries",
        "TRUNCATE audit_entries",
    ):
        with pytest.raises(DBAPIError, match="permission denied"):
            async with log.desk.transaction(log.caller) as tx:
                await tx.execute(text(sql))


async def test_the_log_is_listed_from_its_end(log: Log) -> None:
    async with log.desk.transaction(log.caller) as tx:
        first, token = await list_entries(tx, page=Page(3, ""))
        rest, end = await list_entries(tx, page=Page(3, token))
    assert [row.sequence for row in first + rest] == [5, 4, 3, 2, 1]
    assert end == ""
    assert all(row.occurred_at == NOON for row in first)
    assert all(datetime.now(UTC) - row.recorded_at < timedelta(minutes=1) for row in first)
