"""What the bodies of all resources share. Inputs refuse what they do not know; answers are read by the document."""

from collections.abc import Set as AbstractSet
from datetime import datetime
from typing import Annotated, Self, TypeAlias, Union

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    JsonValue,
    WithJsonSchema,
    create_model,
    model_validator,
)
from pydantic.config import JsonDict

from chassis.errors import FieldError, InvalidInput
from gateway.http.values import check_free_form, check_text, parse_moment

ID = "0193a5c2-7b1e-7c3a-9f42-5d8e6b1a2c30"
OTHER_ID = "0193a5c2-7b1e-7c3a-9f42-5d8e6b1a2c31"
EARLIER = "2026-03-02T08:00:00Z"
LATER = "2026-03-02T12:00:00Z"
QUEUE: JsonDict = {"id": ID, "key": "service-desk", "name": "Service desk"}
PERSON: JsonDict = {"id": ID, "key": "anna@acme.example", "name": "Anna Nowak", "email": "anna@acme.example"}
ACTOR: JsonDict = {"kind": "user", **PERSON}


class Input(BaseModel):
    """A body that is read: a field it does not know is refused, so that a typing error is not taken for consent."""

    model_config = ConfigDict(extra="forbid")

    def named(self, besides: AbstractSet[str] = frozenset()) -> list[str]:
        """The fields that the client wrote, be it with null, for a field mask.

        Raises:
            InvalidInput: there is none, so nothing to change.
        """
        written = sorted(self.model_fields_set - besides)
        if not written:
            raise InvalidInput([FieldError("body", "names no field to change")])
        return written


class Output(BaseModel):
    """A body that is answered; described for the OpenAPI document, written by `gateway.http.render`."""

    model_config = ConfigDict(extra="forbid")


def _moment(value: object) -> datetime:
    if not isinstance(value, str):
        raise ValueError("is not an RFC 3339 time with an offset")  # noqa: TRY004 - pydantic reports ValueError
    return parse_moment(value)


def _free_form(value: dict[str, JsonValue]) -> dict[str, JsonValue]:
    check_free_form(value)
    return value


Text: TypeAlias = Annotated[str, AfterValidator(check_text)]
"""Text that can be stored: no NUL, no half of a surrogate pair."""

Moment: TypeAlias = Annotated[datetime, BeforeValidator(_moment)]
"""A time with its offset."""

FreeForm: TypeAlias = Annotated[
    dict[str, JsonValue],
    AfterValidator(_free_form),
    WithJsonSchema({"type": "object", "additionalProperties": True}),
]
"""An object whose fields a tenant defines."""


class ReferenceInput(Input):
    """A reference as an object; what was answered may be sent back."""

    id: Text | None = None
    key: Text | None = None
    name: Text | None = Field(
        default=None, description="Ignored; allowed, so that an answer may be sent back."
    )

    @model_validator(mode="after")
    def _points_somewhere(self) -> Self:
        if not self.id and not self.key:
            raise ValueError("needs an id or a key")
        return self

    def word(self) -> str:
        """The one word that names it: the id, else the key."""
        return self.id or self.key or ""


class PersonInput(Input):
    """A reference to a person as an object."""

    id: Text | None = None
    email: Text | None = None
    key: Text | None = Field(default=None, description="The e-mail address too.")
    name: Text | None = Field(
        default=None, description="Ignored; allowed, so that an answer may be sent back."
    )

    @model_validator(mode="after")
    def _points_somewhere(self) -> Self:
        if not self.id and not self.email and not self.key:
            raise ValueError("needs an id or an email")
        return self

    def word(self) -> str:
        """The one word that names the person: the id, else the address."""
        return self.id or self.email or self.key or ""


def _spelled_out(value: object) -> object:
    return {"key": value} if isinstance(value, str) else value


Reference: TypeAlias = Annotated[
    ReferenceInput, BeforeValidator(_spelled_out, json_schema_input_type=str | ReferenceInput)
]
"""The id or the key, plain or in an object."""
Person: TypeAlias = Annotated[
    PersonInput, BeforeValidator(_spelled_out, json_schema_input_type=str | PersonInput)
]
"""The id or the e-mail address, plain or in an object."""


def word(value: ReferenceInput | PersonInput | None) -> str:
    """Name what a reference points to in one word: an id or a key; empty for null."""
    return "" if value is None else value.word()


class Ref(Output):
    """A resource of the tenant, as others refer to it."""

    model_config = ConfigDict(json_schema_extra={"examples": [QUEUE]})

    id: str
    key: str = Field(description="The slug or the number: what people and configuration say.")
    name: str


class PersonRef(Output):
    """A person; the key is the e-mail address."""

    model_config = ConfigDict(json_schema_extra={"examples": [PERSON]})

    id: str | None
    key: str
    name: str
    email: str


class Actor(Output):
    """Who did something."""

    model_config = ConfigDict(json_schema_extra={"examples": [ACTOR]})

    kind: str = Field(description="`user`, `service_account` or `system`.")
    id: str | None
    key: str | None
    name: str
    email: str | None


class File(Output):
    """A stored file."""

    id: str | None
    name: str
    size: int = Field(description="Bytes.")
    content_type: str
    sha256: str
    content_id: str | None = Field(
        description="What `cid:` names it by in the HTML of the message that it came in."
    )


def list_of(*kinds: type[Output], name: str = "") -> type[Output]:
    """Make the model of one page of a list; it is named after what is on it (TicketList), with an example of each."""
    examples = [kind.model_json_schema(mode="serialization")["examples"][0] for kind in kinds]
    return create_model(
        f"{name or kinds[0].__name__}List",
        __base__=Output,
        __doc__="One page of a list.",
        items=(list[Union[kinds]], Field(examples=[examples])),  # type: ignore[valid-type]  # noqa: UP007 - made at run time
        next_page_token=(str, Field(description="Asks for the next page; empty on the last one.")),
    )


class PageQuery(Input):
    """Which page of a list."""

    page_size: int = Field(default=25, ge=1, le=200, description="Items on a page.")
    page_token: Text = Field(default="", description="`next_page_token` of the page before.")


class SearchQuery(PageQuery):
    """Which page of a list, of which items, in what order."""

    filter: Text = Field(
        default="",
        description='AIP-160, for example `state = "open" AND priority = "high"`.',
        examples=['name = "a*"'],
    )
    order_by: Text = Field(
        default="", description="A field, and `desc` for the reverse.", examples=["created_at desc"]
    )


class ProblemField(Output):
    """One thing wrong with the input."""

    field: str = Field(description="Path within the body, or the name of a parameter or header.")
    reason: str


class Problem(Output):
    """RFC 9457 problem details."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "type": "about:blank",
                    "title": "Unprocessable Content",
                    "status": 422,
                    "detail": "The input is not valid.",
                    "code": "invalid_input",
                    "errors": [{"field": "title", "reason": "is required"}],
                }
            ]
        }
    )

    type: str
    title: str
    status: int
    detail: str
    code: str = Field(description="The stable reason, in lower snake case.")
    errors: list[ProblemField] | None = None
    allowed: list[str] | None = Field(default=None, description="The legal moves, when one was refused.")
    error: str | None = Field(
        default=None, description="`mfa_required` of a sign-in whose password is right and not enough."
    )
    mfa_token: str | None = Field(default=None, description="Finishes that sign-in, together with a code.")
    expires_in: int | None = Field(default=None, description="Seconds that the `mfa_token` holds.")
