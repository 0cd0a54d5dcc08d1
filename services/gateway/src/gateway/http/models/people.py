"""Bodies of users, teams and organisations."""

from pydantic import ConfigDict, Field
from pydantic.config import JsonDict

from gateway.http.models.common import (
    EARLIER,
    ID,
    PERSON,
    QUEUE,
    Input,
    Output,
    Person,
    PersonRef,
    Ref,
    Reference,
    Text,
)

TIMES: JsonDict = {"created_at": EARLIER, "updated_at": EARLIER, "version": 1}


class RoleGrant(Input):
    """A role, everywhere or only in one process or queue."""

    role: Text = Field(description="Slug of the role.")
    process: Text | None = Field(default=None, description="Slug; absent: every process.")
    queue: Text | None = Field(default=None, description="Slug; absent: every queue of the process.")


class NewUser(Input):
    """A person of the tenant."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "email": "jan@acme.example",
                    "name": "Jan Kowalski",
                    "password": "correct horse battery staple",
                    "language": "pl",
                    "time_zone": "Europe/Warsaw",
                    "roles": [{"role": "agent", "process": "it"}],
                    "teams": ["service-desk"],
                }
            ]
        }
    )

    email: Text
    name: Text
    password: Text | None = Field(
        default=None, description="Without one the person cannot sign in by password."
    )
    language: Text | None = Field(default=None, description="BCP 47; the tenant's first when absent.")
    time_zone: Text | None = Field(default=None, description="IANA name; the tenant's when absent.")
    phone: Text | None = None
    roles: list[RoleGrant] = Field(default_factory=list)
    teams: list[Reference] = Field(default_factory=list)
    organizations: list[Reference] = Field(default_factory=list)
    manager: Person | None = Field(default=None, description="Whom the person reports to.")


class UserPatch(Input):
    """The fields to change; lists are replaced as a whole."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"name": "Jan Nowak", "active": True}]})

    email: Text | None = None
    name: Text | None = None
    language: Text | None = None
    time_zone: Text | None = None
    phone: Text | None = None
    active: bool | None = None
    roles: list[RoleGrant] | None = None
    teams: list[Reference] | None = None
    organizations: list[Reference] | None = None
    manager: Person | None = None


class GrantedRole(Output):
    """A role that a person holds."""

    role: str
    process: str | None
    queue: str | None


USER: JsonDict = {
    **PERSON,
    "language": "pl",
    "time_zone": "Europe/Warsaw",
    "phone": None,
    "active": True,
    "teams": [QUEUE],
    "organizations": [],
    "roles": [{"role": "agent", "process": "it", "queue": None}],
    "manager": None,
    **TIMES,
}


class User(Output):
    """A person of the tenant."""

    model_config = ConfigDict(json_schema_extra={"examples": [USER]})

    id: str
    key: str = Field(description="The e-mail address.")
    email: str
    name: str
    language: str | None
    time_zone: str | None
    phone: str | None
    active: bool
    teams: list[Ref]
    organizations: list[Ref]
    roles: list[GrantedRole]
    manager: PersonRef | None
    created_at: str
    updated_at: str
    version: int


class NewTeam(Input):
    """A team of agents."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"slug": "network", "name": "Network", "members": ["agent@acme.example"]}]
        }
    )

    name: Text
    slug: Text | None = Field(default=None, description="Made from the name when absent.")
    description: Text = ""
    members: list[Person] = Field(default_factory=list)


class TeamPatch(Input):
    """The fields to change; the members are replaced as a whole."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"members": ["agent@acme.example"]}]})

    name: Text | None = None
    slug: Text | None = None
    description: Text | None = None
    members: list[Person] | None = None


class Team(Output):
    """A team of agents."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "id": ID,
                    "key": "network",
                    "slug": "network",
                    "name": "Network",
                    "description": "",
                    "members": [PERSON],
                    **TIMES,
                }
            ]
        }
    )

    id: str
    key: str
    slug: str
    name: str
    description: str
    members: list[PersonRef]
    created_at: str
    updated_at: str
    version: int


class NewOrganization(Input):
    """A customer of the tenant."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"slug": "initech", "name": "Initech", "domains": ["initech.example"]}]
        }
    )

    name: Text
    slug: Text | None = Field(default=None, description="Made from the name when absent.")
    domains: list[Text] = Field(default_factory=list, description="Mail domains whose people belong to it.")


class OrganizationPatch(Input):
    """The fields to change."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"domains": ["initech.example"]}]})

    name: Text | None = None
    slug: Text | None = None
    domains: list[Text] | None = None


class Organization(Output):
    """A customer of the tenant."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "id": ID,
                    "key": "initech",
                    "slug": "initech",
                    "name": "Initech",
                    "domains": ["initech.example"],
                    **TIMES,
                }
            ]
        }
    )

    id: str
    key: str
    slug: str
    name: str
    domains: list[str]
    created_at: str
    updated_at: str
    version: int
