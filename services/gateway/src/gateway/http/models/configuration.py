"""Bodies of what tickets are worked by."""

from pydantic import ConfigDict, Field
from pydantic.config import JsonDict

from gateway.http.models.common import (
    ID,
    QUEUE,
    Input,
    Output,
    Ref,
    Reference,
    Text,
)

SLUG = "Made from the name when absent; never changed."
DEFAULT = "Only true: what was the default loses it."
ACTIVE = "False: takes no new tickets. What tickets name is never deleted."


class NewProcess(Input):
    """A business process."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"slug": "legal", "name": "Legal", "description": "Contracts"}]}
    )

    name: Text
    slug: Text | None = Field(default=None, description=SLUG)
    description: Text = ""


class ProcessPatch(Input):
    """The fields to change."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"description": "Contracts, claims"}]})

    name: Text | None = None
    description: Text | None = None
    is_default: bool | None = Field(default=None, description=DEFAULT)
    active: bool | None = Field(default=None, description=ACTIVE)


class Process(Output):
    """A business process."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "id": ID,
                    "key": "it",
                    "slug": "it",
                    "name": "IT",
                    "description": "Computers",
                    "is_default": True,
                    "active": True,
                    "version": 1,
                }
            ]
        }
    )

    id: str
    key: str
    slug: str
    name: str
    description: str
    is_default: bool = Field(description="Takes what names no process.")
    active: bool = Field(description="Takes new tickets.")
    version: int


class NewQueue(Input):
    """Where tickets of a process wait for a team."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"slug": "databases", "name": "Databases", "process": "it", "team": "databases"}]
        }
    )

    name: Text
    slug: Text | None = Field(default=None, description=SLUG)
    process: Reference | None = Field(default=None, description="The default process when absent.")
    team: Reference | None = None
    confidential: bool = Field(
        default=False, description="Only its own team and roles bound to it or its process see its tickets."
    )
    is_default: bool = Field(
        default=False, description="Takes the tickets of its process; the first queue of a process does."
    )


class QueuePatch(Input):
    """The fields to change; a null team takes it off."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"team": "databases", "confidential": True}]})

    name: Text | None = None
    team: Reference | None = None
    confidential: bool | None = None
    is_default: bool | None = Field(default=None, description=DEFAULT)
    active: bool | None = Field(default=None, description=ACTIVE)


class Queue(Output):
    """Where tickets wait for a team."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    **QUEUE,
                    "slug": "service-desk",
                    "process": {"id": ID, "key": "it", "name": "IT"},
                    "team": QUEUE,
                    "is_default": True,
                    "confidential": False,
                    "active": True,
                    "version": 1,
                }
            ]
        }
    )

    id: str
    key: str
    slug: str
    name: str
    process: Ref | None
    team: Ref | None
    is_default: bool
    confidential: bool
    active: bool = Field(description="Takes new tickets.")
    version: int


class NewTicketType(Input):
    """A type of tickets."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"slug": "complaint", "name": "Complaint", "prefix": "CMP"}]}
    )

    name: Text
    slug: Text | None = Field(default=None, description=SLUG)
    prefix: Text = Field(
        description="Beginning of its numbers: two to six capital letters, never given twice."
    )


class TicketTypePatch(Input):
    """The fields to change; slug and prefix stay."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"name": "Complaint of a customer"}]})

    name: Text | None = None
    is_default: bool | None = Field(default=None, description=DEFAULT)
    active: bool | None = Field(default=None, description=ACTIVE)


class TicketType(Output):
    """A type of tickets."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "id": ID,
                    "key": "incident",
                    "slug": "incident",
                    "name": "Incident",
                    "prefix": "INC",
                    "is_default": True,
                    "active": True,
                    "version": 1,
                }
            ]
        }
    )

    id: str
    key: str
    slug: str
    name: str
    prefix: str
    is_default: bool = Field(description="The type of what names none.")
    active: bool = Field(description="New tickets may be of it.")
    version: int


CELL: JsonDict = {"impact": "high", "urgency": "low", "priority": "medium"}


class NewPriorityCell(Input):
    """What an impact and an urgency make of a ticket."""

    impact: Text = Field(description="`high`, `medium` or `low`.")
    urgency: Text = Field(description="`high`, `medium` or `low`.")
    priority: Text = Field(description="`critical`, `high`, `medium` or `low`.")


class PriorityMatrixPatch(Input):
    """The cells to change; those left out stay."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"cells": [CELL]}]})

    cells: list[NewPriorityCell]


class PriorityCell(Output):
    """One cell of the matrix."""

    model_config = ConfigDict(json_schema_extra={"examples": [CELL]})

    impact: str
    urgency: str
    priority: str


class PriorityMatrix(Output):
    """Priority from impact and urgency."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"cells": [CELL], "version": 1}]})

    cells: list[PriorityCell] = Field(description="All nine, the worst impact first.")
    version: int


FILES: JsonDict = {"taken": "all_but", "extensions": ["exe", "js", "vbs"]}


class NewFilePolicy(Input):
    """Which kinds of files are taken."""

    model_config = ConfigDict(json_schema_extra={"examples": [FILES]})

    taken: Text = Field(description="`all_but`: all but those of `extensions`; `only`: those only.")
    extensions: list[Text] = Field(description="Without a dot, in lower case; at most 500.")


class FilePolicy(Output):
    """Which kinds of files are taken."""

    model_config = ConfigDict(json_schema_extra={"examples": [{**FILES, "version": 1}]})

    taken: str
    extensions: list[str]
    version: int
