"""Bodies of tickets that are made by themselves."""

from pydantic import ConfigDict, Field, JsonValue
from pydantic.config import JsonDict

from gateway.http.models.common import (
    EARLIER,
    ID,
    LATER,
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
    Text,
)

_RRULE = (
    "RFC 5545, about days or hours: FREQ (HOURLY, DAILY, WEEKLY, MONTHLY, YEARLY), INTERVAL, COUNT, UNTIL, BYDAY, BYMONTH,"
    " BYMONTHDAY, BYSETPOS, WKST. Empty: once, at `starts_at`."
)
_STARTS_AT = (
    "The rule counts from here on; its time of day in `time_zone` is that of each time, or of the first of those hours. One that the clock skips"
    " when it is put forward is as much later, one that comes twice counts the first time."
)
_CATCH_UP = (
    "What becomes of times that passed more than an hour ago, while the desk did not run: `skip` them, make the `last`"
    " one, or `all`."
)


_CALENDAR = "Of `/sla/calendars`, by id or name. All days are open when absent."
_ON_CLOSED = (
    "What becomes of times on days (in the calendar's time zone) that it is closed on: `make` them anyway, `skip` them, or make"
    " them at the same time of day on the `next_open` or `previous_open` day, if there is one within 31 days."
)


class TicketTemplateInput(Input):
    """What the tickets say; only the title is required."""

    title: Text
    description: Text = ""
    type: Text = ""
    process: Reference | None = None
    queue: Reference | None = None
    impact: Text = ""
    urgency: Text = ""
    priority: Text = ""
    category: Text = ""
    tags: list[Text] = Field(default_factory=list)
    fields: FreeForm = Field(default_factory=dict)
    ci_ids: list[Text] = Field(default_factory=list)
    service_id: Text = ""
    language: Text = ""
    channel: Text = Field(default="", description="How the ticket came in; `recurrence` when absent.")
    parent_id: Text = Field(default="", description="The ticket that it is below, by id or number.")
    requester: Person | None = Field(
        default=None, description="You, when absent. An unknown e-mail address becomes a new requester."
    )
    assignee: Person | None = None
    team: Reference | None = Field(default=None, description="The queue's, when absent.")


_TIMING: JsonDict = {
    "rrule": "FREQ=WEEKLY;BYDAY=MO",
    "time_zone": "Europe/Warsaw",
    "starts_at": EARLIER,
}
_TEMPLATE: JsonDict = {"title": "Check the backups", "type": "task", "tags": ["backup"]}
_SHOWN_TEMPLATE: JsonDict = {
    **_TEMPLATE,
    "description": None,
    "process": None,
    "queue": QUEUE,
    "impact": None,
    "urgency": None,
    "priority": None,
    "category": None,
    "fields": {},
    "ci_ids": [],
    "service_id": None,
    "language": None,
    "channel": "recurrence",
    "parent_id": None,
    "requester": PERSON,
    "assignee": None,
    "team": None,
}


class NewRecurrence(Input):
    """When tickets shall be made, and what they say."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"name": "Backups", **_TIMING, "template": {**_TEMPLATE, "queue": "service-desk"}}]
        }
    )

    name: Text
    rrule: Text = Field(default="", description=_RRULE)
    time_zone: Text = Field(description="IANA name.")
    starts_at: Moment = Field(description=_STARTS_AT)
    catch_up: Text = Field(default="skip", description=_CATCH_UP)
    calendar: Reference | None = Field(default=None, description=_CALENDAR)
    on_closed: Text = Field(default="make", description=_ON_CLOSED)
    template: TicketTemplateInput


class RecurrencePatch(Input):
    """What changes; the template as a whole."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"rrule": "FREQ=MONTHLY;BYDAY=1MO"}]})

    name: Text | None = None
    rrule: Text | None = Field(default=None, description=_RRULE)
    time_zone: Text | None = None
    starts_at: Moment | None = Field(default=None, description=_STARTS_AT)
    catch_up: Text | None = Field(default=None, description=_CATCH_UP)
    calendar: Reference | None = Field(default=None, description=_CALENDAR)
    on_closed: Text | None = Field(default=None, description=_ON_CLOSED)
    template: TicketTemplateInput | None = None


class TicketTemplate(Output):
    """What the tickets say."""

    title: str
    description: str | None
    type: str | None
    process: Ref | None
    queue: Ref | None
    impact: str | None
    urgency: str | None
    priority: str | None
    category: str | None
    tags: list[str]
    fields: dict[str, JsonValue]
    ci_ids: list[str]
    service_id: str | None
    language: str | None
    channel: str | None
    parent_id: str | None
    requester: PersonRef | None
    assignee: PersonRef | None
    team: Ref | None


class Recurrence(Output):
    """Tickets that are made by themselves, at times that recur or once."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "id": ID,
                    "name": "Backups",
                    **_TIMING,
                    "catch_up": "skip",
                    "calendar": {"id": ID, "key": "business", "name": "business"},
                    "on_closed": "next_open",
                    "template": _SHOWN_TEMPLATE,
                    "state": "active",
                    "next_at": LATER,
                    "created_at": EARLIER,
                    "updated_at": EARLIER,
                    "version": 1,
                }
            ]
        }
    )

    id: str
    name: str
    rrule: str | None
    time_zone: str
    starts_at: str
    catch_up: str
    calendar: Ref | None
    on_closed: str
    template: TicketTemplate
    state: str = Field(description="`active`, `paused` or `ended`.")
    next_at: str | None
    created_at: str
    updated_at: str
    version: int


class NewScheduledTicket(TicketTemplateInput):
    """A ticket, and when it shall be made."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{**_TEMPLATE, "queue": "service-desk", "not_before": LATER}]}
    )

    not_before: Moment = Field(description="At most a year ahead.")


class ScheduledTicket(Output):
    """A ticket that is made at a moment to come, or was."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "id": ID,
                    "not_before": LATER,
                    "template": _SHOWN_TEMPLATE,
                    "state": "waiting",
                    "ticket": None,
                    "reason": None,
                    "created_at": EARLIER,
                }
            ]
        }
    )

    id: str
    not_before: str
    template: TicketTemplate
    state: str = Field(description="`waiting`, `made` or `failed`.")
    ticket: Ref | None = Field(description="The ticket that was made.")
    reason: str | None = Field(description="Why none was.")
    created_at: str


class TimingInput(Input):
    """When something would happen."""

    model_config = ConfigDict(json_schema_extra={"examples": [{**_TIMING, "count": 3}]})

    rrule: Text = Field(default="", description=_RRULE)
    time_zone: Text
    starts_at: Moment = Field(description=_STARTS_AT)
    count: int = Field(default=10, ge=1, le=100)
    calendar: Reference | None = Field(default=None, description=_CALENDAR)
    on_closed: Text = Field(default="make", description=_ON_CLOSED)


class Time(Output):
    """One of the next times."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"occurs_at": LATER}]})

    occurs_at: str


class Occurrence(Output):
    """One time, and what became of it."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "occurs_at": EARLIER,
                    "state": "made",
                    "ticket": {"id": ID, "key": "TSK-17", "name": "Check the backups"},
                    "reason": None,
                }
            ]
        }
    )

    occurs_at: str
    state: str = Field(description="`made`, `skipped` or `failed`.")
    ticket: Ref | None
    reason: str | None = Field(description="Why no ticket was made.")
