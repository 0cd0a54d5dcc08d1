"""Giving a queue's tickets to people."""

from datetime import UTC, datetime, timedelta

import pytest
from google.protobuf import json_format
from google.protobuf.timestamp_pb2 import Timestamp
from tickets_floor import ALL, Floor

from chassis.errors import Forbidden, InvalidInput, NotFound, Stale, WrongState
from chassis.testing.waiting import eventually
from deskmesh.gateway.v1.work_profile_pb2 import Absence, Shift, Skill
from deskmesh.tickets.v1 import focus_service_pb2 as focus_rpc
from deskmesh.tickets.v1 import routing_service_pb2 as rpc
from deskmesh.tickets.v1.events_pb2 import SettingChanged, TicketUpdated


async def test_a_ticket_goes_to_whoever_has_the_least_to_do_and_says_why(floor: Floor) -> None:
    busy, idle = await floor.desk.hire("network"), await floor.desk.hire("network")
    await floor.desk.assign((await floor.desk.create("Other work")).id, assignee=busy.email)
    ticket = await floor.ask()
    assert await floor.holder(ticket) == idle.email
    assert (await floor.desk.get(ticket.id)).state == "open"
    found = await floor.routing(ticket.id)
    assert (found.outcome, found.assignee.email, found.queue.key, found.considered) == (
        "assigned",
        idle.email,
        "network",
        2,
    )
    assert found.HasField("decided_at")
    assert [one.person.email for one in found.candidates] == [idle.email, busy.email]
    reasons = {one.requirement: one for one in found.candidates[1].reasons}
    assert set(reasons) == {"rights", *ALL}
    assert reasons["capacity"].text == "has 1 of at most 2 tickets in hand"
    assert dict(reasons["capacity"].data) == {"open": 1, "max_open": 2}
    assert dict(found.candidates[0].preferences) == {"least_loaded": 0}
    entries = {entry.change.field: entry for entry in await floor.desk.history(ticket.id)}
    told = json_format.MessageToDict(entries["routing"].change.new_value.struct_value)
    assert (told["considered"], told["eligible"]) == (2, 2)
    assert "has 0 of at most 2 tickets in hand" in told["because"]
    assert (entries["assignee"].rule, entries["assignee"].actor.kind) == ("routing:network", "system")


async def test_nobody_gets_more_than_they_take_and_each_freed_place_is_filled(floor: Floor) -> None:
    agent = await floor.desk.hire("network")
    tickets = [await floor.ask(f"Number {number}") for number in range(5)]
    held = [await floor.holder(ticket) for ticket in tickets]
    assert held == [agent.email] * 2 + [""] * 3
    assert await floor.why_not(tickets[2]) == [["capacity"]]
    await floor.desk.move(tickets[0].id, "resolved")
    assert await floor.holder(tickets[2]) == agent.email
    await floor.desk.move(tickets[1].id, "pending_requester")
    assert await floor.holder(tickets[3]) == agent.email
    await floor.desk.tell_profile(agent, version=2, max_open=3)
    assert await floor.holder(tickets[4]) == agent.email


async def test_what_waits_for_somebody_else_may_count_as_in_hand(floor: Floor) -> None:
    await floor.route("least_loaded", max_open=1, waiting_counts=True)
    agent = await floor.desk.hire("network")
    first, second = await floor.ask("First"), await floor.ask("Second")
    assert await floor.holder(first) == agent.email
    await floor.desk.move(first.id, "pending_requester")
    assert await floor.why_not(second) == [["capacity"]]


async def test_the_worst_priority_comes_first_then_the_oldest(floor: Floor) -> None:
    old, urgent, new = [
        await floor.ask(title, impact=impact, urgency=impact)
        for title, impact in (("Old", "medium"), ("Urgent", "high"), ("New", "medium"))
    ]
    agent = await floor.desk.hire("network", max_open=1)
    got = []
    for _ in range(3):
        await floor.settle()
        (row,) = await floor.desk.rows(
            "SELECT id, number FROM tickets WHERE assignee_id = $1 AND state_category = 'active'", agent.id
        )
        got.append(row["number"])
        await floor.desk.move(str(row["id"]), "resolved")
    assert got == [urgent.number, old.number, new.number]


async def test_skills_are_asked_of_those_tickets_that_need_them(floor: Floor) -> None:
    needed = rpc.RequiredSkill(skill="vpn", level=3, when='category = "vpn"')
    await floor.route("skill", skills=[needed], max_open=5)
    novice = await floor.desk.hire("network", skills=[Skill(skill="vpn", level=2)])
    plain, hard = await floor.ask(), await floor.ask("No VPN", category="vpn")
    assert await floor.holder(plain) == novice.email
    assert await floor.why_not(hard) == [["skills"]]
    assert dict((await floor.routing(hard.id)).skills) == {"vpn": 3}
    master = await floor.desk.hire("network", skills=[Skill(skill="vpn", level=5)])
    assert await floor.holder(hard) == master.email


