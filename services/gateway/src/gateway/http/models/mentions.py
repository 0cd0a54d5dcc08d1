"""Bodies of mentions."""

from pydantic import ConfigDict, Field

from gateway.http.models.common import (
    ACTOR,
    EARLIER,
    ID,
    OTHER_ID,
    PERSON,
    Actor,
    Input,
    Output,
    PageQuery,
    PersonRef,
    Ref,
    list_of,
)


class MentionsQuery(PageQuery):
    """Which of your mentions."""

    unread: bool = Field(default=False, description="Only those that you have not read.")


class MentionPatch(Input):
    """Whether you have read a mention."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"read": True}]})

    read: bool


class Mention(Output):
    """You were named in a comment."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "id": ID,
                    "ticket": {"id": OTHER_ID, "key": "INC-1042", "name": "Printer is on fire"},
                    "comment_id": OTHER_ID,
                    "excerpt": "@anna, could you look at this?",
                    "visibility": "internal",
                    "author": ACTOR,
                    "created_at": EARLIER,
                    "read_at": None,
                    "version": 1,
                }
            ]
        }
    )

    id: str
    ticket: Ref | None
    comment_id: str
    excerpt: str = Field(description="The first 200 characters of the comment.")
    visibility: str
    author: Actor | None
    created_at: str
    read_at: str | None
    version: int


class MentionsPage(list_of(Mention, name="Mention")):  # type: ignore[misc]  # made at run time
    """One page of your mentions."""

    unread: int = Field(description="How many you have not read, of all; counting stops at 1000.")


class MarkedMentions(Output):
    """What was marked."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"marked": 3}]})

    marked: int = Field(description="How many were unread.")


class MentionedPerson(Output):
    """Somebody whom a comment names."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"person": PERSON, "comment_id": ID, "created_at": EARLIER}]}
    )

    person: PersonRef | None
    comment_id: str
    created_at: str
