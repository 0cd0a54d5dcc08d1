"""Links between tickets."""

import asyncio
from itertools import pairwise

import pytest
from tickets_desk import TicketsDesk

from chassis.errors import AlreadyExists, Forbidden, InvalidInput, NotFound, WrongState
from chassis.testing.identity import Person
from deskmesh.tickets.v1 import events_pb2
from deskmesh.tickets.v1 import link_service_pb2 as rpc
from deskmesh.tickets.v1 import problem_service_pb2 as problems


async def link(
    desk: TicketsDesk, ticket: str, word: str, other: str, *, by: Person | None = None
) -> rpc.Link:
    request = rpc.CreateLinkRequest(ticket=ticket, type=word, other=other)
    return (await desk.call("CreateLink", request, rpc.CreateLinkResponse, by=by)).link


async def links(
    desk: TicketsDesk, ticket: str, *, by: Person | None = None, page_size: int = 200
) -> list[rpc.Link]:
    found: list[rpc.Link] = []
    token = ""
    while True:
        request = rpc.ListLinksRequest(ticket=ticket, page_size=page_size, page_token=token)
        answer = await desk.call("ListLinks", request, rpc.ListLinksResponse, by=by)
        found += answer.links
        token = answer.next_page_token
        if not token:
            return found


async def unlink(desk: TicketsDesk, ticket: str, link_id: str, *, by: Person | None = None) -> None:
    request = rpc.DeleteLinkRequest(ticket=ticket, link_id=link_id)
    await desk.call("DeleteLink", request, rpc.DeleteLinkResponse, by=by)


async def test_a_link_is_seen_from_both_ends_and_told_on_both(desk: TicketsDesk) -> None:
    blocker, blocked = await desk.create("Blocker"), await desk.create("Blocked")
    made = await link(desk, blocked.number, "blocked_by", blocker.number)
    assert (made.type, made.ticket.id, made.ticket.title) == ("blocked_by", blocker.id, "Blocker")
    assert [(one.type, one.ticket.id) for one in await links(desk, blocker.id)] == [("blocks", blocked.id)]
    assert await links(desk, blocked.id) == [made]
    for ticket, word, other in ((blocker, "blocks", blocked), (blocked, "blocked_by", blocker)):
        (entry,) = [entry for entry in await desk.history(ticket.id) if entry.action == "link_added"]
        told = dict(entry.change.new_value.struct_value)
        assert told == {"type": word, "id": other.id, "key": other.number, "name": other.title}
        assert (entry.actor.email, entry.cause) == (desk.agent.email, "grpc")
        (event,) = await desk.events(events_pb2.TicketUpdated, ticket.id)
        assert (list(event.changed_fields), event.ticket.version) == (["links"], 2)


async def test_a_link_taken_off_is_gone_from_both_ends_and_stays_in_their_history(desk: TicketsDesk) -> None:
    one, two = await desk.create(), await desk.create()
    made = await link(desk, one.id, "relates", two.id)
    with pytest.raises(Forbidden):
        await unlink(desk, one.id, made.id, by=desk.requester)
    await unlink(desk, two.id, made.id)
    assert await links(desk, one.id) == await links(desk, two.id) == []
    for ticket in (one, two):
        assert "link_removed" in [entry.action for entry in await desk.history(ticket.id)]
    with pytest.raises(NotFound):
        await unlink(desk, two.id, made.id)


async def test_a_link_that_closes_a_cycle_is_refused_with_the_path(desk: TicketsDesk) -> None:
    a, b, c = [await desk.create() for _ in range(3)]
    await link(desk, a.id, "blocks", b.id)
    await link(desk, b.id, "blocks", c.id)
    for word, here, there in (("blocks", c, a), ("blocked_by", a, c)):
        with pytest.raises(InvalidInput) as refused:
            await link(desk, here.id, word, there.id)
        reason = refused.value.errors[0].reason
        assert f"{c.number} → {a.number} → {b.number} → {c.number}" in reason
    await link(desk, c.id, "causes", a.id)
    assert (await desk.get(c.id)).version == 3


async def test_a_cycle_cannot_be_closed_by_links_made_at_once(desk: TicketsDesk) -> None:
    tickets = [await desk.create() for _ in range(4)]
    outcomes = await asyncio.gather(
        *(link(desk, here.id, "causes", there.id) for here, there in pairwise([*tickets, tickets[0]])),
        return_exceptions=True,
    )
    assert [type(one) for one in outcomes if isinstance(one, BaseException)] == [InvalidInput]


