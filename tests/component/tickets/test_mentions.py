"""Mentions: kept for who may see them, told, listed, read; drafts that agents share."""

from dataclasses import replace

import pytest
from tickets_desk import TicketsDesk, user_message

from chassis.errors import Forbidden, InvalidInput, NotFound, Stale
from chassis.ids import new_id
from chassis.testing.identity import Person
from deskmesh.tickets.v1 import draft_service_pb2 as drafts
from deskmesh.tickets.v1 import events_pb2 as events
from deskmesh.tickets.v1 import mention_service_pb2 as rpc


async def mentions(
    desk: TicketsDesk, by: Person, *, unread: bool = False, size: int = 200, token: str = ""
) -> rpc.ListMentionsResponse:
    request = rpc.ListMentionsRequest(unread=unread, page_size=size, page_token=token)
    return await desk.call("ListMentions", request, rpc.ListMentionsResponse, by=by)


async def mentioned(desk: TicketsDesk, ticket: str, by: Person | None = None) -> list[str]:
    request = rpc.ListMentionedRequest(ticket=ticket)
    answer = await desk.call("ListMentioned", request, rpc.ListMentionedResponse, by=by)
    return [one.person.email for one in answer.people]


async def newcomer(desk: TicketsDesk, name: str, role: str = "agent") -> Person:
    """Somebody whom nobody has mentioned yet."""
    like = desk.agent if role == "agent" else desk.requester
    person = replace(like, id=new_id(), email=f"{name}@acme.example", name=name.title())
    await desk.tell_user(desk.acme, user_message(person.id, person.email, person.name, role))
    await desk.service.drain()
    return person


async def test_a_mention_reaches_who_may_see_it_and_nobody_else(desk: TicketsDesk) -> None:
    nina, olga = await newcomer(desk, "nina"), await newcomer(desk, "olga", "requester")
    ticket = await desk.create()
    note = await desk.comment(ticket.id, "@nina @olga @requester @nobody look", visibility="internal")
    reply = await desk.comment(ticket.id, "@Requester@acme.example, @olga: done. @agent")
    told = {event.comment.id: event for event in await desk.events(events.CommentAdded, ticket.id)}
    assert [one.email for one in told[note.id].mentioned] == [nina.email]
    assert [one.email for one in told[reply.id].mentioned] == [desk.requester.email]
    (seen,) = (await mentions(desk, nina)).mentions
    assert (seen.ticket.key, seen.comment_id, seen.excerpt, seen.visibility) == (
        ticket.number,
        note.id,
        note.body,
        "internal",
    )
    assert (await mentions(desk, olga)).mentions == []
    assert await mentioned(desk, ticket.id) == [nina.email, desk.requester.email]
    assert await mentioned(desk, ticket.id, desk.requester) == [desk.requester.email]
    with pytest.raises(NotFound):
        await mentioned(desk, ticket.id, desk.stranger)


async def test_mentions_are_paged_marked_one_by_one_and_all_at_once(desk: TicketsDesk) -> None:
    paul = await newcomer(desk, "paul")
    ticket = await desk.create()
    for number in range(3):
        await desk.comment(ticket.id, f"@paul {number}", visibility="internal")
    first = await mentions(desk, paul, size=2)
    second = await mentions(desk, paul, size=2, token=first.next_page_token)
    found = [*first.mentions, *second.mentions]
    assert [one.excerpt for one in found] == ["@paul 2", "@paul 1", "@paul 0"]
    assert (first.unread, second.next_page_token) == (3, "")
    mark = rpc.MarkMentionRequest(mention_id=found[0].id, read=True)
    marked = (await desk.call("MarkMention", mark, rpc.MarkMentionResponse, by=paul)).mention
    assert marked.HasField("read_at")
    assert [one.id for one in (await mentions(desk, paul, unread=True)).mentions] == [
        found[1].id,
        found[2].id,
    ]
    for by in (desk.agent, desk.stranger):
        with pytest.raises(NotFound):
            await desk.call("MarkMention", mark, rpc.MarkMentionResponse, by=by)
    everything = await desk.call(
        "MarkAllMentions", rpc.MarkAllMentionsRequest(), rpc.MarkAllMentionsResponse, by=paul
    )
    assert (everything.marked, (await mentions(desk, paul)).unread) == (2, 0)
    mark.read = False
    await desk.call("MarkMention", mark, rpc.MarkMentionResponse, by=paul)
    assert (await mentions(desk, paul)).unread == 1


