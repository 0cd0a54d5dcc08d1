"""Bodies of major incidents."""

from typing import Literal

from pydantic import ConfigDict, Field
from pydantic.config import JsonDict

from gateway.http.models.bulk import BulkJob
from gateway.http.models.common import ACTOR, EARLIER, ID, LATER, Actor, Input, Output, Ref, Reference, Text
from gateway.http.models.conversation import COMMENT, Comment
from gateway.http.models.tickets import TICKET, Ticket

TITLE = "No network in building B"
MESSAGE = "We know of it and work on it. Next news at noon."
SAID: JsonDict = {"title": TITLE, "message": MESSAGE, "audience": "everybody"}
ORGANIZATIONS = "Of everybody only the people of these; none for all."


class NewMajorIncident(Input):
    """What people are told of an incident that concerns many."""

    model_config = ConfigDict(json_schema_extra={"examples": [{**SAID, "organizations": []}]})

    title: Text = Field(default="", description="That of the ticket when empty.")
    message: Text = ""
    audience: Literal["everybody", "agents"] = "everybody"
    organizations: list[Reference] = Field(default_factory=list, description=ORGANIZATIONS)


class MajorIncidentPatch(Input):
    """The fields to change."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"message": "A switch is being replaced."}]})

    title: Text | None = None
    message: Text | None = None
    audience: Literal["everybody", "agents"] | None = None
    organizations: list[Reference] | None = None


class NewAnswer(Input):
    """One answer for all that follow a major incident."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"body": "The switch is on its way."}]})

    body: Text


class NewResolution(Input):
    """How it was resolved."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"message": "The switch was replaced."}]})

    message: Text
    to: Text = Field(default="resolved", description="The state to go to.")


class MajorIncident(Output):
    """What people are told of an incident that concerns many."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "id": ID,
                    **SAID,
                    "organizations": [],
                    "ticket": {"id": ID, "key": "INC-1042", "name": "Nothing works"},
                    "followers": 12,
                    "declared_by": ACTOR,
                    "declared_at": EARLIER,
                    "updated_at": LATER,
                    "version": 2,
                }
            ]
        }
    )

    id: str = Field(description="That of the ticket.")
    title: str
    message: str
    audience: str
    organizations: list[Ref] = Field(description=ORGANIZATIONS + " In the list by id alone.")
    ticket: Ref | None = Field(description="Null where you do not see it.")
    followers: int | None = Field(
        description="Open tickets that it causes, or that are duplicates of it; null where you do not see its ticket."
    )
    declared_by: Actor | None
    declared_at: str
    updated_at: str
    version: int


class Answered(Output):
    """What was said, and the job that says it on all that follow."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"comment": COMMENT, "job": None}]})

    comment: Comment
    job: BulkJob | None = Field(description="Null where nothing follows; see `GET /tickets/bulk/{job}`.")


class ResolvedMajorIncident(Output):
    """The resolved ticket, and the job that moves all that follow."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"ticket": TICKET, "job": None}]})

    ticket: Ticket
    job: BulkJob | None = Field(description="Null where nothing follows; see `GET /tickets/bulk/{job}`.")
