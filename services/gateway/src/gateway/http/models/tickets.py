"""Bodies of tickets and of what belongs to one."""

from pydantic import ConfigDict, Field, JsonValue
from pydantic.config import JsonDict

from gateway.http.models.common import (
    EARLIER,
    ID,
    LATER,
    OTHER_ID,
    PERSON,
    QUEUE,
    FreeForm,
    Input,
    Moment,
    Output,
    Person,
    PersonRef,
    Ref,
    Reference,
    SearchQuery,
    Text,
)

IMPORTED = "When it really happened, not in the future. Needs the permission `tickets.import`."


class NewTicket(Input):
    """What a new ticket says; only the title is required."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "type": "incident",
                    "title": "The printer on the third floor is on fire",
                    "description": "Smoke, then flames.",
                    "requester": {"email": "anna@acme.example"},
                    "impact": "high",
                    "urgency": "high",
                    "queue": "service-desk",
                    "tags": ["printer"],
                }
            ]
        }
    )

    title: Text
    type: Text | None = Field(default=None, description="Slug of a ticket type; `incident` when absent.")
    description: Text = ""
    description_format: Text | None = Field(
        default=None,
        description="What the description is written in: `text` (when absent), `markdown` or `html`.",
        examples=["markdown"],
    )
    requester: Person | None = Field(
        default=None,
        description="Who asks; you, when absent. An unknown e-mail address becomes a new requester.",
    )
    organization: Reference | None = Field(
        default=None, description="One of the requester's organisations; their first by key, when absent."
    )
    impact: Text | None = Field(default=None, description="`high`, `medium` or `low`.")
    urgency: Text | None = Field(default=None, description="`high`, `medium` or `low`.")
    priority: Text | None = Field(
        default=None,
        description="Follows from impact and urgency when absent. Needs the permission `tickets.override_priority`.",
    )
    process: Reference | None = None
    queue: Reference | None = None
    category: Text | None = None
    tags: list[Text] = Field(default_factory=list)
    fields: FreeForm = Field(default_factory=dict, description="Values of the tenant's own fields, by slug.")
    channel: Text | None = Field(default=None, description="How it came in; `api` when absent.")
    ci_ids: list[Text] = Field(default_factory=list)
    service_id: Text | None = None
    parent_id: Text | None = None
    language: Text | None = Field(default=None, description="BCP 47 tag of the text's language.")
    occurred_at: Moment | None = Field(default=None, description=IMPORTED)


class TicketPatch(Input):
    """The fields to change; those left out stay. Null empties a field."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"impact": "low", "tags": ["printer", "spare part"]}]}
    )

    title: Text | None = None
    description: Text | None = None
    description_format: Text | None = Field(
        default=None, description="What the new description is written in; plain text when absent."
    )
    type: Text | None = None
    impact: Text | None = None
    urgency: Text | None = None
    priority: Text | None = None
    queue: Reference | None = None
    category: Text | None = None
    tags: list[Text] | None = None
    fields: FreeForm | None = Field(
        default=None, description="Merged into the present values; null removes one."
    )
    requester: Person | None = None
    organization: Reference | None = Field(
        default=None, description="One of the requester's organisations; null: none."
    )
    ci_ids: list[Text] | None = None
    service_id: Text | None = None
    parent_id: Text | None = None
    remind_at: Moment | None = Field(
        default=None,
        description="In the future: then the assignee, or the team, gets a mail, and a ticket that waits is worked again.",
    )
    occurred_at: Moment | None = Field(default=None, description=IMPORTED)


class CountQuery(Input):
    """What is counted."""

    filter: list[Text] = Field(
        description="AIP-160 over the ticket's fields, 1 to 50 of them; an empty one is for all tickets.",
        examples=[["open = true", "open = true AND assignee = null"]],
        min_length=1,
        max_length=50,
    )
    up_to: int = Field(default=1_000, ge=1, le=10_000, description="No filter is counted further.")