async def test_who_no_longer_sees_a_ticket_no_longer_sees_being_named_on_it(desk: TicketsDesk) -> None:
    rosa = await newcomer(desk, "rosa")
    ticket = await desk.create()
    await desk.comment(ticket.id, "@rosa", visibility="internal")
    assert (await mentions(desk, rosa)).unread == 1
    demoted = replace(rosa, scopes=desk.requester.scopes)
    assert (await mentions(desk, demoted)).mentions == []
    assert (await mentions(desk, demoted)).unread == 0


async def test_what_an_import_says_names_nobody(desk: TicketsDesk) -> None:
    sven = await newcomer(desk, "sven")
    ticket = await desk.create()
    await desk.comment(ticket.id, "@sven", by=desk.admin, occurred_at=ticket.created_at)
    assert (await mentions(desk, sven)).mentions == []


async def draft(
    desk: TicketsDesk,
    ticket: str,
    body: str,
    *,
    version: int = 0,
    by: Person | None = None,
    kind: str = "public",
) -> drafts.Draft:
    request = drafts.SaveDraftRequest(ticket=ticket, visibility=kind, body=body, expected_version=version)
    return (await desk.call("SaveDraft", request, drafts.SaveDraftResponse, by=by)).draft


async def drafted(desk: TicketsDesk, ticket: str, by: Person | None = None) -> list[drafts.Draft]:
    request = drafts.ListDraftsRequest(ticket=ticket)
    return list((await desk.call("ListDrafts", request, drafts.ListDraftsResponse, by=by)).drafts)


async def test_two_agents_write_one_draft_and_neither_loses_words(desk: TicketsDesk) -> None:
    ticket = await desk.create()
    begun = await draft(desk, ticket.id, "Dear Rita")
    note = await draft(desk, ticket.id, "Cable?", kind="internal")
    other = await draft(desk, ticket.number, "Dear Rita, hello", version=begun.version, by=desk.admin)
    assert (other.author.email, other.version > begun.version) == (desk.admin.email, True)
    with pytest.raises(Stale):
        await draft(desk, ticket.id, "Dear R", version=begun.version)
    assert await drafted(desk, ticket.id) == [note, other]


async def test_a_sent_draft_is_a_comment_and_gone(desk: TicketsDesk) -> None:
    ticket = await desk.create()
    begun = await draft(desk, ticket.id, "Try another cable.")
    changed = await draft(desk, ticket.id, "Try another socket.", by=desk.admin)
    send = drafts.SendDraftRequest(ticket=ticket.id, visibility="public", expected_version=begun.version)
    with pytest.raises(Stale):
        await desk.call("SendDraft", send, drafts.SendDraftResponse)
    assert await desk.comments(ticket.id) == []
    send.expected_version = changed.version
    sent = (await desk.call("SendDraft", send, drafts.SendDraftResponse)).comment
    assert (sent.body, sent.author.email, sent.visibility) == (changed.body, desk.agent.email, "public")
    assert await drafted(desk, ticket.id) == []
    with pytest.raises(NotFound):
        await desk.call("SendDraft", send, drafts.SendDraftResponse)
    with pytest.raises(Stale):
        await draft(desk, ticket.id, "Too late", version=changed.version)


async def test_drafts_are_for_those_who_may_say_them(desk: TicketsDesk) -> None:
    ticket = await desk.create()
    await draft(desk, ticket.id, "Secret", kind="internal")
    with pytest.raises(Forbidden):
        await drafted(desk, ticket.id, desk.requester)
    with pytest.raises(NotFound):
        await drafted(desk, ticket.id, desk.stranger)
    outside = replace(desk.agent, scopes=desk.agent.scopes - {"tickets.comment_internal"})
    assert await drafted(desk, ticket.id, outside) == []
    read = drafts.GetDraftRequest(ticket=ticket.id, visibility="internal")
    with pytest.raises(Forbidden):
        await desk.call("GetDraft", read, drafts.GetDraftResponse, by=outside)
    throw = drafts.DeleteDraftRequest(ticket=ticket.id, visibility="internal")
    await desk.call("DeleteDraft", throw, drafts.DeleteDraftResponse)
    with pytest.raises(NotFound):
        await desk.call("GetDraft", read, drafts.GetDraftResponse)
    for kind, body in (("secret", "x"), ("public", " ")):
        with pytest.raises(InvalidInput):
            await draft(desk, ticket.id, body, kind=kind)
