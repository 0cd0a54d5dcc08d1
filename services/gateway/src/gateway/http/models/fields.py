"""Bodies of the fields that tenants add to their tickets."""

from pydantic import ConfigDict
from pydantic import Field as About
from pydantic.config import JsonDict

from gateway.http.models.common import EARLIER, ID, Input, Output, PageQuery, Text
from gateway.http.models.configuration import ACTIVE, SLUG

TYPES = (
    "`text`, `number`, `date`, `choice`, `choices`, `tree` (choices are paths: `Hardware/Laptop`), `checkbox`, `person`, "
    "`ci`, `money` (`amount` and `currency`) or `url`; never changed."
)
CONDITION = (
    "A filter over the ticket's fields, and `role` for those of whoever works on it: "
    '`state = "resolved" AND fields.device_kind = "laptop"`.'
)
DEPENDENT: JsonDict = {
    "field": "device_kind",
    "choices": {"laptop": ["battery", "screen"], "phone": ["screen"]},
}
PART: JsonDict = {
    "name": "Broken part",
    "slug": "broken_part",
    "type": "choice",
    "description": "What has to be replaced.",
    "choices": ["battery", "screen"],
    "required_when": 'state = "resolved"',
    "shown_when": "fields.device_kind != null",
    "dependent_choices": DEPENDENT,
    "processes": ["it"],
    "types": ["incident"],
}


class DependentChoices(Input):
    """Which choices may be made, by the value of another field."""

    field: Text = About(description="Slug of a field of the type choice or tree.")
    choices: dict[Text, list[Text]] = About(description="By a choice of that field.")


class NewField(Input):
    """A field for tickets."""

    model_config = ConfigDict(json_schema_extra={"examples": [PART]})

    name: Text
    slug: Text | None = About(default=None, description=SLUG)
    type: Text = About(description=TYPES)
    description: Text = ""
    choices: list[Text] = About(default_factory=list)
    required: bool = False
    required_when: Text = About(default="", description=CONDITION)
    shown_when: Text = About(default="", description=CONDITION)
    dependent_choices: DependentChoices | None = None
    processes: list[Text] = About(default_factory=list, description="Slugs; none: of all.")
    types: list[Text] = About(default_factory=list, description="Slugs of ticket types; none: all.")


class FieldPatch(Input):
    """What to change; slug and type stay, and so do the values that tickets have."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"required": True, "types": ["incident"]}]})

    name: Text | None = None
    description: Text | None = None
    choices: list[Text] | None = None
    required: bool | None = None
    required_when: Text | None = About(default=None, description=CONDITION)
    shown_when: Text | None = About(default=None, description=CONDITION)
    dependent_choices: DependentChoices | None = About(default=None, description="Null: they depend on none.")
    processes: list[Text] | None = None
    types: list[Text] | None = None
    active: bool | None = About(default=None, description=ACTIVE)


class FieldQuery(PageQuery):
    """Which page of which fields."""

    process: Text = About(default="", description="Slug: those that its tickets have.", examples=["it"])
    type: Text = About(
        default="", description="Slug: those that tickets of the type have.", examples=["incident"]
    )


class FilterField(Output):
    """A field that filters and conditions over tickets may name."""

    name: str = About(description="As filters name it: `priority`, `fields.cost_centre`.")
    title: str | None = About(description="What people call it; null: it is not the tenant's own.")
    type: str = About(description="`string`, `number`, `bool`, `timestamp`, `list` or `reference`.")
    values: list[str] = About(description="The only ones that make sense; none: any.")
    kind: str | None = About(description="Of the tenant's own: its type as a field.")
    active: bool = About(description=ACTIVE)


class FieldTable(Output):
    """What filters and conditions over tickets may name."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "version": 4,
                    "changed_at": EARLIER,
                    "fields": [
                        {
                            "name": "fields.broken_part",
                            "title": "Broken part",
                            "type": "string",
                            "values": ["battery", "screen"],
                            "kind": "choice",
                            "active": True,
                        }
                    ],
                }
            ]
        }
    )

    version: int
    changed_at: str
    fields: list[FilterField]


class ChoicesByValue(Output):
    """Which choices may be made, by the value of another field."""

    model_config = ConfigDict(json_schema_extra={"examples": [DEPENDENT]})

    field: str
    choices: dict[str, list[str]]


class TicketField(Output):
    """A field that the tenant added to its tickets; filters know it as `fields.<slug>`."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    **PART,
                    "id": ID,
                    "key": "broken_part",
                    "required": False,
                    "active": True,
                    "created_at": EARLIER,
                    "updated_at": EARLIER,
                    "version": 1,
                }
            ]
        }
    )

    id: str
    key: str
    slug: str
    name: str
    type: str = About(description=TYPES)
    description: str
    choices: list[str]
    required: bool
    required_when: str
    shown_when: str
    dependent_choices: ChoicesByValue | None
    processes: list[str]
    types: list[str]
    active: bool
    created_at: str
    updated_at: str
    version: int
