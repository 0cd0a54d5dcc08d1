"""Bodies of OpenID providers."""

from pydantic import ConfigDict, Field
from pydantic.config import JsonDict

from gateway.http.models.common import ID, Input, Output, Text

WRITTEN: JsonDict = {
    "name": "Acme directory",
    "issuer": "https://login.acme.example",
    "client_id": "deskmesh",
    "scopes": ["openid", "profile", "email"],
    "email_claim": "email",
    "name_claim": "name",
    "groups_claim": "groups",
    "domains": ["acme.example"],
    "creates_people": True,
    "role_mapping": {"service-desk": "agent"},
    "active": True,
}


class IdentityProviderInput(Input):
    """Where people sign in instead of by a password here."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{**WRITTEN, "client_secret": "shared with the provider"}]}
    )

    name: Text = Field(description="On the button at the sign-in.")
    issuer: Text = Field(description="As in the provider's discovery document, to the letter.")
    client_id: Text
    client_secret: Text | None = Field(
        default=None, description="Never read back; the one that is there stays without it."
    )
    scopes: list[Text] = Field(default_factory=lambda: ["openid", "profile", "email"], max_length=50)
    email_claim: Text = "email"
    name_claim: Text = "name"
    groups_claim: Text = Field(default="", description="Empty: groups decide nothing.")
    domains: list[Text] = Field(
        max_length=200, description="Mail domains whose verified addresses the provider is believed about."
    )
    creates_people: bool = Field(default=False, description="Whoever is not known yet is made; else refused.")
    role_mapping: dict[Text, Text] = Field(
        default_factory=dict, description="Group to role (slug or id), given and taken at each sign-in."
    )
    active: bool = True


class IdentityProvider(Output):
    """Where people sign in instead of by a password here; its secret is not read back."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"id": ID, "slug": "directory", **WRITTEN, "version": 1}]}
    )

    id: str
    slug: str
    name: str
    issuer: str
    client_id: str
    scopes: list[str]
    email_claim: str
    name_claim: str
    groups_claim: str
    domains: list[str]
    creates_people: bool
    role_mapping: dict[str, str]
    active: bool
    version: int


class OfferedProvider(Output):
    """A provider as whoever signs in sees it."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"name": "Acme directory", "path": "/api/v1/auth/providers/acme/directory"}]
        }
    )

    name: str
    path: str = Field(description="Where the browser goes; `to` in the query leads back to a page.")


class OfferedProviders(Output):
    """The providers of a tenant."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "items": [{"name": "Acme directory", "path": "/api/v1/auth/providers/acme/directory"}],
                    "passwords": True,
                }
            ]
        }
    )

    items: list[OfferedProvider]
    passwords: bool = Field(description="False: a password opens nothing, but in an emergency.")


class LogoutForm(Input):
    """What a provider sends when somebody has signed out there."""

    # Providers may send more, which is to be ignored.
    model_config = ConfigDict(extra="ignore", json_schema_extra={"examples": [{"logout_token": "eyJ0eXAi…"}]})

    logout_token: Text
