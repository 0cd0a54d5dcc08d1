"""Bodies that make one ticket of several, and several of one."""

from pydantic import ConfigDict, Field

from gateway.http.models.common import OTHER_ID, Input, Reference, Text
from gateway.http.models.tickets import NewTicket


class Merge(Input):
    """The tickets to be merged into the one in the path."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"ticket_ids": ["INC-1043", "INC-1051"]}]})

    ticket_ids: list[Reference] = Field(description="Ids or numbers, at most 50.")


class Split(NewTicket):
    """The comments that make a new ticket, and what it says; only those and the title are required.

    Type, requester, queue, impact, urgency, channel and language are the old ticket's where they are left out.
    """

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"comment_ids": [OTHER_ID], "title": "The scanner does not work either"}]
        }
    )

    comment_ids: list[Text] = Field(description="Comments of the ticket itself, at most 100.")
