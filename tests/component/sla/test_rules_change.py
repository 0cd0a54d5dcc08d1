"""Calendars and policies through the RPCs, and what their changes do to clocks."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from google.protobuf.field_mask_pb2 import FieldMask
from sla_doors import ADMIN, Desk, Ticket, stamp, target, time_of

from chassis.errors import AlreadyExists, Forbidden, InvalidInput, NotFound, Stale, WrongState
from chassis.ids import new_id
from chassis.testing.services import RunningService
from deskmesh.sla.v1 import events_pb2, sla_pb2
from deskmesh.sla.v1 import sla_service_pb2 as pb
from sla.settings import SlaSettings

OFFICE = sla_pb2.WeekHours(
    monday=[sla_pb2.Interval(start="09:00", end="13:00"), sla_pb2.Interval(start="14:00", end="18:00")]
)


async def make_calendar(desk: Desk, **values: object) -> sla_pb2.Calendar:
    """A calendar with two intervals on Mondays."""
    given = {"name": "desk", "time_zone": "Europe/Warsaw", "hours": OFFICE, **values}
    request = pb.CreateCalendarRequest(calendar=sla_pb2.Calendar(**given))  # type: ignore[arg-type]  # its fields
    return (await desk.ask("CreateCalendar", request, pb.CreateCalendarResponse)).calendar


async def calculate(desk: Desk, calendar: str, **values: object) -> pb.CalculateCalendarResponse:
    """CalculateCalendar."""
    request = pb.CalculateCalendarRequest(calendar_id=calendar, **values)  # type: ignore[arg-type]  # its fields
    return await desk.ask("CalculateCalendar", request, pb.CalculateCalendarResponse)


async def test_a_new_tenant_has_the_shipped_rules_in_its_own_zone(desk: Desk) -> None:
    await desk.opens(time_zone="America/New_York", country="US")
    business, always = await desk.calendar("business"), await desk.calendar("24x7")
    assert (business.time_zone, business.holiday_country) == ("America/New_York", "US")
    assert [(one.start, one.end) for one in business.hours.friday] == [("09:00", "18:00")]
    assert len(business.hours.saturday) == 0
    assert [(one.start, one.end) for one in always.hours.sunday] == [("00:00", "24:00")]
    listed = await desk.ask("ListPolicies", pb.ListPoliciesRequest(), pb.ListPoliciesResponse)
    assert [(policy.order, policy.calendar_id) for policy in listed.policies] == [
        (10, always.id),
        (100, business.id),
    ]


async def test_a_tenant_is_seeded_once(desk: Desk) -> None:
    await desk.opens()
    request = pb.GetCalendarRequest(calendar="business")
    before = await desk.ask("GetCalendar", request, pb.GetCalendarResponse)
    await desk.opens(time_zone="Asia/Tokyo", version=2)
    assert await desk.ask("GetCalendar", request, pb.GetCalendarResponse) == before


async def test_an_older_word_of_a_tenant_changes_nothing(desk: Desk) -> None:
    await desk.opens(time_zone="Europe/Paris", version=5)
    await desk.opens(time_zone="Asia/Tokyo", version=4)
    zone = "SELECT time_zone FROM tenants WHERE tenant_id = $1"
    assert await desk.fetch_value(zone, desk.id) == "Europe/Paris"


async def test_tickets_that_came_before_the_tenant_get_their_clocks(desk: Desk) -> None:
    ticket = await Ticket(desk, datetime.now(UTC)).created()
    await desk.settles()
    assert await desk.clock_events(ticket.id) == []
    await desk.opens()
    assert ("ClockStarted", "resolution") in await desk.clock_events(ticket.id)


async def test_a_calendar_is_made_read_and_listed(acme: Desk) -> None:
    made = await make_calendar(acme, holidays=[sla_pb2.Holiday(date="2026-12-28", name="Inventory")])
    assert made.version == 1
    for key in (made.id, "desk"):
        found = await acme.ask("GetCalendar", pb.GetCalendarRequest(calendar=key), pb.GetCalendarResponse)
        assert found.calendar == made
    listed = await acme.ask("ListCalendars", pb.ListCalendarsRequest(page_size=2), pb.ListCalendarsResponse)
    assert [one.name for one in listed.calendars] == ["24x7", "business"]
    rest = pb.ListCalendarsRequest(page_size=2, page_token=listed.next_page_token)
    assert [
        one.name for one in (await acme.ask("ListCalendars", rest, pb.ListCalendarsResponse)).calendars
    ] == ["desk"]


async def test_a_repeated_creation_with_one_key_makes_one_calendar(acme: Desk) -> None:
    request = pb.CreateCalendarRequest(calendar=sla_pb2.Calendar(name="once", time_zone="UTC", hours=OFFICE))
    admin = new_id()
    answers = [
        await acme.ask("CreateCalendar", request, pb.CreateCalendarResponse, key="k1", user_id=admin)
        for _ in range(2)
    ]
    assert answers[0] == answers[1]


async def test_two_calendars_of_one_name_are_refused(acme: Desk) -> None:
    with pytest.raises(AlreadyExists):
        await make_calendar(acme, name="business")


async def test_a_wrong_calendar_is_refused_with_each_field(acme: Desk) -> None:
    hours = sla_pb2.WeekHours(monday=[sla_pb2.Interval(start="9", end="18:00")])
    with pytest.raises(InvalidInput) as refused:
        await make_calendar(acme, time_zone="Mars/Olympus", hours=hours, holiday_country="XX")
    assert {error.field for error in refused.value.errors} == {
        "time_zone",
        "hours.monday[0]",
        "holiday_country",
    }


async def test_business_time_is_calculated_with_its_intervals(acme: Desk) -> None:
    await make_calendar(acme)
    start = datetime(2026, 11, 16, 11, 0, tzinfo=UTC)  # Monday, noon in Warsaw
    found = await calculate(acme, "desk", start=stamp(start), duration="PT2H")
    assert (time_of(found.due_at), found.elapsed) == (start + timedelta(hours=3), "PT2H")
    assert [(time_of(one.start).hour, time_of(one.end).hour) for one in found.intervals] == [
        (11, 12),
        (13, 14),
    ]
    between = await calculate(acme, "desk", start=stamp(start), end=stamp(start + timedelta(hours=3)))
    assert (between.elapsed, between.HasField("due_at")) == ("PT2H", False)
    assert list(between.intervals) == list(found.intervals)


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({}, "duration"),
        ({"duration": "PT1H", "end": stamp(datetime(2026, 11, 17, tzinfo=UTC))}, "duration"),
        ({"duration": "1h"}, "duration"),
        ({"duration": "P4000D"}, "duration"),
        ({"duration": "P3000D"}, "duration"),
        ({"end": stamp(datetime(2046, 11, 1, tzinfo=UTC))}, "end"),
    ],
)
async def test_a_calculation_that_makes_no_sense_is_refused(
    acme: Desk, values: dict[str, object], field: str
) -> None:
    with pytest.raises(InvalidInput) as refused:
        await calculate(acme, "business", start=stamp(datetime(2026, 11, 16, tzinfo=UTC)), **values)
    assert [error.field for error in refused.value.errors] == [field]


async def test_a_calendar_without_hours_is_not_calculated_with(acme: Desk) -> None:
    await make_calendar(acme, name="closed", hours=sla_pb2.WeekHours())
    with pytest.raises(InvalidInput):
        await calculate(acme, "closed", start=stamp(datetime(2026, 11, 16, tzinfo=UTC)), duration="PT1H")
    with pytest.raises(InvalidInput) as refused:
        await acme.make_policy(calendar_id="closed", targets=[target("resolution", "PT1H")])
    assert refused.value.errors[0].field == "calendar_id"


async def test_an_update_changes_what_the_mask_names(acme: Desk) -> None:
    made = await make_calendar(acme)
    request = pb.UpdateCalendarRequest(
        calendar_id=made.id,
        patch=sla_pb2.Calendar(name="renamed", time_zone="UTC"),
        update_mask=FieldMask(paths=["name"]),
        expected_version=1,
    )
    changed = (await acme.ask("UpdateCalendar", request, pb.UpdateCalendarResponse)).calendar
    assert (changed.name, changed.time_zone, changed.version) == ("renamed", "Europe/Warsaw", 2)
    with pytest.raises(Stale):
        await acme.ask("UpdateCalendar", request, pb.UpdateCalendarResponse)


async def test_a_field_that_cannot_be_changed_is_refused_by_name(acme: Desk) -> None:
    request = pb.UpdateCalendarRequest(
        calendar_id="business", patch=sla_pb2.Calendar(id="x"), update_mask=FieldMask(paths=["id", "planet"])
    )
    with pytest.raises(InvalidInput) as refused:
        await acme.ask("UpdateCalendar", request, pb.UpdateCalendarResponse)
    assert [error.field for error in refused.value.errors] == ["id", "planet"]


async def test_a_used_calendar_is_not_deleted_and_an_unused_one_is(acme: Desk) -> None:
    with pytest.raises(WrongState):
        await acme.ask(
            "DeleteCalendar", pb.DeleteCalendarRequest(calendar_id="business"), pb.DeleteCalendarResponse
        )
    made = await make_calendar(acme)
    await acme.ask("DeleteCalendar", pb.DeleteCalendarRequest(calendar_id=made.id), pb.DeleteCalendarResponse)
    with pytest.raises(NotFound):
        await acme.calendar("desk")


async def test_a_used_calendar_keeps_some_hours(acme: Desk) -> None:
    request = pb.UpdateCalendarRequest(
        calendar_id="business", patch=sla_pb2.Calendar(), update_mask=FieldMask(paths=["hours"])
    )
    with pytest.raises(WrongState):
        await acme.ask("UpdateCalendar", request, pb.UpdateCalendarResponse)


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"condition": 'planet = "mars"'}, "condition"),
        ({"condition": "priority = "}, "condition"),
        ({"condition": "fields.cost > 5"}, "condition"),
        ({"kind": "xla"}, "kind"),
        ({"calendar_id": "nowhere"}, "calendar_id"),
        ({"targets": []}, "targets"),
        ({"targets": [target("resolution", "-PT1H")]}, "targets[0].target"),
        ({"targets": [target("lunch", "PT1H")]}, "targets[0].clock"),
        ({"warnings": ["150%"]}, "warnings[0]"),
        ({"pause_states": ["no such thing!"]}, "pause_states[0]"),
        ({"name": ""}, "name"),
    ],
)
async def test_a_wrong_policy_is_refused_by_field(acme: Desk, values: dict[str, object], field: str) -> None:
    given = {"targets": [target("resolution", "PT1H")], **values}
    with pytest.raises(InvalidInput) as refused:
        await acme.make_policy(**given)
    assert [error.field for error in refused.value.errors] == [field]


async def test_a_policy_is_chosen_by_what_the_ticket_is(acme: Desk) -> None:
    condition = 'priority = "high" AND queue = "network" AND requester = "ola@acme.example"'
    made = await acme.make_policy(condition=condition, targets=[target("resolution", "PT2H")])
    assert made.active
    network = await Ticket(acme, datetime.now(UTC), priority="high", queue="network").created()
    other = await Ticket(acme, datetime.now(UTC), priority="high").created()
    await acme.settles()
    assert (await acme.clocks(network.id))["resolution"].policy == "own"
    assert (await acme.clocks(other.id))["resolution"].policy == "Standard, business hours"


async def test_a_new_policy_takes_over_running_clocks_and_leaves_stopped_ones(acme: Desk) -> None:
    running = await Ticket(acme, datetime.now(UTC)).created()
    stopped = await Ticket(acme, datetime.now(UTC)).created()
    await stopped.moves("resolved", datetime.now(UTC))
    await acme.settles()
    await acme.make_policy(targets=[target("resolution", "PT90M")])
    await acme.settles()
    assert (await acme.clocks(running.id))["resolution"].target == "PT1H30M"
    assert (await acme.clocks(stopped.id))["resolution"].target == "PT24H"
    assert "first_response" not in await acme.clocks(running.id)
    told = await acme.clock_events(running.id)
    assert told[-2:] == [("ClockRemoved", "first_response"), ("ClockRecomputed", "resolution")] or told[
        -2:
    ] == [
        ("ClockRecomputed", "resolution"),
        ("ClockRemoved", "first_response"),
    ]
    [message] = [
        message
        for _, message in await acme.told(of=running.id)
        if isinstance(message, events_pb2.ClockRecomputed)
    ]
    assert message.reason == (
        'policy changed from "Standard, business hours" to "own"; calendar changed to "24x7"'
    )


async def test_an_edited_policy_recomputes_every_open_ticket_in_chunks(
    acme: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sla.app.recomputing.CHUNK", 3)
    made = await acme.make_policy(targets=[target("resolution", "PT10H")])
    opened = [await Ticket(acme, datetime.now(UTC)).created() for _ in range(8)]
    await acme.settles()
    request = pb.UpdatePolicyRequest(
        policy_id=made.id,
        patch=sla_pb2.Policy(targets=[target("resolution", "PT5H")]),
        update_mask=FieldMask(paths=["targets"]),
    )
    assert (await acme.ask("UpdatePolicy", request, pb.UpdatePolicyResponse)).policy.version == 2
    await acme.settles()
    for ticket in opened:
        assert ("ClockRecomputed", "resolution") in await acme.clock_events(ticket.id)
        assert (await acme.clocks(ticket.id))["resolution"].target == "PT5H"


async def test_a_deleted_policy_hands_its_tickets_to_the_next(acme: Desk) -> None:
    made = await acme.make_policy(targets=[target("resolution", "PT10H")])
    ticket = await Ticket(acme, datetime.now(UTC)).created()
    await acme.settles()
    await acme.ask("DeletePolicy", pb.DeletePolicyRequest(policy_id=made.id), pb.DeletePolicyResponse)
    await acme.settles()
    assert (await acme.clocks(ticket.id))["resolution"].policy == "Standard, business hours"
    with pytest.raises(NotFound):
        await acme.ask("GetPolicy", pb.GetPolicyRequest(policy_id=made.id), pb.GetPolicyResponse)


async def test_a_policy_can_be_switched_off(acme: Desk) -> None:
    made = await acme.make_policy(targets=[target("resolution", "PT10H")], active=False)
    assert not made.active
    ticket = await Ticket(acme, datetime.now(UTC)).created()
    await acme.settles()
    assert (await acme.clocks(ticket.id))["resolution"].policy == "Standard, business hours"


async def test_each_change_of_a_setting_is_told_with_its_fields(acme: Desk) -> None:
    made = await make_calendar(acme)
    request = pb.UpdateCalendarRequest(
        calendar_id=made.id, patch=sla_pb2.Calendar(name="renamed"), update_mask=FieldMask(paths=["name"])
    )
    admin = new_id()
    await acme.ask("UpdateCalendar", request, pb.UpdateCalendarResponse, user_id=admin)
    [_, told] = [
        message
        for _, message in await acme.told()
        if isinstance(message, events_pb2.SettingChanged) and message.id == made.id
    ]
    assert (told.kind, told.name, told.actor.id, told.cause) == ("calendar", "renamed", str(admin), "grpc")
    [change] = told.changes
    assert (change.field, change.old_value.string_value, change.new_value.string_value) == (
        "name",
        "desk",
        "renamed",
    )


async def test_an_update_that_changes_nothing_is_no_change(acme: Desk) -> None:
    made = await make_calendar(acme)
    request = pb.UpdateCalendarRequest(
        calendar_id=made.id, patch=sla_pb2.Calendar(name="desk"), update_mask=FieldMask(paths=["name"])
    )
    assert (await acme.ask("UpdateCalendar", request, pb.UpdateCalendarResponse)).calendar.version == 1


async def test_agents_read_rules_and_do_not_change_them(acme: Desk) -> None:
    agent = frozenset({"sla.read", "tickets.read"})
    request = pb.GetCalendarRequest(calendar="business")
    found = await acme.ask("GetCalendar", request, pb.GetCalendarResponse, scopes=agent)
    assert found.calendar.name == "business"
    with pytest.raises(Forbidden):
        await acme.ask(
            "DeleteCalendar",
            pb.DeleteCalendarRequest(calendar_id="business"),
            pb.DeleteCalendarResponse,
            scopes=agent,
        )


async def test_rules_of_another_tenant_are_not_found(
    acme: Desk, service: RunningService[SlaSettings]
) -> None:
    calendar, policy = (
        await make_calendar(acme),
        await acme.make_policy(targets=[target("resolution", "PT1H")]),
    )
    globex = Desk(service, acme.bus)
    await globex.opens()
    for method, request, answer in (
        ("GetCalendar", pb.GetCalendarRequest(calendar=calendar.id), pb.GetCalendarResponse),
        ("GetPolicy", pb.GetPolicyRequest(policy_id=policy.id), pb.GetPolicyResponse),
        ("DeletePolicy", pb.DeletePolicyRequest(policy_id=policy.id), pb.DeletePolicyResponse),
        ("DeleteCalendar", pb.DeleteCalendarRequest(calendar_id=calendar.id), pb.DeleteCalendarResponse),
    ):
        with pytest.raises(NotFound):
            await globex.ask(method, request, answer, scopes=ADMIN)
    with pytest.raises(InvalidInput):
        await globex.make_policy(calendar_id=calendar.id, targets=[target("resolution", "PT1H")])
