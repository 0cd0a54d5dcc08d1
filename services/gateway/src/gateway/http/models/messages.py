"""Bodies of mail in and out."""

from pydantic import ConfigDict, Field

from gateway.http.models.common import (
    EARLIER,
    ID,
    OTHER_ID,
    PERSON,
    File,
    Output,
    PersonRef,
)


class Delivery(Output):
    """A message that goes out, to one person by one channel."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "id": ID,
                    "channel": "email",
                    "to": "anna@acme.example",
                    "subject": "[INC-1042] The printer on the third floor is on fire",
                    "message_id": f"{ID}@acme.example",
                    "state": "sent",
                    "ticket_id": OTHER_ID,
                    "purpose": "acknowledgement",
                    "attempts": 1,
                    "last_error": None,
                    "created_at": EARLIER,
                    "sent_at": EARLIER,
                    "version": 2,
                }
            ]
        }
    )

    id: str
    channel: str
    to: str
    subject: str
    message_id: str
    state: str = Field(description="`queued`, `sending`, `sent`, `failed`, `dead` or `suppressed`.")
    ticket_id: str | None
    purpose: str = Field(description="`acknowledgement`, `reply`, …")
    attempts: int
    last_error: str | None
    created_at: str
    sent_at: str | None
    version: int


class InboundMessage(Output):
    """A message that came in, and what became of it."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "id": ID,
                    "mailbox": "support@acme.example",
                    "message_id": "20260302080000.1@mail.acme.example",
                    "from": PERSON,
                    "subject": "The printer on the third floor is on fire",
                    "received_at": EARLIER,
                    "state": "processed",
                    "reason": None,
                    "ticket_id": OTHER_ID,
                    "comment_id": None,
                    "attachments": [],
                    "version": 2,
                }
            ]
        }
    )

    id: str
    mailbox: str
    message_id: str | None
    from_: PersonRef | None = Field(alias="from")
    subject: str | None
    received_at: str
    state: str = Field(description="`received`, `processed`, `automatic`, `duplicate` or `quarantined`.")
    reason: str | None
    ticket_id: str | None
    comment_id: str | None
    attachments: list[File]
    version: int
