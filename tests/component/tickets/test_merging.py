"""Merging tickets, and undoing it."""

import random

import pytest
from tickets_desk import TicketsDesk
from tickets_mail import made_of, mail, take

from chassis.errors import DeskmeshError, Forbidden, InvalidInput, NotFound, Stale, WrongState
from chassis.testing.identity import Person
from deskmesh.tickets.v1 import events_pb2, ticket_pb2
from deskmesh.tickets.v1 import link_service_pb2 as links
from deskmesh.tickets.v1 import merge_service_pb2 as rpc
from deskmesh.tickets.v1 import ticket_service_pb2 as tickets


async def merge(
    desk: TicketsDesk, ticket: str, *merged: str, by: Person | None = None, version: int = 0
) -> ticket_pb2.Ticket:
    request = rpc.MergeTicketsRequest(ticket=ticket, merged=merged, expected_version=version)
    return (await desk.call("MergeTickets", request, rpc.MergeTicketsResponse, by=by)).ticket


async def unmerge(
    desk: TicketsDesk, ticket: str, merged: str, *, by: Person | None = None
) -> ticket_pb2.Ticket:
    request = rpc.UnmergeTicketRequest(ticket=ticket, merged=merged)
    return (await desk.call("UnmergeTicket", request, rpc.UnmergeTicketResponse, by=by)).ticket


async def bodies(desk: TicketsDesk, ticket: str, *, by: Person | None = None) -> list[str]:
    return [comment.body for comment in await desk.comments(ticket, by=by)]


async def test_a_merged_ticket_ends_and_says_where_it_went(desk: TicketsDesk) -> None:
    kept, merged = await desk.create("Kept"), await desk.create("Merged", by=desk.colleague)
    await desk.comment(merged.id, "Said on the merged one")
    remaining = await merge(desk, kept.number, merged.number)
    assert desk.colleague.email in [watcher.email for watcher in remaining.watchers]
    ended = await desk.get(merged.id)
    assert (ended.state, ended.merged_into.key) == ("cancelled", kept.number)
    (said,) = await desk.comments(kept.id)
    assert (said.body, said.ticket_id, said.origin.key) == (
        "Said on the merged one",
        merged.id,
        merged.number,
    )
    assert [one.id for one in await desk.tickets(filter=f'merged_into = "{kept.id}"')] == [merged.id]
    entries = [entry for entry in await desk.history(merged.id) if entry.rule == "merge"]
    assert [(entry.action, entry.change.field) for entry in entries] == [
        ("merged", "merged_into"),
        ("state_changed", "state"),
    ]
    (entry, *_) = [entry for entry in await desk.history(kept.id) if entry.action == "merged"]
    assert dict(entry.change.new_value.struct_value)["key"] == merged.number
    assert entry.actor.email == desk.agent.email
    (told,) = [
        e for e in await desk.events(events_pb2.TicketStateChanged, merged.id) if e.new_state == "cancelled"
    ]
    assert (told.new_state_category, told.ticket.merged_into.id) == ("cancelled", kept.id)


async def test_nobody_writes_on_a_merged_ticket(desk: TicketsDesk) -> None:
    kept, merged = await desk.create(), await desk.create()
    await merge(desk, kept.id, merged.id)
    version = (await desk.get(merged.id)).version
    for attempt in (
        desk.comment(merged.id),
        desk.update(merged.id, ["title"], title="x"),
        desk.assign(merged.id, team="network"),
        desk.move(merged.id, "open"),
    ):
        with pytest.raises(WrongState) as refused:
            await attempt
        assert refused.value.reason == "TICKET_MERGED"
        assert kept.number in refused.value.detail
    assert (await desk.get(merged.id)).version == version


