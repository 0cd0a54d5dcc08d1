"""Bodies of the problems that incidents point at."""

from pydantic import ConfigDict, Field
from pydantic.config import JsonDict

from gateway.http.models.common import ACTOR, EARLIER, ID, Actor, Input, Output, Text

WINDOW = "Days until now in which the incidents were made."
THRESHOLD = "So many incidents must have something in common."
KINDS = "`ci`, `service`, `title` (words of the titles) or `category` (with the organisation)"
KEY = "5f2c0d4e9b1a47c38e6d2f7a1b0c9d8e"
CANDIDATE: JsonDict = {
    "key": KEY,
    "kind": "title",
    "value": "drop vpn",
    "incidents": [
        {"id": ID, "key": "INC-1042", "name": "VPN drops each hour", "state": "open", "created_at": EARLIER}
    ],
    "reasons": [{"kind": "category", "value": "network", "incidents": 3}],
    "first_at": EARLIER,
    "last_at": EARLIER,
    "dismissal": {"reason": "Known maintenance", "dismissed_by": ACTOR, "dismissed_at": EARLIER},
}


class CandidateQuery(Input):
    """Which incidents are looked at."""

    window_days: int = Field(default=28, ge=1, le=90, description=WINDOW)
    threshold: int = Field(default=3, ge=2, le=100, description=THRESHOLD)
    dismissed: bool = Field(default=False, description="Those that were dismissed, too.")


class NewProblem(Input):
    """The problem to make of a candidate."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"title": "VPN drops for all of sales"}]})

    title: Text = Field(default="", description="The title of the newest incident when absent.")
    description: Text = ""
    window_days: int = Field(default=28, ge=1, le=90, description=WINDOW)
    threshold: int = Field(default=3, ge=2, le=100, description=THRESHOLD)


class NewDismissal(Input):
    """Why a candidate is none."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"reason": "Known maintenance"}]})

    reason: Text = ""


class CandidateIncident(Output):
    """An incident of a candidate."""

    id: str
    key: str = Field(description="The number.")
    name: str = Field(description="The title.")
    state: str
    created_at: str


class CandidateReason(Output):
    """Something that more than half of the incidents share."""

    kind: str = Field(description=f"{KINDS}; or `organization`.")
    value: str
    incidents: int


class Dismissal(Output):
    """Who says that a candidate is none, and why."""

    reason: str
    dismissed_by: Actor
    dismissed_at: str


class ProblemCandidate(Output):
    """Incidents without a problem that have something in common."""

    key: str = Field(description="The same as long as what they have in common is the same.")
    kind: str = Field(description=f"What brought them together: {KINDS}.")
    value: str
    incidents: list[CandidateIncident] = Field(description="The newest first.")
    reasons: list[CandidateReason]
    first_at: str
    last_at: str
    dismissal: Dismissal | None


class ProblemCandidates(Output):
    """What the incidents point at, the most incidents first."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"items": [CANDIDATE], "examined": 120}]})

    items: list[ProblemCandidate]
    examined: int = Field(
        description="How many incidents were looked at: those among the 10,000 newest tickets of the window."
    )
