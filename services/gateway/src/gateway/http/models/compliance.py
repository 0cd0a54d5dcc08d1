"""Bodies of compliance."""

from typing import Annotated

from pydantic import ConfigDict, Field

from gateway.http.models.common import (
    ID,
    LATER,
    OTHER_ID,
    QUEUE,
    Input,
    Moment,
    Output,
    PageQuery,
    PersonRef,
    Ref,
    Text,
)

Kind = Annotated[Text, Field(default="", description="`sla`, `ola` or `uc`; all when absent.")]
ClockName = Annotated[Text, Field(default="", description="`resolution`, …; all when absent.")]


class Scope(Input):
    """Which clocks are counted, and by what."""

    by: Text = Field(
        default="policy",
        description="`policy`, `organization`, `service`, `team`, `assignee`, `queue`, `process`, `priority`, `clock`,"
        " `day`, `week` or `month`.",
    )
    since: Moment | None = Field(default=None, description="Thirty days before `until` when absent.")
    until: Moment | None = Field(
        default=None, description="Now when absent; at most two years after `since`."
    )
    kind: Kind
    clock: ClockName


class ComplianceQuery(PageQuery, Scope):
    """Which clocks are counted, by what, and which page of it."""


class RiskQuery(PageQuery):
    """Which clocks, and how soon they are due."""

    within: Text = Field(default="", description="ISO 8601 duration, `PT4H` when absent, at most `P31D`.")
    kind: Kind
    clock: ClockName


class ComplianceGroup(Output):
    """What became of the clocks of one policy, team, month, … that started in the time asked for."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "id": ID,
                    "key": "Standard, business hours",
                    "met": 180,
                    "breached": 20,
                    "open": 12,
                    "rate": 0.9,
                    "average": "PT3H20M",
                }
            ]
        }
    )

    id: str | None = Field(description="Null for those that have none, such as tickets without a team.")
    key: str | None = Field(description="A name, slug or address; of periods their first day.")
    met: int = Field(description="Stopped in time.")
    breached: int
    open: int = Field(description="Running or paused, and in time so far.")
    rate: float | None = Field(description="Those met among those met or breached.")
    average: str | None = Field(description="ISO 8601, the mean business time of those that stopped.")


class ClockAtRisk(Output):
    """A running clock that is breached or soon will be."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "id": OTHER_ID,
                    "name": "resolution",
                    "kind": "sla",
                    "policy": "Standard, business hours",
                    "due_at": LATER,
                    "breached": False,
                    "ticket": {
                        "id": ID,
                        "number": "INC-1042",
                        "title": "Printer is on fire",
                        "priority": "high",
                    },
                    "queue": QUEUE,
                    "team": None,
                    "assignee": None,
                }
            ]
        }
    )

    id: str
    name: str
    kind: str
    policy: str
    due_at: str
    breached: bool
    ticket: "TicketAtRisk"
    queue: Ref | None
    team: Ref | None
    assignee: PersonRef | None


class TicketAtRisk(Output):
    """The ticket of a clock."""

    id: str
    number: str
    title: str
    priority: str
