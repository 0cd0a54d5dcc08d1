"""Bodies of giving tickets to people."""

from enum import StrEnum

from pydantic import ConfigDict, Field
from pydantic.config import JsonDict

from gateway.http.models.common import EARLIER, PERSON, QUEUE, Input, Output, PersonRef, Ref, Text


class Strategy(StrEnum):
    """What orders those who meet all requirements."""

    LAST_CONTACT = "last_contact"
    SKILL = "skill"
    LEAST_LOADED = "least_loaded"
    ROUND_ROBIN = "round_robin"


class Requirement(StrEnum):
    """What everybody must meet who is given a ticket."""

    ON_SHIFT = "on_shift"
    PRESENT = "present"
    CAPACITY = "capacity"
    SKILLS = "skills"
    LANGUAGE = "language"


class RequiredSkill(Input):
    """A skill that tickets of the queue need."""

    skill: Text = Field(description="Slug.")
    level: int = Field(default=1, ge=1, le=5, description="The least level.")
    when: Text = Field(
        default="",
        description="In the filter language, over the fields of the ticket; empty: all tickets need it.",
    )


_ROUTING: JsonDict = {
    "strategies": ["last_contact", "least_loaded"],
    "require": ["on_shift", "present", "capacity", "skills", "language"],
    "skills": [{"skill": "vpn", "level": 3, "when": 'category = "vpn"'}],
    "max_open": 5,
    "waiting_counts": False,
}


class QueueRoutingInput(Input):
    """How a queue gives its tickets to people; it is replaced as a whole."""

    model_config = ConfigDict(json_schema_extra={"examples": [_ROUTING]})

    strategies: list[Strategy] = Field(
        description="The earlier one counts first; what they leave open goes to whoever has gone longest without."
        " None: people take tickets themselves."
    )
    require: list[Requirement] = Field(default_factory=lambda: list(Requirement))
    skills: list[RequiredSkill] = Field(default_factory=list)
    max_open: int = Field(
        default=5, ge=0, le=500, description="The most tickets in hand of those whose work profile sets none."
    )
    waiting_counts: bool = Field(
        default=False, description="Whether tickets that wait for somebody else count as in hand."
    )


class QueueRouting(Output):
    """How a queue gives its tickets to people."""

    model_config = ConfigDict(json_schema_extra={"examples": [{**_ROUTING, "version": 2}]})

    strategies: list[Strategy]
    require: list[Requirement]
    skills: list[RequiredSkill]
    max_open: int
    waiting_counts: bool
    version: int


class RoutingReason(Output):
    """Whether a requirement is met."""

    requirement: str = Field(description="One of the queue's, or `rights`.")
    met: bool
    text: str = Field(description="For people.")
    data: dict[str, object]


class RoutingCandidate(Output):
    """Somebody who might get the ticket."""

    person: PersonRef
    eligible: bool
    reasons: list[RoutingReason]
    preferences: dict[str, object] = Field(description="What each strategy looked at.")


class RoutingOutcome(StrEnum):
    """What became of giving a ticket to somebody."""

    ASSIGNED = "assigned"
    BY_HAND = "by_hand"
    WAITING = "waiting"
    HELD = "held"
    NOT_ROUTED = "not_routed"


class TicketRouting(Output):
    """Who got a ticket and why, or why nobody did until now."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "outcome": "assigned",
                    "decided_at": EARLIER,
                    "queue": QUEUE,
                    "assignee": PERSON,
                    "skills": {"vpn": 3},
                    "language": "pl",
                    "candidates": [
                        {
                            "person": PERSON,
                            "eligible": True,
                            "reasons": [
                                {
                                    "requirement": "capacity",
                                    "met": True,
                                    "text": "has 2 of at most 5 tickets in hand",
                                    "data": {"open": 2, "max_open": 5},
                                }
                            ],
                            "preferences": {"last_contact": True, "least_loaded": 0.4},
                        }
                    ],
                    "considered": 1,
                }
            ]
        }
    )

    outcome: RoutingOutcome = Field(
        description="`assigned`: the desk chose; `by_hand`: somebody else did; `waiting`: nobody may get it until now;"
        " `held`: somebody took it from its assignee, and the desk leaves it alone; `not_routed`: its queue is not, or"
        " it needs nobody."
    )
    decided_at: str | None = Field(description="When the desk chose, or when it first found nobody.")
    queue: Ref | None
    assignee: PersonRef | None
    skills: dict[str, int] = Field(description="The least level of each skill that is needed.")
    language: str | None = Field(description="BCP 47; null: any.")
    candidates: list[RoutingCandidate] = Field(description="The first choice first; at most 50.")
    considered: int
