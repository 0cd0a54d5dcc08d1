"""Comments and what they set off."""

import pytest
from tickets_desk import TicketsDesk

from chassis.errors import Forbidden, InvalidInput, NotFound, WrongState
from chassis.ids import new_id
from deskmesh.tickets.v1 import events_pb2
from deskmesh.tickets.v1 import ticket_service_pb2 as rpc


async def test_an_agents_first_answer_is_the_response_and_opens_the_ticket(desk: TicketsDesk) -> None:
    ticket = await desk.create()
    comment = await desk.comment(ticket.id, "Hello Rita, we are looking into it.")
    assert (comment.visibility, comment.from_requester, comment.version) == ("public", False, 1)
    after = await desk.get(ticket.id)
    assert after.state == "open"
    assert after.first_responded_at == comment.created_at
    assert after.version == 3
    await desk.comment(ticket.id, "Still looking.")
    assert (await desk.get(ticket.id)).first_responded_at == comment.created_at


async def test_an_internal_note_is_no_response_and_moves_nothing(desk: TicketsDesk) -> None:
    ticket = await desk.create()
    await desk.comment(ticket.id, "Looks like the switch.", visibility="internal")
    after = await desk.get(ticket.id)
    assert after.state == "new"
    assert not after.HasField("first_responded_at")


async def test_comment_and_move_are_two_events_in_order(desk: TicketsDesk) -> None:
    ticket = await desk.create()
    comment = await desk.comment(ticket.id, "Hello")
    (added,) = await desk.events(events_pb2.CommentAdded, ticket.id)
    (moved,) = await desk.events(events_pb2.TicketStateChanged, ticket.id)
    assert added.comment == comment
    assert (added.ticket.version, added.ticket.state) == (2, "new")
    assert (moved.ticket.version, moved.old_state, moved.new_state) == (3, "new", "open")
    assert list(moved.changed_fields) == ["state"]


@pytest.mark.parametrize("state", ["pending_requester", "resolved"])
async def test_an_answer_of_the_requester_reopens(desk: TicketsDesk, state: str) -> None:
    ticket = await desk.create()
    await desk.move(ticket.id, state)
    comment = await desk.comment(ticket.id, "It happened again.", by=desk.requester)
    assert comment.from_requester
    after = await desk.get(ticket.id)
    assert after.state == "open"
    assert not after.HasField("resolved_at")
    entry = (await desk.history(ticket.id))[-1]
    assert (entry.action, entry.rule) == ("state_changed", "workflow:requester_replied")


async def test_an_answer_does_not_disturb_a_ticket_at_a_supplier(desk: TicketsDesk) -> None:
    ticket = await desk.create()
    await desk.move(ticket.id, "pending_supplier")
    await desk.comment(ticket.id, "Any news?", by=desk.requester)
    assert (await desk.get(ticket.id)).state == "pending_supplier"


async def test_an_agent_who_asked_speaks_as_the_requester(desk: TicketsDesk) -> None:
    ticket = await desk.create(by=desk.agent)
    comment = await desk.comment(ticket.id, "One more thing.")
    assert comment.from_requester
    assert (await desk.get(ticket.id)).state == "new"


async def test_a_requester_writes_nothing_internal(desk: TicketsDesk) -> None:
    ticket = await desk.create()
    with pytest.raises(Forbidden):
        await desk.comment(ticket.id, "Psst", visibility="internal", by=desk.requester)


async def test_only_those_on_the_ticket_comment(desk: TicketsDesk) -> None:
    ticket = await desk.create()
    with pytest.raises(NotFound):
        await desk.comment(ticket.id, "Me too", by=desk.colleague)
    with pytest.raises(NotFound):
        await desk.comment(ticket.id, "Hello", by=desk.stranger)


async def test_a_closed_ticket_takes_no_answer_of_the_requester(desk: TicketsDesk) -> None:
    ticket = await desk.create()
    await desk.move(ticket.id, "cancelled")
    with pytest.raises(WrongState) as caught:
        await desk.comment(ticket.id, "But wait", by=desk.requester)
    assert (caught.value.reason, caught.value.allowed) == ("TICKET_CLOSED", [])


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"body": " \n"}, "body"),
        ({"body": "x" * 65_537}, "body"),
        ({"body": "x", "visibility": "secret"}, "visibility"),
        ({"body": "x", "attachment_ids": ["7"]}, "attachment_ids"),
        ({"body": "x", "attachment_ids": [str(new_id())]}, "attachment_ids"),
    ],
)
async def test_a_wrong_comment_is_refused(desk: TicketsDesk, said: dict[str, object], field: str) -> None:
    ticket = await desk.create()
    with pytest.raises(InvalidInput) as caught:
        await desk.comment(ticket.id, **said)  # type: ignore[arg-type]  # fields by name
    assert [error.field for error in caught.value.errors] == [field]


async def test_the_same_key_comments_once(desk: TicketsDesk) -> None:
    ticket = await desk.create()
    request = rpc.CreateCommentRequest(ticket=ticket.id, body="Once")
    answers = [
        await desk.call("CreateComment", request, rpc.CreateCommentResponse, key="comment-once")
        for _ in range(3)
    ]
    assert answers[0] == answers[1] == answers[2]
    assert len(await desk.comments(ticket.id)) == 1


async def test_the_conversation_comes_in_pages_either_way(desk: TicketsDesk) -> None:
    ticket = await desk.create()
    for number in range(5):
        await desk.comment(ticket.id, str(number))
    for order_by, expected in (("", "01234"), ("created_at desc", "43210")):
        bodies, token = "", ""
        while True:
            page = await desk.call(
                "ListComments",
                rpc.ListCommentsRequest(ticket=ticket.id, page_size=2, page_token=token, order_by=order_by),
                rpc.ListCommentsResponse,
            )
            bodies += "".join(comment.body for comment in page.comments)
            token = page.next_page_token
            if not token:
                break
        assert bodies == expected
