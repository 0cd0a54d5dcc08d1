"""Bodies of programs that are told of events over HTTP."""

from pydantic import ConfigDict, Field
from pydantic.config import JsonDict

from gateway.http.models.common import EARLIER, ID, Input, Output, Text

_URL = "https, on the public internet; redirects are not followed."
_EVENTS = "Names of events, such as `TicketCreated`; none for one that rules alone call."
_SECRET = "`whsec_` and 24 to 64 bytes in base64; the desk makes one when absent."  # noqa: S105 (a description)
_STATE = "`active` or `paused`; `disabled` is one that the desk switched off."

_SAID: JsonDict = {
    "name": "Chat",
    "url": "https://hooks.acme.example/desk",
    "events": ["CommentAdded", "TicketCreated"],
}
_SHOWN: JsonDict = {
    "id": ID,
    **_SAID,
    "state": "active",
    "state_reason": None,
    "failing_since": None,
    "last_success_at": EARLIER,
    "previous_secret_until": None,
    "created_at": EARLIER,
    "updated_at": EARLIER,
    "version": 1,
}


class NewWebhook(Input):
    """A program to be called, and what of."""

    model_config = ConfigDict(json_schema_extra={"examples": [_SAID]})

    name: Text = Field(default="", description="Its host, when absent.")
    url: Text = Field(description=_URL)
    events: list[Text] = Field(default_factory=list, description=_EVENTS)
    secret: Text = Field(default="", description=_SECRET)
    state: Text = Field(default="active", description=_STATE)


class WebhookPatch(Input):
    """What changes."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"state": "paused"}]})

    name: Text | None = None
    url: Text | None = Field(default=None, description=_URL)
    events: list[Text] | None = Field(default=None, description=_EVENTS)
    state: Text | None = Field(default=None, description=_STATE)


class NewSecret(Input):
    """The secret from now on."""

    model_config = ConfigDict(json_schema_extra={"examples": [{}]})

    secret: Text = Field(default="", description=_SECRET)


class Webhook(Output):
    """A program that is told of events over HTTP, and how it does."""

    model_config = ConfigDict(json_schema_extra={"examples": [_SHOWN]})

    id: str
    name: str
    url: str
    events: list[str]
    state: str = Field(description="`active`, `paused` or `disabled`.")
    state_reason: str | None
    failing_since: str | None = Field(description="Since when no call has succeeded.")
    last_success_at: str | None
    previous_secret_until: str | None = Field(description="Until then the secret before signs too.")
    created_at: str
    updated_at: str
    version: int


class WebhookWithSecret(Webhook):
    """A webhook with its secret, which is told once."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{**_SHOWN, "secret": "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="}]
        }
    )

    secret: str
