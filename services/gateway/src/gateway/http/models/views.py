"""Bodies of saved views."""

from typing import Annotated

from pydantic import AfterValidator, ConfigDict, Field
from pydantic.config import JsonDict

from gateway.http.models.common import ID, Input, Output, PersonRef, Text
from gateway.http.models.sharing import KEPT, SHARED, Sharing, SharingInput

SAVED: JsonDict = {
    "name": "Urgent, nobody's",
    "filter": 'open = true AND assignee = null AND priority = "critical"',
    "q": "",
    "columns": ["number", "title", "due_at"],
    "order_by": "due_at",
}


class NewView(Input):
    """A question for tickets that is kept."""

    model_config = ConfigDict(json_schema_extra={"examples": [{**SAVED, "shared_with": SHARED}]})

    name: Text
    filter: Text = Field(
        default="",
        description="AIP-160 over the ticket's fields; `me` as assignee or requester is whoever looks.",
    )
    q: Text = Field(default="", description="Words to find.")
    columns: list[Text] = Field(
        default_factory=list, description="Fields to show; the tenant's own are `fields.<slug>`."
    )
    order_by: Text = ""
    shared_with: SharingInput = Field(default_factory=SharingInput)


class ViewPatch(Input):
    """The fields to change; those left out stay."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"name": "Urgent", "shared_with": SHARED}]})

    name: Text | None = None
    filter: Text | None = None
    q: Text | None = None
    columns: list[Text] | None = None
    order_by: Text | None = None
    shared_with: SharingInput | None = None


class View(Output):
    """A saved question for tickets."""

    model_config = ConfigDict(json_schema_extra={"examples": [{**SAVED, **KEPT}]})

    id: str
    name: str
    filter: str
    q: str
    columns: list[str]
    order_by: str
    shared_with: Sharing
    owner: PersonRef | None
    created_at: str
    updated_at: str
    version: int


def _split(text: str) -> str:
    if any(not one.strip() for one in text.split(",") if text):
        raise ValueError("is not a list of ids with commas between them")
    return text


class CountQuery(Input):
    """Which views are counted."""

    ids: Annotated[Text, AfterValidator(_split)] = Field(
        default="", description="Ids with commas between them; all that you see, up to 50, when absent."
    )

    def listed(self) -> list[str]:
        """The ids."""
        return [one.strip() for one in self.ids.split(",")] if self.ids else []


class ViewCount(Output):
    """How many tickets a view has for you."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"view_id": ID, "count": 17, "more": False, "problem": None}]}
    )

    view_id: str
    count: int = Field(description="At most 1000.")
    more: bool = Field(description="There are more than were counted.")
    problem: str | None = Field(
        description="Why nothing was counted: the filter no longer fits the fields that there are."
    )
