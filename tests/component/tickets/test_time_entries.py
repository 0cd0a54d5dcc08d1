"""Time spent on tickets: entries, sums, lists, timers."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import pytest
from google.protobuf.field_mask_pb2 import FieldMask
from google.protobuf.json_format import MessageToDict
from google.protobuf.timestamp_pb2 import Timestamp
from tickets_desk import TicketsDesk, user_message

from chassis.errors import BadRequest, Forbidden, InvalidInput, NotFound, Stale, WrongState
from chassis.ids import new_id
from chassis.testing.identity import Person
from deskmesh.tickets.v1 import events_pb2 as events
from deskmesh.tickets.v1 import time_entry_pb2
from deskmesh.tickets.v1 import time_entry_service_pb2 as rpc


@dataclass
class Clock:
    """The desk, and the door to the time that is spent at it."""

    desk: TicketsDesk

    async def note(
        self, ticket: str, minutes: int = 30, *, by: Person | None = None, **said: object
    ) -> time_entry_pb2.TimeEntry:
        """Note work."""
        new = rpc.NewTimeEntry(minutes=minutes, **said)  # type: ignore[arg-type]  # fields by name
        request = rpc.CreateTimeEntryRequest(ticket=ticket, time_entry=new)
        return (
            await self.desk.call("CreateTimeEntry", request, rpc.CreateTimeEntryResponse, by=by)
        ).time_entry

    async def change(
        self, entry: time_entry_pb2.TimeEntry, *, by: Person | None = None, version: int = 0, **values: object
    ) -> time_entry_pb2.TimeEntry:
        """Put an entry right."""
        request = rpc.UpdateTimeEntryRequest(
            ticket=entry.ticket.key,
            time_entry_id=entry.id,
            patch=rpc.NewTimeEntry(**values),  # type: ignore[arg-type]  # fields by name
            update_mask=FieldMask(paths=list(values)),
            expected_version=version,
        )
        return (
            await self.desk.call("UpdateTimeEntry", request, rpc.UpdateTimeEntryResponse, by=by)
        ).time_entry

    async def remove(
        self, entry: time_entry_pb2.TimeEntry, *, by: Person | None = None, version: int = 0
    ) -> None:
        """Take an entry off."""
        request = rpc.DeleteTimeEntryRequest(
            ticket=entry.ticket.id, time_entry_id=entry.id, expected_version=version
        )
        await self.desk.call("DeleteTimeEntry", request, rpc.DeleteTimeEntryResponse, by=by)

    async def entries(self, *, by: Person | None = None, **wanted: object) -> rpc.ListTimeEntriesResponse:
        """A page of entries."""
        request = rpc.ListTimeEntriesRequest(**wanted)  # type: ignore[arg-type]  # fields by name
        return await self.desk.call("ListTimeEntries", request, rpc.ListTimeEntriesResponse, by=by)

    async def sums(self, group_by: str, text: str) -> dict[str, tuple[int, int, int]]:
        """The sums by the key of what entries have in common."""
        request = rpc.SummarizeTimeEntriesRequest(group_by=group_by, filter=text)
        answer = await self.desk.call("SummarizeTimeEntries", request, rpc.SummarizeTimeEntriesResponse)
        return {one.group.key: (one.entries, one.minutes, one.billable_minutes) for one in answer.sums}

    async def start(self, ticket: str, *, by: Person, **said: object) -> rpc.StartWorkTimerResponse:
        """Start somebody's timer."""
        request = rpc.StartWorkTimerRequest(ticket=ticket, **said)  # type: ignore[arg-type]  # fields by name
        return await self.desk.call("StartWorkTimer", request, rpc.StartWorkTimerResponse, by=by)

    async def stop(self, by: Person) -> time_entry_pb2.TimeEntry:
        """Stop somebody's timer."""
        request = rpc.StopWorkTimerRequest()
        return (await self.desk.call("StopWorkTimer", request, rpc.StopWorkTimerResponse, by=by)).time_entry

    async def running(self, by: Person) -> str:
        """The number of the ticket that somebody's timer runs on."""
        request = rpc.GetWorkTimerRequest()
        return (
            await self.desk.call("GetWorkTimer", request, rpc.GetWorkTimerResponse, by=by)
        ).timer.ticket.key

    async def hire(self) -> Person:
        """An agent more."""
        person = replace(self.desk.agent, id=new_id(), email=f"{new_id()}@acme.example")
        await self.desk.tell_user(self.desk.acme, user_message(person.id, person.email, "Somebody", "agent"))
        await self.desk.service.drain()
        return person


