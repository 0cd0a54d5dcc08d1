"""Bodies of work on many tickets."""

from typing import Annotated

from pydantic import BeforeValidator, ConfigDict, Field

from gateway.http.models.common import EARLIER, ID, OTHER_ID, Input, Output, Problem, Reference, Text
from gateway.http.models.conversation import NewComment
from gateway.http.models.tickets import Assignment, Move, TicketPatch


class Bulk(Input):
    """Which tickets, and what is done to each of them."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "filter": 'queue = "network" AND state = "new"',
                    "changes": {"tags": ["outage"]},
                    "assignment": {"assignee": "agent@acme.example"},
                    "comment": {"body": "The line is cut; we are on it."},
                }
            ]
        }
    )

    ticket_ids: list[Reference] = Field(default_factory=list, description="Ids or numbers, at most 5000.")
    filter: Text = Field(
        default="", description="AIP-160 over the tickets that you see; instead of `ticket_ids`."
    )
    changes: TicketPatch | None = None
    assignment: Assignment | None = None
    transition: Annotated[
        Move | None,
        BeforeValidator(lambda value: {"to": value} if isinstance(value, str) else value),
    ] = Field(default=None, description="A move, or just the state to go to.")
    comment: Annotated[
        NewComment | None,
        BeforeValidator(lambda value: {"body": value} if isinstance(value, str) else value),
    ] = Field(default=None, description="A comment, or just its text.")


class BulkTicket(Output):
    """A ticket of a job; its key is the number, or what was named where you see no such ticket."""

    id: str | None
    key: str
    name: str | None


class BulkResult(Output):
    """What became of one ticket."""

    ticket: BulkTicket
    state: str = Field(description="`pending`, `ok`, `failed` or `skipped`.")
    problem: Problem | None = Field(description="What the same would have answered on this ticket alone.")


class BulkJob(Output):
    """Work on many tickets, and how far it is."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "id": ID,
                    "state": "running",
                    "total": 40,
                    "done": 20,
                    "succeeded": 19,
                    "failed": 1,
                    "skipped": 0,
                    "created_at": EARLIER,
                    "finished_at": None,
                    "items": [
                        {
                            "ticket": {"id": OTHER_ID, "key": "INC-1042", "name": "No network"},
                            "state": "ok",
                            "problem": None,
                        }
                    ],
                    "next_page_token": "",
                }
            ]
        }
    )

    id: str
    state: str = Field(description="`queued` (others of yours run), `running`, `done` or `cancelled`.")
    total: int = Field(description="Tickets.")
    done: int = Field(description="Tickets that succeeded or failed.")
    succeeded: int
    failed: int
    skipped: int = Field(description="Left as they were, since the job was cancelled.")
    created_at: str
    finished_at: str | None
    items: list[BulkResult] = Field(description="A page of the results, ticket by ticket.")
    next_page_token: str
