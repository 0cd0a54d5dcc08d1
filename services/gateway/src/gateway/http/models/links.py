"""Bodies of links between tickets."""

from pydantic import ConfigDict, Field

from gateway.http.models.common import EARLIER, ID, OTHER_ID, Input, Output, Reference, Text

WORDS = (
    "`blocks`, `blocked_by`, `duplicates`, `duplicated_by`, `causes`, `caused_by`, `relates`, `problem_of` (a problem of"
    " an incident), `has_problem`, `fixed_by` (a problem or incident by a change) or `fixes`."
)


class NewLink(Input):
    """What a ticket has to do with another one."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"type": "blocked_by", "ticket": "CHG-17"}]})

    type: Text = Field(description=WORDS)
    ticket: Reference = Field(description="The other ticket, by id or number.")


class LinkedTicket(Output):
    """The ticket at the other end."""

    id: str
    key: str = Field(description="The number.")
    name: str = Field(description="The title.")
    type: str
    state: str
    state_category: str
    known_error: bool = Field(description="Of a problem: its cause is known.")
    workaround: str | None = Field(description="Of a problem: what helps until it is fixed.")


class Link(Output):
    """A link, as the ticket that was asked for sees it."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "id": ID,
                    "type": "has_problem",
                    "ticket": {
                        "id": OTHER_ID,
                        "key": "PRB-12",
                        "name": "Printers of series B catch fire",
                        "type": "problem",
                        "state": "open",
                        "state_category": "active",
                        "known_error": True,
                        "workaround": "Print on one side only.",
                    },
                    "created_at": EARLIER,
                }
            ]
        }
    )

    id: str
    type: str = Field(description=WORDS)
    ticket: LinkedTicket
    created_at: str
