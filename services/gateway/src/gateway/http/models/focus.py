"""Bodies of focus mode."""

from typing import Annotated

from pydantic import ConfigDict, Field

from gateway.http.models.common import Input, Output
from gateway.http.models.tickets import TICKET, Ticket

MaxOpen = Annotated[
    int,
    Field(
        ge=1,
        le=50,
        description="So many tickets may be in hand; those that wait for somebody else do not count.",
    ),
]


class FocusInput(Input):
    """How you get work; what is left out stays."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"enabled": True, "max_open": 3}]})

    enabled: bool = Field(default=False, description="You see only own tickets.")
    max_open: MaxOpen = 5


class Focus(Output):
    """How you get work."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"enabled": True, "max_open": 3, "version": 2}]}
    )

    enabled: bool
    max_open: MaxOpen
    version: int


class NextTicket(Output):
    """What you got."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"ticket": TICKET, "waiting": 4}]})

    ticket: Ticket | None = Field(description="Null where none waits for your teams.")
    waiting: int = Field(description="How many wait for your teams still.")
