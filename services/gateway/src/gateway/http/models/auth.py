"""Bodies of signing in and of oneself."""

from typing import Literal

from pydantic import ConfigDict, Field
from pydantic.config import JsonDict

from gateway.http.models.common import EARLIER, ID, LATER, OTHER_ID, Input, Moment, Output, Ref, Text
from gateway.http.models.people import USER, User


class TokenForm(Input):
    """OAuth 2 (RFC 6749), with the tenant beside."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "grant_type": "password",
                    "tenant": "acme",
                    "username": "agent@acme.example",
                    "password": "deskmesh",
                }
            ]
        }
    )

    grant_type: Literal["password", "mfa", "refresh_token", "client_credentials"]
    tenant: Text | None = Field(default=None, description="Slug of the tenant; with `password`.")
    username: Text | None = Field(default=None, description="E-mail address; with `password`.")
    password: Text | None = Field(default=None, description="With `password`.")
    mfa_token: Text | None = Field(default=None, description="With `mfa`: what the refused sign-in gave.")
    code: Text | None = Field(default=None, description="With `mfa`: of the app, or a recovery code.")
    refresh_token: Text | None = Field(default=None, description="With `refresh_token`.")
    client_id: Text | None = Field(default=None, description="With `client_credentials`; or by HTTP Basic.")
    client_secret: Text | None = Field(
        default=None, description="With `client_credentials`; or by HTTP Basic."
    )
    scope: Text | None = Field(
        default=None, description="Ignored: a token has all scopes that its bearer has."
    )


class Tokens(Output):
    """What a sign-in gives."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "access_token": "eyJhbGciOiJSUzI1NiIs…",
                    "refresh_token": "dmr_5vR0…",
                    "token_type": "Bearer",
                    "expires_in": 600,
                    "scope": "kb.read tickets.create tickets.read",
                }
            ]
        }
    )

    access_token: str
    refresh_token: str | None = Field(
        default=None, description="Good for one use; not with `client_credentials`."
    )
    token_type: Literal["Bearer"]
    expires_in: int = Field(description="Seconds.")
    scope: str = Field(description="Separated by spaces.")
    recovery_codes: list[str] | None = Field(
        default=None, description="Where this sign-in has set a second factor up; shown this once."
    )


class Me(User):
    """Who you are and what you may."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    **USER,
                    "tenant": {"id": OTHER_ID, "key": "acme", "name": "Acme"},
                    "permissions": ["kb.read", "tickets.create", "tickets.read:it"],
                }
            ]
        }
    )

    tenant: Ref
    permissions: list[str] = Field(description="`perm` everywhere, `perm:process` or `perm:process/queue`.")


class MyPatch(Input):
    """What you may change of yourself."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"language": "pl"}]})

    name: Text | None = None
    language: Text | None = None
    time_zone: Text | None = None
    phone: Text | None = None


class NewPassword(Input):
    """Your password, and the one that replaces it."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"current_password": "deskmesh", "new_password": "correct horse battery staple"}]
        }
    )

    current_password: Text
    new_password: Text


class NewToken(Input):
    """A personal access token: what for, what it may, until when."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"name": "nightly export", "scopes": ["tickets.read"], "expires_at": LATER}]
        }
    )

    name: Text
    scopes: list[Text] | None = Field(default=None, description="Of yours; all of them when absent.")
    expires_at: Moment | None = Field(default=None, description="Never when absent.")


TOKEN: JsonDict = {
    "id": ID,
    "name": "nightly export",
    "scopes": ["tickets.read"],
    "created_at": EARLIER,
    "expires_at": LATER,
    "last_used_at": None,
}


class PersonalAccessToken(Output):
    """A personal access token, without the secret."""

    model_config = ConfigDict(json_schema_extra={"examples": [TOKEN]})

    id: str
    name: str
    scopes: list[str] | None = Field(description="Null: all that its owner has.")
    created_at: str
    expires_at: str | None
    last_used_at: str | None


class MadeToken(PersonalAccessToken):
    """A personal access token just made: the only time that the secret is shown."""

    model_config = ConfigDict(json_schema_extra={"examples": [{**TOKEN, "token": "dmp_hG3s…"}]})

    token: str


class ForgottenPassword(Input):
    """Who has forgotten their password."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"tenant": "acme", "email": "anna@acme.example"}]}
    )

    tenant: Text
    email: Text


class PasswordReset(Input):
    """What the link in the mail carries, and the new password."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"token": "eyJhbGciOi…", "new_password": "correct horse battery staple"}]
        }
    )

    token: Text
    new_password: Text
