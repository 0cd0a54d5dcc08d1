"""What is written in Markdown or HTML: its text is searched and quoted, its HTML is safe to show."""

import pytest
from tickets_desk import TicketsDesk
from tickets_mail import made_of, mail, take

from chassis.errors import InvalidInput
from deskmesh.tickets.v1 import draft_service_pb2 as drafts
from deskmesh.tickets.v1 import events_pb2
from deskmesh.tickets.v1 import ticket_service_pb2 as rpc

ATTACK = "<script>canary()</script><img src=x onerror=canary()>"
SHOWN = "<p>Take <strong>A4</strong></p>"


async def test_a_reply_in_markdown_is_kept_as_written_and_shown_as_meant(desk: TicketsDesk) -> None:
    ticket = await desk.create()
    said = await desk.comment(ticket.id, "Take **A4**", format="markdown")
    assert (said.body, said.format, said.body_html) == ("Take **A4**", "markdown", SHOWN)
    assert [one.body_html for one in await desk.comments(ticket.id)] == [SHOWN]
    (event,) = await desk.events(events_pb2.CommentAdded, ticket.id)
    assert event.comment == said


async def test_a_reply_in_html_is_its_text_and_what_of_it_is_safe(desk: TicketsDesk) -> None:
    ticket = await desk.create()
    said = await desk.comment(ticket.id, f"<p>Take <strong>A4</strong></p>{ATTACK}", format="html")
    assert (said.body, said.format, said.body_html) == ("Take A4", "html", SHOWN)


async def test_a_text_stays_one(desk: TicketsDesk) -> None:
    ticket = await desk.create(description="*x*")
    said = await desk.comment(ticket.id, "Take **A4** <b>")
    assert (said.body, said.format, said.body_html) == ("Take **A4** <b>", "text", "")
    assert (ticket.description_format, ticket.description_html) == ("text", "")


async def test_what_has_no_text_or_no_known_format_is_refused(desk: TicketsDesk) -> None:
    ticket = await desk.create()
    with pytest.raises(InvalidInput) as empty:
        await desk.comment(ticket.id, "<p> </p>", format="html")
    assert [(one.field, one.reason) for one in empty.value.errors] == [("body", "must have text")]
    with pytest.raises(InvalidInput) as unknown:
        await desk.comment(ticket.id, "x", format="rtf")
    assert [one.field for one in unknown.value.errors] == ["format"]
    with pytest.raises(InvalidInput) as alone:
        await desk.update(ticket.id, ["description_format"], description_format="markdown")
    assert [(one.field, one.reason) for one in alone.value.errors] == [
        ("description_format", "goes with a description")
    ]
    with pytest.raises(InvalidInput):
        await desk.create(description="x", description_format="rtf")
    assert await desk.comments(ticket.id) == []


async def test_a_description_keeps_its_shape_until_it_is_written_anew(desk: TicketsDesk) -> None:
    made = await desk.create(description="Take **A4**", description_format="markdown")
    assert (made.description_format, made.description_html) == ("markdown", SHOWN)
    assert await desk.get(made.id) == made
    (event,) = await desk.events(events_pb2.TicketCreated, made.id)
    assert (event.ticket.description_format, event.ticket.description_html) == ("markdown", "")
    listed = await desk.call(
        "ListTickets", rpc.ListTicketsRequest(filter=f'number = "{made.number}"'), rpc.ListTicketsResponse
    )
    assert [(one.description, one.description_html) for one in listed.tickets] == [("Take **A4**", "")]

    same = await desk.update(made.id, ["title"], title="Paper")
    assert same.description_html == SHOWN
    plain = await desk.update(made.id, ["description"], description="Take A4")
    assert (plain.description, plain.description_format, plain.description_html) == ("Take A4", "text", "")
    changed = {entry.change.field for entry in await desk.history(made.id)}
    assert {"description", "description_format"} <= changed


async def test_a_mail_in_html_keeps_its_shape_as_ticket_and_as_comment(desk: TicketsDesk) -> None:
    asked = mail()
    asked.html = f"<p>Take <strong>A4</strong></p>{ATTACK}"
    await take(desk, asked)
    ticket = await made_of(desk, asked)
    assert (ticket.description, ticket.description_format) == ("It does not open.", "html")
    assert (await desk.get(ticket.id)).description_html == SHOWN
    answer = mail(subject_numbers=[ticket.number])
    answer.html = asked.html
    await take(desk, answer)
    (said,) = await desk.comments(ticket.id)
    assert (said.body, said.format, said.body_html) == ("It does not open.", "html", SHOWN)


async def test_a_draft_is_sent_in_what_it_was_written_in(desk: TicketsDesk) -> None:
    ticket = await desk.create()
    save = drafts.SaveDraftRequest(
        ticket=ticket.id, visibility="public", body="Take **A4**", format="markdown"
    )
    kept = (await desk.call("SaveDraft", save, drafts.SaveDraftResponse)).draft
    assert kept.format == "markdown"
    send = drafts.SendDraftRequest(ticket=ticket.id, visibility="public", expected_version=kept.version)
    assert (await desk.call("SendDraft", send, drafts.SendDraftResponse)).comment.body_html == SHOWN


async def test_html_too_large_for_an_event_is_left_out_of_it_and_kept(desk: TicketsDesk) -> None:
    ticket = await desk.create()
    answer = mail(subject_numbers=[ticket.number])
    answer.html = f"<p>{'word ' * 20_000}</p>"
    await take(desk, answer)
    (said,) = await desk.comments(ticket.id)
    assert len(said.body_html) > 64 * 1024
    (event,) = await desk.events(events_pb2.CommentAdded, ticket.id)
    assert (event.comment.format, event.comment.body_html) == ("html", "")


async def test_a_page_of_long_messages_is_shorter_and_none_is_left_out(desk: TicketsDesk) -> None:
    ticket = await desk.create()
    said = [(await desk.comment(ticket.id, f"Number {n}")).id for n in range(5)]
    await desk.rows(
        "UPDATE comments SET body_html = repeat('ż', 2500000) WHERE ticket_id = $1 AND body <> 'Number 4'",
        ticket.id,
    )
    pages: list[list[str]] = []
    token = ""
    while not pages or token:
        request = rpc.ListCommentsRequest(ticket=ticket.id, page_size=200, page_token=token)
        answer = await desk.call("ListComments", request, rpc.ListCommentsResponse)
        pages.append([one.id for one in answer.comments])
        token = answer.next_page_token
    assert [one for page in pages for one in page] == said
    assert [len(page) for page in pages] == [2, 3]
