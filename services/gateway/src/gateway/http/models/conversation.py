"""Bodies of what belongs to a ticket: comments, files, watchers, history, suggestions."""

from typing import Literal

from pydantic import ConfigDict, Field, JsonValue
from pydantic.config import JsonDict

from gateway.http.models.common import (
    ACTOR,
    EARLIER,
    ID,
    OTHER_ID,
    PERSON,
    Actor,
    File,
    Input,
    Moment,
    Output,
    PageQuery,
    Person,
    PersonRef,
    Ref,
    Text,
)
from gateway.http.models.tickets import IMPORTED


class NewComment(Input):
    """What is said on a ticket."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"body": "The fire brigade is on its way.", "visibility": "public"}]}
    )

    body: Text
    visibility: Text | None = Field(
        default=None,
        description="`public` (when absent), or `internal`: among agents.",
        examples=["internal"],
    )
    format: Text | None = Field(
        default=None,
        description="What the body is written in: `text` (when absent), `markdown` (CommonMark with tables; the ends of lines are kept) or `html`.",
        examples=["markdown"],
    )
    attachment_ids: list[Text] = Field(
        default_factory=list, description="Attachments of the ticket that go with the comment."
    )
    occurred_at: Moment | None = Field(default=None, description=IMPORTED)


class Forward(Input):
    """What goes to whom. Something has to: words of one's own, or something of the ticket."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "to": ["repairs@printers.example"],
                    "body": "Could you send somebody?",
                    "comment_ids": [OTHER_ID],
                    "description": True,
                }
            ]
        }
    )

    to: list[Text] = Field(description="E-mail addresses, at most 20.")
    body: Text = Field(default="", description="Plain text that stands above what goes along.")
    comment_ids: list[Text] = Field(
        default_factory=list,
        description="Comments that go along, at most 100; internal ones only because you name them.",
    )
    description: bool = Field(default=False, description="The description goes along, as the oldest.")
    attachment_ids: list[Text] = Field(
        default_factory=list, description="Files of the ticket that go along, at most 7 MiB together."
    )


class CommentQuery(PageQuery):
    """Which page of the comments."""

    order_by: Text = Field(
        default="",
        description="`created_at`, or `created_at desc`: the newest first.",
        examples=["created_at desc"],
    )


COMMENT: JsonDict = {
    "id": OTHER_ID,
    "ticket_id": ID,
    "body": "The **fire brigade** is on its way.",
    "format": "markdown",
    "body_html": "<p>The <strong>fire brigade</strong> is on its way.</p>",
    "quoted": None,
    "visibility": "public",
    "author": ACTOR,
    "from_requester": False,
    "channel": "api",
    "attachments": [],
    "forwarded_to": [],
    "created_at": EARLIER,
    "recorded_at": EARLIER,
    "origin": None,
    "version": 1,
}


class Comment(Output):
    """What was said on a ticket."""

    model_config = ConfigDict(json_schema_extra={"examples": [COMMENT]})

    id: str
    ticket_id: str
    body: str = Field(description="What was said; of `html` its text, of `markdown` as it was written.")
    format: str = Field(description="What it was written in: `text`, `markdown` or `html`.")
    body_html: str | None = Field(
        description="As HTML that holds text, structure, links and pictures alone: nothing that runs. Null for `text`. "
        "Pictures from elsewhere keep their addresses, those of the message are `cid:` with the `content_id` of an attachment."
    )
    quoted: str | None = Field(description="Quoted text and signature that were cut from a mail.")
    visibility: str
    author: Actor | None
    from_requester: bool
    channel: str | None
    attachments: list[File]
    forwarded_to: list[str] = Field(description="The addresses that it was forwarded to; empty for all else.")
    created_at: str
    recorded_at: str | None
    origin: Ref | None = Field(
        description="The ticket that it was said on, where that is a merged one, or the one it was split from."
    )
    version: int


class Attachment(File):
    """A file of a ticket."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "id": OTHER_ID,
                    "name": "smoke.jpg",
                    "size": 48213,
                    "content_type": "image/jpeg",
                    "sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
                    "content_id": None,
                    "ticket_id": ID,
                    "comment_id": None,
                    "uploaded_by": ACTOR,
                    "created_at": EARLIER,
                }
            ]
        }
    )

    ticket_id: str
    comment_id: str | None
    uploaded_by: Actor | None
    created_at: str


class NewWatcher(Input):
    """Who is to be told of the ticket."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"user": "supervisor@acme.example"}]})

    user: Person


class HistoryEntry(Output):
    """One change: who, when, what, from, to, and why."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "id": OTHER_ID,
                    "ticket_id": ID,
                    "action": "state_changed",
                    "field": "state",
                    "from": "new",
                    "to": "open",
                    "actor": ACTOR,
                    "cause": "rest",
                    "rule": None,
                    "occurred_at": EARLIER,
                    "recorded_at": EARLIER,
                    "ticket_version": 2,
                }
            ]
        }
    )

    id: str
    ticket_id: str
    action: str
    field: str | None
    from_: JsonValue = Field(alias="from")
    to: JsonValue
    actor: Actor | None
    cause: str | None = Field(description="`rest`, `grpc`, `mail:<id>`, `event:<id>` or `timer:<id>`.")
    rule: str | None
    occurred_at: str
    recorded_at: str | None
    ticket_version: int


class ArticleSuggestion(Output):
    """A published article that may answer the ticket."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "type": "article",
                    "id": ID,
                    "key": "KB-12",
                    "number": "KB-12",
                    "title": "What to do when a printer burns",
                    "snippet": "When the <mark>printer</mark> is on <mark>fire</mark>, pull the plug.",
                    "score": 0.62,
                    "language": "en",
                }
            ]
        }
    )

    type: Literal["article"]
    id: str
    key: str
    number: str
    title: str
    snippet: str = Field(description="HTML, everything escaped but `<mark>`.")
    score: float = Field(description="Higher is better.")
    language: str | None


class AssetSuggestion(Output):
    """A configuration item that the requester uses."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "type": "asset",
                    "id": OTHER_ID,
                    "key": "CI-311",
                    "number": "CI-311",
                    "class": "laptop",
                    "name": "Laptop of Anna Nowak",
                    "state": "in_use",
                    "holder": PERSON,
                }
            ]
        }
    )

    type: Literal["asset"]
    id: str
    key: str
    number: str
    class_: str = Field(alias="class")
    name: str
    state: str | None
    holder: PersonRef | None