@pytest.mark.parametrize("again", ["blocks", "relates"])
async def test_the_same_link_twice_is_refused(desk: TicketsDesk, again: str) -> None:
    one, two = await desk.create(), await desk.create()
    await link(desk, one.id, again, two.id)
    inverse = {"blocks": "blocked_by"}.get(again, again)
    with pytest.raises(AlreadyExists):
        await link(desk, two.id, inverse, one.id)
    assert len(await links(desk, one.id)) == 1


async def test_nonsense_is_refused_with_its_field(desk: TicketsDesk) -> None:
    here, foreign = await desk.create(), await desk.create(by=desk.stranger)
    for word, other, field in (
        ("likes", here.id, "type"),
        ("relates", here.id, "ticket"),
        ("relates", foreign.id, "ticket"),
        ("relates", "INC-999999", "ticket"),
        ("problem_of", (await desk.create()).id, "type"),
    ):
        with pytest.raises(InvalidInput) as refused:
            await link(desk, here.id, word, other)
        assert field in [error.field for error in refused.value.errors]
    with pytest.raises(NotFound):
        await link(desk, foreign.id, "relates", here.id)
    assert (await desk.get(here.id)).version == 1


async def test_an_incident_shows_the_workaround_of_its_problem(desk: TicketsDesk) -> None:
    incident = await desk.create()
    problem = await desk.create("Printers burn", type="problem", by=desk.agent)
    change = await desk.create("Replace the printers", type="change", by=desk.agent)
    await link(desk, problem.id, "problem_of", incident.id)
    await link(desk, problem.id, "fixed_by", change.id)
    await desk.update(problem.id, ["fields"], fields={"known_error": True, "workaround": "Print one page."})
    (seen,) = await links(desk, incident.id)
    assert (seen.type, seen.ticket.known_error, seen.ticket.workaround) == (
        "has_problem",
        True,
        "Print one page.",
    )
    assert [one.type for one in await links(desk, change.id)] == ["fixes"]


async def known_error(desk: TicketsDesk, ticket: str, *, by: Person | None = None) -> problems.KnownError:
    request = problems.GetKnownErrorRequest(ticket=ticket)
    return (await desk.call("GetKnownError", request, problems.GetKnownErrorResponse, by=by)).known_error


@pytest.mark.parametrize(
    ("kind", "fields", "reason"),
    [
        ("incident", {"known_error": True, "workaround": "Wait."}, "is no problem"),
        ("problem", {"workaround": "Wait."}, "is not marked as a known error"),
        ("problem", {"known_error": True, "workaround": " "}, "has no workaround"),
    ],
)
async def test_what_is_no_known_error_is_refused_with_the_reason(
    desk: TicketsDesk, kind: str, fields: dict[str, object], reason: str
) -> None:
    ticket = await desk.create(type=kind, by=desk.agent, fields=fields)
    with pytest.raises(WrongState) as refused:
        await known_error(desk, ticket.id)
    assert refused.value.detail == f"{ticket.number} {reason}."


async def test_a_known_error_says_cause_and_workaround_to_who_works_its_queue(desk: TicketsDesk) -> None:
    fields = {"known_error": True, "root_cause": "A bad driver.", "workaround": "Print one page."}
    problem = await desk.create("Printers stop", type="problem", fields=fields)
    known = await known_error(desk, problem.number)
    assert (known.ticket_id, known.title) == (problem.id, "Printers stop")
    assert (known.root_cause, known.workaround) == ("A bad driver.", "Print one page.")
    with pytest.raises(Forbidden):
        await known_error(desk, problem.id, by=desk.requester)
    with pytest.raises(NotFound):
        await known_error(desk, problem.id, by=desk.stranger)


async def test_links_to_what_somebody_does_not_see_are_not_shown(desk: TicketsDesk) -> None:
    own, foreign = await desk.create(), await desk.create(by=desk.colleague)
    await link(desk, own.id, "relates", foreign.id)
    assert await links(desk, own.id, by=desk.requester) == []
    assert "link_added" not in [entry.action for entry in await desk.history(own.id, by=desk.requester)]
    with pytest.raises(Forbidden):
        await link(desk, own.id, "relates", foreign.id, by=desk.requester)


async def test_links_come_in_pages(desk: TicketsDesk) -> None:
    middle = await desk.create()
    others = [await desk.create() for _ in range(3)]
    for other in others:
        await link(desk, middle.id, "relates", other.id)
    assert [one.ticket.id for one in await links(desk, middle.id, page_size=2)] == [one.id for one in others]