class TicketCount(Output):
    """How many tickets a filter has for you."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"count": 17, "more": False}]})

    count: int
    more: bool = Field(description="There are more than were counted.")


class TicketQuery(SearchQuery):
    """Which page of the tickets."""

    q: Text = Field(
        default="",
        description="Words to find in number, title, description, own fields and conversation.",
        examples=["printer"],
    )
    filter: Text = Field(
        default="",
        description="AIP-160 over the ticket's fields.",
        examples=['state = "open" AND queue = "network"'],
    )


class TicketClock(Output):
    """A clock of the ticket, as the sla service last told it."""

    id: str
    name: str = Field(description="`first_response`, `resolution`, …")
    state: str = Field(description="`running`, `paused` or `stopped`.")
    kind: str | None = Field(description="`sla`, `ola` or `uc`.")
    target: str = Field(description="ISO 8601 duration of business time.")
    started_at: str | None
    due_at: str | None
    paused_at: str | None
    stopped_at: str | None
    breached: bool
    policy: str


CLOCK: JsonDict = {
    "id": OTHER_ID,
    "name": "resolution",
    "state": "running",
    "kind": "sla",
    "target": "PT4H",
    "started_at": EARLIER,
    "due_at": LATER,
    "paused_at": None,
    "stopped_at": None,
    "breached": False,
    "policy": "Standard",
}

TICKET: JsonDict = {
    "id": ID,
    "key": "INC-1042",
    "number": "INC-1042",
    "type": "incident",
    "title": "The printer on the third floor is on fire",
    "description": "Smoke, then flames.",
    "description_format": "text",
    "description_html": None,
    "state": "open",
    "state_category": "active",
    "priority": "critical",
    "impact": "high",
    "urgency": "high",
    "process": {"id": ID, "key": "it", "name": "IT"},
    "queue": QUEUE,
    "team": QUEUE,
    "assignee": PERSON,
    "requester": PERSON,
    "organization": None,
    "watchers": [],
    "tags": ["printer"],
    "category": None,
    "fields": {},
    "channel": "api",
    "language": "en",
    "ci_ids": [],
    "service_id": None,
    "parent_id": None,
    "merged_into": None,
    "created_at": EARLIER,
    "updated_at": EARLIER,
    "resolved_at": None,
    "closed_at": None,
    "first_responded_at": None,
    "due_at": LATER,
    "remind_at": None,
    "minutes_spent": 45,
    "minutes_billable": 30,
    "sla": [CLOCK],
    "version": 3,
}


class Ticket(Output):
    """A request of any type: the record of work."""

    model_config = ConfigDict(json_schema_extra={"examples": [TICKET]})

    id: str
    key: str = Field(description="The number.")
    number: str = Field(description="What people say; never reused.")
    type: str
    title: str
    description: str
    description_format: str = Field(description="What it was written in: `text`, `markdown` or `html`.")
    description_html: str | None = Field(
        description="As HTML that is safe to show, like `body_html` of comments. Null for `text`, in lists and in events."
    )
    state: str = Field(description="State of the workflow; changed by a transition alone.")
    state_category: str = Field(
        description="`new`, `active`, `waiting`, `resolved`, `closed` or `cancelled`."
    )
    priority: str | None
    impact: str | None
    urgency: str | None
    process: Ref | None
    queue: Ref | None
    team: Ref | None
    assignee: PersonRef | None
    requester: PersonRef | None
    organization: Ref | None
    watchers: list[PersonRef]
    tags: list[str]
    category: str | None
    fields: dict[str, JsonValue]
    channel: str | None
    language: str | None
    ci_ids: list[str]
    service_id: str | None
    parent_id: str | None
    merged_into: Ref | None = Field(
        description="The ticket that it was merged into, where its conversation goes on."
    )
    created_at: str
    updated_at: str
    resolved_at: str | None
    closed_at: str | None
    first_responded_at: str | None
    due_at: str | None = Field(description="The nearest target of the running clocks.")
    remind_at: str | None = Field(
        description="When the desk is reminded of it; null for those who do not read the queue."
    )
    minutes_spent: int = Field(
        description="The sum of the time entries; 0 for those who do not read the queue."
    )
    minutes_billable: int
    sla: list[TicketClock]
    version: int


class Transition(Output):
    """A legal move of the ticket, for you."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "to": "resolved",
                    "name": "Resolve",
                    "required_fields": [],
                    "comment_required": False,
                    "held_back": [],
                }
            ]
        }
    )

    to: str
    name: str
    required_fields: list[str]
    comment_required: bool
    held_back: list[str] = Field(description="What stands in its way now; empty: it may be made.")


class Move(Input):
    """Moves a ticket to another state."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"to": "resolved", "comment": "The printer was replaced."}]}
    )

    to: Text
    comment: Text | None = Field(default=None, description="A public comment that goes with the move.")
    fields: FreeForm = Field(default_factory=dict, description="Values that the move asks for.")
    cascade: bool = Field(
        default=False,
        description="To resolved, closed or cancelled: the ticket's children, and theirs, go along where you may"
        " move them; if one cannot, nothing is moved.",
    )
    occurred_at: Moment | None = Field(default=None, description=IMPORTED)


class Assignment(Input):
    """Who works the ticket; what is left out stays, null takes it off."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"team": "network", "assignee": "agent@acme.example"}]}
    )

    team: Reference | None = None
    assignee: Person | None = None
    occurred_at: Moment | None = Field(default=None, description=IMPORTED)
