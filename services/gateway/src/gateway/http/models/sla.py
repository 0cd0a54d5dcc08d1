"""Bodies of policies and clocks."""

from pydantic import ConfigDict, Field
from pydantic.config import JsonDict

from gateway.http.models.calendars import TIMES
from gateway.http.models.common import ID, OTHER_ID, Input, Moment, Output, Text
from gateway.http.models.tickets import CLOCK

POLICY: JsonDict = {
    "name": "Network, urgent",
    "order": 10,
    "condition": 'priority = "high" AND queue = "network"',
    "kind": "sla",
    "calendar_id": ID,
    "targets": [
        {"clock": "first_response", "priority": None, "target": "PT30M"},
        {"clock": "resolution", "priority": "high", "target": "PT4H"},
    ],
    "pause_states": ["pending_requester"],
    "warnings": ["50%", "PT30M"],
    "pause_when": 'fields.pending_reason = "parts"',
    "restart_on": [],
    "recompute": "creation",
    "clocks": [],
    "escalations": [{"clock": "resolution", "at": "PT30M", "time": "business", "to": ["supervisor"]}],
}


FAULT: JsonDict = {
    "field": "pause_when",
    "reason": "fields.pending_reason is at rest: tickets are given no values of it any more",
}


class Target(Input):
    """How long a clock may run."""

    clock: Text = Field(
        description="`first_response`, `next_response`, `update`, `time_to_own`, `resolution`, or one of its own."
    )
    priority: Text | None = Field(default=None, description="Null: any priority without a target of its own.")
    target: Text = Field(
        description="ISO 8601 duration of business time, `2 business days` or `end of business day 2`."
    )


class OwnClock(Input):
    """A clock that a policy defines; it starts when `start` holds and `stop` does not.

    Conditions are written as that of a policy, with `comment` beside the ticket's fields: `question` where the requester,
    `response` where an agent said something in public at that moment.
    """

    name: Text
    start: Text
    stop: Text = Field(description="It stops when this holds, or when the ticket is finished.")
    pause: Text = Field(
        default="", description="It pauses, beside the pauses of the policy, while this holds."
    )
    goes_on: bool = Field(default=False, description="Started again, it goes on; else it is wound anew.")


class Escalation(Input):
    """A step of an escalation chain. A clock that pauses or stops before its moment cancels it; each is told once."""

    clock: Text | None = Field(
        default=None, description="Of which clock; null: of every clock of the policy."
    )
    at: Text = Field(description="`80%` or `150%` of the target, `PT30M` after it or `-PT30M` before it.")
    time: Text = Field(
        default="business",
        description="How `PT30M` counts: `business` (so people are told in the calendar's hours) or `wall` time.",
    )
    to: list[Text] = Field(
        description="`assignee`, `team`, `supervisor` (of the team), `manager` (of the assignee),"
        " or people by e-mail address or id."
    )


class NewPolicy(Input):
    """Which tickets have to be worked how fast."""

    model_config = ConfigDict(json_schema_extra={"examples": [POLICY]})

    name: Text
    order: int = Field(ge=-(2**31), lt=2**31, description="Lower wins among the policies of a kind.")
    condition: Text = Field(default="", description="AIP-160 over the ticket's fields; empty: every ticket.")
    kind: Text = Field(default="sla", description="`sla`, `ola` or `uc`.")
    calendar_id: Text
    targets: list[Target]
    pause_states: list[Text] = Field(default_factory=list)
    warnings: list[Text] = Field(
        default_factory=list, description="`50%` of the target, or an ISO 8601 duration before it."
    )
    active: bool = True
    pause_when: Text = Field(
        default="",
        description="A condition under which clocks pause beside the states, such as a pending reason.",
    )
    restart_on: list[Text] = Field(
        default_factory=list,
        description="With a change of these its clocks are wound anew: `team`, `queue`, `assignee`, `service_id`.",
    )
    recompute: Text = Field(
        default="creation",
        description="From when clocks count whose target changed: their start (`creation`) or the `change`.",
    )
    clocks: list[OwnClock] = Field(default_factory=list, description="Clocks that the policy defines.")
    escalations: list[Escalation] = Field(
        default_factory=list,
        description="Who is told, beyond the warnings, before and after a target passes.",
    )