async def test_the_requesters_language_is_spoken(floor: Floor) -> None:
    user = floor.desk.requester
    await floor.desk.rows("UPDATE people SET language = 'pl' WHERE id = $1", user.id)
    try:
        english = await floor.desk.hire("network")
        ticket = await floor.ask()
        assert await floor.why_not(ticket) == [["language"]]
        assert (await floor.routing(ticket.id)).language == "pl"
        await floor.desk.tell_profile(english, version=2, languages=["pl-PL"])
        assert await floor.holder(ticket) == english.email
    finally:
        await floor.desk.rows("UPDATE people SET language = 'en' WHERE id = $1", user.id)


def _at(moment: datetime) -> Timestamp:
    stamp = Timestamp()
    stamp.FromDatetime(moment)
    return stamp


async def test_who_is_absent_gets_nothing_and_their_substitute_takes_over(floor: Floor) -> None:
    await floor.route("last_contact", "least_loaded", max_open=5)
    contact, idle, substitute = [await floor.desk.hire("network") for _ in range(3)]
    await floor.desk.assign((await floor.ask("Before")).id, assignee=contact.email)
    assert await floor.holder(await floor.ask("Again")) == contact.email
    now = datetime.now(UTC)
    away = Absence(start=_at(now - timedelta(hours=1)), end=_at(now + timedelta(hours=1)))
    away.substitute.id = str(substitute.id)
    await floor.desk.tell_profile(contact, version=2, absences=[away])
    await floor.desk.assign((await floor.desk.create("Other work")).id, assignee=substitute.email)
    assert await floor.holder(await floor.ask("And again")) == substitute.email
    assert idle.email != substitute.email


async def test_a_ticket_waits_for_the_end_of_an_absence_and_is_given_then(floor: Floor) -> None:
    soon = datetime.now(UTC) + timedelta(seconds=3)
    away = Absence(start=_at(soon - timedelta(days=1)), end=_at(soon))
    agent = await floor.desk.hire("network", absences=[away])
    ticket = await floor.ask()
    assert await floor.why_not(ticket) == [["present"]]

    async def given() -> bool:
        return await floor.holder(ticket) == agent.email

    await eventually(given)


async def test_the_beginning_of_the_next_shift_is_set_as_a_timer(floor: Floor) -> None:
    days = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
    tomorrow = datetime.now(UTC) + timedelta(days=1)
    shift = Shift(weekday=days[tomorrow.weekday()], start="08:00", end="09:00")
    await floor.desk.hire("network", time_zone="UTC", shifts=[shift])
    ticket = await floor.ask()
    assert await floor.why_not(ticket) == [["on_shift"]]
    (timer,) = await floor.desk.rows(
        "SELECT due_at FROM timers WHERE kind = 'route_later' AND tenant_id = $1 AND due_at > now() + interval '1 minute'",
        floor.desk.acme,
    )
    assert timer["due_at"] == tomorrow.replace(hour=8, minute=0, second=0, microsecond=0)


async def test_that_nobody_may_get_a_ticket_is_told_once(floor: Floor) -> None:
    await floor.desk.hire("network", max_open=0)
    ticket = await floor.ask()
    await floor.settle()
    await floor.desk.comment(ticket.id)
    await floor.desk.update(ticket.id, ["category"], category="cable")
    await floor.settle()
    entries = [entry for entry in await floor.desk.history(ticket.id) if entry.change.field == "routing"]
    (told,) = [json_format.MessageToDict(entry.change.new_value.struct_value) for entry in entries]
    assert told == {"nobody": True, "considered": 1, "lacking": {"capacity": 1}}
    events = await floor.desk.events(TicketUpdated, ticket.id)
    assert [list(event.changed_fields) for event in events].count(["routing"]) == 1
    assert (await floor.routing(ticket.id)).HasField("decided_at")
    assert not any(
        entry.change.field == "routing"
        for entry in await floor.desk.history(ticket.id, by=floor.desk.requester)
    )


async def test_what_a_person_decided_is_never_fought(floor: Floor) -> None:
    agent, other = await floor.desk.hire("network"), await floor.desk.hire("network", max_open=0)
    ticket = await floor.ask()
    assert await floor.holder(ticket) == agent.email
    await floor.desk.assign(ticket.id, team="network", assignee=other.email)
    assert await floor.holder(ticket) == other.email
    assert (await floor.routing(ticket.id)).outcome == "by_hand"
    await floor.desk.assign(ticket.id, team="network")
    await floor.desk.comment(ticket.id)
    assert await floor.holder(ticket) == ""
    assert (await floor.routing(ticket.id)).outcome == "held"
    request = rpc.RouteTicketRequest(ticket=ticket.id)
    await floor.desk.call("RouteTicket", request, rpc.RouteTicketResponse)
    assert await floor.holder(ticket) == agent.email
    with pytest.raises(WrongState, match="Somebody has the ticket"):
        await floor.desk.call("RouteTicket", request, rpc.RouteTicketResponse)
    with pytest.raises(WrongState, match="gives out no tickets"):
        request = rpc.RouteTicketRequest(ticket=(await floor.desk.create()).id)
        await floor.desk.call("RouteTicket", request, rpc.RouteTicketResponse)


