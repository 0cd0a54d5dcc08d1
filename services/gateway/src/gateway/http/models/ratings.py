"""Bodies of ratings."""

from pydantic import ConfigDict, Field
from pydantic.config import JsonDict

from gateway.http.models.common import (
    EARLIER,
    ID,
    LATER,
    PERSON,
    QUEUE,
    Input,
    Output,
    PersonRef,
    Ref,
    SearchQuery,
    Text,
)

_SCORE = "1 (worst) to 5; where the scale is `two`, 5 for good and 1 for bad."
_NPS = "Would you recommend us, 0 to 10; only where the setting asks it."


class NewRating(Input):
    """What you think of how the ticket was handled."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"score": 5, "comment": "Quick and kind."}]})

    score: int = Field(ge=1, le=5, description=_SCORE)
    comment: Text = ""
    nps: int | None = Field(default=None, ge=0, le=10, description=_NPS)


class Rating(Output):
    """What the requester thinks of how the ticket was handled, or is asked."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "ticket": {"id": ID, "key": "INC-1042", "name": "The printer is on fire"},
                    "requester": PERSON,
                    "score": 5,
                    "comment": "Quick and kind.",
                    "nps": None,
                    "low": False,
                    "scale": "five",
                    "asks_nps": False,
                    "asked_at": EARLIER,
                    "rated_at": EARLIER,
                    "open_until": LATER,
                    "version": 2,
                }
            ]
        }
    )

    ticket: Ref
    requester: PersonRef | None
    score: int | None = Field(description=f"{_SCORE} Null: not given yet.")
    comment: str | None
    nps: int | None
    low: bool = Field(description="By the setting, the desk should look at it again.")
    scale: str = Field(description="`five` or `two`.")
    asks_nps: bool
    asked_at: str | None = Field(description="Null where nobody asked.")
    rated_at: str | None
    open_until: str = Field(description="It may be given and changed until then.")
    version: int


class RatingQuery(SearchQuery):
    """Which page of the ratings."""

    filter: Text = Field(
        default="",
        description="AIP-160 over `score`, `nps`, `comment`, `low`, `rated_at`, `ticket`, `type`, `process`, `queue`,"
        " `team`, `assignee`, `requester`, `organization`.",
        examples=['low = true AND queue = "network"'],
    )
    order_by: Text = Field(
        default="",
        description="`rated_at` (the latest first when absent) or `score`.",
        examples=["score"],
    )


_SETTING: JsonDict = {
    "ask_on": "closed",
    "scale": "five",
    "nps": False,
    "low_mark": 2,
    "on_low": "alert",
    "window_days": 14,
}


class RatingSettingInput(Input):
    """When ratings are asked for; what is left out stays as it held."""

    model_config = ConfigDict(json_schema_extra={"examples": [_SETTING]})

    ask_on: Text = Field(default="closed", description="`closed`, `resolved` or `never`.")
    scale: Text = Field(default="five", description="`five` (1 to 5) or `two` (good, bad).")
    nps: bool = False
    low_mark: int = Field(default=2, ge=0, le=4, description="Scores up to this are low; 0: none is.")
    on_low: Text = Field(
        default="alert",
        description="`nothing`, `alert` (the assignee or the team gets a mail) or `reopen` (and the ticket is worked"
        " again; a closed one is followed by a new one below it).",
    )
    window_days: int = Field(
        default=14, ge=1, le=90, description="Days that it may be given and changed for."
    )


class RatingSetting(Output):
    """When ratings are asked for, in one queue or in all without a setting of their own."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"queue": QUEUE, **_SETTING, "version": 1}]})

    queue: Ref | None = Field(description="Null: all queues without a setting of their own.")
    ask_on: str
    scale: str
    nps: bool
    low_mark: int
    on_low: str
    window_days: int
    version: int