class PolicyPatch(Input):
    """The fields to change; lists are replaced as a whole."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"order": 20}]})

    name: Text | None = None
    order: int | None = Field(default=None, ge=-(2**31), lt=2**31)
    condition: Text | None = None
    kind: Text | None = None
    calendar_id: Text | None = None
    targets: list[Target] | None = None
    pause_states: list[Text] | None = None
    warnings: list[Text] | None = None
    active: bool | None = None
    pause_when: Text | None = None
    restart_on: list[Text] | None = None
    recompute: Text | None = None
    clocks: list[OwnClock] | None = None
    escalations: list[Escalation] | None = None


class PolicyFault(Output):
    """Something that a policy names and that tickets do not have any more: there it can never hold."""

    field: str = Field(description="Where in the policy.")
    reason: str


class Policy(Output):
    """Which tickets have to be worked how fast."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"id": ID, **POLICY, "active": True, "faults": [FAULT], **TIMES}]}
    )

    id: str
    name: str
    order: int
    condition: str
    kind: str
    calendar_id: str
    targets: list[Target]
    pause_states: list[str]
    warnings: list[str]
    active: bool
    faults: list[PolicyFault]
    pause_when: str
    restart_on: list[str]
    recompute: str
    clocks: list[OwnClock]
    escalations: list[Escalation]
    created_at: str
    updated_at: str
    version: int


class ClockQuery(Input):
    """As of when, and how explicit."""

    at: Moment | None = Field(default=None, description="As of this time; now when absent.")
    explain: bool = Field(default=False, description="With every interval, counted or not, and why.")


class ClockInterval(Output):
    """A stretch of time and whether the clock counted it."""

    start: str
    end: str
    counted: bool
    reason: str
    duration: str = Field(description="ISO 8601, counted.")


class ClockChange(Output):
    """A field of a clock that a recomputation changed."""

    field: str
    before: str | None
    after: str | None


class Recomputation(Output):
    """What a changed priority, policy, calendar or time of the ticket changed of a clock."""

    at: str
    reason: str
    changes: list[ClockChange]


class ClockEscalation(Escalation):
    """A step of the chain of a clock."""

    reached: bool
    due_at: str | None = Field(description="When it came or will come; null while the clock does not run.")


class Clock(Output):
    """A clock of a ticket."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    **CLOCK,
                    "id": OTHER_ID,
                    "elapsed": "PT1H30M",
                    "remaining": "PT2H30M",
                    "breached_at": None,
                    "policy_id": ID,
                    "agreed": "PT4H",
                    "policy_version": 1,
                    "calendar": "business",
                    "calendar_id": OTHER_ID,
                    "calendar_version": 1,
                }
            ]
        }
    )

    id: str
    name: str
    state: str = Field(description="`running`, `paused` or `stopped`.")
    kind: str = Field(description="`sla`, `ola` or `uc`.")
    target: str
    started_at: str | None
    due_at: str | None = Field(description="Null while paused.")
    paused_at: str | None
    stopped_at: str | None
    elapsed: str
    remaining: str = Field(description="Negative (`-PT5M`) after the target has passed.")
    breached: bool
    breached_at: str | None
    policy: str = Field(description="Name of the policy.")
    policy_id: str | None
    agreed: str = Field(description="The target as the policy writes it: `PT4H`, `end of business day 2`.")
    policy_version: int
    calendar: str = Field(description="Name of the calendar.")
    calendar_id: str | None
    calendar_version: int
    explanation: list[str] | None = Field(
        default=None, description="Only with `explain`: by which rules, where it stands, where the time went."
    )
    intervals: list[ClockInterval] | None = Field(default=None, description="Only with `explain`.")
    recomputations: list[Recomputation] | None = Field(
        default=None,
        description="Only with `explain`: each time its target or times were changed, oldest first.",
    )
    escalations: list[ClockEscalation] | None = Field(
        default=None, description="Only with `explain`: the steps of its escalation chain."
    )
