"""Recurrences that heed the days on which a calendar of sla is closed."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from tickets_schedule import TOMORROW, Schedule, at

from chassis.errors import InvalidInput
from chassis.ids import new_id
from deskmesh.common.v1.types_pb2 import Ref
from deskmesh.sla.v1 import events_pb2
from deskmesh.tickets.v1 import recurrence_service_pb2 as rpc

SHUT_ALL_WEEK = list(range(1, 8))


async def tell(
    schedule: Schedule, version: int, *, tenant: UUID | None = None, **said: object
) -> events_pb2.CalendarChanged:
    """Sla tells of the calendar "office", by another id for each test."""
    values = {"name": "office", "time_zone": "UTC", "version": version, "id": str(new_id()), **said}
    told = events_pb2.CalendarChanged(**values)  # type: ignore[arg-type]  # fields by name
    await schedule.desk.bus.publish(told, tenant_id=tenant or schedule.desk.acme, aggregate_id=told.id)
    await schedule.desk.service.drain()
    return told


def day(after: int) -> str:
    return (TOMORROW + timedelta(days=after)).date().isoformat()


def moment(after: int) -> datetime:
    return TOMORROW + timedelta(days=after)


@pytest.mark.parametrize(("on_closed", "first"), [("make", 0), ("skip", 2), ("next_open", 2)])
async def test_the_first_time_is_on_an_open_day(schedule: Schedule, on_closed: str, first: int) -> None:
    office = await tell(schedule, 1, exceptions=[day(0), day(1)])
    made = await schedule.create(calendar=Ref(id=office.id), on_closed=on_closed)
    assert made.next_at == at(moment(first))
    assert (made.calendar.name, made.on_closed) == ("office", on_closed)
    assert await schedule.get(made.id) == made
    request = rpc.PreviewRecurrenceRequest(
        rrule=made.rrule,
        time_zone="UTC",
        starts_at=made.starts_at,
        count=1,
        calendar=Ref(key="office"),
        on_closed=on_closed,
    )
    await tell(schedule, 2, id=office.id, exceptions=[day(0), day(1)])
    found = await schedule.desk.call(
        "PreviewRecurrence", request, rpc.PreviewRecurrenceResponse, by=schedule.desk.admin
    )
    assert list(found.times) == [made.next_at]
    await tell(schedule, 3, id=office.id, deleted=True)


async def test_the_next_time_follows_the_calendar(schedule: Schedule) -> None:
    office = await tell(schedule, 5)
    made = await schedule.create(calendar=Ref(id=office.id), on_closed="skip")
    paused = await schedule.create(calendar=Ref(id=office.id), on_closed="skip")
    await schedule.pause(paused.id)
    assert made.next_at == at(moment(0))
    await tell(schedule, 6, id=office.id, exceptions=[day(0)])
    assert (await schedule.get(made.id)).next_at == at(moment(1))
    (timer,) = await schedule.desk.rows(
        "SELECT due_at FROM timers WHERE kind = 'recurrence' AND key = $1", made.id
    )
    assert timer["due_at"] == moment(1)
    assert not (await schedule.get(paused.id)).HasField("next_at")
    # What is told late changes nothing; a calendar that never opens ends what heeds it, until it opens again.
    await tell(schedule, 5, id=office.id)
    assert (await schedule.get(made.id)).next_at == at(moment(1))
    await tell(schedule, 7, id=office.id, closed_weekdays=SHUT_ALL_WEEK)
    assert (await schedule.get(made.id)).state == "ended"
    await tell(schedule, 8, id=office.id)
    again = await schedule.get(made.id)
    assert (again.state, again.next_at) == ("active", at(moment(0)))


async def test_a_deleted_calendar_is_heeded_as_it_was_and_taken_no_more(schedule: Schedule) -> None:
    office = await tell(schedule, 1, exceptions=[day(0)])
    made = await schedule.create(calendar=Ref(id=office.id), on_closed="skip")
    await tell(schedule, 2, id=office.id, deleted=True)
    kept = await schedule.change(made.id, name="Still")
    assert (kept.next_at, kept.calendar.name) == (at(moment(1)), "office")
    with pytest.raises(InvalidInput) as refused:
        await schedule.create(calendar=Ref(id=office.id), on_closed="skip")
    assert [one.field for one in refused.value.errors] == ["calendar"]


async def test_a_recurrence_takes_a_calendar_and_leaves_it(schedule: Schedule) -> None:
    office = await tell(schedule, 1, exceptions=[day(0)])
    made = await schedule.create()
    heeding = await schedule.change(made.id, calendar=Ref(id=office.id), on_closed="next_open")
    assert heeding.next_at == at(moment(1))
    left = await schedule.change(made.id, calendar=Ref(), on_closed="make")
    assert (left.next_at, left.HasField("calendar")) == (at(moment(0)), False)


async def test_what_cannot_be_heeded_is_refused_with_its_field(schedule: Schedule) -> None:
    desk = schedule.desk
    foreign = await tell(schedule, 1, tenant=desk.globex, name="theirs")
    never = await tell(schedule, 1, closed_weekdays=SHUT_ALL_WEEK)
    before = await desk.rows("SELECT count(*) FROM recurrences")
    for said, field in (
        ({"calendar": Ref(key="nowhere"), "on_closed": "skip"}, "calendar"),
        ({"calendar": Ref(id=foreign.id), "on_closed": "skip"}, "calendar"),
        ({"calendar": Ref(key="theirs"), "on_closed": "skip"}, "calendar"),
        ({"calendar": Ref(id=never.id), "on_closed": "skip"}, "calendar"),
        ({"on_closed": "skip"}, "calendar"),
        ({"on_closed": "perhaps"}, "on_closed"),
    ):
        with pytest.raises(InvalidInput) as refused:
            await schedule.create(**said)
        assert field in [one.field for one in refused.value.errors]
    assert await desk.rows("SELECT count(*) FROM recurrences") == before


async def test_a_ticket_is_made_on_the_open_day_alone(schedule: Schedule) -> None:
    yesterday = (datetime.now(UTC) - timedelta(days=1)).date().isoformat()
    office = await tell(schedule, 1, exceptions=[yesterday])
    made = await schedule.create(calendar=Ref(id=office.id), on_closed="skip", catch_up="all")
    await schedule.let_pass(made.id, 2)
    assert await schedule.states(made.id, 2) == ["made", "made"]
    days = {
        one.occurs_at.ToDatetime(tzinfo=UTC).date().isoformat() for one in await schedule.occurrences(made.id)
    }
    assert yesterday not in days
