"""Bodies of a browser's session."""

from typing import Literal

from pydantic import ConfigDict, Field

from gateway.http.models.common import Input, Output, Text


class BrowserSignIn(Input):
    """Who signs in, in which tenant."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"tenant": "acme", "username": "agent@acme.example", "password": "deskmesh"}]
        }
    )

    tenant: Text
    username: Text
    password: Text


class BrowserToken(Output):
    """The access token of a browser's session; what renews it is in a cookie."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "access_token": "eyJhbGciOiJSUzI1NiIs…",
                    "token_type": "Bearer",
                    "expires_in": 600,
                    "scope": "kb.read tickets.create tickets.read",
                }
            ]
        }
    )

    access_token: str
    token_type: Literal["Bearer"]
    expires_in: int
    scope: str
    recovery_codes: list[str] | None = Field(
        default=None, description="Where this sign-in has set a second factor up; shown this once."
    )


class Onward(Output):
    """Where the browser goes to sign out at the provider too."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"url": "https://login.acme.example/logout?client_id=deskmesh", "state": "k3F…"}]
        }
    )

    url: str | None
    state: str | None = Field(description="Comes back to `/sign-in` in the query.")
