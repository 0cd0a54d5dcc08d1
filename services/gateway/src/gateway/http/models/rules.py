"""Bodies of rules."""

from typing import Annotated

from pydantic import ConfigDict, Field
from pydantic.config import JsonDict

from gateway.http.models.actions import Action, MacroAction
from gateway.http.models.common import EARLIER, ID, OTHER_ID, Input, Output, Ref, Text
from gateway.http.models.macros import FieldChange

SAVED: JsonDict = {
    "name": "Urgent network trouble",
    "description": "Cables first.",
    "on": ["created"],
    "after": None,
    "condition": 'queue = "network" AND impact = "high"',
    "actions": [
        {"type": "set", "values": {"priority": "critical"}},
        {"type": "assign", "team": "network"},
    ],
    "order": 10,
    "stop": False,
    "active": True,
}
TICKET: JsonDict = {"id": ID, "key": "INC-1042", "name": ""}
CHANGE: JsonDict = {"field": "priority", "from": "medium", "to": "critical"}

Order = Annotated[int, Field(ge=-1_000_000, le=1_000_000, description="Lower runs first.")]
ON = (
    "`created`, `updated`, `state_changed`, `assigned`, `commented`, `approval_completed`,"
    " `major_declared`, `major_ended`, `clock_warning`, `clock_breached`; none with `after`."
)
AFTER = (
    "ISO 8601 duration of wall time for which the condition must hold; then the rule acts, once for each ticket. For"
    " business time, wait for the `clock_warning` or `clock_breached` of a policy's clock."
)
CONDITION = (
    "AIP-160 over the ticket's fields; with `on` also `event`, `changed`, `old_state`, `actor`, `actor_kind`,"
    " `comment.visibility`, `comment.body`, `comment.from_requester`, `approval.name`,"
    " `approval.state`, `clock.name` and `clock.kind`."
)


class NewRule(Input):
    """What happens to tickets by itself."""

    model_config = ConfigDict(json_schema_extra={"examples": [SAVED]})

    name: Text
    description: Text = ""
    on: list[Text] = Field(default_factory=list, description=ON)
    after: Text | None = Field(default=None, description=AFTER)
    condition: Text = Field(default="", description=CONDITION)
    actions: list[MacroAction] = Field(description="Done in this order, all or none; at most 20.")
    order: Order = 0
    stop: bool = Field(default=False, description="Rules after it do not run where it acted.")
    active: bool = True


class RulePatch(Input):
    """The fields to change; a rule that the desk has stopped runs again."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"active": False}]})

    name: Text | None = None
    description: Text | None = None
    on: list[Text] | None = None
    after: Text | None = None
    condition: Text | None = None
    actions: list[MacroAction] | None = None
    order: Order | None = None
    stop: bool | None = None
    active: bool | None = None


class Rule(Output):
    """What happens to tickets by itself."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "id": ID,
                    **SAVED,
                    "stopped_at": None,
                    "stopped_reason": None,
                    "created_at": EARLIER,
                    "updated_at": EARLIER,
                    "version": 1,
                }
            ]
        }
    )

    id: str
    name: str
    description: str
    on: list[str]
    after: str | None
    condition: str
    actions: list[Action]
    order: int
    stop: bool
    active: bool
    stopped_at: str | None = Field(description="When the desk stopped it; it rests until it is changed.")
    stopped_reason: str | None = Field(description="It ran in circles, or no longer fits the configuration.")
    created_at: str
    updated_at: str
    version: int


class RuleExecution(Output):
    """One time that a rule's condition held."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "id": OTHER_ID,
                    "rule_id": ID,
                    "ticket": TICKET,
                    "trigger": "created",
                    "cause": f"event:{ID}",
                    "outcome": "done",
                    "changes": [CHANGE],
                    "error": None,
                    "created_at": EARLIER,
                }
            ]
        }
    )

    id: str
    rule_id: str
    ticket: Ref | None
    trigger: str = Field(description="One of the rule's `on`, or `time`.")
    cause: str
    outcome: str = Field(description="`done`, `failed` or `stopped`.")
    changes: list[FieldChange]
    error: str | None
    created_at: str


class DryRunQuery(Input):
    """How far back a rule is tried."""

    days: int = Field(default=7, ge=1, le=14)


class RuleMatch(Output):
    """What a rule would have done."""

    ticket: Ref | None
    at: str
    trigger: str
    changes: list[FieldChange]


class DryRun(Output):
    """What a rule would have done in the past days, each event looked at for itself."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "items": [{"ticket": TICKET, "at": EARLIER, "trigger": "created", "changes": [CHANGE]}],
                    "events": 120,
                    "more": False,
                }
            ]
        }
    )

    items: list[RuleMatch] = Field(description="The newest first, at most 200.")
    events: int = Field(description="How many events were looked at: the newest, at most 2000.")
    more: bool = Field(description="There were more events, or more matches.")
