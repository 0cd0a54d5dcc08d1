"""Mail in: what notify took in becomes a ticket or a comment, once."""

import hashlib
from datetime import UTC, datetime, timedelta

import pytest
from tickets_desk import TicketsDesk, user_message
from tickets_mail import made_of, mail, take

from chassis.ids import new_id
from chassis.testing.waiting import eventually
from deskmesh.common.v1 import types_pb2 as common
from deskmesh.notify.v1 import events_pb2 as notify_events
from deskmesh.tickets.v1 import events_pb2
from deskmesh.tickets.v1 import ticket_service_pb2 as rpc


async def tickets_of(desk: TicketsDesk, message: notify_events.MessageReceived) -> int:
    (row,) = await desk.rows(
        "SELECT count(*) AS n FROM tickets WHERE source_message_id = $1", message.inbound_message_id
    )
    return int(row["n"])


async def rejections(desk: TicketsDesk, message: notify_events.MessageReceived) -> list[str]:
    return [
        event.reason for event in await desk.events(events_pb2.MessageRejected, message.inbound_message_id)
    ]


async def test_a_mail_becomes_a_ticket(desk: TicketsDesk) -> None:
    message = mail(subject_numbers=[], language="en")
    await take(desk, message)
    ticket = await made_of(desk, message)
    assert (ticket.title, ticket.description) == ("The door is stuck", "It does not open.")
    assert (ticket.requester.id, ticket.channel, ticket.language) == (str(desk.requester.id), "email", "en")
    assert ticket.queue.key == "service-desk"
    assert ticket.created_at.ToDatetime() == message.received_at.ToDatetime()
    (event,) = await desk.events(events_pb2.TicketCreated, ticket.id)
    assert event.cause == f"mail:{message.inbound_message_id}"
    assert (event.actor.kind, event.actor.id) == ("user", str(desk.requester.id))
    assert event.ticket == ticket


async def test_the_same_mail_again_changes_nothing(desk: TicketsDesk) -> None:
    message = mail()
    event_id = await desk.bus.publish(message, tenant_id=desk.acme, aggregate_id=message.inbound_message_id)
    await desk.service.drain()
    # NATS drops an id that it saw within two minutes; another stream of the same events does not know it.
    await desk.forget_stream("notify")
    await desk.bus.publish(
        message, tenant_id=desk.acme, aggregate_id=message.inbound_message_id, event_id=event_id
    )
    after = mail()
    await take(desk, after)
    await eventually(lambda: tickets_of(desk, after))
    assert await tickets_of(desk, message) == 1


async def test_an_unknown_sender_becomes_a_requester(desk: TicketsDesk) -> None:
    message = mail("walk-in@elsewhere.example")
    await take(desk, message)
    ticket = await made_of(desk, message)
    assert ticket.requester.email == "walk-in@elsewhere.example"
    assert "walk-in@elsewhere.example" in desk.gateway.ensured


async def test_a_subject_is_made_presentable(desk: TicketsDesk) -> None:
    bare, wild = mail(), mail()
    bare.subject, wild.subject = "", "Re:\r\n  many\tlines " + "x" * 900
    await take(desk, bare, wild)
    assert (await made_of(desk, bare)).title == "(no subject)"
    title = (await made_of(desk, wild)).title
    assert title.startswith("Re: many lines xxx")
    assert len(title) == 500


async def test_a_forwarded_text_is_part_of_a_new_ticket(desk: TicketsDesk) -> None:
    message = mail(quoted="> the original complaint")
    await take(desk, message)
    assert (await made_of(desk, message)).description == "It does not open.\n\n> the original complaint"


@pytest.mark.parametrize("by", ["answered_ticket_ids", "references", "subject_numbers"])
async def test_an_answer_of_the_requester_is_a_comment(desk: TicketsDesk, by: str) -> None:
    first = mail()
    await take(desk, first)
    ticket = await made_of(desk, first)
    claim = {
        "answered_ticket_ids": [ticket.id],
        "references": [first.message_id],
        "subject_numbers": [ticket.number],
    }[by]
    answer = mail(quoted="> hello", **{by: claim})  # type: ignore[arg-type]  # fields by name
    answer.body = "Now it creaks."
    await take(desk, answer)
    assert await tickets_of(desk, answer) == 0
    (comment,) = await desk.comments(ticket.id)
    assert (comment.body, comment.quoted, comment.visibility) == ("Now it creaks.", "> hello", "public")
    assert (comment.channel, comment.from_requester) == ("email", True)
    assert comment.source_message_id == answer.inbound_message_id