@pytest.mark.parametrize("seed", range(4))
async def test_after_an_undo_every_message_is_where_it_was(desk: TicketsDesk, seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311 (the same each time)
    kept, *merged = [await desk.create(by=chance.choice([desk.requester, desk.colleague])) for _ in range(3)]

    async def said_somewhere(*places: ticket_pb2.Ticket) -> None:
        for number in range(chance.randrange(1, 5)):
            visibility = chance.choice(["public", "internal"])
            await desk.comment(chance.choice(places).id, f"{number}", visibility=visibility)

    async def seen() -> list[list[ticket_pb2.Comment]]:
        return [await desk.comments(ticket.id) for ticket in (kept, *merged)]

    await said_somewhere(kept, *merged)
    before, watching = await seen(), (await desk.get(kept.id)).watchers
    states = {ticket.id: (await desk.get(ticket.id)).state for ticket in merged}
    await merge(desk, kept.id, *(ticket.id for ticket in merged))
    together = await desk.comments(kept.id)
    assert sorted(one.id for one in together) == sorted(one.id for ticket in before for one in ticket)
    new = [await desk.comment(kept.id, "Meanwhile") for _ in range(chance.randrange(3))]
    for ticket in chance.sample(merged, len(merged)):
        assert (await unmerge(desk, kept.id, ticket.id)).state == states[ticket.id]
    before[0] += new
    assert await seen() == before
    assert (await desk.get(kept.id)).watchers == watching


async def test_an_undo_brings_back_the_state_and_is_told(desk: TicketsDesk) -> None:
    kept, merged = await desk.create(), await desk.create()
    await desk.move(merged.id, "pending_supplier")
    await merge(desk, kept.id, merged.id)
    separate = await unmerge(desk, kept.id, merged.id)
    assert (separate.state, separate.HasField("merged_into"), separate.HasField("closed_at")) == (
        "pending_supplier",
        False,
        False,
    )
    for ticket in (kept, merged):
        assert "merge_undone" in [entry.action for entry in await desk.history(ticket.id)]
    moves = await desk.events(events_pb2.TicketStateChanged, merged.id)
    assert [event.new_state for event in moves] == ["pending_supplier", "cancelled", "pending_supplier"]
    with pytest.raises(NotFound):
        await unmerge(desk, kept.id, merged.id)
    await merge(desk, kept.id, merged.id)


async def test_only_the_watchers_of_the_merge_leave_with_it(desk: TicketsDesk) -> None:
    kept, merged = await desk.create(), await desk.create(by=desk.colleague)
    request = tickets.AddWatcherRequest(ticket=kept.id, person=str(desk.colleague.id))
    await desk.call("AddWatcher", request, tickets.AddWatcherResponse)
    await merge(desk, kept.id, merged.id)
    await unmerge(desk, kept.id, merged.id)
    assert [one.email for one in (await desk.get(kept.id)).watchers] == [desk.colleague.email]


async def test_mail_to_a_merged_ticket_finds_the_other_one_and_home_after_an_undo(desk: TicketsDesk) -> None:
    first = mail(desk.colleague.email)
    await take(desk, first)
    merged, kept = await made_of(desk, first), await desk.create()
    await merge(desk, kept.id, merged.id)

    async def answer(body: str, **claim: object) -> None:
        message = mail(desk.colleague.email, **claim)
        message.body = body
        await take(desk, message)

    await answer("by reference", references=[first.message_id])
    await answer("by number", subject_numbers=[merged.number])
    await answer("by what was answered", answered_ticket_ids=[merged.id])
    assert await bodies(desk, kept.id) == ["by reference", "by number", "by what was answered"]
    await unmerge(desk, kept.id, merged.id)
    await answer("after", references=[first.message_id])
    await answer("to the other's mail", answered_ticket_ids=[kept.id])
    assert await bodies(desk, merged.id) == ["after", "to the other's mail"]
    assert len(await bodies(desk, kept.id)) == 3


async def test_requesters_read_of_each_ticket_what_they_read_before(desk: TicketsDesk) -> None:
    kept, merged = await desk.create(), await desk.create(by=desk.colleague)
    await desk.comment(merged.id, "For the colleague")
    await desk.comment(merged.id, "Among us", visibility="internal")
    await merge(desk, kept.id, merged.id)
    assert await bodies(desk, kept.id, by=desk.requester) == []
    assert await bodies(desk, kept.id, by=desk.colleague) == ["For the colleague"]
    assert await bodies(desk, kept.id) == ["For the colleague", "Among us"]


async def test_merges_that_make_no_sense_are_refused(desk: TicketsDesk) -> None:
    kept, other, merged, closed = [await desk.create() for _ in range(4)]
    foreign = await desk.create(by=desk.stranger)
    parent = await desk.create()
    await desk.create(parent_id=parent.id)
    await merge(desk, kept.id, merged.id)
    await desk.move(closed.id, "cancelled")
    refused: list[tuple[type[DeskmeshError], str, str]] = [
        (InvalidInput, other.id, other.id),
        (InvalidInput, other.id, foreign.id),
        (InvalidInput, other.id, "INC-999999"),
        (NotFound, foreign.id, other.id),
        (WrongState, other.id, merged.id),
        (WrongState, merged.id, other.id),
        (WrongState, other.id, kept.id),
        (WrongState, other.id, closed.id),
        (WrongState, closed.id, other.id),
        (WrongState, other.id, parent.id),
    ]
    for error, target, source in refused:
        with pytest.raises(error):
            await merge(desk, target, source)
    with pytest.raises(InvalidInput) as empty:
        await merge(desk, other.id)
    assert [one.field for one in empty.value.errors] == ["ticket_ids"]
    assert (await desk.get(other.id)).version == 1


async def test_of_several_all_or_none_are_merged(desk: TicketsDesk) -> None:
    kept, good, closed = [await desk.create() for _ in range(3)]
    await desk.move(closed.id, "cancelled")
    with pytest.raises(WrongState):
        await merge(desk, kept.id, good.id, closed.id)
    assert not (await desk.get(good.id)).HasField("merged_into")
    with pytest.raises(Stale):
        await merge(desk, kept.id, good.id, version=9)


async def test_merging_needs_the_right_on_both(desk: TicketsDesk) -> None:
    kept, own = await desk.create(by=desk.agent), await desk.create(by=desk.agent, process="hr")
    it_only = Person(desk.acme, scopes=frozenset({"tickets.read", "tickets.update:it"}))
    for target, source in ((kept, own), (own, kept)):
        with pytest.raises(Forbidden):
            await merge(desk, target.id, source.id, by=it_only)
    await merge(desk, kept.id, own.id)
    with pytest.raises(Forbidden):
        await unmerge(desk, kept.id, own.id, by=it_only)


async def test_a_file_of_a_merged_ticket_is_read_by_either(desk: TicketsDesk) -> None:
    first = mail()
    await take(desk, first)
    kept, merged = await desk.create(), await made_of(desk, first)
    await desk.rows(
        """
        INSERT INTO attachments (tenant_id, id, version, ticket_id, name, size_bytes, content_type, sha256, object_key,
            content_id, public, uploader_kind, uploader_id, uploader_name, uploader_email)
        SELECT tenant_id, gen_random_uuid(), 1, id, 'a.txt', 1, 'text/plain', repeat('a', 64), 'k', '', true,
            'user', 'x', '', '' FROM tickets WHERE id = $1
        """,
        merged.id,
    )
    await merge(desk, kept.id, merged.id)
    for ticket in (kept, merged):
        request = tickets.ListAttachmentsRequest(ticket=ticket.id)
        (file,) = (await desk.call("ListAttachments", request, tickets.ListAttachmentsResponse)).attachments
        get = tickets.GetAttachmentRequest(ticket=ticket.id, attachment_id=file.file.id)
        assert (await desk.call("GetAttachment", get, tickets.GetAttachmentResponse)).attachment == file
        assert file.ticket_id == merged.id


async def test_a_split_takes_comments_along_and_links_both(desk: TicketsDesk) -> None:
    first = mail()
    await take(desk, first)
    old = await made_of(desk, first)
    await desk.comment(old.id, "About the first matter")
    second = mail(references=[first.message_id])
    second.body = "Another matter: the scanner"
    await take(desk, second)
    stays, moves = await desk.comments(old.id)
    request = rpc.SplitTicketRequest(
        ticket=old.number, comment_ids=[moves.id], new=tickets.CreateTicketRequest(title="Scanner")
    )
    new = (await desk.call("SplitTicket", request, rpc.SplitTicketResponse, key="split")).ticket
    assert (await desk.call("SplitTicket", request, rpc.SplitTicketResponse, key="split")).ticket == new
    assert (new.requester.id, new.queue.key, new.channel) == (old.requester.id, old.queue.key, "email")
    assert [comment.id for comment in await desk.comments(old.id)] == [stays.id]
    (moved,) = await desk.comments(new.id)
    assert (moved.id, moved.origin.key) == (moves.id, old.number)
    found = links.ListLinksRequest(ticket=new.id)
    (link,) = (await desk.call("ListLinks", found, links.ListLinksResponse)).links
    assert (link.type, link.ticket.id) == ("relates", old.id)
    for ticket, field in ((old, "split_to"), (new, "split_from")):
        assert field in [
            entry.change.field for entry in await desk.history(ticket.id) if entry.action == "split"
        ]
    assert [
        one.id for one in await desk.tickets(query="scanner", filter=f'id = "{new.id}" OR id = "{old.id}"')
    ] == [new.id]
    answer = mail(references=[second.message_id])
    answer.body = "It beeps"
    await take(desk, answer)
    assert await bodies(desk, new.id) == ["Another matter: the scanner", "It beeps"]


async def test_only_comments_of_the_ticket_itself_are_split_off(desk: TicketsDesk) -> None:
    ticket, other = await desk.create(), await desk.create()
    foreign = await desk.comment(other.id)
    own = await desk.comment(ticket.id)
    new = tickets.CreateTicketRequest(title="New")
    for ids, field in (([], "comment_ids"), (["x"], "comment_ids"), ([own.id, foreign.id], "comment_ids")):
        request = rpc.SplitTicketRequest(ticket=ticket.id, comment_ids=ids, new=new)
        with pytest.raises(InvalidInput) as refused:
            await desk.call("SplitTicket", request, rpc.SplitTicketResponse)
        assert [error.field for error in refused.value.errors] == [field]
    request = rpc.SplitTicketRequest(ticket=ticket.id, comment_ids=[own.id], new=new)
    for by, error in ((desk.requester, Forbidden), (desk.stranger, NotFound)):
        with pytest.raises(error):
            await desk.call("SplitTicket", request, rpc.SplitTicketResponse, by=by)
    assert [comment.id for comment in await desk.comments(ticket.id)] == [own.id]
