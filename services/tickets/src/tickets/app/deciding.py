"""What people decide when they are asked."""

from uuid import UUID

from chassis.db import Tx
from chassis.errors import FieldError, Forbidden, InvalidInput, WrongState
from tickets.app.access import absent_people, require_on
from tickets.app.actors import occasion_of
from tickets.app.approval_ending import Matter, close_step, tell_of_approval
from tickets.app.approval_following import finish_approval
from tickets.app.approval_reading import deciding_person, locked_approval
from tickets.app.approving import REQUEST, ask, open_stage
from tickets.app.checking import Problems
from tickets.app.configuration import Configuration
from tickets.app.directory import reference_to, require_person
from tickets.db.approval_views import ApprovalView, load_names
from tickets.db.approvals import ApprovalVote
from tickets.db.tickets import Ticket
from tickets.domain.approvals import APPROVE, DECISIONS, outcome_of_approval, outcome_of_step
from tickets.domain.texts import MAX_BODY
from tickets.domain.workflow import FINAL_CATEGORIES
from tickets.publish import approval_events


async def decide_approval(
    tx: Tx,
    *,
    configuration: Configuration,
    ticket: str,
    approval_id: str,
    decision: str,
    comment: str,
    vote_id: str = "",
) -> ApprovalView:
    """Gives the caller's votes, own ones and those of people that the caller stands in for.

    In a step a person decides once, however many votes come together. Publishes ApprovalDecided, then what follows.
    Raises NotFound, InvalidInput, Forbidden for who is not asked, WrongState where it is decided already or has ended.
    """
    problems = Problems()
    if decision not in DECISIONS:
        problems.add("decision", f"must be one of: {', '.join(DECISIONS)}")
    problems.text("comment", comment, limit=MAX_BODY)
    problems.raise_any()
    found, view = await locked_approval(tx, configuration, ticket, approval_id)
    votes = await _votes_to_give(tx, found, view, vote_id)
    _require_open(view, found)
    occasion = occasion_of()
    matter = Matter(configuration, found, view, occasion)
    for vote in votes:
        vote.state = "approved" if decision == APPROVE else "rejected"
        vote.decided_by_id, vote.decided_at, vote.comment = deciding_person(), occasion.recorded_at, comment
    for step in view.steps:
        outcome = outcome_of_step(view.ballots()[step.position])
        if step.state == "pending" and outcome != "pending":
            await close_step(tx, matter, step, outcome)
    await load_names(tx, view)
    told = await tell_of_approval(tx, matter, "approval_decided", decision=decision)
    approval_events.approval_decided(tx, told, [vote.id for vote in votes], decision)
    outcome, stage = outcome_of_approval(view.ballots())
    if outcome != "pending":
        await finish_approval(tx, matter, outcome)
    elif stage is not None and any(step.stage == stage and step.state == "waiting" for step in view.steps):
        await open_stage(tx, matter, stage)
    return view


async def delegate_approval(
    tx: Tx, *, configuration: Configuration, ticket: str, approval_id: str, to: str, comment: str
) -> ApprovalView:
    """Passes the caller's own open votes on to somebody else, who is asked. Publishes ApprovalDelegated.

    Raises NotFound, Forbidden for who has no open vote, InvalidInput for who cannot take it, WrongState.
    """
    problems = Problems()
    problems.text("comment", comment, limit=MAX_BODY)
    if not to.strip():
        problems.add("to", "must be given")
    problems.raise_any()
    found, view = await locked_approval(tx, configuration, ticket, approval_id)
    caller_id = deciding_person()
    own = [vote for vote in view.all_votes() if vote.person_id == caller_id and vote.state == "pending"]
    if not own:
        raise Forbidden("You have nothing to decide here.")
    _require_open(view, found)
    heir = await require_person(tx, to, "to")
    if heir.id == found.requester_id and not view.approval.own_allowed:
        raise InvalidInput([FieldError("to", "nobody decides on their own request here")])
    steps = {vote.step_id for vote in own}
    if any(vote.person_id == heir.id for step_id in steps for vote in view.votes[step_id]):
        raise InvalidInput([FieldError("to", "has a vote already")])
    matter = Matter(configuration, found, view, occasion_of())
    for vote in own:
        vote.person_id, vote.delegated_by_id, vote.comment = heir.id, caller_id, comment
    await load_names(tx, view)
    told = await tell_of_approval(tx, matter, "approval_delegated", to=heir.email)
    former = view.named(caller_id)
    assert former is not None  # an id was given
    approval_events.approval_delegated(tx, told, former, reference_to(heir))
    await ask(tx, matter, own)
    return view


async def withdraw_approval(
    tx: Tx, *, configuration: Configuration, ticket: str, approval_id: str
) -> ApprovalView:
    """Ends an approval that is no longer needed. Raises NotFound, Forbidden, WrongState."""
    found, view = await locked_approval(tx, configuration, ticket, approval_id)
    require_on(found, configuration, REQUEST)
    _require_open(view, found)
    await finish_approval(tx, Matter(configuration, found, view, occasion_of()), "withdrawn")
    return view


async def _votes_to_give(tx: Tx, ticket: Ticket, view: ApprovalView, vote_id: str) -> list[ApprovalVote]:
    """The caller's open votes, one for each step, an own one before another's."""
    caller_id = deciding_person()
    absent = set(await tx.scalars(absent_people(caller_id)))
    mine = [vote for vote in view.all_votes() if vote.person_id == caller_id or vote.person_id in absent]
    if not mine or (vote_id and vote_id not in {str(vote.id) for vote in mine}):
        raise Forbidden("You are not asked to decide here.")
    if ticket.requester_id == caller_id and not view.approval.own_allowed:
        raise Forbidden("Nobody decides on their own request here.")
    done = {vote.step_id for vote in view.all_votes() if vote.decided_by_id == caller_id}
    to_give: dict[UUID, ApprovalVote] = {}
    for vote in sorted(mine, key=lambda vote: vote.person_id != caller_id):
        wanted = not vote_id or str(vote.id) == vote_id
        if wanted and vote.state == "pending" and vote.step_id not in done:
            to_give.setdefault(vote.step_id, vote)
    if not to_give and view.approval.state == "pending":
        if all(vote.state == "waiting" for vote in mine):
            raise WrongState("NOT_YET_ASKED", "The steps before this one are not decided yet.")
        raise WrongState("ALREADY_DECIDED", "You have decided already, or the step is decided without you.")
    return list(to_give.values())


def _require_open(view: ApprovalView, ticket: Ticket) -> None:
    state = view.approval.state
    if state != "pending" or ticket.state_category in FINAL_CATEGORIES:
        raise WrongState("APPROVAL_ENDED", f"The approval has ended: {state}.")
