"""Bodies of accounting and of what-if."""

from typing import Self

from pydantic import ConfigDict, Field, model_validator
from pydantic.config import JsonDict

from gateway.http.models.calendars import NewCalendar
from gateway.http.models.common import EARLIER, ID, LATER, Input, Output, Text
from gateway.http.models.sla import POLICY, NewPolicy

_TEAM: JsonDict = {"kind": "team", "id": ID, "key": "network"}


class AccountingQuery(Input):
    """By which calendar."""

    calendar: Text = Field(
        default="",
        description="Id or name; when absent that of the ticket's policy, or none where it has none.",
    )


class Owner(Output):
    """Who has a ticket in hand."""

    kind: str = Field(description="`team`, `requester` or `supplier`.")
    id: str | None = Field(description="Of the team; null for a ticket that none has.")
    key: str | None


class Share(Output):
    """The business time of one of them."""

    owner: Owner
    time: str = Field(description="ISO 8601.")


class Turn(Output):
    """A stretch in which one of them had it."""

    owner: Owner
    start: str
    end: str
    time: str = Field(description="ISO 8601, the business time in it.")


class Accounting(Output):
    """Whose the time of a ticket was; the shares add up to the total, and so do the turns."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "calendar": "business",
                    "total": "PT4H",
                    "shares": [{"owner": _TEAM, "time": "PT4H"}],
                    "turns": [{"owner": _TEAM, "start": EARLIER, "end": LATER, "time": "PT4H"}],
                }
            ]
        }
    )

    calendar: str | None = Field(description="Null: the whole time counts.")
    total: str = Field(description="ISO 8601, from the creation until it was finished, or now.")
    shares: list[Share]
    turns: list[Turn]


class Proposal(Input):
    """A policy or a calendar that is not adopted yet, and the weeks to try it on."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"policy": POLICY, "weeks": 4}]})

    policy: NewPolicy | None = None
    policy_id: Text = Field(default="", description="In place of this policy; beside all others when absent.")
    calendar: NewCalendar | None = None
    calendar_id: Text = Field(default="", description="In place of this calendar (id or name).")
    weeks: int = Field(default=4, ge=1, le=26, description="Tickets made in so many weeks before now.")
    page_size: int = Field(default=25, ge=1, le=200, description="Tickets on a page.")
    page_token: Text = Field(default="", description="`next_page_token` of the page before.")

    @model_validator(mode="after")
    def _proposes_something(self) -> Self:
        if self.policy is None and self.calendar is None:
            raise ValueError("needs a policy or a calendar")
        return self


class Outcomes(Output):
    """How many clocks came out how."""

    met: int
    breached: int
    open: int


class Replayed(Output):
    """A clock that would have come out otherwise."""

    ticket: "ReplayedTicket"
    name: str
    kind: str
    now: str | None = Field(description="`met`, `breached` or `open`; null: there is no such clock.")
    then: str | None = Field(description="The same by what is proposed.")
    due_at_now: str | None
    due_at_then: str | None
    started_at: str | None


class ReplayedTicket(Output):
    """The ticket of a clock."""

    id: str
    number: str
    title: str


class Replay(Output):
    """A page of tickets by the rules that count and by what is proposed."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "items": [
                        {
                            "ticket": {"id": ID, "number": "INC-1042", "title": "Printer is on fire"},
                            "name": "resolution",
                            "kind": "sla",
                            "now": "breached",
                            "then": "met",
                            "due_at_now": EARLIER,
                            "due_at_then": LATER,
                            "started_at": EARLIER,
                        }
                    ],
                    "next_page_token": "",
                    "tickets": 1,
                    "now": {"met": 2, "breached": 1, "open": 0},
                    "then": {"met": 3, "breached": 0, "open": 0},
                }
            ]
        }
    )

    items: list[Replayed] = Field(
        description="The clocks of this page's tickets that would have come out otherwise."
    )
    next_page_token: str = Field(description="Asks for the next page of tickets; empty on the last one.")
    tickets: int = Field(description="On this page.")
    now: Outcomes = Field(description="Over all clocks of this page's tickets.")
    then: Outcomes
