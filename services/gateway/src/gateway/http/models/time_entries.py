"""Bodies of time spent on tickets."""

from typing import Annotated

from pydantic import ConfigDict, Field
from pydantic.config import JsonDict

from gateway.http.models.common import (
    EARLIER,
    ID,
    OTHER_ID,
    PERSON,
    Input,
    Moment,
    Output,
    Person,
    PersonRef,
    Ref,
    SearchQuery,
    Text,
)

TICKET: JsonDict = {"id": ID, "key": "INC-1042", "name": "The printer on the third floor is on fire"}
ENTRY: JsonDict = {
    "id": OTHER_ID,
    "ticket": TICKET,
    "person": PERSON,
    "organization": None,
    "minutes": 45,
    "started_at": EARLIER,
    "note": "Changed the fuser.",
    "billable": True,
    "activity": "on site",
    "created_at": EARLIER,
    "updated_at": EARLIER,
    "version": 1,
}

_FILTER = (
    "AIP-160 over `person`, `organization`, `ticket`, `activity`, `billable`, `minutes`, `started_at`, `created_at`;"
    " `me` is you."
)
_FILTERED = 'person = "me" AND started_at >= "2026-03-01T00:00:00Z"'

Activity = Annotated[Text, Field(description="What was done, in your own words: `travel`, `remote`.")]


class NewTimeEntry(Input):
    """Work that was done."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"minutes": 45, "note": "Changed the fuser.", "billable": True, "activity": "on site"}
            ]
        }
    )

    minutes: int = Field(ge=1, le=1440)
    started_at: Moment | None = Field(
        default=None, description="Not in the future; absent: as long ago as the work took."
    )
    note: Text = ""
    billable: bool = False
    activity: Activity = ""
    person: Person | None = Field(
        default=None,
        description="Whose work it was; somebody else needs the permission `tickets.manage_time`.",
    )


class TimeEntryPatch(Input):
    """What to put right; what is left out stays."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"minutes": 30}]})

    minutes: int | None = Field(default=None, ge=1, le=1440)
    started_at: Moment | None = None
    note: Text | None = None
    billable: bool | None = None
    activity: Text | None = None
    person: Person | None = None


class TimeEntry(Output):
    """Work that somebody did on a ticket."""

    model_config = ConfigDict(json_schema_extra={"examples": [ENTRY]})

    id: str
    ticket: Ref
    person: PersonRef
    organization: Ref | None = Field(description="That the ticket was for when the work was noted.")
    minutes: int
    started_at: str
    note: str | None
    billable: bool
    activity: str | None
    created_at: str
    updated_at: str
    version: int


class TimeEntryQuery(SearchQuery):
    """Which page of the time entries."""

    filter: Text = Field(default="", description=_FILTER, examples=[_FILTERED])
    order_by: Text = Field(
        default="",
        description="`started_at` (the latest first when absent), `created_at`, `minutes`.",
        examples=["minutes desc"],
    )


class TimeExportQuery(Input):
    """Which time entries."""

    filter: Text = Field(default="", description=_FILTER, examples=[_FILTERED])


class TimeSumQuery(TimeExportQuery):
    """What is summed up, by what."""

    group_by: Text = Field(
        default="person",
        description="`person`, `organization`, `ticket` or `activity`.",
        examples=["organization"],
    )


class TimeSum(Output):
    """The sums of the entries that have something in common."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "id": ID,
                    "key": "anna@acme.example",
                    "name": "Anna Nowak",
                    "entries": 3,
                    "minutes": 135,
                    "billable_minutes": 90,
                }
            ]
        }
    )

    id: str | None = Field(description="Null where entries have none, and of an activity.")
    key: str | None
    name: str | None
    entries: int
    minutes: int
    billable_minutes: int


class NewWorkTimer(Input):
    """What you begin to work on."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"activity": "remote"}]})

    note: Text = ""
    billable: bool = False
    activity: Activity = ""


_TIMER: JsonDict = {
    "ticket": TICKET,
    "started_at": EARLIER,
    "note": None,
    "billable": False,
    "activity": "remote",
}


class WorkTimer(Output):
    """What you are working on."""

    model_config = ConfigDict(json_schema_extra={"examples": [_TIMER]})

    ticket: Ref
    started_at: str
    note: str | None
    billable: bool
    activity: str | None


class MyWorkTimer(Output):
    """Your timer, if one runs."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"timer": _TIMER}]})

    timer: WorkTimer | None


class StartedWorkTimer(Output):
    """The timer that runs now, and what became of the one before."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"timer": _TIMER, "stopped": ENTRY}]})

    timer: WorkTimer
    stopped: TimeEntry | None
