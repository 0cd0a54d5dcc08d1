"""Bodies of change enablement."""

from pydantic import ConfigDict, Field
from pydantic.config import JsonDict

from gateway.http.models.common import (
    EARLIER,
    ID,
    LATER,
    OTHER_ID,
    Input,
    Moment,
    Output,
    PageQuery,
    Ref,
    Reference,
    Text,
)

PLAN: JsonDict = {
    "risk_answers": {"first_time": True, "untested": False},
    "plan": "Move the orders database to the new cluster.",
    "backout_plan": "Point the applications back.",
    "planned_start": EARLIER,
    "planned_end": LATER,
    "release": "2026-12",
}
TICKET: JsonDict = {"id": ID, "key": "CHG-1042", "name": "New database cluster"}


class ChangePlan(Input):
    """All that is planned for a change; what is left out is emptied."""

    model_config = ConfigDict(json_schema_extra={"examples": [PLAN]})

    risk_answers: dict[Text, bool] = Field(
        default_factory=dict, description="By the keys of `GET /changes/risk-questions`."
    )
    plan: Text = ""
    backout_plan: Text = ""
    planned_start: Moment | None = None
    planned_end: Moment | None = None
    emergency: bool = Field(default=False, description="May be planned into a freeze.")
    release: Text = Field(default="", description="Changes of the same name go together.")


class ChangeWarning(Output):
    """Something stands in the way of the planned window."""

    kind: str = Field(description="`freeze`, `ci` or `service`.")
    subject: str = Field(description="The freeze, the configuration item, or the service.")
    change: Ref | None = Field(description="The change that touches the same.")
    starts_at: str
    ends_at: str


class Change(Output):
    """What is planned for a change."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "ticket": TICKET,
                    "state": "assessment",
                    "state_category": "active",
                    "ci_ids": [],
                    "service_id": None,
                    "risk": "low",
                    **PLAN,
                    "emergency": False,
                    "standard": False,
                    "warnings": [
                        {
                            "kind": "ci",
                            "subject": OTHER_ID,
                            "change": TICKET,
                            "starts_at": EARLIER,
                            "ends_at": LATER,
                        }
                    ],
                    "version": 2,
                }
            ]
        }
    )

    ticket: Ref
    state: str
    state_category: str = Field(
        description="`new`, `active`, `waiting`, `resolved`, `closed` or `cancelled`."
    )
    ci_ids: list[str]
    service_id: str | None
    risk: str = Field(description="`low`, `medium` or `high`, out of the answers.")
    risk_answers: dict[str, bool]
    plan: str | None
    backout_plan: str | None
    planned_start: str | None
    planned_end: str | None
    emergency: bool
    release: str | None
    standard: bool = Field(description="Out of a template, approved before.")
    warnings: list[ChangeWarning]
    version: int = Field(description="The ticket's.")


class ChangeQuery(PageQuery):
    """Which planned changes."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    after: Moment | None = Field(default=None, alias="from", description="Planned to end after this.")
    until: Moment | None = Field(default=None, description="Planned to begin before this.")
    release: Text = ""


class RiskQuestion(Output):
    """A question whose yes adds to the risk."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"key": "first_time", "text": "Is it done for the first time?", "weight": 2}]
        }
    )

    key: str
    text: str
    weight: int


class NewFreeze(Input):
    """A time in which nothing is changed, but emergencies."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"name": "End of the year", "starts_at": EARLIER, "ends_at": LATER}]}
    )

    name: Text
    starts_at: Moment
    ends_at: Moment
    service_ids: list[Text] = Field(
        default_factory=list, description="Only changes of these services; empty: all."
    )


class FreezePatch(Input):
    """The fields to change."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"ends_at": LATER}]})

    name: Text | None = None
    starts_at: Moment | None = None
    ends_at: Moment | None = None
    service_ids: list[Text] | None = None


class Freeze(Output):
    """A time in which nothing is changed, but emergencies."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "id": ID,
                    "name": "End of the year",
                    "starts_at": EARLIER,
                    "ends_at": LATER,
                    "service_ids": [],
                    "version": 1,
                }
            ]
        }
    )

    id: str
    name: str
    starts_at: str
    ends_at: str
    service_ids: list[str]
    version: int


TEMPLATE: JsonDict = {
    "slug": "restart-web",
    "name": "Restart the web servers",
    "description": "",
    "plan": "One after the other.",
    "backout_plan": "None is needed.",
}


class NewTemplate(Input):
    """A change that is done again and again, and approved for good."""

    model_config = ConfigDict(json_schema_extra={"examples": [TEMPLATE]})

    slug: Text
    name: Text
    description: Text = ""
    plan: Text = ""
    backout_plan: Text = ""
    queue: Reference | None = Field(default=None, description="Absent: the default queue.")


class TemplatePatch(Input):
    """The fields to change; the slug stays."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"plan": "One after the other, by night."}]})

    name: Text | None = None
    description: Text | None = None
    plan: Text | None = None
    backout_plan: Text | None = None
    queue: Reference | None = Field(default=None, description="Null: the default queue.")


class Template(Output):
    """A change that is done again and again, and approved for good."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"id": ID, "key": "restart-web", **TEMPLATE, "queue": None, "version": 1}]
        }
    )

    id: str
    key: str
    slug: str
    name: str
    description: str
    plan: str
    backout_plan: str
    queue: str | None
    version: int


class NewStandardChange(Input):
    """When, and on what, the change of a template is made."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"planned_start": EARLIER, "planned_end": LATER}]}
    )

    planned_start: Moment | None = None
    planned_end: Moment | None = None
    ci_ids: list[Text] = Field(default_factory=list)
    service_id: Text | None = None
