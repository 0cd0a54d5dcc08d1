"""What is done to a ticket by a macro or a rule."""

from typing import Annotated, Literal, TypeAlias

from pydantic import Field, JsonValue
from pydantic.config import JsonDict

from gateway.http.models.common import FreeForm, Input, Output, Text

REPLY: JsonDict = {
    "type": "reply",
    "body": "Hello {{requester.first_name}},\nplease restart the router first.",
}
WAIT: JsonDict = {"type": "move", "to": "pending_requester"}


class SetAction(Input):
    """Sets fields."""

    type: Literal["set"]
    values: FreeForm = Field(
        default_factory=dict,
        description="`impact`, `urgency`, `priority`, `type`, `queue`, `category`, `service_id`.",
    )
    fields: FreeForm = Field(
        default_factory=dict, description="The tenant's own fields; null takes a value off."
    )


class TagAction(Input):
    """Puts tags on and takes tags off."""

    type: Literal["tag"]
    add: list[Text] = Field(default_factory=list)
    remove: list[Text] = Field(default_factory=list)


class AssignAction(Input):
    """Assigns the ticket; what is left out stays, null takes it off."""

    type: Literal["assign"]
    team: Text | None = Field(default=None, description="Id or slug.")
    assignee: Text | None = Field(
        default=None, description="Id or e-mail address; in a macro `me` is who applies it."
    )


class MoveAction(Input):
    """Moves the ticket to another state, unless it is there."""

    type: Literal["move"]
    to: Text


class SayAction(Input):
    """A public reply or an internal note."""

    type: Literal["reply", "note"]
    body: Text = Field(description="With variables such as `{{ticket.number}}` and `{{fields.location}}`.")


MacroAction: TypeAlias = Annotated[
    SetAction | TagAction | AssignAction | MoveAction | SayAction, Field(discriminator="type")
]


class Action(Output):
    """One thing that is done, with the parameters of its type."""

    type: str
    values: dict[str, JsonValue] | None = None
    fields: dict[str, JsonValue] | None = None
    add: list[str] | None = None
    remove: list[str] | None = None
    team: str | None = None
    assignee: str | None = None
    to: str | None = None
    body: str | None = None
