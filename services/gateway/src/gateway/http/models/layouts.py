"""Bodies of layouts of tickets."""

from typing import Literal

from pydantic import ConfigDict, Field
from pydantic.config import JsonDict

from gateway.http.models.common import (
    ACTOR,
    EARLIER,
    ID,
    Actor,
    Input,
    Output,
    PageQuery,
    Ref,
    Reference,
    Text,
)

PROCESS: JsonDict = {"id": ID, "key": "it", "name": "IT"}
TITLE: JsonDict = {"en": "What happened", "pl": "Co się stało", "ru": "Что случилось"}
SECTION: JsonDict = {
    "title": TITLE,
    "columns": 2,
    "collapsed": False,
    "fields": ["title", "description", "fields.device_kind"],
}
OF: JsonDict = {"type": "incident", "audience": "requester", "purpose": "create"}
SHOWN: JsonDict = {
    "name": "fields.device_kind",
    "title": "Kind of device",
    "titles": {"en": "Kind of device", "pl": "Rodzaj urządzenia", "ru": "Вид устройства"},
    "description": None,
    "type": "choice",
    "choices": ["laptop", "phone"],
    "required": True,
    "read_only": False,
    "shown_when": None,
    "required_when": None,
}

Audience = Literal["agent", "requester"]
Purpose = Literal["create", "view"]
AUDIENCE = "`agent` or `requester`."
PURPOSE = "`create`: the form of a new ticket; `view`: the page of one that is there."
BY_LANGUAGE = "By language: `en`, `pl`, `ru`; at least one."


class Section(Input):
    """A part of a layout."""

    title: dict[Text, Text] = Field(description=BY_LANGUAGE)
    columns: int = Field(default=2, ge=1, le=4)
    collapsed: bool = Field(default=False, description="Shown closed at first.")
    fields: list[Text] = Field(description="`title`, `queue`, …, and the tenant's own as `fields.<slug>`.")


class NewLayout(Input):
    """Which fields of a ticket stand where, for whom."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"process": "it", **OF, "sections": [SECTION]}]}
    )

    process: Reference
    type: Text | None = Field(
        default=None, description="Slug; null: any type of the process without a layout of its own."
    )
    audience: Text = Field(description=AUDIENCE)
    purpose: Text = Field(description=PURPOSE)
    sections: list[Section]


class LayoutPatch(Input):
    """Other sections in place of all there were."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"sections": [SECTION]}]})

    sections: list[Section]


class LayoutQuery(PageQuery):
    """Which page of which layouts."""

    process: Text = Field(default="", description="Id or slug.", examples=["it"])
    type: Text = Field(default="", description="Slug.", examples=["incident"])
    audience: Audience | None = None
    purpose: Purpose | None = None


class ShownQuery(Input):
    """The layout of what, for whom."""

    process: Text = Field(default="", description="Id or slug; the default process when absent.")
    type: Text = Field(default="", description="Slug; the default type when absent.")
    purpose: Purpose = Field(default="create", description=PURPOSE)
    audience: Audience | None = Field(
        default=None,
        description="The caller's own when absent; who reads tickets of the process may ask for that of requesters.",
    )


class Restoring(Input):
    """Which version is wanted back."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"version": 1}]})

    version: int = Field(ge=1, lt=2**31)


class SectionSet(Output):
    """A part of a layout."""

    title: dict[str, str] = Field(description=BY_LANGUAGE)
    columns: int
    collapsed: bool
    fields: list[str]


class Layout(Output):
    """Which fields of a ticket stand where, for whom."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "id": ID,
                    "process": PROCESS,
                    **OF,
                    "sections": [SECTION],
                    "created_at": EARLIER,
                    "updated_at": EARLIER,
                    "version": 1,
                }
            ]
        }
    )

    id: str
    process: Ref
    type: str | None
    audience: str
    purpose: str
    sections: list[SectionSet]
    created_at: str
    updated_at: str
    version: int


class LayoutVersion(Output):
    """A layout as it was from one change on."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"version": 1, "sections": [SECTION], "changed_by": ACTOR, "changed_at": EARLIER}]
        }
    )

    version: int
    sections: list[SectionSet] = Field(description="None: the layout was removed.")
    changed_by: Actor
    changed_at: str


class ShownField(Output):
    """A field as the caller is shown it."""

    name: str
    title: str | None = Field(description="Of the tenant's own: what people call it; null: built in.")
    titles: dict[str, str] = Field(
        description="By language, of the fields that every tenant starts with, while they have their first names."
    )
    description: str | None
    type: str | None = Field(description="Of the tenant's own.")
    choices: list[str] = Field(description="Of the tenant's own; of a ticket those that go with its values.")
    required: bool
    read_only: bool
    shown_when: str | None = Field(description="A condition that the form has to watch.")
    required_when: str | None = Field(description="A condition that the form has to watch.")


class ShownSection(Output):
    """A part of what the caller is shown."""

    title: dict[str, str] = Field(description=BY_LANGUAGE)
    columns: int
    collapsed: bool
    fields: list[ShownField]


class ShownLayout(Output):
    """What the caller is shown, after conditions and rights."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "layout": ID,
                    "version": 1,
                    "audience": "requester",
                    "purpose": "create",
                    "sections": [{"title": TITLE, "columns": 2, "collapsed": False, "fields": [SHOWN]}],
                }
            ]
        }
    )

    layout: str | None = Field(description="Its id; null: nothing is set, this is the default.")
    version: int
    audience: str
    purpose: str
    sections: list[ShownSection]
