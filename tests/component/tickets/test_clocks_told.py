"""What sla tells of clocks is kept on the ticket."""

from datetime import UTC, datetime, timedelta

from google.protobuf.timestamp_pb2 import Timestamp
from tickets_desk import TicketsDesk

from chassis.ids import new_id
from deskmesh.sla.v1 import events_pb2 as sla_events
from deskmesh.sla.v1 import sla_pb2
from deskmesh.tickets.v1 import events_pb2, ticket_pb2

NOW = datetime(2030, 1, 7, 9, tzinfo=UTC)


def at(hours: float) -> Timestamp:
    moment = Timestamp()
    moment.FromDatetime(NOW + timedelta(hours=hours))
    return moment


def clock(ticket: ticket_pb2.Ticket, name: str, **said: object) -> sla_pb2.Clock:
    values: dict[str, object] = {
        "id": str(new_id()),
        "ticket_id": ticket.id,
        "name": name,
        "state": "running",
        "target": "PT4H",
        "policy": "Standard",
        "kind": "sla",
        "started_at": at(0),
        "due_at": at(4),
    }
    return sla_pb2.Clock(**{**values, **said})  # type: ignore[arg-type]  # fields by name


async def tell(
    desk: TicketsDesk,
    message: sla_events.ClockStarted | sla_events.ClockStopped | sla_events.ClockRemoved,
    version: int,
) -> None:
    message.clock.version = version
    await desk.bus.publish(
        message, tenant_id=desk.acme, aggregate_id=message.clock.ticket_id, version=version
    )


async def test_clocks_that_started_together_are_kept_each(desk: TicketsDesk) -> None:
    ticket = await desk.create()
    first = clock(ticket, "first_response", version=1)
    others = [clock(ticket, "resolution", due_at=at(8), version=2)]
    event = sla_events.ClockStarted(clock=first, others=others)
    await desk.bus.publish(event, tenant_id=desk.acme, aggregate_id=ticket.id, version=2)
    await desk.service.drain()
    after = await desk.get(ticket.id)
    assert {one.name for one in after.sla} == {"first_response", "resolution"}
    assert after.due_at == at(4)


async def test_the_nearest_target_is_on_the_ticket_and_its_version_stays(desk: TicketsDesk) -> None:
    ticket = await desk.create()
    first, second = clock(ticket, "resolution", due_at=at(8)), clock(ticket, "first_response")
    await tell(desk, sla_events.ClockStarted(clock=first), 1)
    await tell(desk, sla_events.ClockStarted(clock=second), 2)
    await desk.service.drain()
    after = await desk.get(ticket.id)
    assert (after.due_at, after.version, after.updated_at) == (at(4), 1, ticket.updated_at)
    assert {(one.name, one.state, one.due_at.seconds) for one in after.sla} == {
        ("resolution", "running", at(8).seconds),
        ("first_response", "running", at(4).seconds),
    }
    second.state = "stopped"
    await tell(desk, sla_events.ClockStopped(clock=second), 3)
    await desk.service.drain()
    assert (await desk.get(ticket.id)).due_at == at(8)
    assert await desk.events(events_pb2.TicketUpdated, ticket.id) == []


async def test_a_paused_clock_is_due_at_no_time(desk: TicketsDesk) -> None:
    ticket = await desk.create()
    running = clock(ticket, "resolution")
    await tell(desk, sla_events.ClockStarted(clock=running), 1)
    paused = clock(ticket, "resolution", id=running.id, state="paused", paused_at=at(1))
    paused.ClearField("due_at")
    await tell(desk, sla_events.ClockStopped(clock=paused), 2)
    await desk.service.drain()
    after = await desk.get(ticket.id)
    assert not after.HasField("due_at")
    assert (after.sla[0].state, after.sla[0].paused_at) == ("paused", at(1))


async def test_a_late_event_does_not_undo_a_newer_one(desk: TicketsDesk) -> None:
    ticket = await desk.create()
    running = clock(ticket, "resolution")
    stopped = clock(ticket, "resolution", id=running.id, state="stopped")
    await tell(desk, sla_events.ClockStopped(clock=stopped), 5)
    await tell(desk, sla_events.ClockStarted(clock=running), 4)
    await desk.service.drain()
    assert (await desk.get(ticket.id)).sla[0].state == "stopped"


async def test_a_breach_is_found_by_lists(desk: TicketsDesk) -> None:
    ticket = await desk.create("Breached")
    breached = clock(ticket, "resolution", breached=True)
    await tell(desk, sla_events.ClockStarted(clock=breached), 1)
    await desk.service.drain()
    assert [one.title for one in await desk.tickets(filter="breached = true")] == ["Breached"]


async def test_a_removed_clock_is_gone_and_stays_so(desk: TicketsDesk) -> None:
    ticket = await desk.create()
    running = clock(ticket, "resolution")
    await tell(desk, sla_events.ClockStarted(clock=running), 1)
    await tell(desk, sla_events.ClockRemoved(clock=running), 3)
    await tell(desk, sla_events.ClockStarted(clock=running), 2)
    await desk.service.drain()
    after = await desk.get(ticket.id)
    assert list(after.sla) == []
    assert not after.HasField("due_at")


async def test_a_clock_of_another_tenants_ticket_is_not_kept(desk: TicketsDesk) -> None:
    theirs = await desk.create(by=desk.stranger)
    await tell(desk, sla_events.ClockStarted(clock=clock(theirs, "resolution")), 1)
    await desk.service.drain()
    assert list((await desk.get(theirs.id, by=desk.stranger)).sla) == []
