"""Bodies of approvals."""

from datetime import timedelta
from typing import Annotated, Literal, TypeAlias

from pydantic import BeforeValidator, ConfigDict, Field, WithJsonSchema, model_validator
from pydantic.config import JsonDict

from gateway.http.models.common import (
    ACTOR,
    EARLIER,
    ID,
    LATER,
    OTHER_ID,
    PERSON,
    Actor,
    Input,
    Moment,
    Output,
    Person,
    PersonRef,
    Ref,
    Reference,
    Text,
)


def _iso(value: object) -> object:
    if not isinstance(value, str) or not value.startswith("P"):
        raise ValueError("is not an ISO 8601 duration, such as P1D or PT4H")
    return value


Duration: TypeAlias = Annotated[
    timedelta, BeforeValidator(_iso), WithJsonSchema({"type": "string", "format": "duration"})
]
"""ISO 8601."""


class Approver(Input):
    """Who is asked: a person, every active member of a team, or the manager of the requester."""

    person: Person | None = None
    team: Reference | None = None
    manager: Literal[True] | None = None

    @model_validator(mode="after")
    def _is_one(self) -> "Approver":
        if sum(one is not None for one in (self.person, self.team, self.manager)) != 1:
            raise ValueError("names a person, a team or the manager")
        return self


def _spelled_out(value: object) -> object:
    return {"person": value} if isinstance(value, str) else value


class NewApprovalStep(Input):
    """A step: who is asked, and how many of them have to agree."""

    approvers: list[Annotated[Approver, BeforeValidator(_spelled_out, json_schema_input_type=str | Approver)]]
    name: Text = ""
    mode: Literal["all", "any", "quorum"] | None = Field(
        default=None, description="`all` when absent, `quorum` where one is given."
    )
    quorum: int | None = Field(default=None, ge=1, le=200, description="How many have to agree.")
    stage: int | None = Field(
        default=None,
        ge=1,
        le=20,
        description="Steps of one stage are asked at once; absent: after the step before.",
    )
    remind_after: Duration | None = Field(
        default=None, description="Who has not decided is reminded each time."
    )
    expires_after: Duration | None = Field(
        default=None, description="The approval expires when it is open so long."
    )


class NewApproval(Input):
    """Whom to ask."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "name": "New laptop",
                    "steps": [
                        {"approvers": [{"manager": True}], "remind_after": "P1D"},
                        {"approvers": [{"team": "cab"}], "quorum": 2, "expires_after": "P14D"},
                    ],
                }
            ]
        }
    )

    steps: list[NewApprovalStep]
    name: Text = ""
    own_allowed: bool = Field(
        default=False, description="Whoever the ticket is for may decide too, where asked."
    )


class NewDecision(Input):
    """What the caller decides."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"decision": "approve", "comment": "Within the budget."}]}
    )

    decision: Literal["approve", "reject", "approved", "rejected"] = Field(
        description="`approve` or `reject`; the states that follow from them are taken as well."
    )
    comment: Text = ""
    vote_id: Text | None = Field(default=None, description="One vote; absent: all that are open for you.")

    def verb(self) -> str:
        """Say it as the services do."""
        return {"approved": "approve", "rejected": "reject"}.get(self.decision, self.decision)


class NewDelegation(Input):
    """Who decides instead of the caller."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"to": "supervisor@acme.example"}]})

    to: Person
    comment: Text = ""


class Vote(Output):
    """What one person has to decide."""

    id: str
    approver: PersonRef | None
    via: str = Field(description="Why this person: `person`, `manager` or `team`.")
    team: Ref | None
    state: str
    decided_by: PersonRef | None = Field(description="The approver, or whoever stood in.")
    delegated_by: PersonRef | None
    comment: str | None
    decided_at: str | None


class ApprovalStep(Output):
    """A step of an approval."""

    id: str
    name: str | None
    stage: int
    mode: str
    needed: int = Field(description="So many votes in favour approve the step.")
    state: str
    opened_at: str | None
    due_at: str | None
    decided_at: str | None
    remind_after: str | None
    expires_after: str | None
    votes: list[Vote]


class TicketRef(Output):
    """The ticket in question."""

    id: str
    key: str
    name: str


APPROVAL: JsonDict = {
    "id": ID,
    "ticket": {"id": OTHER_ID, "key": "REQ-1042", "name": "New laptop"},
    "name": "New laptop",
    "state": "pending",
    "own_allowed": False,
    "steps": [
        {
            "id": ID,
            "name": None,
            "stage": 1,
            "mode": "all",
            "needed": 1,
            "state": "pending",
            "opened_at": EARLIER,
            "due_at": LATER,
            "decided_at": None,
            "remind_after": "P1D",
            "expires_after": None,
            "votes": [
                {
                    "id": ID,
                    "approver": PERSON,
                    "via": "manager",
                    "team": None,
                    "state": "pending",
                    "decided_by": None,
                    "delegated_by": None,
                    "comment": None,
                    "decided_at": None,
                }
            ],
        }
    ],
    "requested_by": ACTOR,
    "created_at": EARLIER,
    "decided_at": None,
    "version": 1,
}


class Approval(Output):
    """People are asked to agree to a ticket."""

    model_config = ConfigDict(json_schema_extra={"examples": [APPROVAL]})

    id: str
    ticket: TicketRef
    name: str | None
    state: str = Field(description="`pending`, `approved`, `rejected`, `expired` or `withdrawn`.")
    own_allowed: bool
    steps: list[ApprovalStep]
    requested_by: Actor | None
    created_at: str
    decided_at: str | None
    version: int


class NewSubstitute(Input):
    """Who decides while the caller is away."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"person": "supervisor@acme.example", "ends_at": LATER}]}
    )

    person: Person
    starts_at: Moment | None = Field(default=None, description="Absent: from now on.")
    ends_at: Moment


class Substitute(Output):
    """Who decides while somebody is away."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"person": PERSON, "starts_at": EARLIER, "ends_at": LATER}]}
    )

    person: PersonRef | None
    starts_at: str | None
    ends_at: str | None
