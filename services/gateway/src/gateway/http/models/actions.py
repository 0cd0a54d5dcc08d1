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
    format: Text | None = Field(
        default=None, description="What it is written in: `text` (default), `markdown` or `html`."
    )


class NotifyAction(Input):
    """Tells people something by mail; who is named twice is told once."""

    type: Literal["notify"]
    people: list[Text] = Field(default_factory=list, description="Ids or e-mail addresses.")
    teams: list[Text] = Field(default_factory=list, description="Ids or slugs; their active members.")
    roles: list[Text] = Field(
        default_factory=list,
        description="What people are to the ticket: `requester`, `assignee`, `team`, `watchers`, or `supervisors` (who"
        " hold the role `supervisor` for its queue).",
    )
    body: Text = Field(description="With the variables of replies.")


class WatchAction(Input):
    """Has people watch the ticket, or no longer."""

    type: Literal["watch"]
    add: list[Text] = Field(default_factory=list, description="Ids or e-mail addresses.")
    remove: list[Text] = Field(default_factory=list, description="Ids or e-mail addresses.")


class LinkAction(Input):
    """Links the ticket to another one, unless they are linked so."""

    type: Literal["link"]
    link: Text = Field(description="What this ticket is to the other one, such as `has_problem`.")
    ticket: Text = Field(description="The other ticket, by id or number.")


class ChildAction(Input):
    """Makes a ticket below this one, of which the requester is not told."""

    type: Literal["child"]
    title: Text = Field(description="With the variables of replies.")
    description: Text | None = Field(default=None, description="With the variables of replies.")
    ticket_type: Text | None = None
    queue: Text | None = Field(default=None, description="Id or slug; that of this ticket when absent.")
    priority: Text | None = Field(default=None, description="That of this ticket when absent.")


class ApprovalAction(Input):
    """Asks people to approve the ticket."""

    type: Literal["approval"]
    name: Text = ""
    steps: list[FreeForm] = Field(description="As those of `POST /tickets/{ticket}/approvals`.")
    own_allowed: bool = Field(default=False, description="Whoever the ticket is for may decide too.")


class WebhookAction(Input):
    """Calls a webhook about the ticket, with an event of type `WebhookRequested`."""

    type: Literal["webhook"]
    webhook: Text = Field(description="Id or name.")
    body: Text | None = Field(
        default=None, description="A text for the other side, with the variables of replies."
    )


MacroAction: TypeAlias = Annotated[
    SetAction
    | TagAction
    | AssignAction
    | MoveAction
    | SayAction
    | NotifyAction
    | WatchAction
    | LinkAction
    | ChildAction
    | ApprovalAction
    | WebhookAction,
    Field(discriminator="type"),
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
    people: list[str] | None = None
    teams: list[str] | None = None
    roles: list[str] | None = None
    link: str | None = None
    ticket: str | None = None
    title: str | None = None
    description: str | None = None
    ticket_type: str | None = None
    queue: str | None = None
    priority: str | None = None
    name: str | None = None
    steps: list[dict[str, JsonValue]] | None = None
    own_allowed: bool | None = None
    webhook: str | None = None
