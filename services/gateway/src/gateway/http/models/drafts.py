"""Bodies of drafts that agents share."""

from pydantic import ConfigDict, Field

from gateway.http.models.common import ACTOR, EARLIER, ID, LATER, Actor, Input, Output, Text

DRAFT = "Have you tried another cable?"


class DraftInput(Input):
    """What the draft shall say."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"body": DRAFT}]})

    body: Text
    format: Text | None = Field(
        default=None,
        description="What it is written in, and will be sent as: `text` (when absent), `markdown` or `html`.",
        examples=["markdown"],
    )


class Draft(Output):
    """A reply or note that is still being written."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "ticket_id": ID,
                    "visibility": "public",
                    "body": DRAFT,
                    "format": "text",
                    "author": ACTOR,
                    "created_at": EARLIER,
                    "updated_at": LATER,
                    "version": 2,
                }
            ]
        }
    )

    ticket_id: str
    visibility: str = Field(description="`public`: the reply; `internal`: the note.")
    body: str
    format: str = Field(description="What it is written in: `text`, `markdown` or `html`.")
    author: Actor | None = Field(description="Who wrote last.")
    created_at: str
    updated_at: str
    version: int