async def test_a_held_ticket_is_given_out_in_the_next_queue(floor: Floor) -> None:
    await floor.desk.hire("service-desk")
    agent = await floor.desk.hire("network")
    ticket = await floor.desk.create()
    await floor.desk.assign(ticket.id, team="network", assignee=agent.email)
    await floor.desk.assign(ticket.id, team="network")
    await floor.desk.update(ticket.id, ["queue"], queue="network")
    assert await floor.holder(ticket) == agent.email


async def test_who_is_in_focus_mode_gets_no_more_than_they_take(floor: Floor) -> None:
    agent = await floor.desk.hire("network")
    mode = focus_rpc.Focus(enabled=True, max_open=1)
    request = focus_rpc.SetFocusRequest(focus=mode, update_mask={"paths": ["enabled", "max_open"]})  # type: ignore[arg-type]
    await floor.desk.call("SetFocus", request, focus_rpc.SetFocusResponse, by=agent)
    first, second = await floor.ask("First"), await floor.ask("Second")
    assert [await floor.holder(first), await floor.holder(second)] == [agent.email, ""]
    request.focus.max_open = 2
    await floor.desk.call("SetFocus", request, focus_rpc.SetFocusResponse, by=agent)
    assert await floor.holder(second) == agent.email


async def test_a_queue_without_strategies_leaves_its_tickets_to_people(floor: Floor) -> None:
    await floor.desk.hire("network")
    await floor.route()
    ticket = await floor.ask()
    assert await floor.holder(ticket) == ""
    assert (await floor.routing(ticket.id)).outcome == "not_routed"


async def test_settings_are_read_replaced_and_told(floor: Floor) -> None:
    before = await floor.settings()
    assert (list(before.strategies), list(before.require), before.max_open) == (["least_loaded"], ALL, 2)
    changed = await floor.route("round_robin", version=before.version, require=["capacity"])
    assert (list(changed.strategies), list(changed.require)) == (["round_robin"], ["capacity"])
    assert changed == await floor.settings()
    again = await floor.route("round_robin", require=["capacity"])
    assert again.version == changed.version
    with pytest.raises(Stale):
        await floor.route("skill", version=before.version)
    (queue,) = await floor.desk.rows(
        "SELECT id FROM queues WHERE tenant_id = $1 AND slug = 'network'", floor.desk.acme
    )
    told = [
        one
        for one in await floor.desk.events(SettingChanged, str(queue["id"]))
        if one.kind == "queue_routing"
    ]
    assert [change.field for change in told[-1].changes] == ["strategies", "require"]


@pytest.mark.parametrize(
    ("said", "fields"),
    [
        ({"strategies": ["fair"]}, ["strategies[0]"]),
        ({"strategies": ["skill", "skill"]}, ["strategies[0]", "strategies[1]"]),
        ({"require": ["coffee"]}, ["require[0]"]),
        ({"max_open": 501}, ["max_open"]),
        ({"skills": [rpc.RequiredSkill(skill="No slug", level=0)]}, ["skills[0].skill", "skills[0].level"]),
        ({"skills": [rpc.RequiredSkill(skill="vpn", level=1, when="colour = red")]}, ["skills[0].when"]),
    ],
)
async def test_settings_that_cannot_be_are_refused_with_their_place(
    floor: Floor, said: dict[str, object], fields: list[str]
) -> None:
    before = await floor.settings()
    with pytest.raises(InvalidInput) as refused:
        await floor.route(*said.pop("strategies", ["skill"]), **said)  # type: ignore[misc, arg-type]  # by name
    assert [error.field for error in refused.value.errors] == fields
    assert await floor.settings() == before


async def test_routing_is_for_those_who_may_and_for_one_tenant(floor: Floor) -> None:
    ticket = await floor.ask()
    request = rpc.SetQueueRoutingRequest(queue="network", routing=rpc.QueueRouting(strategies=["skill"]))
    with pytest.raises(Forbidden):
        await floor.desk.call("SetQueueRouting", request, rpc.SetQueueRoutingResponse)
    with pytest.raises(Forbidden):
        await floor.routing(ticket.id, by=floor.desk.requester)
    with pytest.raises(NotFound):
        await floor.routing(ticket.id, by=floor.desk.stranger)
    get = rpc.GetQueueRoutingRequest(queue="network")
    theirs = await floor.desk.call(
        "GetQueueRouting", get, rpc.GetQueueRoutingResponse, by=floor.desk.stranger
    )
    assert list(theirs.routing.strategies) == []
