"""Bodies of workflows."""

from typing import Literal

from pydantic import ConfigDict, Field, JsonValue
from pydantic.config import JsonDict

from gateway.http.models.common import (
    EARLIER,
    ID,
    FreeForm,
    Input,
    Output,
    PageQuery,
    ProblemField,
    Ref,
    Reference,
    Text,
)

DEFINITION: JsonDict = {
    "initial": "new",
    "states": [
        {"slug": "new", "name": "New", "category": "new"},
        {"slug": "open", "name": "Open", "category": "active"},
        {"slug": "resolved", "name": "Resolved", "category": "resolved"},
        {"slug": "closed", "name": "Closed", "category": "closed"},
    ],
    "moves": [
        {"from": "new", "to": "open", "name": "Start work", "permission": "tickets.transition"},
        {
            "from": "open",
            "to": "resolved",
            "name": "Resolve",
            "permission": "tickets.transition",
            "only": ["assignee"],
            "required_fields": ["location"],
            "comment_required": True,
            "guards": [
                {"kind": "no_open_children"},
                {"kind": "condition", "filter": "tags:tested", "message": "it was not tested"},
            ],
        },
        {
            "from": "resolved",
            "to": "open",
            "name": "Reopen",
            "permission": "tickets.transition",
            "own_permission": "tickets.close_own",
        },
    ],
    "automatic": [
        {"on": "assigned", "from": ["new"], "to": "open"},
        {"after": "P5D", "from": ["resolved"], "to": "closed"},
    ],
}

ABOUT = (
    "`initial`; `states` with `slug`, `name` and `category` (`new`, `active`, `waiting`, `resolved`, `closed`, `cancelled`); "
    "`moves` with `from`, `to`, `name`, `permission`, `own_permission` (for requesters), `roles`, `only` (`assignee`, "
    "`requester`), `required_fields`, `comment_required`, `guards` (`no_open_children`, `approved`, or a `condition` with `filter` and "
    "`message`); `automatic` moves `on` an event (`agent_replied`, `assigned`, `requester_replied`, `reminded`, "
    "`approved`, `rejected`) or `after` a duration."
)


class NewWorkflow(Input):
    """The life cycle of a type in a process."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"process": "it", "type": "complaint", "name": "Complaint", "definition": DEFINITION}
            ]
        }
    )

    process: Reference
    type: Text = Field(description="Slug of a ticket type.")
    name: Text
    definition: FreeForm = Field(description=ABOUT)


class RunningTickets(Input):
    """What becomes of tickets that live by an older version."""

    rule: Literal["keep", "move"] = Field(
        default="keep", description="`keep` their version, or `move` to the new one."
    )
    state_map: dict[Text, Text] = Field(
        default_factory=dict, description="Of a move: states that are no more, and what takes their place."
    )


class WorkflowPatch(Input):
    """The fields to change; another definition is a new version."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"definition": DEFINITION, "running": {"rule": "move", "state_map": {"pending": "open"}}}
            ]
        }
    )

    name: Text | None = None
    definition: FreeForm | None = Field(default=None, description=ABOUT)
    running: RunningTickets = Field(default_factory=RunningTickets)


class WorkflowDraft(Input):
    """A definition that is not saved yet."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"definition": DEFINITION}]})

    definition: FreeForm = Field(description=ABOUT)


class WorkflowQuery(PageQuery):
    """Which page of which workflows."""

    process: Text = Field(default="", description="Id or slug of a process.", examples=["it"])
    type: Text = Field(default="", description="Slug of a ticket type.", examples=["incident"])


class Workflow(Output):
    """The life cycle of a type in a process, with its newest version."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "id": ID,
                    "name": "Incident",
                    "process": {"id": ID, "key": "it", "name": "IT"},
                    "type": "incident",
                    "revision": 2,
                    "definition": DEFINITION,
                    "created_at": EARLIER,
                    "updated_at": EARLIER,
                    "version": 2,
                }
            ]
        }
    )

    id: str
    name: str
    process: Ref | None
    type: str
    revision: int = Field(description="Of the version that new tickets get.")
    definition: dict[str, JsonValue] = Field(description=ABOUT)
    created_at: str
    updated_at: str
    version: int


class WorkflowVersion(Output):
    """What a workflow said from a time on."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "id": ID,
                    "revision": 1,
                    "definition": DEFINITION,
                    "created_at": EARLIER,
                    "running_tickets": 12,
                }
            ]
        }
    )

    id: str
    revision: int
    definition: dict[str, JsonValue]
    created_at: str
    running_tickets: int = Field(description="Tickets that live by it and have not ended.")


class Validation(Output):
    """What is wrong with a definition."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "valid": False,
                    "errors": [{"field": "definition.moves[3].to", "reason": "there is no state done"}],
                }
            ]
        }
    )

    valid: bool
    errors: list[ProblemField]
