"""Asking people to agree to a ticket, and what they decide."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import pytest
import pytest_asyncio
from google.protobuf.timestamp_pb2 import Timestamp
from tickets_desk import REQUESTER, TicketsDesk, user_message

from chassis.errors import DeskmeshError, Forbidden, InvalidInput, NotFound, WrongState
from chassis.ids import new_id
from chassis.testing.identity import Person
from chassis.testing.waiting import eventually
from deskmesh.common.v1 import types_pb2
from deskmesh.gateway.v1 import events_pb2 as gateway_events
from deskmesh.gateway.v1 import identity_pb2
from deskmesh.tickets.v1 import approval_pb2, events_pb2, ticket_pb2
from deskmesh.tickets.v1 import approval_service_pb2 as rpc

Step = rpc.NewApprovalStep


@dataclass
class Board:
    """A desk with a team of three, and a manager of the requester."""

    desk: TicketsDesk
    anna: Person
    bob: Person
    carl: Person

    async def ask(
        self, *steps: Step, ticket: ticket_pb2.Ticket | None = None, own_allowed: bool = False
    ) -> approval_pb2.Approval:
        ticket = ticket or await self.desk.create()
        request = rpc.CreateApprovalRequest(ticket=ticket.id, steps=steps, own_allowed=own_allowed)
        return (await self.desk.call("CreateApproval", request, rpc.CreateApprovalResponse)).approval

    async def decide(
        self, approval: approval_pb2.Approval, by: Person, decision: str = "approve", **said: str
    ) -> approval_pb2.Approval:
        request = rpc.DecideApprovalRequest(
            ticket=approval.ticket_id, approval_id=approval.id, decision=decision, **said
        )
        return (await self.desk.call("DecideApproval", request, rpc.DecideApprovalResponse, by=by)).approval

    async def delegate(
        self, approval: approval_pb2.Approval, by: Person, to: Person
    ) -> approval_pb2.Approval:
        request = rpc.DelegateApprovalRequest(ticket=approval.ticket_id, approval_id=approval.id, to=to.email)
        answer = await self.desk.call("DelegateApproval", request, rpc.DelegateApprovalResponse, by=by)
        return answer.approval

    async def get(self, approval: approval_pb2.Approval, by: Person | None = None) -> approval_pb2.Approval:
        request = rpc.GetApprovalRequest(ticket=approval.ticket_id, approval_id=approval.id)
        return (await self.desk.call("GetApproval", request, rpc.GetApprovalResponse, by=by)).approval

    async def waiting_for(self, person: Person) -> set[str]:
        request = rpc.ListMyApprovalsRequest(page_size=200)
        answer = await self.desk.call("ListMyApprovals", request, rpc.ListMyApprovalsResponse, by=person)
        return {one.id for one in answer.approvals}


@pytest_asyncio.fixture(scope="module")
async def board(desk: TicketsDesk) -> AsyncIterator[Board]:
    team = identity_pb2.Team(id=str(new_id()), slug="cab", name="CAB", version=1)
    await desk.bus.publish(gateway_events.TeamChanged(team=team), tenant_id=desk.acme, aggregate_id=team.id)
    people = []
    for name in ("Anna", "Bob", "Carl"):
        email = f"{name.lower()}@acme.example"
        person = Person(desk.acme, email=email, name=name, scopes=REQUESTER)
        message = user_message(person.id, email, name, "requester")
        message.teams.append(types_pb2.Ref(id=team.id, key="cab"))
        await desk.tell_user(desk.acme, message)
        people.append(person)
    requester = user_message(
        desk.requester.id, desk.requester.email, desk.requester.name, "requester", version=2
    )
    requester.manager.id = str(people[0].id)
    await desk.tell_user(desk.acme, requester)
    await desk.service.drain()
    yield Board(desk, *people)


def by_person(*people: Person, **said: object) -> Step:
    return Step(approvers=[rpc.Approver(person=person.email) for person in people], **said)  # type: ignore[arg-type]


def by_team(**said: object) -> Step:
    return Step(approvers=[rpc.Approver(team="cab")], **said)  # type: ignore[arg-type]


def states(approval: approval_pb2.Approval) -> list[str]:
    return [step.state for step in approval.steps]


async def test_steps_are_asked_one_after_the_other(board: Board) -> None:
    approval = await board.ask(by_person(board.anna), by_person(board.bob))
    assert (approval.state, states(approval)) == ("pending", ["pending", "waiting"])
    assert approval.id in await board.waiting_for(board.anna)
    with pytest.raises(NotFound):
        await board.decide(approval, board.bob)
    approval = await board.decide(approval, board.anna, comment="Fine.")
    assert states(approval) == ["approved", "pending"]
    approval = await board.decide(approval, board.bob)
    assert (approval.state, approval.HasField("decided_at")) == ("approved", True)
    assert approval.id not in await board.waiting_for(board.bob)
    requested = await board.desk.events(events_pb2.ApprovalRequested, approval.ticket_id)
    assert [[one.person.email for one in event.asked] for event in requested] == [
        [board.anna.email],
        [board.bob.email],
    ]
    (completed,) = await board.desk.events(events_pb2.ApprovalCompleted, approval.ticket_id)
    assert (completed.approval.state, completed.ticket.version) == ("approved", 6)


async def test_the_history_tells_who_was_asked_and_who_decided(board: Board) -> None:
    approval = await board.decide(await board.ask(by_person(board.anna)), board.anna)
    entries = await board.desk.history(approval.ticket_id, by=board.desk.requester)
    assert [(entry.action, entry.actor.name) for entry in entries[1:]] == [
        ("approval_requested", board.desk.agent.name),
        ("approval_decided", "Anna"),
        ("approval_completed", "Anna"),
    ]


async def test_steps_of_one_stage_are_asked_at_once(board: Board) -> None:
    approval = await board.ask(by_person(board.anna, stage=1), by_person(board.bob, stage=1))
    assert states(approval) == ["pending", "pending"]
    approval = await board.decide(approval, board.bob)
    assert (approval.state, states(approval)) == ("pending", ["pending", "approved"])
    assert (await board.decide(approval, board.anna)).state == "approved"


async def test_a_quorum_of_a_team_is_enough(board: Board) -> None:
    approval = await board.ask(by_team(mode="quorum", quorum=2))
    assert [vote.team.key for vote in approval.steps[0].votes] == ["cab"] * 3
    await board.decide(approval, board.anna)
    approval = await board.decide(approval, board.carl)
    assert approval.state == "approved"
    assert sorted(vote.state for vote in approval.steps[0].votes) == ["approved", "approved", "withdrawn"]
    with pytest.raises(WrongState) as caught:
        await board.decide(approval, board.bob)
    assert caught.value.reason == "APPROVAL_ENDED"


async def test_one_rejection_of_two_that_are_needed_ends_it(board: Board) -> None:
    approval = await board.ask(by_person(board.anna, board.bob), by_person(board.carl))
    approval = await board.decide(approval, board.anna, "reject", comment="Too dear.")
    assert (approval.state, states(approval)) == ("rejected", ["rejected", "withdrawn"])
    assert approval.steps[0].votes[0].comment == "Too dear."


async def test_a_manager_is_asked(board: Board) -> None:
    approval = await board.ask(Step(approvers=[rpc.Approver(manager=True)]))
    assert [(vote.approver.email, vote.via) for vote in approval.steps[0].votes] == [
        (board.anna.email, "manager")
    ]


async def test_nobody_decides_on_their_own_request_unless_allowed(board: Board) -> None:
    ticket = await board.desk.create(by=board.bob)
    approval = await board.ask(by_team(mode="any"), ticket=ticket)
    assert board.bob.email not in {vote.approver.email for vote in approval.steps[0].votes}
    with pytest.raises(InvalidInput) as caught:
        await board.ask(by_person(board.bob), ticket=ticket)
    assert [error.field for error in caught.value.errors] == ["steps[0].approvers[0]"]
    allowed = await board.ask(by_person(board.bob), ticket=ticket, own_allowed=True)
    assert (await board.decide(allowed, board.bob)).state == "approved"


@pytest.mark.parametrize(
    ("steps", "field"),
    [
        ([], "steps"),
        ([Step()], "steps[0].approvers"),
        ([Step(approvers=[rpc.Approver()])], "steps[0].approvers[0]"),
        ([Step(approvers=[rpc.Approver(person="nobody@acme.example")])], "steps[0].approvers[0]"),
        ([Step(approvers=[rpc.Approver(team="nobody")])], "steps[0].approvers[0]"),
        ([Step(approvers=[rpc.Approver(team="network")])], "steps[0].approvers[0]"),
        ([by_team(mode="quorum")], "steps[0].quorum"),
        ([by_team(mode="quorum", quorum=4)], "steps[0].quorum"),
        ([by_team(mode="most")], "steps[0].mode"),
        ([by_team(remind_after_seconds=-1)], "steps[0].remind_after"),
    ],
)
async def test_what_cannot_be_asked_is_refused_with_its_place(
    board: Board, steps: Sequence[Step], field: str
) -> None:
    ticket = await board.desk.create()
    with pytest.raises(InvalidInput) as caught:
        await board.ask(*steps, ticket=ticket)
    assert [error.field for error in caught.value.errors] == [field]
    assert (await board.desk.get(ticket.id)).version == ticket.version


async def test_an_approver_reads_the_ticket_and_a_stranger_sees_nothing(board: Board) -> None:
    approval = await board.ask(by_person(board.anna), by_person(board.bob))
    assert (await board.desk.get(approval.ticket_id, by=board.anna)).id == approval.ticket_id
    for person in (board.bob, board.desk.colleague, board.desk.stranger):
        with pytest.raises(NotFound):
            await board.get(approval, by=person)
        with pytest.raises(NotFound):
            await board.decide(approval, person)
    assert (await board.get(approval)).state == "pending"


async def test_who_decided_cannot_decide_again(board: Board) -> None:
    approval = await board.ask(by_person(board.anna, board.bob))
    await board.decide(approval, board.anna)
    with pytest.raises(WrongState) as caught:
        await board.decide(approval, board.anna, "reject")
    assert caught.value.reason == "ALREADY_DECIDED"


async def test_a_vote_is_passed_on_with_its_right_to_read(board: Board) -> None:
    approval = await board.ask(by_person(board.anna))
    approval = await board.delegate(approval, board.anna, board.carl)
    (vote,) = approval.steps[0].votes
    assert (vote.approver.email, vote.delegated_by.email) == (board.carl.email, board.anna.email)
    with pytest.raises(DeskmeshError):
        await board.decide(approval, board.anna)
    assert (await board.decide(approval, board.carl)).state == "approved"
    (delegated,) = await board.desk.events(events_pb2.ApprovalDelegated, approval.ticket_id)
    assert delegated.to.email == board.carl.email


@pytest.mark.parametrize("heir", ["requester", "bob"])
async def test_a_vote_goes_neither_to_the_requester_nor_to_who_has_one(board: Board, heir: str) -> None:
    approval = await board.ask(by_person(board.anna, board.bob))
    to = board.bob if heir == "bob" else board.desk.requester
    with pytest.raises(InvalidInput) as caught:
        await board.delegate(approval, board.anna, to)
    assert [error.field for error in caught.value.errors] == ["to"]


async def test_a_substitute_is_asked_and_decides_once(board: Board) -> None:
    ends_at = Timestamp()
    ends_at.FromDatetime(datetime.now(UTC) + timedelta(days=7))
    request = rpc.SetSubstituteRequest(person=board.bob.email, ends_at=ends_at)
    answer = await board.desk.call("SetSubstitute", request, rpc.SetSubstituteResponse, by=board.carl)
    assert answer.substitute.person.email == board.bob.email
    approval = await board.ask(by_person(board.carl, board.bob))
    (asked,) = await board.desk.events(events_pb2.ApprovalRequested, approval.ticket_id)
    assert {one.person.email for one in asked.asked} == {board.bob.email}
    approval = await board.decide(approval, board.bob)
    assert approval.state == "pending"
    with pytest.raises(WrongState):
        await board.decide(approval, board.bob)
    other = await board.ask(by_person(board.carl))
    assert other.id in await board.waiting_for(board.bob)
    decided = await board.decide(other, board.bob)
    (vote,) = decided.steps[0].votes
    assert (vote.approver.email, vote.decided_by.email) == (board.carl.email, board.bob.email)
    await board.desk.call(
        "RemoveSubstitute", rpc.RemoveSubstituteRequest(), rpc.RemoveSubstituteResponse, by=board.carl
    )
    assert (await board.ask(by_person(board.carl))).id not in await board.waiting_for(board.bob)


@pytest.mark.parametrize("days", [-1, None])
async def test_a_substitute_has_an_end_in_the_future(board: Board, days: int | None) -> None:
    request = rpc.SetSubstituteRequest(person=board.bob.email)
    if days is not None:
        request.ends_at.FromDatetime(datetime.now(UTC) + timedelta(days=days))
    with pytest.raises(InvalidInput) as caught:
        await board.desk.call("SetSubstitute", request, rpc.SetSubstituteResponse, by=board.carl)
    assert [error.field for error in caught.value.errors] == ["ends_at"]


async def test_a_cancelled_ticket_withdraws_what_was_asked(board: Board) -> None:
    approval = await board.ask(by_person(board.anna))
    await board.desk.move(approval.ticket_id, "cancelled")
    approval = await board.get(approval)
    assert (approval.state, states(approval)) == ("withdrawn", ["withdrawn"])
    assert approval.id not in await board.waiting_for(board.anna)
    with pytest.raises(WrongState):
        await board.ask(by_person(board.anna), ticket=await board.desk.get(approval.ticket_id))


async def test_only_who_may_ask_withdraws(board: Board) -> None:
    approval = await board.ask(by_person(board.anna))
    request = rpc.WithdrawApprovalRequest(ticket=approval.ticket_id, approval_id=approval.id)
    with pytest.raises(Forbidden):
        await board.desk.call("WithdrawApproval", request, rpc.WithdrawApprovalResponse, by=board.anna)
    answer = await board.desk.call("WithdrawApproval", request, rpc.WithdrawApprovalResponse)
    assert answer.approval.state == "withdrawn"


async def test_who_does_not_decide_is_reminded_and_then_it_expires(board: Board) -> None:
    approval = await board.ask(
        by_person(board.anna, board.bob, remind_after_seconds=3600, expires_after_seconds=7200)
    )
    await board.decide(approval, board.bob)
    step = approval.steps[0].id
    await board.desk.rows(
        "UPDATE timers SET due_at = now() WHERE key = $1 AND kind = 'approval_reminder'", step
    )

    async def is_reminded() -> list[str]:
        events = await board.desk.events(events_pb2.ApprovalRequested, approval.ticket_id)
        reminders = [event for event in events if event.reminder]
        assert len(reminders) == 1
        return [one.person.email for one in reminders[0].asked]

    assert await eventually(is_reminded) == [board.anna.email]
    await board.desk.rows(
        "UPDATE timers SET due_at = now() WHERE key = $1 AND kind = 'approval_expiry'", step
    )

    async def is_expired() -> bool:
        return (await board.get(approval)).state == "expired"

    await eventually(is_expired)
    assert await board.desk.rows("SELECT 1 FROM timers WHERE key = $1", step) == []


async def test_another_tenant_asks_nobody_of_this_one(board: Board) -> None:
    ticket = await board.desk.create(by=board.desk.stranger)
    asker = replace(board.desk.stranger, scopes=frozenset({*board.desk.stranger.scopes, "approvals.request"}))
    request = rpc.CreateApprovalRequest(ticket=ticket.id, steps=[by_person(board.anna)])
    with pytest.raises(InvalidInput):
        await board.desk.call("CreateApproval", request, rpc.CreateApprovalResponse, by=asker)
