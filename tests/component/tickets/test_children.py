"""Tickets above and below each other."""

import asyncio
from itertools import pairwise

import pytest
from tickets_desk import TicketsDesk

from chassis.errors import Forbidden, InvalidInput, WrongState
from chassis.testing.waiting import eventually
from deskmesh.tickets.v1 import events_pb2
from tickets.domain.structure import MAX_DEPTH


async def test_a_parent_cannot_be_done_before_its_children(desk: TicketsDesk) -> None:
    parent = await desk.create()
    first, second = [await desk.create(parent_id=parent.id) for _ in range(2)]
    with pytest.raises(WrongState) as refused:
        await desk.move(parent.id, "resolved")
    assert refused.value.reason == "OPEN_CHILDREN"
    assert first.number in refused.value.detail
    assert second.number in refused.value.detail
    assert "cancelled" in refused.value.allowed
    assert not {"resolved", "closed"} & set(refused.value.allowed)
    assert (await desk.get(parent.id)).version == 1
    held = {move.to: list(move.held_back) for move in await desk.moves(parent.id)}
    assert held == {move: [refused.value.detail] if move == "resolved" else [] for move in held}
    await desk.move(first.id, "cancelled")
    await desk.move(second.id, "resolved")
    assert (await desk.move(parent.id, "resolved")).state == "resolved"


async def test_children_that_the_caller_does_not_see_are_not_named(desk: TicketsDesk) -> None:
    parent = await desk.create()
    hidden = await desk.create(parent_id=parent.id, by=desk.agent)
    await desk.move(parent.id, "resolved", occurred_at=parent.created_at, by=desk.admin)
    with pytest.raises(WrongState) as refused:
        await desk.move(parent.id, "closed", by=desk.requester)
    assert refused.value.reason == "OPEN_CHILDREN"
    assert hidden.number not in refused.value.detail


async def test_children_go_along_when_asked_each_with_its_own_history(desk: TicketsDesk) -> None:
    parent = await desk.create()
    child = await desk.create(parent_id=parent.id)
    grandchild = await desk.create(parent_id=child.id)
    done = await desk.create(parent_id=parent.id)
    await desk.move(done.id, "cancelled")
    await desk.move(parent.id, "resolved", cascade=True)
    for below in (child, grandchild):
        (entry,) = [one for one in await desk.history(below.id) if one.action == "state_changed"]
        assert entry.change.new_value.string_value == "resolved"
        assert (entry.rule, entry.actor.email) == (f"cascade:{parent.number}", desk.agent.email)
        assert len(await desk.events(events_pb2.TicketStateChanged, below.id)) == 1
    assert (await desk.get(done.id)).state == "cancelled"
    await desk.move(parent.id, "closed", cascade=True)
    assert [(await desk.get(one.id)).state for one in (parent, child, grandchild)] == ["closed"] * 3


async def test_nothing_is_moved_where_one_child_cannot_follow(desk: TicketsDesk) -> None:
    parent = await desk.create()
    own, other = await desk.create(parent_id=parent.id), await desk.create(parent_id=parent.id, by=desk.agent)
    await desk.move(parent.id, "resolved", occurred_at=parent.created_at, by=desk.admin)
    await desk.move(own.id, "resolved")
    with pytest.raises(WrongState) as refused:
        await desk.move(parent.id, "closed", cascade=True, by=desk.requester)
    assert refused.value.reason == "CHILD_CANNOT_FOLLOW"
    assert other.number not in refused.value.detail
    assert (await desk.get(own.id)).state == "resolved"
    assert (await desk.get(parent.id)).state == "resolved"


async def test_children_follow_only_to_the_end(desk: TicketsDesk) -> None:
    parent = await desk.create()
    with pytest.raises(InvalidInput) as refused:
        await desk.move(parent.id, "open", cascade=True)
    assert [error.field for error in refused.value.errors] == ["cascade"]


async def test_tickets_stand_at_most_so_deep(desk: TicketsDesk) -> None:
    line = [await desk.create()]
    while len(line) < MAX_DEPTH:
        line.append(await desk.create(parent_id=line[-1].number))
    with pytest.raises(InvalidInput) as refused:
        await desk.create(parent_id=line[-1].id)
    assert [error.field for error in refused.value.errors] == ["parent_id"]
    top = await desk.create()
    with pytest.raises(InvalidInput):
        await desk.update(line[0].id, ["parent_id"], parent_id=top.id)
    assert (await desk.update(line[1].id, ["parent_id"], parent_id=top.id)).parent_id == top.id


async def test_tickets_cannot_be_put_below_each_other_at_once(desk: TicketsDesk) -> None:
    tickets = [await desk.create() for _ in range(3)]
    outcomes = await asyncio.gather(
        *(
            desk.update(child.id, ["parent_id"], parent_id=parent.id)
            for child, parent in pairwise([*tickets, tickets[0]])
        ),
        return_exceptions=True,
    )
    assert [type(one) for one in outcomes if isinstance(one, BaseException)] == [InvalidInput]


async def test_a_child_may_not_be_moved_with_its_parent_by_somebody_without_the_right(
    desk: TicketsDesk,
) -> None:
    parent = await desk.create()
    with pytest.raises(Forbidden):
        await desk.move(parent.id, "resolved", cascade=True, by=desk.requester)


async def test_a_resolved_ticket_with_an_open_child_does_not_close_by_itself(desk: TicketsDesk) -> None:
    parent = await desk.create()
    await desk.move(parent.id, "resolved")
    await desk.create(parent_id=parent.id)
    await desk.rows("UPDATE timers SET due_at = now() WHERE key = $1", parent.id)

    async def is_put_off() -> bool:
        return bool(await desk.rows("SELECT FROM timers WHERE key = $1 AND due_at > now()", parent.id))

    await eventually(is_put_off)
    assert (await desk.get(parent.id)).state == "resolved"