async def test_an_answer_to_an_answer_finds_the_ticket(desk: TicketsDesk) -> None:
    first, second, third = mail(), mail(), mail()
    second.references.append(first.message_id)
    third.references.append(second.message_id)
    await take(desk, first, second, third)
    ticket = await made_of(desk, first)
    assert len(await desk.comments(ticket.id)) == 2


async def test_an_answer_reopens(desk: TicketsDesk) -> None:
    ticket = await desk.create()
    await desk.move(ticket.id, "resolved")
    await take(desk, mail(answered_ticket_ids=[ticket.id]))
    assert (await desk.get(ticket.id)).state == "open"


async def test_an_agent_answers_by_mail(desk: TicketsDesk) -> None:
    ticket = await desk.create()
    await take(desk, mail("agent@acme.example", subject_numbers=[ticket.number]))
    after = await desk.get(ticket.id)
    assert after.state == "open"
    assert after.HasField("first_responded_at")
    (comment,) = await desk.comments(ticket.id)
    assert not comment.from_requester


@pytest.mark.parametrize("sender", ["colleague@acme.example", "attacker@evil.example"])
async def test_whoever_is_not_on_the_ticket_gets_one_of_his_own(desk: TicketsDesk, sender: str) -> None:
    ticket = await desk.create()
    message = mail(sender, answered_ticket_ids=[ticket.id], subject_numbers=[ticket.number])
    await take(desk, message)
    assert await desk.comments(ticket.id) == []
    assert (await made_of(desk, message)).requester.email == sender


async def test_a_watcher_may_answer(desk: TicketsDesk) -> None:
    ticket = await desk.create()
    request = rpc.AddWatcherRequest(ticket=ticket.id, person="colleague@acme.example")
    await desk.call("AddWatcher", request, rpc.AddWatcherResponse)
    await take(desk, mail("colleague@acme.example", subject_numbers=[ticket.number]))
    (comment,) = await desk.comments(ticket.id)
    assert comment.author.email == "colleague@acme.example"
    assert comment.from_requester


async def test_another_tenants_ticket_is_never_answered(desk: TicketsDesk) -> None:
    theirs = await desk.create("Theirs", by=desk.stranger)
    message = mail(answered_ticket_ids=[theirs.id], subject_numbers=[theirs.number])
    await take(desk, message)
    assert await desk.comments(theirs.id, by=desk.stranger) == []


async def test_an_answer_to_a_closed_ticket_opens_one_that_follows_it(desk: TicketsDesk) -> None:
    ticket = await desk.create()
    await desk.move(ticket.id, "resolved")
    await desk.move(ticket.id, "closed")
    message = mail(answered_ticket_ids=[ticket.id])
    await take(desk, message)
    following = await made_of(desk, message)
    assert following.parent_id == ticket.id
    assert (await desk.history(following.id))[0].change.new_value.string_value == ticket.id
    assert (await desk.get(ticket.id)).state == "closed"


async def test_an_automatic_answer_is_internal_and_moves_nothing(desk: TicketsDesk) -> None:
    ticket = await desk.create()
    await desk.move(ticket.id, "pending_requester")
    await take(desk, mail(answered_ticket_ids=[ticket.id], automatic=True))
    (comment,) = await desk.comments(ticket.id)
    assert comment.visibility == "internal"
    assert (await desk.get(ticket.id)).state == "pending_requester"
    (event,) = await desk.events(events_pb2.CommentAdded, ticket.id)
    assert event.automatic


async def test_an_automatic_mail_alone_is_a_ticket_that_nobody_acknowledges(desk: TicketsDesk) -> None:
    message = mail("monitor@acme.example", automatic=True)
    await take(desk, message)
    ticket = await made_of(desk, message)
    (event,) = await desk.events(events_pb2.TicketCreated, ticket.id)
    assert event.automatic


async def test_a_bounce_is_noted_on_its_ticket(desk: TicketsDesk) -> None:
    ticket = await desk.create()
    await take(
        desk,
        mail("mailer-daemon@mx.example", answered_ticket_ids=[ticket.id], bounce=True, automatic=True),
    )
    (comment,) = await desk.comments(ticket.id)
    assert (comment.visibility, comment.author.kind) == ("internal", "system")
    assert "mailer-daemon@mx.example" not in desk.gateway.ensured


async def test_a_bounce_of_no_ticket_is_rejected(desk: TicketsDesk) -> None:
    ticket = await desk.create()
    message = mail("mailer-daemon@mx.example", bounce=True, automatic=True, subject_numbers=[ticket.number])
    await take(desk, message)
    assert await rejections(desk, message) == ["a bounce of no ticket's message"]
    assert await tickets_of(desk, message) == 0
    assert await desk.comments(ticket.id) == []


