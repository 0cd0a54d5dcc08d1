"""Bodies of reports."""

from pydantic import ConfigDict, Field
from pydantic.config import JsonDict

from gateway.http.models.common import EARLIER, ID, LATER, Input, Output, Text

COUNTS: JsonDict = {
    "created": 42,
    "resolved": 37,
    "closed": 30,
    "reopened": 2,
    "cancelled": 3,
    "backlog": 118,
}
INTERVAL: JsonDict = {"from": EARLIER, "to": LATER}
NUMBERS: JsonDict = {"backlog_before": 114, "total": COUNTS, "counts": [COUNTS]}
QUEUE: JsonDict = {"id": ID, "key": "network", "name": "Network", "other": False, **NUMBERS}


class VolumeQuery(Input):
    """What is counted, and how it is cut and grouped."""

    since: Text = Field(
        default="",
        alias="from",
        description="A day (`2026-03-02`) from its beginning on, or a moment (RFC 3339); the thirtieth day up to `to` when"
        " absent, at most ten years before it.",
        examples=["2026-03-02"],
    )
    to: Text = Field(
        default="",
        description="A day to its end, or a moment; now when absent. What is to come is not counted.",
        examples=["2026-03-31"],
    )
    interval: Text = Field(
        default="day",
        description="`hour`, `day`, `week` (from Monday on) or `month`; at most 750 of them.",
        examples=["week"],
    )
    by: Text = Field(
        default="none",
        description="`none`, `process`, `queue`, `team`, `type`, `priority` or `channel`, as the tickets are now.",
        examples=["queue"],
    )
    time_zone: Text = Field(
        default="",
        description="In which days are cut, an IANA name; yours when absent, else the tenant's.",
        examples=["Europe/Warsaw"],
    )
    process: Text = Field(default="", description="Slug or id.", examples=["it"])
    queue: Text = Field(default="", description="Slug or id.", examples=["network"])
    filter: Text = Field(
        default="",
        description="AIP-160 over the fields of tickets (`GET /filter-fields`), as they are now.",
        examples=['type = "incident"'],
    )


class VolumeCounts(Output):
    """What happened in one time.

    `backlog` is the backlog before it + `created` + `reopened` - `resolved` - `cancelled`.
    """

    created: int
    resolved: int = Field(description="Moves out of an open state into a resolved or closed one.")
    closed: int = Field(description="Moves into a closed state.")
    reopened: int = Field(description="Moves back into an open state.")
    cancelled: int = Field(
        description="Moves out of an open state into a cancelled one: withdrawn, or merged into another ticket."
    )
    backlog: int = Field(description="Open tickets at the end.")


class VolumeInterval(Output):
    """A time that is counted apart."""

    from_: str = Field(alias="from")
    to: str


class VolumeNumbers(Output):
    """The numbers of some tickets."""

    backlog_before: int = Field(description="Open tickets at the beginning.")
    total: VolumeCounts = Field(description="Of the whole time.")
    counts: list[VolumeCounts] = Field(description="Of each of `intervals`, in their order.")


class VolumeGroup(VolumeNumbers):
    """The numbers of the tickets that have something in common."""

    id: str | None
    key: str | None = Field(description="Null where there is none, as of tickets without a team.")
    name: str | None
    other: bool = Field(description="Stands for all groups that are left out.")


class VolumeReport(Output):
    """How many tickets came, were done and were open."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    **INTERVAL,
                    "time_zone": "Europe/Warsaw",
                    "interval": "day",
                    "by": "queue",
                    "intervals": [INTERVAL],
                    "all": NUMBERS,
                    "groups": [QUEUE],
                }
            ]
        }
    )

    from_: str = Field(alias="from")
    to: str
    time_zone: str = Field(description="In which days are cut.")
    interval: str
    by: str
    intervals: list[VolumeInterval] = Field(
        description="The first and the last are as short as the time leaves them."
    )
    all: VolumeNumbers = Field(description="Of all tickets together.")
    groups: list[VolumeGroup] = Field(
        description="At most twenty, and one for the others; those with the most tickets first."
    )
