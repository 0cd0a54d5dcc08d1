"""Bodies of configuration items and relations."""

from pydantic import ConfigDict, Field, JsonValue

from gateway.http.models.common import (
    EARLIER,
    ID,
    OTHER_ID,
    PERSON,
    FreeForm,
    Input,
    Output,
    PageQuery,
    Person,
    PersonRef,
    Text,
)


class NewItem(Input):
    """Anything that the desk supports."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "class": "laptop",
                    "name": "Laptop of Anna Nowak",
                    "attributes": {"serial_number": "PF3X9", "memory_gb": 32},
                    "state": "in_use",
                    "holder": "anna@acme.example",
                }
            ]
        }
    )

    class_: Text = Field(alias="class", description="Slug of the class: `server`, `laptop`, …")
    name: Text
    attributes: FreeForm = Field(default_factory=dict)
    state: Text | None = Field(
        default=None, description="`ordered`, `in_stock`, `in_use`, `repair` or `retired`."
    )
    holder: Person | None = Field(default=None, description="Who uses it.")


class ItemPatch(Input):
    """The fields to change; null empties one."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"state": "repair", "holder": None}]})

    class_: Text | None = Field(default=None, alias="class")
    name: Text | None = None
    attributes: FreeForm | None = Field(
        default=None, description="Merged into the present ones; null removes one."
    )
    state: Text | None = None
    holder: Person | None = None


class Item(Output):
    """A configuration item."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "id": ID,
                    "key": "CI-311",
                    "number": "CI-311",
                    "class": "laptop",
                    "name": "Laptop of Anna Nowak",
                    "attributes": {"memory_gb": 32, "serial_number": "PF3X9"},
                    "state": "in_use",
                    "holder": PERSON,
                    "created_at": EARLIER,
                    "updated_at": EARLIER,
                    "version": 1,
                }
            ]
        }
    )

    id: str
    key: str = Field(description="The number.")
    number: str
    class_: str = Field(alias="class")
    name: str
    attributes: dict[str, JsonValue]
    state: str | None
    holder: PersonRef | None
    created_at: str
    updated_at: str
    version: int


class NewRelation(Input):
    """How one item hangs on another."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"type": "depends_on", "source_id": ID, "target_id": OTHER_ID}]}
    )

    type: Text = Field(description="`depends_on`: the source depends on the target; `runs_on`, …")
    source_id: Text
    target_id: Text


class RelationQuery(PageQuery):
    """Which page of which relations."""

    filter: Text = Field(default="", description="AIP-160.", examples=[f'source_id = "{ID}"'])


class Relation(Output):
    """How one item hangs on another."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "id": ID,
                    "type": "depends_on",
                    "source_id": ID,
                    "target_id": OTHER_ID,
                    "created_at": EARLIER,
                    "version": 1,
                }
            ]
        }
    )

    id: str
    type: str
    source_id: str
    target_id: str
    created_at: str
    version: int
