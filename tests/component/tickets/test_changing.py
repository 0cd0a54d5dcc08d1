"""Changing fields and assigning."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass

import pytest
from tickets_desk import TicketsDesk, user_message
from writers import TURNS, WRITERS, Shown, lost_updates

from chassis.errors import Forbidden, InvalidInput, NotFound, Stale
from chassis.ids import new_id
from deskmesh.tickets.v1 import events_pb2
from deskmesh.tickets.v1 import ticket_service_pb2 as rpc

COUNT = "affected_users"


async def test_only_the_named_fields_change(desk: TicketsDesk) -> None:
    ticket = await desk.create("Old", description="Same", category="hardware")
    changed = await desk.update(ticket.id, ["title", "tags"], title="New", description="Ignored", tags=["a"])
    assert (changed.title, changed.description, changed.category) == ("New", "Same", "hardware")
    assert list(changed.tags) == ["a"]
    assert changed.version == 2
    assert await desk.get(ticket.id) == changed


async def test_a_change_is_told_with_what_it_was_before(desk: TicketsDesk) -> None:
    ticket = await desk.create("Old")
    changed = await desk.update(ticket.id, ["title", "queue"], title="New", queue="network")
    assert (changed.queue.key, changed.team.key, changed.process.key) == ("network", "network", "it")
    (event,) = await desk.events(events_pb2.TicketUpdated, ticket.id)
    assert event.ticket == changed
    told = {change.field: (change.old_value, change.new_value) for change in event.changes}
    assert set(event.changed_fields) == set(told) == {"title", "queue", "team"}
    assert told["title"][0].string_value == "Old"
    assert dict(told["queue"][1].struct_value)["key"] == "network"
    entries = [entry for entry in await desk.history(ticket.id) if entry.action == "updated"]
    assert {entry.change.field for entry in entries} == {"title", "queue", "team"}
    assert {entry.ticket_version for entry in entries} == {2}


async def test_long_texts_are_cut_in_events_and_whole_on_the_ticket(desk: TicketsDesk) -> None:
    ticket = await desk.create(description="я" * 65_536)
    changed = await desk.update(ticket.id, ["description"], description="ю" * 65_536)
    assert len(changed.description) == 65_536
    (event,) = await desk.events(events_pb2.TicketUpdated, ticket.id)
    assert len(event.ticket.description) == 32_768
    assert len(event.changes[0].old_value.string_value) == 32_768


async def test_the_same_values_again_change_nothing(desk: TicketsDesk) -> None:
    ticket = await desk.create("Same", tags=["a"])
    assert (await desk.update(ticket.id, ["title", "tags"], title="Same", tags=["a"])).version == 1
    assert await desk.events(events_pb2.TicketUpdated, ticket.id) == []


async def test_the_matrix_rules_until_somebody_sets_the_priority(desk: TicketsDesk) -> None:
    ticket = await desk.create()
    assert (await desk.update(ticket.id, ["impact"], impact="high")).priority == "high"
    assert (await desk.update(ticket.id, ["priority"], priority="low")).priority == "low"
    assert (await desk.update(ticket.id, ["urgency"], urgency="high")).priority == "low"
    assert (await desk.update(ticket.id, ["priority"], priority="")).priority == "critical"


async def test_custom_values_are_merged_and_null_takes_one_off(desk: TicketsDesk) -> None:
    ticket = await desk.create(fields={"location": "Gdańsk", "affected_users": 3})
    changed = await desk.update(
        ticket.id, ["fields"], fields={"location": None, "on_behalf_of": "colleague@acme.example"}
    )
    assert dict(changed.fields) == {"affected_users": 3, "on_behalf_of": str(desk.colleague.id)}


async def test_whom_a_ticket_is_for_watches_it_as_long_as_it_is_for_them(desk: TicketsDesk) -> None:
    ticket = await desk.create()

    async def watching(person: str | None) -> list[str]:
        changed = await desk.update(ticket.id, ["fields"], fields={"on_behalf_of": person})
        assert list(changed.watchers) == list((await desk.get(ticket.id)).watchers)
        return [watcher.email for watcher in changed.watchers]

    assert await watching("colleague@acme.example") == ["colleague@acme.example"]
    assert (await desk.get(ticket.id, by=desk.colleague)).number == ticket.number
    assert await watching("agent@acme.example") == ["agent@acme.example"]
    with pytest.raises(NotFound):
        await desk.get(ticket.id, by=desk.colleague)
    assert await watching("requester@acme.example") == []
    assert await watching(None) == []
    *_, second, _, _ = await desk.events(events_pb2.TicketUpdated, ticket.id)
    assert [change.field for change in second.changes] == ["fields.on_behalf_of", "watchers", "watchers"]


async def test_a_ticket_changes_hands(desk: TicketsDesk) -> None:
    ticket = await desk.create()
    changed = await desk.update(ticket.id, ["requester"], requester="newhand@acme.example")
    assert changed.requester.email == "newhand@acme.example"
    with pytest.raises(NotFound):
        await desk.get(ticket.id, by=desk.requester)


async def test_a_parent_is_set_and_taken_off_and_never_a_circle(desk: TicketsDesk) -> None:
    top, middle, low = [await desk.create(title) for title in ("Top", "Middle", "Low")]
    assert (await desk.update(middle.id, ["parent_id"], parent_id=top.number)).parent_id == top.id
    await desk.update(low.id, ["parent_id"], parent_id=middle.id)
    for parent in (top.id, low.id, str(new_id())):
        with pytest.raises(InvalidInput):
            await desk.update(top.id, ["parent_id"], parent_id=parent)
    assert (await desk.update(low.id, ["parent_id"], parent_id="")).parent_id == ""


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"title": ""}, "title"),
        ({"type": "wish"}, "type"),
        ({"impact": ""}, "impact"),
        ({"priority": "p1"}, "priority"),
        ({"queue": "nowhere"}, "queue"),
        ({"fields": {"colour": "red"}}, "fields.colour"),
        ({"requester": ""}, "requester"),
    ],
)
async def test_a_wrong_change_is_refused(desk: TicketsDesk, values: dict[str, object], field: str) -> None:
    ticket = await desk.create()
    with pytest.raises(InvalidInput) as caught:
        await desk.update(ticket.id, list(values), **values)  # type: ignore[arg-type]  # fields by name
    assert [error.field for error in caught.value.errors] == [field]


async def test_a_mask_that_names_nothing_or_what_is_not_there_is_refused(desk: TicketsDesk) -> None:
    ticket = await desk.create()
    for names in ([], ["state"], ["number"], ["tenant_id"], ["version"]):
        with pytest.raises(InvalidInput):
            await desk.update(ticket.id, names, title="x")


async def test_a_requester_changes_no_fields(desk: TicketsDesk) -> None:
    ticket = await desk.create()
    with pytest.raises(Forbidden):
        await desk.update(ticket.id, ["title"], title="Mine", by=desk.requester)


async def test_a_stale_version_is_refused_and_none_wins(desk: TicketsDesk) -> None:
    ticket = await desk.create()
    await desk.update(ticket.id, ["title"], title="First", version=1)
    with pytest.raises(Stale):
        await desk.update(ticket.id, ["title"], title="Second", version=1)
    assert (await desk.update(ticket.id, ["title"], title="Third")).title == "Third"


@dataclass
class Calls:
    """The desk by gRPC."""

    desk: TicketsDesk

    async def make(self) -> str:
        """A new ticket."""
        return (await self.desk.create("0", fields={COUNT: 0})).id

    async def read(self, ticket: str) -> Shown:
        """The ticket as it is."""
        found = await self.desk.get(ticket)
        return Shown(
            found.version, int(found.fields.fields[COUNT].number_value), list(found.tags), found.title
        )

    async def write(self, ticket: str, change: Mapping[str, object], version: int) -> bool:
        """Change it, unless somebody has."""
        values = {"fields": {COUNT: change["count"]}} if "count" in change else dict(change)
        try:
            await self.desk.update(ticket, list(values), version=version, **values)
        except Stale:
            return False
        return True


@pytest.mark.parametrize("seed", range(3))
async def test_eight_writers_of_one_ticket_lose_nothing(desk: TicketsDesk, seed: int) -> None:
    ticket, lost = await lost_updates(Calls(desk), seed)
    assert lost == []
    events = await desk.events(events_pb2.TicketUpdated, ticket)
    assert [event.ticket.version for event in events] == list(range(2, WRITERS * TURNS + 2))
    changes = [entry for entry in await desk.history(ticket) if entry.action == "updated"]
    assert len(changes) == WRITERS * TURNS


async def test_writers_who_do_not_say_what_they_read_lose_updates(desk: TicketsDesk) -> None:
    """The check above sees a loss where there is one."""
    lost = [(await lost_updates(Calls(desk), seed, guarded=False))[1] for seed in range(3)]
    assert any(lost)


async def test_eight_writers_of_different_fields_all_stay(desk: TicketsDesk) -> None:
    ticket = await desk.create()
    names = ("title", "description", "category", "service_id")
    await asyncio.gather(
        *(desk.update(ticket.id, [name], **{name: f"new {name}"}) for name in names),  # type: ignore[arg-type]  # fields by name
        *(desk.comment(ticket.id, f"note {number}", visibility="internal") for number in range(4)),
    )
    after = await desk.get(ticket.id)
    assert [getattr(after, name) for name in names] == [f"new {name}" for name in names]
    assert after.version == 9


async def test_a_person_is_assigned_and_the_ticket_opens(desk: TicketsDesk) -> None:
    ticket = await desk.create()
    assigned = await desk.assign(ticket.id, team="network", assignee="agent@acme.example")
    assert (assigned.team.key, assigned.assignee.id, assigned.state) == (
        "network",
        str(desk.agent.id),
        "open",
    )
    (event,) = await desk.events(events_pb2.TicketAssigned, ticket.id)
    assert set(event.changed_fields) == {"team", "assignee"}
    (moved,) = await desk.events(events_pb2.TicketStateChanged, ticket.id)
    assert moved.ticket == assigned


async def test_a_mask_assigns_one_part_alone(desk: TicketsDesk) -> None:
    ticket = await desk.create()
    assigned = await desk.assign(ticket.id, assignee=str(desk.agent.id), update_mask={"paths": ["assignee"]})
    assert (assigned.team.key, assigned.assignee.email) == ("service-desk", "agent@acme.example")
    freed = await desk.assign(ticket.id)
    assert not freed.HasField("team")
    assert not freed.HasField("assignee")


async def test_only_those_who_work_tickets_are_assigned(desk: TicketsDesk) -> None:
    ticket = await desk.create()
    for assignee in ("requester@acme.example", "admin@globex.example", "nobody@acme.example"):
        with pytest.raises(InvalidInput) as caught:
            await desk.assign(ticket.id, assignee=assignee, update_mask={"paths": ["assignee"]})
        assert [error.field for error in caught.value.errors] == ["assignee"]
    with pytest.raises(InvalidInput):
        await desk.assign(ticket.id, team="choir")
    with pytest.raises(Forbidden):
        await desk.assign(ticket.id, team="network", by=desk.requester)


async def test_who_works_one_queue_is_assigned_there_alone(desk: TicketsDesk) -> None:
    await desk.tell_user(
        desk.acme, user_message(new_id(), "nina@acme.example", "Nina", "agent", "it", "network")
    )
    await desk.service.drain()
    cable, printer = await desk.create("Cable", queue="network"), await desk.create("Printer")
    assert (await desk.assign(cable.id, assignee="nina@acme.example")).assignee.name == "Nina"
    with pytest.raises(InvalidInput):
        await desk.assign(printer.id, assignee="nina@acme.example")


async def test_watchers_are_added_once_and_removed(desk: TicketsDesk) -> None:
    ticket = await desk.create()

    async def watch(method: str, person: str, **who: object) -> list[str]:
        request = (rpc.AddWatcherRequest if method == "AddWatcher" else rpc.RemoveWatcherRequest)(
            ticket=ticket.id, person=person
        )
        answer = rpc.AddWatcherResponse if method == "AddWatcher" else rpc.RemoveWatcherResponse
        told = await desk.call(method, request, answer, **who)  # type: ignore[arg-type]  # by=
        return [watcher.email for watcher in told.ticket.watchers]  # type: ignore[attr-defined]

    assert await watch("AddWatcher", "colleague@acme.example", by=desk.requester) == [
        "colleague@acme.example"
    ]
    assert await watch("AddWatcher", "colleague@acme.example") == ["colleague@acme.example"]
    assert (await desk.get(ticket.id, by=desk.colleague)).version == 2
    await desk.comment(ticket.id, "Same here", by=desk.colleague)
    listed = await desk.call(
        "ListWatchers", rpc.ListWatchersRequest(ticket=ticket.id), rpc.ListWatchersResponse
    )
    assert [watcher.name for watcher in listed.watchers] == ["Colin Colleague"]
    with pytest.raises(Forbidden):
        await watch("AddWatcher", "admin@acme.example", by=desk.colleague)
    assert await watch("RemoveWatcher", "colleague@acme.example", by=desk.colleague) == []
    with pytest.raises(NotFound):
        await desk.get(ticket.id, by=desk.colleague)
    with pytest.raises(NotFound):
        await watch("RemoveWatcher", "colleague@acme.example")


async def test_a_requester_adds_nobody_unknown(desk: TicketsDesk) -> None:
    ticket = await desk.create()
    asked = list(desk.gateway.ensured)
    for person in ("unknown@elsewhere.example", "admin@globex.example"):
        with pytest.raises(InvalidInput):
            await desk.call(
                "AddWatcher",
                rpc.AddWatcherRequest(ticket=ticket.id, person=person),
                rpc.AddWatcherResponse,
                by=desk.requester,
            )
    assert desk.gateway.ensured == asked
