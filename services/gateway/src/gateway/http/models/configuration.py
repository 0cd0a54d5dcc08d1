"""Bodies of what tickets are worked by."""

from pydantic import ConfigDict

from gateway.http.models.common import (
    ID,
    QUEUE,
    Output,
    Ref,
)


class Process(Output):
    """A business process."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"id": ID, "key": "it", "slug": "it", "name": "IT", "description": "Computers", "version": 1}
            ]
        }
    )

    id: str
    key: str
    slug: str
    name: str
    description: str
    version: int


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
    version: int


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
    version: int
