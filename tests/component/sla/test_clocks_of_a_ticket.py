"""A ticket's clocks, from its events to what readers and subscribers get."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from sla_doors import ADMIN, Desk, Ticket, target, time_of

from chassis.errors import InvalidInput, NotFound
from chassis.ids import new_id
from chassis.testing.services import RunningService
from chassis.testing.waiting import eventually
from deskmesh.sla.v1 import events_pb2
from sla.db.clock_ids import clock_id
from sla.settings import SlaSettings


def monday(hour: int, minute: int = 0) -> datetime:
    """A time of Monday, 5 October 2026 (summer time) in Warsaw."""
    return datetime(2026, 10, 5, hour - 2, minute, tzinfo=UTC)


async def test_a_new_ticket_gets_the_clocks_of_its_priority(acme: Desk) -> None:
    ticket = await Ticket(acme, monday(10), priority="high").created()
    await acme.settles()
    clocks = await acme.clocks(ticket.id, at=monday(10, 30))
    assert set(clocks) == {"first_response", "resolution"}
    first = clocks["first_response"]
    assert (first.state, first.target, first.elapsed, first.remaining) == (
        "running",
        "PT1H",
        "PT30M",
        "PT30M",
    )
    assert time_of(first.due_at) == monday(11)
    assert time_of(clocks["resolution"].due_at) == monday(18)
    assert (first.policy, first.kind) == ("Standard, business hours", "sla")


async def test_a_ticket_is_found_by_its_number_too(acme: Desk) -> None:
    ticket = await Ticket(acme, monday(10)).created()
    await acme.settles()
    assert await acme.clocks(ticket.number, at=monday(11)) == await acme.clocks(ticket.id, at=monday(11))


async def test_a_critical_ticket_runs_round_the_clock(acme: Desk) -> None:
    saturday = datetime(2026, 10, 3, 22, 0, tzinfo=UTC)
    ticket = await Ticket(acme, saturday, priority="critical").created()
    await acme.settles()
    clocks = await acme.clocks(ticket.id, at=saturday)
    assert time_of(clocks["resolution"].due_at) == saturday + timedelta(hours=4)
    assert clocks["first_response"].target == "PT30M"


async def test_a_waiting_ticket_is_paused_and_goes_on(acme: Desk) -> None:
    ticket = await Ticket(acme, monday(10), priority="high").created()
    await ticket.moves("pending_requester", monday(11))
    await ticket.moves("open", monday(15))
    await acme.settles()
    paused = (await acme.clocks(ticket.id, at=monday(14)))["resolution"]
    assert (paused.state, paused.elapsed) == ("paused", "PT1H")
    assert time_of(paused.paused_at) == monday(11)
    assert not paused.HasField("due_at")
    resumed = (await acme.clocks(ticket.id, at=monday(16)))["resolution"]
    assert (resumed.state, resumed.elapsed) == ("running", "PT2H")
    assert not resumed.HasField("paused_at")
    assert [one for one in await acme.clock_events(ticket.id) if one[1] == "resolution"][:4] == [
        ("ClockStarted", "resolution"),
        ("ClockBreached", "resolution"),
        ("ClockRecomputed", "resolution"),
        ("ClockPaused", "resolution"),
    ]


async def test_a_live_ticket_is_told_of_step_by_step(acme: Desk) -> None:
    now = datetime.now(UTC)
    ticket = await Ticket(acme, now, priority="critical").created()
    await acme.settles()
    await ticket.moves("pending_requester", datetime.now(UTC))
    await acme.settles()
    await ticket.moves("open", datetime.now(UTC))
    await acme.settles()
    await ticket.comment(datetime.now(UTC))
    await acme.settles()
    await ticket.moves("resolved", datetime.now(UTC))
    await acme.settles()
    told = await acme.clock_events(ticket.id)
    assert [name for name, clock in told if clock == "resolution"] == [
        "ClockStarted",
        "ClockPaused",
        "ClockResumed",
        "ClockStopped",
    ]
    assert [name for name, clock in told if clock == "first_response"] == [
        "ClockStarted",
        "ClockPaused",
        "ClockResumed",
        "ClockStopped",
    ]


async def test_the_clocks_of_a_new_ticket_are_told_together_and_versions_grow_by_ticket(acme: Desk) -> None:
    ticket = await Ticket(acme, datetime.now(UTC)).created()
    await ticket.moves("resolved", datetime.now(UTC))
    await acme.settles()
    (_, started), *stopped = await acme.told(of=ticket.id)
    assert isinstance(started, events_pb2.ClockStarted)
    assert [clock.version for clock in (started.clock, *started.others)] == [1, 2]
    assert {clock.name for clock in (started.clock, *started.others)} == {"first_response", "resolution"}
    assert [message.clock.version for _, message in stopped] == [3, 4]  # type: ignore[attr-defined]
    rows = "SELECT array_agg(version ORDER BY version) FROM outbox WHERE aggregate_id = $1"
    assert await acme.fetch_value(rows, str(ticket.id)) == [2, 3, 4]


async def test_a_clock_event_says_what_others_need_to_know_of_the_ticket(acme: Desk) -> None:
    ticket = await Ticket(acme, datetime.now(UTC), queue="network").created()
    await acme.settles()
    [(_, message)] = await acme.told(of=ticket.id)
    assert isinstance(message, events_pb2.ClockStarted)
    assert (message.ticket.number, message.ticket.title) == (ticket.number, "The printer is on fire")
    assert (message.ticket.queue.key, message.ticket.requester.email) == ("network", "ola@acme.example")
    assert message.clock.ticket_id == str(ticket.id)
    assert time_of(message.occurred_at) == time_of(message.clock.started_at)


async def test_only_an_agents_public_answer_is_a_response(acme: Desk) -> None:
    ticket = await Ticket(acme, monday(10)).created()
    await ticket.comment(monday(10, 10), visibility="internal")
    await ticket.comment(monday(10, 20), by="requester")
    await ticket.comment(monday(10, 30), by="system")
    await ticket.comment(monday(10, 40), automatic=True)
    await acme.settles()
    assert (await acme.clocks(ticket.id, at=monday(11)))["first_response"].state == "running"
    await ticket.comment(monday(11, 10))
    await acme.settles()
    clock = (await acme.clocks(ticket.id, at=monday(12)))["first_response"]
    assert (clock.state, time_of(clock.stopped_at)) == ("stopped", monday(11, 10))


async def test_the_next_response_is_wound_by_the_requester(acme: Desk) -> None:
    ticket = await Ticket(acme, monday(10)).created()
    await ticket.comment(monday(11))
    await ticket.comment(monday(12), by="requester")
    await acme.settles()
    clock = (await acme.clocks(ticket.id, at=monday(13)))["next_response"]
    assert (clock.state, clock.elapsed, time_of(clock.started_at)) == ("running", "PT1H", monday(12))


async def test_a_pause_survives_a_change_of_priority(acme: Desk) -> None:
    ticket = await Ticket(acme, monday(9), priority="low").created()
    await ticket.moves("pending_requester", monday(10))
    await ticket.moves("open", monday(14))
    await ticket.gets(monday(15), priority="high")
    await acme.settles()
    clock = (await acme.clocks(ticket.id, at=monday(16)))["resolution"]
    assert (clock.target, clock.elapsed, clock.breached) == ("PT8H", "PT3H", False)


async def test_imported_events_posted_in_any_order_give_the_same_clocks(acme: Desk) -> None:
    in_order = await Ticket(acme, monday(9), priority="low").created()
    await in_order.comment(monday(10))
    await in_order.moves("pending_requester", monday(11))
    await in_order.moves("open", monday(13))
    await in_order.gets(monday(14), priority="high")
    await in_order.moves("resolved", monday(17))

    anyhow = await Ticket(acme, monday(9), priority="low").created()
    await anyhow.moves("resolved", monday(17))
    await anyhow.moves("open", monday(13), is_late=True)
    await anyhow.gets(monday(14), priority="high")
    await anyhow.comment(monday(10))
    await anyhow.moves("pending_requester", monday(11), is_late=True)
    await acme.settles()

    for at in (monday(10), monday(12), monday(14), monday(16), monday(18)):
        expected = await acme.clocks(in_order.id, at=at, explain=True)
        found = await acme.clocks(anyhow.id, at=at, explain=True)
        for clock in (*expected.values(), *found.values()):
            clock.id = clock.ticket_id = ""
            clock.version = 0
        assert found == expected
    final = (await acme.clocks(anyhow.id))["resolution"]
    assert (final.state, final.elapsed, final.breached) == ("stopped", "PT6H", False)


async def test_an_explanation_says_what_counted_and_why(acme: Desk) -> None:
    ticket = await Ticket(acme, monday(8)).created()
    await ticket.moves("pending_requester", monday(10))
    await acme.settles()
    clock = (await acme.clocks(ticket.id, at=monday(12), explain=True))["resolution"]
    assert [(one.counted, one.reason, one.duration) for one in clock.intervals] == [
        (False, "outside business hours", "PT0S"),
        (True, "business hours", "PT1H"),
        (False, "paused: pending_requester", "PT0S"),
    ]
    assert len(clock.explanation) == 5
    assert clock.explanation[0].startswith(
        "The target is PT24H at priority medium, by version 1 of the policy"
    )
    assert clock.explanation[-1].startswith("Not counted: PT2H, paused")
    assert not (await acme.clocks(ticket.id))["resolution"].explanation


async def test_an_old_overdue_ticket_is_told_as_breached_once(acme: Desk) -> None:
    ticket = await Ticket(acme, monday(9), priority="high").created()
    await acme.settles()
    await ticket.comment(monday(9, 30), visibility="internal")
    await acme.settles()
    told = await acme.clock_events(ticket.id)
    assert told.count(("ClockBreached", "resolution")) == 1
    assert told.count(("ClockWarning", "resolution")) == 0
    [breach] = [
        message
        for name, message in await acme.told(of=ticket.id)
        if isinstance(message, events_pb2.ClockBreached) and message.clock.name == "resolution"
    ]
    assert time_of(breach.clock.breached_at) == time_of(breach.occurred_at) == monday(17)


async def test_an_event_that_comes_twice_changes_nothing(acme: Desk) -> None:
    ticket = await Ticket(acme, datetime.now(UTC)).created()
    await acme.settles()
    before = await acme.clock_events(ticket.id)
    await ticket.again()
    await acme.settles()
    assert await acme.clock_events(ticket.id) == before
    events = "SELECT count(*) FROM ticket_events WHERE ticket_id = $1"
    assert await acme.fetch_value(events, ticket.id) == 1


async def test_warning_and_breach_fire_on_time_and_once(acme: Desk) -> None:
    await acme.make_policy(
        condition='priority = "urgent"', targets=[target("resolution", "PT2S")], warnings=["50%"]
    )
    await acme.settles()
    began = datetime.now(UTC)
    ticket = await Ticket(acme, began, priority="urgent").created()

    async def breached() -> bool:
        return ("ClockBreached", "resolution") in await acme.clock_events(ticket.id)

    await eventually(breached, 60)
    assert datetime.now(UTC) >= began + timedelta(seconds=2)
    await asyncio.sleep(0.3)
    assert await acme.clock_events(ticket.id) == [
        ("ClockStarted", "resolution"),
        ("ClockWarning", "resolution"),
        ("ClockBreached", "resolution"),
    ]
    left = "SELECT count(*) FROM timers WHERE tenant_id = $1"
    assert await acme.fetch_value(left, acme.id) == 0


async def test_a_ticket_has_one_timer_for_all_its_clocks_and_none_while_they_are_paused(acme: Desk) -> None:
    ticket = await Ticket(acme, datetime.now(UTC), priority="critical").created()
    await acme.settles()
    timers = "SELECT count(*) FROM timers WHERE tenant_id = $1"
    assert await acme.fetch_value(timers, acme.id) == 1
    first = "SELECT least(min(due_at), min(warning_at)) FROM clocks WHERE tenant_id = $1"
    assert await acme.fetch_value("SELECT due_at FROM timers WHERE tenant_id = $1", acme.id) == (
        await acme.fetch_value(first, acme.id)
    )
    await ticket.moves("pending_requester", datetime.now(UTC))
    await acme.settles()
    assert await acme.fetch_value(timers, acme.id) == 0
    await ticket.moves("open", datetime.now(UTC))
    await acme.settles()
    assert await acme.fetch_value(timers, acme.id) == 1
    await ticket.moves("resolved", datetime.now(UTC))
    await acme.settles()
    assert await acme.fetch_value(timers, acme.id) == 0


async def test_many_clocks_due_at_once_warn_and_breach_once_each(acme: Desk) -> None:
    await acme.make_policy(
        targets=[target("first_response", "PT3S"), target("resolution", "PT3S")], warnings=["99%"]
    )
    await acme.settles()
    began = datetime.now(UTC)
    opened = [await Ticket(acme, began).created() for _ in range(60)]
    breaches = "SELECT count(*) FROM outbox WHERE tenant_id = $1 AND subject LIKE '%ClockBreached'"

    async def all_breached() -> bool:
        return await acme.fetch_value(breaches, acme.id) == 120

    await eventually(all_breached, 20)
    await acme.settles()
    for ticket in opened:
        told = await acme.clock_events(ticket.id)
        assert [told.count(("ClockBreached", name)) for name in ("first_response", "resolution")] == [1, 1]
    assert await acme.fetch_value("SELECT count(*) FROM timers WHERE tenant_id = $1", acme.id) == 0
    deadlocks = "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"
    assert await acme.fetch_value(deadlocks) == 0


async def test_the_table_of_clocks_is_a_cache_of_the_ledger(acme: Desk) -> None:
    ticket = await Ticket(acme, monday(9), priority="low").created()
    await ticket.moves("pending_requester", monday(10))
    await ticket.moves("open", monday(14))
    await acme.settles()
    before = await acme.clocks(ticket.id, at=monday(16))
    await acme.execute("DELETE FROM clocks WHERE tenant_id = $1", acme.id)
    after = await acme.clocks(ticket.id, at=monday(16))
    for clock in (*before.values(), *after.values()):
        clock.version = 0
    assert before == after


async def test_the_ledger_cannot_be_changed_by_the_service(acme: Desk) -> None:
    changing = "SELECT has_table_privilege('sla_app', 'ticket_events', $1)"
    for privilege in ("UPDATE", "DELETE", "TRUNCATE"):
        assert not await acme.fetch_value(changing, privilege)
    for table in ("policy_versions", "calendar_versions"):
        assert not await acme.fetch_value(f"SELECT has_table_privilege('sla_app', '{table}', 'UPDATE')")


async def test_agents_of_another_queue_do_not_find_the_ticket(acme: Desk) -> None:
    ticket = await Ticket(acme, monday(10), queue="network").created()
    await acme.settles()
    for scopes in ({"tickets.read"}, {"tickets.read:it"}, {"tickets.read:it/network"}):
        assert await acme.clocks(ticket.id, at=monday(11), scopes=frozenset(scopes))
    for scopes in ({"tickets.read:hr"}, {"tickets.read:it/applications"}, {"tickets.read_own"}):
        with pytest.raises(NotFound):
            await acme.clocks(ticket.id, at=monday(11), scopes=frozenset(scopes))


async def test_a_ticket_of_a_confidential_queue_is_found_by_its_own_people(acme: Desk) -> None:
    ticket = Ticket(acme, monday(10), process="hr", queue="payroll")
    team_id = str(new_id())
    ticket.message.confidential, ticket.message.queue_team_id = True, team_id
    await ticket.created()
    await acme.settles()
    everywhere = frozenset({"tickets.read"})
    with pytest.raises(NotFound):
        await acme.clocks(ticket.id, scopes=everywhere)
    assert await acme.clocks(ticket.id, scopes=everywhere, team_ids=frozenset({team_id}))
    for scope in ("tickets.read:hr", "tickets.read:hr/payroll"):
        assert await acme.clocks(ticket.id, scopes=frozenset({scope}))


async def test_a_ticket_of_another_tenant_is_not_found(
    acme: Desk, service: RunningService[SlaSettings]
) -> None:
    ticket = await Ticket(acme, monday(10)).created()
    await acme.settles()
    globex = Desk(service, acme.bus)
    await globex.opens()
    with pytest.raises(NotFound) as foreign:
        await globex.clocks(ticket.id, scopes=ADMIN)
    with pytest.raises(NotFound) as none:
        await globex.clocks(new_id(), scopes=ADMIN)
    assert str(foreign.value) == str(none.value)


async def test_a_time_that_makes_no_sense_is_refused(acme: Desk) -> None:
    ticket = await Ticket(acme, monday(10)).created()
    await acme.settles()
    with pytest.raises(InvalidInput) as refused:
        await acme.clocks(ticket.id, at=datetime(9999, 1, 1, tzinfo=UTC))
    assert refused.value.errors[0].field == "at"


async def test_time_to_own_and_updates_are_told_through_the_ticket_s_life(acme: Desk) -> None:
    await acme.make_policy(targets=[target("time_to_own", "PT1H"), target("update", "PT2H")])
    ticket = await Ticket(acme, datetime.now(UTC)).created()
    await acme.settles()
    await ticket.assigned(datetime.now(UTC), new_id())
    await ticket.comment(datetime.now(UTC))
    await acme.settles()
    assert await acme.clock_events(ticket.id) == [
        *sorted([("ClockStarted", "time_to_own"), ("ClockStarted", "update")], key=_by_id(ticket)),
        ("ClockStopped", "time_to_own"),
        ("ClockStarted", "update"),
    ]
    clocks = await acme.clocks(ticket.id)
    assert (clocks["time_to_own"].state, clocks["update"].state) == ("stopped", "running")
    assert clocks["update"].started_at.ToDatetime(UTC) > clocks["time_to_own"].stopped_at.ToDatetime(UTC)
    assert await acme.fetch_value("SELECT count(*) FROM timers WHERE tenant_id = $1", acme.id) == 1


def _by_id(ticket: Ticket) -> Callable[[tuple[str, str]], UUID]:
    """Clocks that change together are told in the order of their ids."""
    return lambda told: clock_id(ticket.id, "sla", told[1])
