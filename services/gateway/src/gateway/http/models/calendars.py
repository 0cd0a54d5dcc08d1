"""Bodies of calendars and of what is counted by them."""

from typing import Annotated, Self, TypeAlias

from pydantic import ConfigDict, Field, model_validator
from pydantic.config import JsonDict

from gateway.http.models.common import EARLIER, ID, LATER, Input, Moment, Output, Text

Pair: TypeAlias = Annotated[
    list[Text],
    Field(
        min_length=2,
        max_length=2,
        description="Begin and end, HH:MM; `24:00` ends a day.",
        examples=[["09:00", "18:00"]],
    ),
]

HOURS: JsonDict = {
    **{day: [["09:00", "18:00"]] for day in ("monday", "tuesday", "wednesday", "thursday", "friday")},
    "saturday": [],
    "sunday": [],
}
CALENDAR: JsonDict = {
    "name": "business",
    "time_zone": "Europe/Warsaw",
    "hours": HOURS,
    "holidays": [{"date": "2026-12-24", "name": "Christmas Eve"}],
    "holiday_country": "PL",
    "holiday_subdivision": None,
    "days": [{"date": "2026-12-31", "name": "New Year's Eve", "hours": [["09:00", "13:00"]]}],
    "effective_from": None,
}
FEED: JsonDict = {
    "name": "plant",
    "holidays": [{"date": "2026-08-03", "name": "Shut-down"}],
    "skipped": 0,
    "url": None,
    "checked_at": None,
    "fetched_at": None,
    "problem": None,
}
ICALENDAR = (
    "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//plant//EN\r\nBEGIN:VEVENT\r\nUID:1@plant.example\r\n"
    "DTSTART;VALUE=DATE:20260803\r\nDTEND;VALUE=DATE:20260817\r\nSUMMARY:Shut-down\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
)
TIMES: JsonDict = {"created_at": EARLIER, "updated_at": EARLIER, "version": 1}


class Hours(Input):
    """Local wall times of each weekday; an end not after its begin crosses midnight."""

    monday: list[Pair] = Field(default_factory=list)
    tuesday: list[Pair] = Field(default_factory=list)
    wednesday: list[Pair] = Field(default_factory=list)
    thursday: list[Pair] = Field(default_factory=list)
    friday: list[Pair] = Field(default_factory=list)
    saturday: list[Pair] = Field(default_factory=list)
    sunday: list[Pair] = Field(default_factory=list)


class Holiday(Input):
    """A day on which nobody works."""

    date: Text = Field(description="ISO 8601 date in the calendar's zone.")
    name: Text = ""


class SpecialDay(Input):
    """A date with hours of its own, in place of those of its weekday: a short day, an extra day."""

    date: Text = Field(description="ISO 8601 date in the calendar's zone.")
    name: Text = ""
    hours: list[Pair] = Field(description="None: a day off.")


class NewCalendar(Input):
    """The hours in which clocks run."""

    model_config = ConfigDict(json_schema_extra={"examples": [CALENDAR]})

    name: Text
    time_zone: Text = Field(description="IANA name.")
    hours: Hours
    holidays: list[Holiday] = Field(default_factory=list)
    holiday_country: Text | None = Field(
        default=None, description="ISO 3166-1 alpha-2; its public holidays count beside `holidays`."
    )
    holiday_subdivision: Text | None = Field(
        default=None, description="A part of the country with holidays of its own, such as `BY` of `DE`."
    )
    days: list[SpecialDay] = Field(default_factory=list, description="They go before all holidays.")
    effective_from: Text | None = Field(
        default=None,
        description="ISO 8601 date from whose local midnight on this counts, and what was in force before until then;"
        " null: ever.",
    )


class CalendarPatch(Input):
    """The fields to change; hours and holidays are replaced as a whole."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"holiday_country": "US"}]})

    name: Text | None = None
    time_zone: Text | None = None
    hours: Hours | None = None
    holidays: list[Holiday] | None = None
    holiday_country: Text | None = None
    holiday_subdivision: Text | None = None
    days: list[SpecialDay] | None = None
    effective_from: Text | None = None


class Feed(Output):
    """The days off that an iCalendar feed brought."""

    name: str
    holidays: list[Holiday]
    skipped: int = Field(description="Events that are no days off: with a time of day, or cancelled.")
    url: str | None = Field(description="Where it is fetched from; null: it was given as text.")
    checked_at: str | None = Field(description="When the address was looked at last.")
    fetched_at: str | None = Field(description="When a text that had changed was taken from there last.")
    problem: str | None = Field(
        description="Why it could not be taken when it was looked at last; null: it could."
    )


class NewFeed(Input):
    """An iCalendar feed, as its text or by its address."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"icalendar": ICALENDAR}, {"url": "https://calendars.example/holidays.ics"}]
        }
    )

    icalendar: str | None = Field(default=None, description="RFC 5545, at most 512 KiB.")
    url: Text | None = Field(
        default=None,
        description="Where to fetch it, from the public internet. Whoever may read calendars sees it, a secret in it too.",
    )

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        if (self.icalendar is None) == (self.url is None):
            raise ValueError("needs either icalendar or url")
        return self


class _CalendarFacts(Output):
    id: str
    key: str = Field(description="The name, which is unique.")
    name: str
    time_zone: str
    hours: Hours
    holidays: list[Holiday]
    holiday_country: str | None
    holiday_subdivision: str | None
    days: list[SpecialDay]
    feeds: list[Feed]
    effective_from: str | None


class Calendar(_CalendarFacts):
    """The hours in which clocks run."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"id": ID, "key": "business", **CALENDAR, "feeds": [FEED], **TIMES}]}
    )

    created_at: str
    updated_at: str
    version: int


class CalendarVersion(_CalendarFacts):
    """A calendar as it was from a change until the next."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "id": ID,
                    "key": "business",
                    **CALENDAR,
                    "feeds": [FEED],
                    "version": 1,
                    "in_force_since": EARLIER,
                    "zone_release": "2026a",
                    "holiday_release": "0.109",
                }
            ]
        }
    )

    version: int
    in_force_since: str = Field(description="When the change was made.")
    zone_release: str | None = Field(
        description="Of the time zones that it goes by, for ever; null for a few minutes after data began to be kept."
    )
    holiday_release: str | None = Field(description="Of the public holidays.")


class Calculation(Input):
    """A start, and either how much business time follows or when to end."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"start": EARLIER, "duration": "PT4H"}, {"start": EARLIER, "end": LATER}]
        }
    )

    start: Moment
    duration: Text | None = Field(
        default=None,
        description="ISO 8601 duration of business time, back in time with a minus before it (`-PT4H`); `2 business days`"
        " or `end of business day 2`.",
    )
    end: Moment | None = None
    version: int | None = Field(
        default=None,
        gt=0,
        lt=2**63,
        description="By what was known when this version of the calendar was the newest.",
    )

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        if (self.duration is None) == (self.end is None):
            raise ValueError("needs either a duration or an end")
        return self


class BusinessInterval(Output):
    """A stretch of business time."""

    start: str
    end: str


class Calculated(Output):
    """When the business time has passed, or how much of it has."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"due_at": LATER, "intervals": [{"start": EARLIER, "end": LATER}]}]}
    )

    due_at: str | None = Field(default=None, description="Answers `duration`.")
    elapsed: str | None = Field(
        default=None, description="Answers `end`: ISO 8601 duration, negative where it is before the start."
    )
    intervals: list[BusinessInterval]
