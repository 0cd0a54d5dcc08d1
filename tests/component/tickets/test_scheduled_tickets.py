"""Tickets that somebody has made later: once, for whoever scheduled them, and for nobody else to see."""

from datetime import datetime, timedelta

import pytest
from google.protobuf.struct_pb2 import Struct
from tickets_desk import TicketsDesk
from tickets_schedule import TOMORROW, Schedule, at

from chassis.errors import Forbidden, InvalidInput, LimitReached, NotFound, WrongState
from chassis.testing.identity import Person
from chassis.testing.waiting import eventually
from deskmesh.common.v1.types_pb2 import PersonRef
from deskmesh.tickets.v1 import field_pb2, recurrence_pb2
from deskmesh.tickets.v1 import field_service_pb2 as fields
from deskmesh.tickets.v1 import recurrence_service_pb2 as rpc
from tickets.app.scheduling import MOST


def struct(**values: str) -> Struct:
    made = Struct()
    made.update(values)
    return made


async def plan(
    desk: TicketsDesk, *, by: Person | None = None, not_before: datetime = TOMORROW, **said: object
) -> recurrence_pb2.ScheduledTicket:
    """Have one ticket made, tomorrow unless told otherwise, as the requester unless told otherwise."""
    template = recurrence_pb2.TicketTemplate(**{"title": "Move my desk", **said})  # type: ignore[arg-type]  # by name
    request = rpc.ScheduleTicketRequest(template=template, not_before=at(not_before))
    answer = await desk.call("ScheduleTicket", request, rpc.ScheduleTicketResponse, by=by or desk.requester)
    return answer.scheduled_ticket


async def planned(desk: TicketsDesk, *, by: Person | None = None) -> list[recurrence_pb2.ScheduledTicket]:
    """What somebody has scheduled."""
    request, answer = rpc.ListScheduledTicketsRequest(page_size=200), rpc.ListScheduledTicketsResponse
    found = await desk.call("ListScheduledTickets", request, answer, by=by or desk.requester)
    return list(found.scheduled_tickets)


async def cancel(desk: TicketsDesk, id_: str, *, by: Person | None = None) -> None:
    request = rpc.CancelScheduledTicketRequest(scheduled_ticket_id=id_)
    await desk.call(
        "CancelScheduledTicket", request, rpc.CancelScheduledTicketResponse, by=by or desk.requester
    )


async def test_a_scheduled_ticket_is_made_once_for_whoever_scheduled_it(schedule: Schedule) -> None:
    desk = schedule.desk
    later = await plan(desk)
    assert (later.state, later.template.requester.email) == ("waiting", desk.requester.email)
    assert not await desk.tickets(filter='title = "Move my desk"')
    await desk.rows("UPDATE recurrences SET starts_at = now(), next_at = now() WHERE id = $1", later.id)
    await schedule.ring(later.id)

    async def made() -> recurrence_pb2.ScheduledTicket | None:
        return next((one for one in await planned(desk) if one.id == later.id and one.state == "made"), None)

    found = await eventually(made)
    assert found is not None
    ticket = await desk.get(found.ticket.id, by=desk.requester)
    assert (ticket.title, ticket.requester.email) == ("Move my desk", desk.requester.email)
    with pytest.raises(WrongState):
        await cancel(desk, later.id)


async def test_what_waits_is_listed_before_what_became_of_others(schedule: Schedule) -> None:
    desk = schedule.desk
    sooner = await plan(desk, title="Sooner")
    later = await plan(desk, title="Later", not_before=TOMORROW + timedelta(days=1))
    past = await plan(desk, title="Past")
    await desk.rows("UPDATE recurrences SET starts_at = now(), next_at = now() WHERE id = $1", past.id)
    ours = (sooner.id, later.id, past.id)
    assert [one.id for one in await planned(desk) if one.id in ours] == [later.id, sooner.id, past.id]


