"""Bodies of agreements."""

from pydantic import ConfigDict, Field
from pydantic.config import JsonDict

from gateway.http.models.calendars import TIMES
from gateway.http.models.common import ID, OTHER_ID, Input, Output, Text

AGREEMENT: JsonDict = {
    "name": "Acme, standard support",
    "kind": "sla",
    "parties": ["acme-hq"],
    "services": [OTHER_ID],
    "products": [],
    "valid_from": "2026-01-01",
    "valid_until": "2026-12-31",
    "note": "Renewed each year.",
}
MADE: JsonDict = {"id": ID, "key": AGREEMENT["name"], **AGREEMENT, **TIMES}


class NewAgreement(Input):
    """With whom, on what, for how long."""

    model_config = ConfigDict(json_schema_extra={"examples": [AGREEMENT]})

    name: Text
    kind: Text = Field(
        default="sla", description="`sla` with customers, `ola` between inner teams, `uc` with a supplier."
    )
    parties: list[Text] = Field(
        default_factory=list, description="Organizations, or for an OLA teams, by id or slug; none: any."
    )
    services: list[Text] = Field(default_factory=list, description="Ids of services; none: all.")
    products: list[Text] = Field(default_factory=list, description="Ids of configuration items; none: all.")
    valid_from: Text = Field(description="ISO 8601 date in the tenant's zone.")
    valid_until: Text | None = Field(default=None, description="The last day; null: for ever.")
    note: Text = ""


class AgreementPatch(Input):
    """The fields to change; lists are replaced as a whole."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"valid_until": "2027-12-31"}]})

    name: Text | None = None
    kind: Text | None = None
    parties: list[Text] | None = None
    services: list[Text] | None = None
    products: list[Text] | None = None
    valid_from: Text | None = None
    valid_until: Text | None = None
    note: Text | None = None


class Agreement(Output):
    """With whom, on what, for how long."""

    model_config = ConfigDict(json_schema_extra={"examples": [MADE]})

    id: str
    key: str = Field(description="The name, which is unique.")
    name: str
    kind: str
    parties: list[str]
    services: list[str]
    products: list[str]
    valid_from: str
    valid_until: str | None
    note: str
    created_at: str
    updated_at: str
    version: int


class Entitlement(Output):
    """Whether an agreement with the customer covered a ticket when it was made."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"entitled": True, "reason": 'Covered by "Acme, standard support".', "agreements": [MADE]}
            ]
        }
    )

    entitled: bool
    reason: str = Field(description="In words.")
    agreements: list[Agreement] = Field(description="Those that cover it.")
