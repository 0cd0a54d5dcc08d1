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
    "included_hours": "PT40H",
    "hours_period": "month",
    "hours_warnings": ["80%", "100%"],
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
    included_hours: Text | None = Field(
        default=None,
        description="Billable work that each period includes, as an ISO 8601 duration; null: none.",
    )
    hours_period: Text = Field(
        default="month", description="`month`, `quarter`, `year`, or all of its `term`."
    )
    hours_warnings: list[Text] = Field(
        default_factory=list, description="Shares of the included hours that are told when used: `80%`."
    )


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
    included_hours: Text | None = None
    hours_period: Text | None = None
    hours_warnings: list[Text] | None = None


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
    included_hours: str | None
    hours_period: str
    hours_warnings: list[str]
    created_at: str
    updated_at: str
    version: int


class HoursQuery(Input):
    """Of which period."""

    on: Text | None = Field(default=None, description="An ISO 8601 date in the period; today when absent.")


class AgreementHours(Output):
    """How much of the hours that an agreement includes is used in a period."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "period_start": "2026-11-01",
                    "period_end": "2026-11-30",
                    "included": "PT40H",
                    "used": "PT33H30M",
                    "remaining": "PT6H30M",
                    "told": ["80%"],
                }
            ]
        }
    )

    period_start: str
    period_end: str | None = Field(description="The last day; null where the period has no end.")
    included: str
    used: str = Field(description="By the billable time entries that fall under it.")
    remaining: str = Field(description="Negative (`-PT5M`) where more is used than included.")
    told: list[str] = Field(description="The shares that were told as used.")


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
