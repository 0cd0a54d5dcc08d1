"""What was said goes to people outside the ticket, and their answers come back among the agents."""

from dataclasses import replace
from datetime import UTC
from zoneinfo import ZoneInfo

import pytest
from tickets_desk import TicketsDesk
from tickets_mail import mail, take

from chassis.errors import Forbidden, InvalidInput, NotFound, WrongState
from chassis.ids import new_id
from deskmesh.common.v1 import types_pb2 as common
from deskmesh.tickets.v1 import events_pb2, merge_service_pb2, ticket_pb2
from deskmesh.tickets.v1 import ticket_service_pb2 as rpc

SUPPLIER = "repairs@printers.example"


async def forward(
    desk: TicketsDesk, ticket: str, *to: str, by: object = None, **said: object
) -> ticket_pb2.Comment:
    request = rpc.ForwardTicketRequest(ticket=ticket, to=to or (SUPPLIER,), **said)  # type: ignore[arg-type]
    return (await desk.call("ForwardTicket", request, rpc.ForwardTicketResponse, by=by)).comment  # type: ignore[arg-type]


async def attach(desk: TicketsDesk, ticket: str, size: int = 0) -> ticket_pb2.Attachment:
    stored = await desk.service.process.runtime.objects.put("gateway", desk.acme, b"a plan" + bytes(size))
    file = common.FileRef(
        name="plan.txt",
        size_bytes=stored.size,
        content_type="text/plain",
        sha256=stored.sha256,
        key=stored.key,
    )
    request = rpc.CreateAttachmentRequest(ticket=ticket, file=file)
    return (await desk.call("CreateAttachment", request, rpc.CreateAttachmentResponse)).attachment


async def test_what_is_named_goes_along_and_an_internal_comment_says_so(desk: TicketsDesk) -> None:
    ticket = await desk.create(description="It is on fire.")
    said = await desk.comment(ticket.id, "Which floor?", by=desk.requester)
    await desk.comment(ticket.id, "Not for others", visibility="internal")
    file = await attach(desk, ticket.id)
    before = await desk.get(ticket.id)
    sent = await forward(
        desk,
        ticket.number,
        " Repairs@Printers.example ",
        SUPPLIER,
        body="Could you send somebody?",
        comment_ids=[said.id],
        description=True,
        attachment_ids=[file.file.id],
    )
    assert list(sent.forwarded_to) == [SUPPLIER]
    assert (sent.visibility, sent.channel, sent.from_requester) == ("internal", "forward", False)
    first, described, answered = sent.body.split("\n\n---\n")
    assert first == "Could you send somebody?"
    at = ticket.created_at.ToDatetime(UTC).astimezone(ZoneInfo("Europe/Warsaw"))
    assert described.endswith(f"{at:%Y-%m-%d %H:%M %Z}:\n\nIt is on fire.")
    assert answered.startswith(desk.requester.name)
    assert answered.endswith("Which floor?")
    assert [(one.name, one.key) for one in sent.attachments] == [("plan.txt", file.file.key)]
    assert sent.attachments[0].id != file.file.id
    (event,) = [
        one for one in await desk.events(events_pb2.CommentAdded, ticket.id) if one.comment.forwarded_to
    ]
    assert event.comment == sent
    after = await desk.get(ticket.id)
    assert (after.state, after.HasField("first_responded_at")) == (before.state, False)
    assert sent.id not in {one.id for one in await desk.comments(ticket.id, by=desk.requester)}


async def test_history_says_to_whom_and_one_key_forwards_once(desk: TicketsDesk) -> None:
    ticket = await desk.create()
    request = rpc.ForwardTicketRequest(ticket=ticket.id, to=[SUPPLIER], body="Look")
    key = str(new_id())
    first, again = [
        (await desk.call("ForwardTicket", request, rpc.ForwardTicketResponse, key=key)).comment
        for _ in range(2)
    ]
    assert first == again
    assert len(await desk.comments(ticket.id)) == 1
    entry = (await desk.history(ticket.id))[-1]
    assert (
        entry.change.new_value.struct_value.fields["forwarded_to"].list_value.values[0].string_value
        == SUPPLIER
    )