async def test_a_scheduled_ticket_is_its_owners_alone(schedule: Schedule) -> None:
    desk = schedule.desk
    later = await plan(desk, title="Mine alone")
    for other in (desk.colleague, desk.agent, desk.stranger):
        assert later.id not in [one.id for one in await planned(desk, by=other)]
        with pytest.raises(NotFound):
            await cancel(desk, later.id, by=other)
    listed = await desk.call(
        "ListRecurrences",
        rpc.ListRecurrencesRequest(page_size=200),
        rpc.ListRecurrencesResponse,
        by=desk.admin,
    )
    assert later.id not in [one.id for one in listed.recurrences]
    for refused in (schedule.get(later.id), schedule.pause(later.id), schedule.delete(later.id)):
        with pytest.raises(NotFound):
            await refused
    await cancel(desk, later.id)
    assert later.id not in [one.id for one in await planned(desk)]
    assert not await desk.rows("SELECT FROM timers WHERE key = $1", later.id)


@pytest.mark.parametrize(
    ("said", "refused"),
    [
        ({"not_before": TOMORROW - timedelta(days=2)}, InvalidInput),
        ({"not_before": TOMORROW + timedelta(days=400)}, InvalidInput),
        ({"title": " "}, InvalidInput),
        ({"fields": struct(on_behalf_of="nobody@acme.example")}, InvalidInput),
        ({"fields": struct(device_kind="abacus")}, InvalidInput),
        ({"priority": "high"}, Forbidden),
        ({"assignee": PersonRef(email="agent@acme.example")}, Forbidden),
        ({"requester": PersonRef(email="colleague@acme.example")}, Forbidden),
    ],
)
async def test_nobody_schedules_what_they_could_not_make_now(
    schedule: Schedule, said: dict[str, object], refused: type[Exception]
) -> None:
    before = await planned(schedule.desk)
    with pytest.raises(refused):
        await plan(schedule.desk, **said)  # type: ignore[arg-type]  # fields by name
    assert await planned(schedule.desk) == before


async def test_what_a_ticket_of_now_must_say_a_scheduled_one_must_too(schedule: Schedule) -> None:
    desk = schedule.desk
    field = field_pb2.Field(slug="floor", name="Floor", type="text", required=True, types=["question"])
    await desk.call(
        "CreateField", fields.CreateFieldRequest(field=field), fields.CreateFieldResponse, by=desk.admin
    )
    with pytest.raises(InvalidInput) as refused:
        await plan(desk, type="question")
    assert [one.field for one in refused.value.errors] == ["template.fields.floor"]
    later = await plan(desk, type="question", fields=struct(floor="3"))
    assert later.template.fields["floor"] == "3"


async def test_nobody_schedules_without_end(schedule: Schedule) -> None:
    desk = schedule.desk
    later = await plan(desk, by=desk.colleague)
    await desk.rows(
        """
        INSERT INTO recurrences (tenant_id, id, version, name, rrule, time_zone, starts_at, catch_up, template, state,
            next_at, owner_id)
        SELECT tenant_id, gen_random_uuid(), 1, name, rrule, time_zone, starts_at, catch_up, template, state, next_at,
            owner_id
        FROM recurrences, generate_series(2, $2::int) WHERE id = $1
        """,
        later.id,
        MOST,
    )
    with pytest.raises(LimitReached):
        await plan(desk, by=desk.colleague)


async def test_a_scheduled_ticket_comes_in_by_its_channel_below_its_parent(schedule: Schedule) -> None:
    desk = schedule.desk
    parent = await desk.create("Move the office")
    later = await plan(desk, by=desk.agent, title="Move the desks", channel="phone", parent_id=parent.number)
    assert (later.template.channel, later.template.parent_id) == ("phone", parent.id)
    await desk.rows("UPDATE recurrences SET starts_at = now(), next_at = now() WHERE id = $1", later.id)
    await schedule.ring(later.id)

    async def made() -> str:
        found = await planned(desk, by=desk.agent)
        return next(one.ticket.id for one in found if one.id == later.id)

    ticket = await desk.get(await eventually(made))
    assert (ticket.channel, ticket.parent_id) == ("phone", parent.id)


async def test_an_address_that_nobody_has_becomes_a_requester_for_those_who_may_name_others(
    schedule: Schedule,
) -> None:
    desk, address = schedule.desk, "newcomer@acme.example"
    with pytest.raises(Forbidden):
        await plan(desk, requester=PersonRef(email=address))
    assert address not in desk.gateway.ensured
    later = await plan(desk, by=desk.agent, requester=PersonRef(email=address))
    assert (later.template.requester.email, desk.gateway.ensured.count(address)) == (address, 1)
    recurring = await schedule.create(template={"requester": PersonRef(email="second@acme.example")})
    assert recurring.template.requester.email == "second@acme.example"
