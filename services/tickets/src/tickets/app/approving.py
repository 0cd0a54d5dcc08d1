"""Asking people to agree to a ticket."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from chassis import timers
from chassis.db import Tx
from chassis.errors import WrongState
from tickets.app.access import readable_ticket, require_on
from tickets.app.actors import occasion_of
from tickets.app.approval_ending import EXPIRY, REMINDER, Matter, tell_of_approval
from tickets.app.approvers import Approver, Voter, standing_in, voters_of
from tickets.app.checking import Problems
from tickets.app.configuration import Configuration
from tickets.db.approval_views import ApprovalView, load_names
from tickets.db.approvals import Approval, ApprovalStep, ApprovalVote
from tickets.db.tickets import Ticket
from tickets.domain.approvals import MODES, needed_votes, stages_of
from tickets.domain.occasion import Occasion
from tickets.domain.references import Reference
from tickets.domain.texts import MAX_SHORT
from tickets.domain.workflow import FINAL_CATEGORIES
from tickets.publish import approval_events
from tickets.publish.approval_messages import Asked

REQUEST = "approvals.request"
MAX_STEPS = 20
MAX_APPROVERS = 50
MAX_VOTERS = 200
"""Of a step."""

MAX_SECONDS = 366 * 24 * 3600
LINK_HOLDS = timedelta(days=14)
"""A link in a mail, at most."""


@dataclass(frozen=True, slots=True)
class NewStep:
    """A step that is wanted; see NewApprovalStep."""

    approvers: Sequence[Approver]
    name: str = ""
    mode: str = ""
    quorum: int = 0
    stage: int = 0
    remind_after_seconds: int = 0
    expires_after_seconds: int = 0


@dataclass(frozen=True, slots=True)
class NewApproval:
    """What is wanted: who is asked, and whether whoever the ticket is for may decide too."""

    steps: Sequence[NewStep]
    name: str = ""
    own_allowed: bool = False


async def request_approval(
    tx: Tx, *, configuration: Configuration, ticket: str, new: NewApproval
) -> ApprovalView:
    """Asks people to agree to a ticket. Publishes ApprovalRequested for those who are asked first.

    Raises NotFound, Forbidden, InvalidInput with each fault's place, WrongState for a ticket that has ended.
    """
    found = await readable_ticket(tx, configuration, ticket, for_update=True)
    require_on(found, configuration, REQUEST)
    if found.state_category in FINAL_CATEGORIES:
        raise WrongState("TICKET_CLOSED", "The ticket has ended; nobody is asked any more.")
    return await start_approval(tx, configuration=configuration, ticket=found, new=new)


async def start_approval(
    tx: Tx, *, configuration: Configuration, ticket: Ticket, new: NewApproval
) -> ApprovalView:
    """Asks people to agree to the locked ticket, whoever asks: the caller has checked. Raises InvalidInput."""
    check_steps(new)
    problems = Problems()
    voters = [
        await voters_of(
            tx,
            configuration,
            ticket,
            step.approvers,
            problems=problems,
            path=f"steps[{place}].approvers",
            own_allowed=new.own_allowed,
        )
        for place, step in enumerate(new.steps)
    ]
    for place, (step, people) in enumerate(zip(new.steps, voters, strict=True)):
        if step.mode == "quorum" and people and step.quorum > len(people):
            problems.add(f"steps[{place}].quorum", f"is more than the {len(people)} who are asked")
        if len(people) > MAX_VOTERS:
            problems.add(f"steps[{place}].approvers", f"must be at most {MAX_VOTERS} people")
    problems.raise_any()
    occasion = occasion_of()
    view = ApprovalView(_approval(ticket, new, occasion), ticket.number, ticket.title)
    tx.add(view.approval)
    await tx.flush()
    stages = stages_of([step.stage for step in new.steps])
    for place, (step, people) in enumerate(zip(new.steps, voters, strict=True)):
        row = _step(view.approval, place, stages[place], step, len(people))
        tx.add(row)
        view.steps.append(row)
    await tx.flush()
    for row, people in zip(view.steps, voters, strict=True):
        view.votes[row.id] = [_vote(row, ticket, voter) for voter in people]
        for vote in view.votes[row.id]:
            tx.add(vote)
    await load_names(tx, view)
    await open_stage(tx, Matter(configuration, ticket, view, occasion), min(stages))
    return view


def check_steps(new: NewApproval, field: str = "steps") -> None:
    """Raises InvalidInput for what can be told without the database; `field` is what the input calls the steps."""
    problems = Problems()
    problems.text("name", new.name, limit=MAX_SHORT)
    if not 0 < len(new.steps) <= MAX_STEPS:
        problems.add(field, f"must be 1 to {MAX_STEPS}")
    for place, step in enumerate(new.steps):
        path = f"{field}[{place}]"
        problems.text(f"{path}.name", step.name, limit=MAX_SHORT)
        problems.choice(f"{path}.mode", step.mode, MODES)
        if not 0 < len(step.approvers) <= MAX_APPROVERS:
            problems.add(f"{path}.approvers", f"must be 1 to {MAX_APPROVERS}")
        if (step.mode == "quorum") != (step.quorum > 0):
            problems.add(f"{path}.quorum", "must be given with the mode quorum, and with no other")
        if not 0 <= step.stage <= MAX_STEPS:
            problems.add(f"{path}.stage", f"must be 1 to {MAX_STEPS}")
        for name in ("remind_after_seconds", "expires_after_seconds"):
            if not 0 <= getattr(step, name) <= MAX_SECONDS:
                problems.add(f"{path}.{name.removesuffix('_seconds')}", "must be at most 366 days")
    problems.raise_any()


async def open_stage(tx: Tx, matter: Matter, stage: int) -> None:
    """Opens the steps of a stage: their votes can be given, their timers run."""
    asked: list[ApprovalVote] = []
    now = matter.occasion.recorded_at
    for step in matter.view.steps:
        if step.stage != stage:
            continue
        step.state, step.opened_at = "pending", now
        if step.expires_after_seconds:
            step.due_at = now + timedelta(seconds=step.expires_after_seconds)
        for vote in matter.view.votes[step.id]:
            vote.state = "pending"
            asked.append(vote)
        await schedule_step(tx, step, now, expiry=True)
    await ask(tx, matter, asked)


async def schedule_step(tx: Tx, step: ApprovalStep, now: datetime, *, expiry: bool) -> None:
    """Sets the timer of the next reminder and, where wanted, that of the end."""
    if step.remind_after_seconds:
        due_at = now + timedelta(seconds=step.remind_after_seconds)
        await timers.schedule(tx, kind=REMINDER, key=str(step.id), due_at=due_at)
    if expiry and step.due_at is not None:
        await timers.schedule(tx, kind=EXPIRY, key=str(step.id), due_at=step.due_at)


async def ask(tx: Tx, matter: Matter, votes: Sequence[ApprovalVote], *, reminder: bool = False) -> None:
    """Publishes ApprovalRequested for open votes; for who is away, whoever stands in is told."""
    now = matter.occasion.recorded_at
    steps = {step.id: step for step in matter.view.steps}
    instead = await standing_in(tx, [vote.person_id for vote in votes], now)
    asked = []
    for vote in votes:
        person: Reference | None = instead.get(vote.person_id) or matter.view.named(vote.person_id)
        assert person is not None  # a vote is somebody's
        until = now + LINK_HOLDS
        asked.append(Asked(vote.id, person, min(steps[vote.step_id].due_at or until, until)))
    action = "approval_reminded" if reminder else "approval_requested"
    told = await tell_of_approval(tx, matter, action)
    approval_events.approval_requested(tx, told, asked, reminder=reminder)


def _approval(ticket: Ticket, new: NewApproval, occasion: Occasion) -> Approval:
    asker = occasion.actor
    return Approval(
        ticket_id=ticket.id,
        name=new.name.strip(),
        state="pending",
        own_allowed=new.own_allowed,
        asker_kind=asker.kind,
        asker_id=asker.id,
        asker_name=asker.name,
        asker_email=asker.email,
        decided_at=None,
    )


def _step(approval: Approval, place: int, stage: int, step: NewStep, voters: int) -> ApprovalStep:
    mode = step.mode or "all"
    return ApprovalStep(
        approval_id=approval.id,
        position=place,
        stage=stage,
        name=step.name.strip(),
        mode=mode,
        needed=needed_votes(mode, step.quorum, voters),
        state="waiting",
        remind_after_seconds=step.remind_after_seconds,
        expires_after_seconds=step.expires_after_seconds,
    )


def _vote(step: ApprovalStep, ticket: Ticket, voter: Voter) -> ApprovalVote:
    return ApprovalVote(
        step_id=step.id,
        approval_id=step.approval_id,
        ticket_id=ticket.id,
        person_id=voter.person.id,
        via=voter.via,
        team_id=voter.team_id,
        state="waiting",
        comment="",
    )