@pytest.fixture
def clock(desk: TicketsDesk) -> Clock:
    return Clock(desk)


def at(moment: datetime) -> Timestamp:
    stamp = Timestamp()
    stamp.FromDatetime(moment)
    return stamp


def said(entry: time_entry_pb2.TimeEntry) -> tuple[int, bool, str, str]:
    return entry.minutes, entry.billable, entry.activity, entry.note


async def test_work_is_noted_and_summed_up_on_the_ticket(clock: Clock) -> None:
    ticket = await clock.desk.create()
    began = datetime(2026, 3, 2, 8, tzinfo=UTC)
    entry = await clock.note(
        ticket.number,
        45,
        started_at=at(began),
        billable=True,
        activity=" on site ",
        note="Changed the fuser.",
    )
    assert said(entry) == (45, True, "on site", "Changed the fuser.")
    assert (entry.person.email, entry.ticket.key) == (clock.desk.agent.email, ticket.number)
    assert entry.started_at.ToDatetime(tzinfo=UTC) == began
    just_now = await clock.note(ticket.id, 10)
    ago = datetime.now(UTC) - just_now.started_at.ToDatetime(tzinfo=UTC)
    assert timedelta(minutes=10) <= ago < timedelta(minutes=11)
    seen = await clock.desk.get(ticket.id)
    assert (seen.minutes_spent, seen.minutes_billable, seen.version) == (55, 45, 3)
    request = rpc.GetTimeEntryRequest(ticket=ticket.id, time_entry_id=entry.id)
    assert (await clock.desk.call("GetTimeEntry", request, rpc.GetTimeEntryResponse)).time_entry == entry


async def test_what_is_put_right_or_taken_off_leaves_a_trace(clock: Clock) -> None:
    ticket = await clock.desk.create()
    entry = await clock.note(ticket.id, 45, billable=True)
    changed = await clock.change(entry, version=entry.version, minutes=30, note="Half of it.")
    assert said(changed) == (30, True, "", "Half of it.")
    with pytest.raises(Stale):
        await clock.change(entry, version=entry.version, minutes=20)
    with pytest.raises(Stale):
        await clock.remove(entry, version=entry.version)
    version = (await clock.desk.get(ticket.id)).version
    assert await clock.change(changed, minutes=30) == changed
    assert (await clock.desk.get(ticket.id)).version == version
    await clock.remove(changed)
    seen = await clock.desk.get(ticket.id)
    assert (seen.minutes_spent, seen.minutes_billable) == (0, 0)
    with pytest.raises(NotFound):
        await clock.remove(changed)
    told = [entry for entry in await clock.desk.history(ticket.id) if entry.change.field == "time"]
    minutes = [
        tuple(
            None if value.WhichOneof("kind") == "null_value" else value.struct_value["minutes"]
            for value in (one.change.old_value, one.change.new_value)
        )
        for one in told
    ]
    assert [one.action for one in told] == ["time_added", "time_changed", "time_removed"]
    assert minutes == [(None, 45), (45, 30), (30, None)]
    public = await clock.desk.history(ticket.id, by=clock.desk.requester)
    assert [one.action for one in public] == ["created"]


async def test_each_change_is_told_with_the_ticket_and_the_entry(clock: Clock) -> None:
    ticket = await clock.desk.create()
    entry = await clock.note(ticket.id, 45, billable=True)
    changed = await clock.change(entry, minutes=30)
    await clock.remove(changed)
    (added,) = await clock.desk.events(events.TimeEntryAdded, ticket.id)
    (corrected,) = await clock.desk.events(events.TimeEntryChanged, ticket.id)
    (removed,) = await clock.desk.events(events.TimeEntryRemoved, ticket.id)
    assert added.time_entry == entry
    assert (corrected.old_time_entry.minutes, corrected.time_entry) == (45, changed)
    assert removed.time_entry.id == entry.id
    spent = [event.ticket.minutes_spent for event in (added, corrected, removed)]
    assert spent == [45, 30, 0]
    assert added.actor.email == clock.desk.agent.email


