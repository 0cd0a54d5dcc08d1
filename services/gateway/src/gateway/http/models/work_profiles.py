"""Bodies of skills, languages, shifts and absences."""

from typing import Annotated

from pydantic import ConfigDict, Field
from pydantic.config import JsonDict

from gateway.http.models.calendars import HOURS, Hours
from gateway.http.models.common import EARLIER, LATER, PERSON, Input, Moment, Output, Person, PersonRef, Text

MaxOpen = Annotated[
    int | None,
    Field(
        ge=0,
        le=500,
        description="So many tickets in hand are enough; 0: no ticket is given to the person; null: nothing is set.",
    ),
]


class Skill(Input):
    """What somebody knows."""

    skill: Text = Field(description="Slug.", examples=["vpn"])
    level: int = Field(ge=1, le=5, description="1 (knows of it) to 5 (master).")


class AbsenceInput(Input):
    """A time in which somebody does not work."""

    start: Moment
    end: Moment
    substitute: Person | None = Field(
        default=None, description="Who stands in: the person's requesters go there."
    )


class Absence(Output):
    """A time in which somebody does not work."""

    start: str
    end: str
    substitute: PersonRef | None


_SAID: JsonDict = {
    "skills": [{"skill": "vpn", "level": 4}],
    "languages": ["pl", "en"],
    "max_open": 8,
    "time_zone": "Europe/Warsaw",
    "shifts": HOURS,
    "absences": [{"start": EARLIER, "end": LATER, "substitute": PERSON}],
}


class WorkProfileInput(Input):
    """What somebody can do, when, and how much of it; it is replaced as a whole."""

    model_config = ConfigDict(json_schema_extra={"examples": [_SAID]})

    skills: list[Skill] = Field(default_factory=list)
    languages: list[Text] = Field(
        default_factory=list, description="BCP 47: what the person works in, beside their own language."
    )
    max_open: MaxOpen = None
    time_zone: Text | None = Field(
        default=None, description="IANA name, of the shifts; the person's own when absent."
    )
    shifts: Hours = Field(default_factory=Hours, description="None on any day: the person works at any time.")
    absences: list[AbsenceInput] = Field(default_factory=list)


class WorkProfile(Output):
    """What somebody can do, when, and how much of it."""

    model_config = ConfigDict(json_schema_extra={"examples": [{**_SAID, "version": 3}]})

    skills: list[Skill]
    languages: list[str]
    max_open: MaxOpen
    time_zone: str
    shifts: Hours
    absences: list[Absence]
    version: int = Field(description="The user's.")
