"""Tickets that are made by themselves: once per time, whatever was missed, paused or stopped being right."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
import pytest_asyncio
from google.protobuf.field_mask_pb2 import FieldMask
from google.protobuf.timestamp_pb2 import Timestamp
from tickets_desk import TicketsDesk

from chassis.errors import Forbidden, InvalidInput, LimitReached, NotFound, Stale, WrongState
from chassis.testing.identity import Person
from chassis.testing.waiting import eventually
from deskmesh.common.v1.types_pb2 import PersonRef, Ref
from deskmesh.tickets.v1 import recurrence_pb2, ticket_pb2
from deskmesh.tickets.v1 import recurrence_service_pb2 as rpc
from tickets.app.scheduling import MOST

TOMORROW = datetime.now(UTC).replace(microsecond=0) + timedelta(days=1)


def at(moment: datetime) -> Timestamp:
    stamp = Timestamp()
    stamp.FromDatetime(moment)
    return stamp


@dataclass
class Schedule:
    """The desk, and the door to what it makes by itself."""

    desk: TicketsDesk

    async def create(
        self,
        *,
        by: Person | None = None,
        template: Mapping[str, object] | None = None,
        **said: object,
    ) -> recurrence_pb2.Recurrence:
        """Have tickets made, daily from tomorrow on unless told otherwise."""
        values = {
            "name": "Backups",
            "rrule": "FREQ=DAILY",
            "time_zone": "UTC",
            "starts_at": at(TOMORROW),
            **said,
        }
        kept = recurrence_pb2.TicketTemplate(**{"title": "Check the backups", **(template or {})})  # type: ignore[arg-type]  # fields by name
        recurrence = recurrence_pb2.Recurrence(**values, template=kept)  # type: ignore[arg-type]  # as above
        request = rpc.CreateRecurrenceRequest(recurrence=recurrence)
        by = by or self.desk.admin
        return (
            await self.desk.call("CreateRecurrence", request, rpc.CreateRecurrenceResponse, by=by)
        ).recurrence

    async def get(self, id_: str, *, by: Person | None = None) -> recurrence_pb2.Recurrence:
        """Read one."""
        request = rpc.GetRecurrenceRequest(recurrence_id=id_)
        by = by or self.desk.admin
        return (await self.desk.call("GetRecurrence", request, rpc.GetRecurrenceResponse, by=by)).recurrence

    async def change(self, id_: str, version: int = 0, **values: object) -> recurrence_pb2.Recurrence:
        """Change one."""
        request = rpc.UpdateRecurrenceRequest(
            recurrence_id=id_,
            patch=recurrence_pb2.Recurrence(**values),  # type: ignore[arg-type]  # fields by name
            update_mask=FieldMask(paths=list(values)),
            expected_version=version,
        )
        by = self.desk.admin
        return (
            await self.desk.call("UpdateRecurrence", request, rpc.UpdateRecurrenceResponse, by=by)
        ).recurrence

    async def pause(self, id_: str) -> recurrence_pb2.Recurrence:
        """Make none for a while."""
        request = rpc.PauseRecurrenceRequest(recurrence_id=id_)
        by = self.desk.admin
        return (
            await self.desk.call("PauseRecurrence", request, rpc.PauseRecurrenceResponse, by=by)
        ).recurrence

    async def resume(self, id_: str) -> recurrence_pb2.Recurrence:
        """Go on."""
        request = rpc.ResumeRecurrenceRequest(recurrence_id=id_)
        by = self.desk.admin
        return (
            await self.desk.call("ResumeRecurrence", request, rpc.ResumeRecurrenceResponse, by=by)
        ).recurrence

    async def delete(self, id_: str, version: int = 0) -> None:
        """Remove one."""
        request = rpc.DeleteRecurrenceRequest(recurrence_id=id_, expected_version=version)
        await self.desk.call("DeleteRecurrence", request, rpc.DeleteRecurrenceResponse, by=self.desk.admin)

    async def occurrences(self, id_: str) -> list[recurrence_pb2.Occurrence]:
        """What became of its times, the latest first."""
        request = rpc.ListOccurrencesRequest(recurrence_id=id_)
        by = self.desk.admin
        return list(
            (await self.desk.call("ListOccurrences", request, rpc.ListOccurrencesResponse, by=by)).occurrences
        )

    async def let_pass(self, id_: str, days: int, *, but: timedelta = timedelta(minutes=5)) -> None:
        """Let its times begin so many days ago, as if the desk had not run, and its timer be due."""
        begun = datetime.now(UTC).replace(microsecond=0) - timedelta(days=days) - but
        await self.desk.rows("UPDATE recurrences SET starts_at = $2, next_at = $2 WHERE id = $1", id_, begun)
        await self.ring(id_)

    async def ring(self, id_: str) -> None:
        """Let its timer be due."""
        await self.desk.rows("UPDATE timers SET due_at = now() WHERE kind = 'recurrence' AND key = $1", id_)

    async def states(self, id_: str, count: int) -> list[str]:
        """What became of its times, the earliest first, once there are so many."""

        async def enough() -> list[str]:
            found = [one.state for one in await self.occurrences(id_)]
            return found[::-1] if len(found) >= count else []

        return await eventually(enough)

    async def ticket(self, occurrence: recurrence_pb2.Occurrence) -> ticket_pb2.Ticket:
        """The ticket that a time made."""
        return await self.desk.get(occurrence.ticket.id)


@pytest_asyncio.fixture
async def schedule(desk: TicketsDesk) -> AsyncIterator[Schedule]:
    yield Schedule(desk)
    await desk.rows("DELETE FROM timers WHERE kind = 'recurrence'")


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
        ({"template": {"requester": PersonRef(email="nobody@acme.example")}}, "template.requester"),
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