async def test_the_time_of_others_is_for_those_who_manage_it(clock: Clock) -> None:
    ticket = await clock.desk.create()
    colleague = await clock.hire()
    own = await clock.note(ticket.id, by=colleague)
    for refused in (
        clock.change(own, minutes=5),
        clock.remove(own),
        clock.note(ticket.id, person=colleague.email),
        clock.change(await clock.note(ticket.id), person=colleague.email),
    ):
        with pytest.raises(Forbidden, match="manage_time"):
            await refused
    theirs = await clock.note(ticket.id, by=clock.desk.admin, person=colleague.email)
    assert theirs.person.id == str(colleague.id)
    moved = await clock.change(theirs, by=clock.desk.admin, person=clock.desk.agent.email)
    assert moved.person.email == clock.desk.agent.email
    await clock.remove(own, by=clock.desk.admin)


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"minutes": 0}, "minutes"),
        ({"minutes": -5}, "minutes"),
        ({"minutes": 1441}, "minutes"),
        ({"started_at": at(datetime.now(UTC) + timedelta(hours=1))}, "started_at"),
        ({"started_at": Timestamp(seconds=-(2**60))}, "started_at"),
        ({"note": "x" * 4001}, "note"),
        ({"activity": "x" * 201}, "activity"),
    ],
)
async def test_what_cannot_be_is_refused_and_changes_nothing(
    clock: Clock, wrong: Mapping[str, object], field: str
) -> None:
    ticket = await clock.desk.create()
    entry = await clock.note(ticket.id)
    with pytest.raises(InvalidInput) as refused:
        await clock.note(ticket.id, **{"minutes": 5, **wrong})  # type: ignore[arg-type]  # fields by name
    assert [error.field for error in refused.value.errors] == [field]
    with pytest.raises(InvalidInput) as refused:
        await clock.change(entry, **wrong)  # type: ignore[arg-type]  # as above
    assert [error.field for error in refused.value.errors] == [field]
    seen = await clock.desk.get(ticket.id)
    assert (seen.minutes_spent, seen.version) == (30, 2)


async def test_requesters_and_strangers_see_no_entries(clock: Clock) -> None:
    ticket = await clock.desk.create()
    entry = await clock.note(ticket.id, note="Not for everybody")
    request = rpc.GetTimeEntryRequest(ticket=ticket.id, time_entry_id=entry.id)
    for person, error in ((clock.desk.requester, Forbidden), (clock.desk.stranger, NotFound)):
        with pytest.raises(error):
            await clock.desk.call("GetTimeEntry", request, rpc.GetTimeEntryResponse, by=person)
        with pytest.raises(error):
            await clock.entries(by=person, ticket=ticket.id)
        with pytest.raises(error):
            await clock.note(ticket.id, by=person)
    assert not (await clock.entries(by=clock.desk.stranger)).time_entries
    own = await clock.desk.get(ticket.id, by=clock.desk.requester)
    assert (own.minutes_spent, own.minutes_billable) == (0, 0)


async def test_who_reads_elsewhere_sees_no_entries_on_a_ticket_of_their_own(clock: Clock) -> None:
    requester = clock.desk.requester
    ticket = await clock.desk.create()
    await clock.note(ticket.id)
    reader = replace(requester, scopes=requester.scopes | {"tickets.read:hr"})
    assert (await clock.desk.get(ticket.id, by=reader)).id == ticket.id
    of_ticket = f'ticket = "{ticket.number}"'
    assert not (await clock.entries(by=reader, filter=of_ticket)).time_entries
    assert (await clock.entries(filter=of_ticket)).time_entries


