"""Bodies of roles."""

from pydantic import ConfigDict, Field
from pydantic.config import JsonDict

from gateway.http.models.common import ID, Input, Output, Text

PERMISSIONS = "Such as `tickets.read`; what each route demands is its `x-permission`."
ROLE: JsonDict = {
    "id": ID,
    "key": "dispatcher",
    "slug": "dispatcher",
    "name": "Dispatcher",
    "permissions": ["tickets.assign", "tickets.read"],
    "version": 1,
}


class NewRole(Input):
    """A set of permissions that people are given."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "slug": "dispatcher",
                    "name": "Dispatcher",
                    "permissions": ["tickets.assign", "tickets.read"],
                }
            ]
        }
    )

    slug: Text = Field(description="Never changed: grants are written by it.")
    name: Text
    permissions: list[Text] = Field(default_factory=list, description=PERMISSIONS)


class RolePatch(Input):
    """The fields to change; permissions are replaced as a whole."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"permissions": ["tickets.read"]}]})

    name: Text | None = None
    permissions: list[Text] | None = Field(default=None, description=PERMISSIONS)


class Role(Output):
    """A set of permissions that people are given, everywhere or in one process or queue."""

    model_config = ConfigDict(json_schema_extra={"examples": [ROLE]})

    id: str
    key: str
    slug: str
    name: str
    permissions: list[str]
    version: int
