"""Tickets that are made by themselves: once per time, whatever was missed, paused or stopped being right."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import pytest
from tickets_schedule import TOMORROW, Schedule, at

from chassis.errors import Forbidden, InvalidInput, NotFound, Stale, WrongState
from chassis.testing.waiting import eventually
from deskmesh.common.v1.types_pb2 import PersonRef, Ref
from deskmesh.tickets.v1 import recurrence_service_pb2 as rpc


async def test_a_time_that_has_come_makes_the_ticket_that_the_template_says(schedule: Schedule) -> None:
    desk = schedule.desk
    made = await schedule.create(
        template={
            "description": "All of them.",
            "type": "task",
            "queue": Ref(key="network"),
            "priority": "high",
            "tags": ["backup"],
            "requester": PersonRef(email=desk.requester.email),
            "assignee": PersonRef(email=desk.agent.email),
        }
    )
    assert (made.state, made.next_at, made.template.queue.name) == ("active", at(TOMORROW), "Network")
    await schedule.let_pass(made.id, 0)
    assert await schedule.states(made.id, 1) == ["made"]
    (occurrence,) = await schedule.occurrences(made.id)
    ticket = await schedule.ticket(occurrence)
    assert (ticket.title, ticket.description, ticket.type) == ("Check the backups", "All of them.", "task")
    assert (ticket.queue.key, ticket.priority, list(ticket.tags)) == ("network", "high", ["backup"])
    assert (ticket.requester.email, ticket.assignee.email) == (desk.requester.email, desk.agent.email)
    assert ticket.channel == "recurrence"
    (created, *_) = await desk.history(ticket.id)
    assert (created.rule, created.actor.kind) == (f"recurrence:{made.id}:Backups", "system")
    following = (await schedule.get(made.id)).next_at.ToDatetime(tzinfo=UTC)
    assert following - occurrence.occurs_at.ToDatetime(tzinfo=UTC) == timedelta(days=1)


async def test_what_an_earlier_release_stored_makes_tickets_of_the_same_channel(schedule: Schedule) -> None:
    made = await schedule.create()
    await schedule.desk.rows(
        "UPDATE recurrences SET template = template - 'channel' WHERE id = $1 RETURNING id", made.id
    )
    assert (await schedule.get(made.id)).template.channel == "recurrence"
    await schedule.let_pass(made.id, 0)
    assert await schedule.states(made.id, 1) == ["made"]
    (occurrence,) = await schedule.occurrences(made.id)
    assert (await schedule.ticket(occurrence)).channel == "recurrence"


@pytest.mark.parametrize(
    ("catch_up", "states"),
    [
        ("skip", ["skipped", "skipped", "skipped", "made"]),
        ("all", ["made", "made", "made", "made"]),
    ],
)
async def test_times_that_passed_while_the_desk_did_not_run(
    schedule: Schedule, catch_up: str, states: list[str]
) -> None:
    made = await schedule.create(catch_up=catch_up)
    await schedule.let_pass(made.id, 3)
    assert await schedule.states(made.id, 4) == states


async def test_of_missed_times_the_last_is_made(schedule: Schedule) -> None:
    made = await schedule.create(catch_up="last")
    await schedule.let_pass(made.id, 3, but=timedelta(hours=5))
    assert await schedule.states(made.id, 4) == ["skipped", "skipped", "skipped", "made"]


async def test_more_times_than_one_transaction_takes_are_all_dealt_with(schedule: Schedule) -> None:
    made = await schedule.create(catch_up="last")
    await schedule.let_pass(made.id, 45)
    states = await schedule.states(made.id, 25)
    assert set(states[:-1]) == {"skipped"}

    async def caught_up() -> bool:
        return (await schedule.get(made.id)).next_at.ToDatetime(tzinfo=UTC) > datetime.now(UTC)

    await eventually(caught_up)
    rows = await schedule.desk.rows(
        "SELECT state, count(*) AS many FROM recurrence_occurrences WHERE recurrence_id = $1 GROUP BY state",
        made.id,
    )
    assert {row["state"]: row["many"] for row in rows} == {"skipped": 45, "made": 1}


async def test_a_timer_that_rings_again_makes_no_second_ticket(schedule: Schedule) -> None:
    made = await schedule.create()
    await schedule.let_pass(made.id, 0)
    await schedule.states(made.id, 1)
    await schedule.ring(made.id)

    async def rung() -> bool:
        rows = await schedule.desk.rows("SELECT due_at > now() AS later FROM timers WHERE key = $1", made.id)
        return [row["later"] for row in rows] == [True]

    await eventually(rung)
    assert len(await schedule.occurrences(made.id)) == 1


async def test_what_counts_to_its_end_ends(schedule: Schedule) -> None:
    once = await schedule.create(rrule="")
    twice = await schedule.create(rrule="FREQ=DAILY;COUNT=2", catch_up="all")
    for made, days, states in ((once, 0, ["made"]), (twice, 3, ["made", "made"])):
        await schedule.let_pass(made.id, days)
        assert await schedule.states(made.id, len(states)) == states
        ended = await schedule.get(made.id)
        assert (ended.state, ended.HasField("next_at")) == ("ended", False)
        with pytest.raises(WrongState, match="over"):
            await schedule.resume(made.id)
    again = await schedule.change(once.id, starts_at=at(TOMORROW))
    assert (again.state, again.next_at) == ("active", at(TOMORROW))


async def test_what_is_paused_makes_none_and_goes_on_with_the_next_time(schedule: Schedule) -> None:
    made = await schedule.create()
    paused = await schedule.pause(made.id)
    assert (paused.state, paused.HasField("next_at")) == ("paused", False)
    begun = datetime.now(UTC) - timedelta(days=3, minutes=5)
    await schedule.desk.rows("UPDATE recurrences SET starts_at = $2 WHERE id = $1", made.id, begun)
    resumed = await schedule.resume(made.id)
    assert resumed.next_at.ToDatetime(tzinfo=UTC) > datetime.now(UTC)
    assert await schedule.occurrences(made.id) == []


async def test_what_stops_being_right_is_told_and_the_recurrence_goes_on(schedule: Schedule) -> None:
    made = await schedule.create(template={"requester": PersonRef(email=schedule.desk.colleague.email)})
    colleague = str(schedule.desk.colleague.id)
    await schedule.desk.rows("UPDATE people SET active = false WHERE id = $1", colleague)
    try:
        await schedule.let_pass(made.id, 0)
        assert await schedule.states(made.id, 1) == ["failed"]
    finally:
        await schedule.desk.rows("UPDATE people SET active = true WHERE id = $1", colleague)
    (occurrence,) = await schedule.occurrences(made.id)
    assert occurrence.reason == "requester: there is no such person"
    assert (await schedule.get(made.id)).state == "active"
    assert not await schedule.desk.tickets(filter=f'requester = "{colleague}"')


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"name": " "}, "name"),
        ({"rrule": "FREQ=MINUTELY"}, "rrule"),
        ({"rrule": "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30"}, "rrule"),
        ({"rrule": "FREQ=DAILY;UNTIL=20200101"}, "rrule"),
        ({"rrule": "", "starts_at": at(datetime(2026, 1, 1, tzinfo=UTC))}, "starts_at"),
        ({"starts_at": None}, "starts_at"),
        ({"time_zone": "Moon/Sea"}, "time_zone"),
        ({"catch_up": "some"}, "catch_up"),
        ({"template": {"title": ""}}, "template.title"),
        ({"template": {"queue": Ref(key="nowhere")}}, "template.queue"),
        ({"template": {"requester": PersonRef(email="nobody")}}, "template.requester"),
        ({"template": {"parent_id": "INC-999999"}}, "template.parent_id"),
        ({"template": {"assignee": PersonRef(email="requester@acme.example")}}, "template.assignee"),
        ({"template": {"team": Ref(key="nowhere")}}, "template.team"),
    ],
)
async def test_what_cannot_be_right_is_refused_with_its_place(
    schedule: Schedule, wrong: Mapping[str, object], field: str
) -> None:
    with pytest.raises(InvalidInput) as refused:
        await schedule.create(**wrong)  # type: ignore[arg-type]  # fields by name
    assert [error.field for error in refused.value.errors] == [field]


async def test_a_recurrence_is_changed_and_removed_while_its_tickets_stay(schedule: Schedule) -> None:
    made = await schedule.create()
    await schedule.let_pass(made.id, 0)
    await schedule.states(made.id, 1)
    (occurrence,) = await schedule.occurrences(made.id)
    stands = await schedule.get(made.id)
    changed = await schedule.change(made.id, stands.version, name="Restores", rrule="FREQ=WEEKLY")
    assert (changed.name, changed.rrule, changed.template) == ("Restores", "FREQ=WEEKLY", stands.template)
    with pytest.raises(Stale):
        await schedule.delete(made.id, stands.version)
    await schedule.delete(made.id, changed.version)
    with pytest.raises(NotFound):
        await schedule.get(made.id)
    assert (await schedule.ticket(occurrence)).title == "Check the backups"
    assert not await schedule.desk.rows("SELECT 1 FROM timers WHERE key = $1", made.id)


async def test_recurrences_are_for_administrators_of_their_tenant(schedule: Schedule) -> None:
    made = await schedule.create()
    with pytest.raises(Forbidden):
        await schedule.create(by=schedule.desk.agent)
    with pytest.raises(NotFound):
        await schedule.get(made.id, by=schedule.desk.stranger)


async def test_the_next_times_are_seen_before_anything_is_saved(schedule: Schedule) -> None:
    request = rpc.PreviewRecurrenceRequest(
        rrule="FREQ=WEEKLY", time_zone="Europe/Warsaw", starts_at=at(TOMORROW), count=3
    )
    by = schedule.desk.admin
    answer = await schedule.desk.call("PreviewRecurrence", request, rpc.PreviewRecurrenceResponse, by=by)
    assert len(answer.times) == 3
    assert answer.times[0] == at(TOMORROW)
    request.count = 101
    with pytest.raises(InvalidInput):
        await schedule.desk.call("PreviewRecurrence", request, rpc.PreviewRecurrenceResponse, by=by)