async def test_entries_are_listed_and_summed_up_by_period_person_and_activity(clock: Clock) -> None:
    ticket, other = await clock.desk.create(), await clock.desk.create()
    colleague = await clock.hire()
    day = datetime(2025, 5, 5, 9, tzinfo=UTC)
    for place, (on, by, spent, activity) in enumerate(
        (
            (ticket, clock.desk.agent, 10, "remote"),
            (ticket, colleague, 20, "travel"),
            (other, clock.desk.agent, 40, "remote"),
        )
    ):
        began = at(day + timedelta(days=place))
        await clock.note(on.id, spent, by=by, started_at=began, activity=activity, billable=spent > 10)
    week = 'started_at >= "2025-05-05T00:00:00Z" AND started_at < "2025-05-12T00:00:00Z"'

    async def minutes(text: str, order_by: str = "", ticket: str = "") -> list[int]:
        answer = await clock.entries(filter=text, order_by=order_by, ticket=ticket)
        return [one.minutes for one in answer.time_entries]

    assert await minutes(week) == [40, 20, 10]
    assert await minutes(week, order_by="minutes") == [10, 20, 40]
    assert await minutes(f'{week} AND person = "me"') == [40, 10]
    assert await minutes(f'{week} AND person = "{colleague.email}"') == [20]
    assert await minutes(f'{week} AND ticket = "{ticket.number}" AND billable = true') == [20]
    assert await minutes(week, ticket=other.number) == [40]
    first = await clock.entries(filter=week, page_size=2)
    rest = await clock.entries(filter=week, page_size=2, page_token=first.next_page_token)
    assert [len(first.time_entries), len(rest.time_entries), rest.next_page_token] == [2, 1, ""]
    assert await clock.sums("person", week) == {
        clock.desk.agent.email: (2, 50, 40),
        colleague.email: (1, 20, 20),
    }
    assert await clock.sums("activity", week) == {"remote": (2, 50, 40), "travel": (1, 20, 20)}
    assert await clock.sums("ticket", week) == {ticket.number: (2, 30, 20), other.number: (1, 40, 40)}
    assert await clock.sums("organization", week) == {"": (3, 70, 60)}
    with pytest.raises(InvalidInput):
        await clock.sums("colour", week)
    with pytest.raises(BadRequest):
        await clock.entries(filter="colour = 1")


async def test_a_timer_becomes_an_entry_when_it_is_stopped_or_another_started(clock: Clock) -> None:
    ticket, other = await clock.desk.create(), await clock.desk.create()
    by = await clock.hire()
    started = await clock.start(ticket.id, by=by, activity="remote", billable=True)
    assert not started.HasField("stopped")
    assert await clock.running(by) == ticket.number
    await clock.desk.rows("UPDATE work_timers SET started_at = started_at - interval '61 seconds'")
    switched = await clock.start(other.number, by=by)
    assert (switched.stopped.minutes, switched.stopped.activity, switched.stopped.billable) == (
        2,
        "remote",
        True,
    )
    assert (await clock.desk.get(ticket.id)).minutes_billable == 2
    assert await clock.running(by) == other.number
    stopped = await clock.stop(by)
    assert (stopped.minutes, stopped.ticket.key) == (1, other.number)
    assert not await clock.running(by)
    with pytest.raises(WrongState):
        await clock.stop(by)


async def test_a_timer_that_was_forgotten_counts_no_more_than_a_day_and_may_be_discarded(
    clock: Clock,
) -> None:
    ticket, by = await clock.desk.create(), await clock.hire()
    await clock.start(ticket.id, by=by)
    await clock.desk.rows("UPDATE work_timers SET started_at = started_at - interval '3 days'")
    assert (await clock.stop(by)).minutes == 1440
    await clock.start(ticket.id, by=by)
    await clock.desk.call(
        "DiscardWorkTimer", rpc.DiscardWorkTimerRequest(), rpc.DiscardWorkTimerResponse, by=by
    )
    assert not await clock.running(by)
    assert (await clock.desk.get(ticket.id)).minutes_spent == 1440


async def test_a_service_account_names_whose_work_it_was(clock: Clock) -> None:
    ticket = await clock.desk.create()
    robot = replace(clock.desk.admin, id=new_id(), kind="service_account")
    with pytest.raises(InvalidInput):
        await clock.note(ticket.id, by=robot)
    entry = await clock.note(ticket.id, by=robot, person=clock.desk.agent.email)
    assert MessageToDict(entry.person)["email"] == clock.desk.agent.email
