"""Approvals with their steps, votes and people, as they are told."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy import select

from chassis.db import Tx
from tickets.db.approvals import Approval, ApprovalStep, ApprovalVote
from tickets.db.directory import Person, Team
from tickets.db.tickets import Ticket
from tickets.domain.approvals import Ballot
from tickets.domain.references import Reference


@dataclass(slots=True)
class ApprovalView:
    """An approval with all that belongs to it; steps in their order, votes by step in the order of their making."""

    approval: Approval
    number: str
    title: str
    steps: list[ApprovalStep] = field(default_factory=list)
    votes: dict[UUID, list[ApprovalVote]] = field(default_factory=dict)
    names: dict[UUID, Reference] = field(default_factory=dict)

    def named(self, id: UUID | None) -> Reference | None:  # noqa: A002 (the word of the domain)
        """The person or team of an id; by id alone where nothing is known of it."""
        return None if id is None else self.names.get(id) or Reference(id, "", "")

    def all_votes(self) -> list[ApprovalVote]:
        """The votes of all steps."""
        return [vote for step in self.steps for vote in self.votes.get(step.id, [])]

    def ballots(self) -> list[Ballot]:
        """The steps as the rules look at them."""
        return [
            Ballot(step.stage, step.needed, [vote.state for vote in self.votes.get(step.id, [])])
            for step in self.steps
        ]


async def view_approval(tx: Tx, approval: Approval, ticket: Ticket) -> ApprovalView:
    """The approval with all that belongs to it."""
    return (await view_approvals(tx, [(approval, ticket.number, ticket.title)]))[0]


async def view_approvals(tx: Tx, found: Sequence[tuple[Approval, str, str]]) -> list[ApprovalView]:
    """Approvals, each with number and title of its ticket, with all that belongs to them, in their order."""
    views = {approval.id: ApprovalView(approval, number, title) for approval, number, title in found}
    steps = await tx.scalars(
        select(ApprovalStep).where(ApprovalStep.approval_id.in_(views)).order_by(ApprovalStep.position)
    )
    for step in steps:
        views[step.approval_id].steps.append(step)
    votes = await tx.scalars(
        select(ApprovalVote).where(ApprovalVote.approval_id.in_(views)).order_by(ApprovalVote.id)
    )
    for vote in votes:
        views[vote.approval_id].votes.setdefault(vote.step_id, []).append(vote)
    for view in views.values():
        await load_names(tx, view)
    return list(views.values())


async def load_names(tx: Tx, view: ApprovalView) -> None:
    """Loads the names that the votes need and that are not there yet."""
    people: set[UUID] = set()
    teams: set[UUID] = set()
    for vote in view.all_votes():
        people |= {
            id_ for id_ in (vote.person_id, vote.decided_by_id, vote.delegated_by_id) if id_ is not None
        }
        if vote.team_id is not None:
            teams.add(vote.team_id)
    for person in await tx.scalars(select(Person).where(Person.id.in_(people - view.names.keys()))):
        view.names[person.id] = Reference(person.id, person.email, person.name)
    for team in await tx.scalars(select(Team).where(Team.id.in_(teams - view.names.keys()))):
        view.names[team.id] = Reference(team.id, team.slug, team.name)