async def test_an_answer_from_outside_stays_among_the_agents(desk: TicketsDesk) -> None:
    ticket = await desk.create(description="It is on fire.")
    await desk.move(ticket.id, "pending_requester")
    await forward(desk, ticket.id, description=True)
    answer = mail(SUPPLIER, answered_ticket_ids=[ticket.id])
    answer.body = "Tomorrow at nine."
    await take(desk, answer)
    (said,) = [one for one in await desk.comments(ticket.id) if one.channel == "email"]
    assert (said.body, said.visibility, said.from_requester) == ("Tomorrow at nine.", "internal", False)
    assert await desk.comments(ticket.id, by=desk.requester) == []
    assert (await desk.get(ticket.id)).state == "pending_requester"


@pytest.mark.parametrize("claim", ["number", "stranger"])
async def test_nobody_else_answers_in_their_place(desk: TicketsDesk, claim: str) -> None:
    ticket = await desk.create()
    await forward(desk, ticket.id, body="Look")
    if claim == "number":
        answer = mail(SUPPLIER, subject_numbers=[ticket.number])
    else:
        answer = mail(f"{new_id().hex}@printers.example", answered_ticket_ids=[ticket.id])
    await take(desk, answer)
    await desk.service.drain()
    assert [one.channel for one in await desk.comments(ticket.id)] == ["forward"]


async def test_what_cannot_go_out_is_refused_with_every_reason(desk: TicketsDesk) -> None:
    ticket = await desk.create()
    other = await desk.comment((await desk.create()).id, "Elsewhere")
    with pytest.raises(InvalidInput) as refused:
        await forward(
            desk,
            ticket.id,
            "nobody",
            "a@b@c.example",
            "x\r\nBcc: y@z.example",
            comment_ids=[other.id],
            attachment_ids=["7"],
        )
    assert [one.field for one in refused.value.errors] == [
        "to[0]",
        "to[1]",
        "to[2]",
        "comment_ids",
        "attachment_ids",
        "body",
    ]
    with pytest.raises(InvalidInput) as many:
        await forward(desk, ticket.id, *(f"a{n}@b.example" for n in range(21)), body="x")
    assert [(one.field, one.reason) for one in many.value.errors] == [("to", "must be at most 20")]
    large = [(await attach(desk, ticket.id, size)).file.id for size in (6 * 1024 * 1024, 5 * 1024 * 1024)]
    with pytest.raises(InvalidInput) as heavy:
        await forward(desk, ticket.id, attachment_ids=large)
    assert [(one.field, one.reason) for one in heavy.value.errors] == [
        ("attachment_ids", "must be at most 7340032 bytes together")
    ]
    assert await desk.comments(ticket.id) == []


async def test_of_merged_tickets_the_one_that_stays_is_forwarded_and_a_closed_one_as_well(
    desk: TicketsDesk,
) -> None:
    stays, goes = await desk.create(description="Stays."), await desk.create(description="Goes.")
    said = await desk.comment(goes.id, "It smokes.", by=desk.requester)
    await desk.call(
        "MergeTickets",
        merge_service_pb2.MergeTicketsRequest(ticket=stays.id, merged=[goes.id]),
        merge_service_pb2.MergeTicketsResponse,
    )
    with pytest.raises(WrongState) as merged:
        await forward(desk, goes.id, description=True)
    assert merged.value.reason == "TICKET_MERGED"
    sent = await forward(desk, stays.id, comment_ids=[said.id])
    assert "It smokes." in sent.body
    for state in ("resolved", "closed"):
        await desk.move(stays.id, state)
    late = await forward(desk, stays.id, body="For the invoice.")
    assert list(late.forwarded_to) == [SUPPLIER]
    assert (await desk.get(stays.id)).state == "closed"


async def test_requesters_and_others_forward_nothing(desk: TicketsDesk) -> None:
    ticket = await desk.create()
    with pytest.raises(Forbidden):
        await forward(desk, ticket.id, body="x", by=desk.requester)
    # Whoever does not see what is internal hands nothing of it on, even where they may answer.
    for missing in ("tickets.read", "tickets.comment_internal"):
        scopes = {one for one in desk.agent.scopes if one.partition(":")[0] != missing} | {"tickets.read_own"}
        watching = replace(desk.agent, scopes=frozenset(scopes))
        request = rpc.AddWatcherRequest(ticket=ticket.id, person=str(desk.agent.id))
        await desk.call("AddWatcher", request, rpc.AddWatcherResponse)
        note = await desk.comment(ticket.id, "Not for others", visibility="internal")
        with pytest.raises(Forbidden):
            await forward(desk, ticket.id, comment_ids=[note.id], by=watching)
    with pytest.raises((Forbidden, NotFound)):
        await forward(desk, ticket.id, body="x", by=desk.colleague)
    with pytest.raises(NotFound):
        await forward(desk, str(new_id()), body="x")
