"""Bodies of presence."""

from typing import Literal

from pydantic import ConfigDict, Field

from gateway.http.models.common import PERSON, Input, Output, PersonRef


class NewPresence(Input):
    """What you do at a ticket."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"state": "typing"}]})

    state: Literal["viewing", "typing", "left"]


class Presence(Output):
    """Somebody at a ticket."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"person": PERSON, "state": "viewing"}]})

    person: PersonRef
    state: str = Field(description="`viewing` or `typing`.")
