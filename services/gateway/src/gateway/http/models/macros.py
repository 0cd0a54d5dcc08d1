"""Bodies of macros."""

from pydantic import ConfigDict, Field, JsonValue
from pydantic.config import JsonDict

from gateway.http.models.actions import REPLY, WAIT, Action, MacroAction
from gateway.http.models.common import Input, Output, PersonRef, Text
from gateway.http.models.conversation import Comment
from gateway.http.models.sharing import KEPT, SHARED, Sharing, SharingInput
from gateway.http.models.tickets import TICKET, Ticket

SAVED: JsonDict = {
    "name": "Restart the router",
    "description": "The first thing to try.",
    "actions": [REPLY, WAIT],
}


class NewMacro(Input):
    """A canned reply, with what else is done to the ticket."""

    model_config = ConfigDict(json_schema_extra={"examples": [{**SAVED, "shared_with": SHARED}]})

    name: Text
    description: Text = ""
    actions: list[MacroAction] = Field(description="Done in this order; at most 20.")
    shared_with: SharingInput = Field(default_factory=SharingInput)


class MacroPatch(Input):
    """The fields to change; actions are replaced as a whole."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"name": "Restart", "actions": [REPLY]}]})

    name: Text | None = None
    description: Text | None = None
    actions: list[MacroAction] | None = None
    shared_with: SharingInput | None = None


class Macro(Output):
    """A canned reply, with what else is done to the ticket."""

    model_config = ConfigDict(json_schema_extra={"examples": [{**SAVED, **KEPT}]})

    id: str
    name: str
    description: str
    actions: list[Action]
    shared_with: Sharing
    owner: PersonRef | None
    created_at: str
    updated_at: str
    version: int


class FieldChange(Output):
    """A field, before and after."""

    field: str = Field(description="`fields.<slug>` for the tenant's own.")
    from_: JsonValue = Field(alias="from")
    to: JsonValue


class MacroEffect(Output):
    """What a macro does to a ticket."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "ticket": TICKET,
                    "comments": [],
                    "changes": [{"field": "state", "from": "open", "to": "pending_requester"}],
                }
            ]
        }
    )

    ticket: Ticket = Field(description="As it is afterwards.")
    comments: list[Comment] = Field(description="What is said, with the variables filled in.")
    changes: list[FieldChange]