async def test_a_sender_who_can_be_nobody_is_rejected(desk: TicketsDesk) -> None:
    message = mail("no-address")
    await take(desk, message)
    assert await rejections(desk, message) == ["sender: is no address"]


async def test_a_deactivated_sender_is_rejected(desk: TicketsDesk) -> None:
    user = user_message(new_id(), "gone@acme.example", "Gone", "requester", version=2)
    user.active = False
    desk.gateway.users[desk.acme].append(user)
    await desk.tell_user(desk.acme, user)
    message = mail("gone@acme.example")
    await take(desk, message)
    assert await rejections(desk, message) == ["sender: is deactivated"]


async def test_attachments_are_copied_to_the_services_own_prefix(desk: TicketsDesk) -> None:
    content = b"%PDF-1.7 not really"
    objects = desk.service.process.runtime.objects
    stored = await objects.put("notify", desk.acme, content)
    file = common.FileRef(
        name="offer.pdf",
        size_bytes=stored.size,
        content_type="application/pdf",
        sha256=stored.sha256,
        key=stored.key,
    )
    message = mail(attachments=[file])
    await take(desk, message)
    ticket = await made_of(desk, message)
    answer = await desk.call(
        "ListAttachments",
        rpc.ListAttachmentsRequest(ticket=ticket.id),
        rpc.ListAttachmentsResponse,
        by=desk.requester,
    )
    (attachment,) = answer.attachments
    assert attachment.file.key == f"tickets/{desk.acme}/{hashlib.sha256(content).hexdigest()}"
    assert b"".join([chunk async for chunk in await objects.get(attachment.file.key)]) == content
    (event,) = await desk.events(events_pb2.TicketCreated, ticket.id)
    assert [one.name for one in event.attachments] == ["offer.pdf"]


async def test_a_part_without_a_name_is_still_a_file(desk: TicketsDesk) -> None:
    stored = await desk.service.process.runtime.objects.put("notify", desk.acme, b"nameless")
    file = common.FileRef(size_bytes=stored.size, sha256=stored.sha256, key=stored.key)
    message = mail(attachments=[file])
    await take(desk, message)
    ticket = await made_of(desk, message)
    (event,) = await desk.events(events_pb2.TicketCreated, ticket.id)
    assert [(one.name, one.content_type) for one in event.attachments] == [
        ("attachment", "application/octet-stream")
    ]


async def test_a_mail_comes_in_without_what_is_not_taken_and_says_so_to_agents(desk: TicketsDesk) -> None:
    objects = desk.service.process.runtime.objects
    files = []
    for name, content in (("offer.pdf", b"%PDF"), ("offer.pdf.exe", b"MZ1"), ("photo.jpg", b"MZ2")):
        stored = await objects.put("notify", desk.acme, content)
        files.append(common.FileRef(name=name, size_bytes=stored.size, sha256=stored.sha256, key=stored.key))
    message = mail(attachments=files)
    await take(desk, message)
    ticket = await made_of(desk, message)
    (event,) = await desk.events(events_pb2.TicketCreated, ticket.id)
    assert [one.name for one in event.attachments] == ["offer.pdf"]
    (note,) = await desk.comments(ticket.id, by=desk.agent)
    assert (note.visibility, note.author.kind, note.channel) == ("internal", "system", "email")
    assert note.body.endswith("\n- offer.pdf.exe\n- photo.jpg")
    assert await desk.comments(ticket.id, by=desk.requester) == []
    await take(desk, mail(attachments=files[1:2], answered_ticket_ids=[ticket.id]))
    said = await desk.comments(ticket.id, by=desk.agent)
    assert [one.visibility for one in said] == ["internal", "public", "internal"]
    assert not any(one.attachments for one in said)


async def test_a_late_mail_counts_from_when_it_came_in(desk: TicketsDesk) -> None:
    message = mail()
    came = datetime.now(UTC) - timedelta(hours=3)
    message.received_at.FromDatetime(came)
    await take(desk, message)
    ticket = await made_of(desk, message)
    assert ticket.created_at.ToDatetime(tzinfo=UTC) == came


async def test_many_mails_at_once_are_as_many_tickets(desk: TicketsDesk) -> None:
    messages = [mail() for _ in range(70)]
    await take(desk, *messages)
    numbers = {(await made_of(desk, message)).number for message in messages}
    assert len(numbers) == 70
