"""What happened in a demo tenant before the first start: tickets and the steps of each, as of a moment."""

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from embedded.demo.content import Member, Request, Tenant

# Of a hundred tickets, so many are in this state.
SHARES = {
    "closed": 34,
    "open": 22,
    "resolved": 13,
    "new": 12,
    "pending_requester": 9,
    "pending_supplier": 5,
    "cancelled": 5,
}
# Problems and changes go ways of their own: how far, for each of those states.
_CHANGE = ("assessment", "approval", "scheduled", "implementation", "review", "closed")
_PROBLEM = ("investigating", "known_error", "resolved", "closed")
WAYS = {
    "change": {
        "open": _CHANGE[:1],
        "pending_requester": _CHANGE[:2],
        "pending_supplier": _CHANGE[:3],
        "resolved": _CHANGE[:5],
        "closed": _CHANGE,
    },
    "problem": {
        "open": _PROBLEM[:1],
        "pending_requester": _PROBLEM[:2],
        "pending_supplier": (*_PROBLEM[:1], "pending_supplier"),
        "resolved": _PROBLEM[:3],
        "closed": _PROBLEM,
    },
}
_CHANNELS = ("email", "email", "email", "portal", "portal", "phone")
# The desk tells nobody of what is entered over an hour after it happened: the past ends well before that.
_QUIET = timedelta(minutes=90)


@dataclass(frozen=True, slots=True)
class Step:
    """Something that somebody did to a ticket: assigned it, said something, or moved it on."""

    kind: Literal["assign", "reply", "note", "move"]
    at: datetime
    by: str
    text: str = ""
    team: str = ""
    to: str = ""


@dataclass(frozen=True, slots=True)
class PlannedTicket:
    """A ticket as it is to be: `key` names it for good, `state` is where its steps lead."""

    key: str
    state: str
    requester: Member
    request: Request
    title: str
    channel: str
    created_at: datetime
    steps: tuple[Step, ...]


def plan_tickets(tenant: Tenant, as_of: datetime) -> list[PlannedTicket]:
    """Plan a tenant's tickets, oldest first; the same for the same tenant and moment.

    All of it is over an hour and a half before `as_of` (aware).
    """
    chance = random.Random(tenant.slug)  # noqa: S311 - the same at each start, so that an interrupted one can go on
    states = _spread(tenant.tickets)
    chance.shuffle(states)
    requests = _dealt(tenant.requests, tenant.tickets, chance)
    drafts = []
    for state, (request, title) in zip(states, requests, strict=True):
        requester = chance.choice([one for one in tenant.requesters if one.language == request.language])
        created_at = _beginning(state, as_of - _QUIET, ZoneInfo(tenant.time_zone), chance)
        steps = _steps(tenant, state, request, requester, _Clock(created_at, as_of - _QUIET, chance))
        channel = chance.choice(_CHANNELS)
        way = WAYS.get(request.type, {}).get(state, (state,))
        drafts.append((created_at, way[-1], requester, request, title, channel, steps))
    drafts.sort(key=lambda draft: draft[0])
    return [
        PlannedTicket(f"t{number:03}", state, requester, request, title, channel, created_at, steps)
        for number, (created_at, state, requester, request, title, channel, steps) in enumerate(
            drafts, start=1
        )
    ]


def authors(tickets: list[PlannedTicket]) -> set[str]:
    """Give the addresses of all who do something in the plan."""
    return {step.by for ticket in tickets for step in ticket.steps}


def _spread(count: int) -> list[str]:
    """Share out `count` tickets over the states, at least one each."""
    states = [state for state, share in SHARES.items() for _ in range(max(1, share * count // 100))]
    return (states + ["closed"] * count)[:count]


def _dealt(requests: tuple[Request, ...], count: int, chance: random.Random) -> list[tuple[Request, str]]:
    """Deal requests with their titles like cards, each before any comes again."""
    deck = [(request, title) for request in requests for title in request.titles]
    dealt: list[tuple[Request, str]] = []
    while len(dealt) < count:
        chance.shuffle(deck)
        dealt += deck
    return dealt[:count]


def _beginning(state: str, as_of: datetime, zone: ZoneInfo, chance: random.Random) -> datetime:
    """Say when a ticket that is now in `state` came in: in working hours of a working day, if that can be."""
    youngest, oldest = {
        "new": (0.02, 0.8),
        "open": (0.2, 4.0),
        "pending_requester": (0.8, 5.0),
        "pending_supplier": (1.0, 7.0),
        "resolved": (1.2, 4.0),
        "closed": (6.0, 30.0),
        "cancelled": (2.0, 20.0),
    }[state]
    moment = as_of
    for _ in range(12):
        moment = (as_of - timedelta(days=chance.uniform(youngest, oldest))).astimezone(zone)
        if moment.weekday() < 5 and 7 <= moment.hour < 18:
            break
    return moment.replace(microsecond=0)


class _Clock:
    """Time as it passes in a ticket: in growing steps, never beyond the present."""

    def __init__(self, now: datetime, end: datetime, chance: random.Random) -> None:
        self._now = now
        self._end = end
        self._chance = chance

    def after(self, shortest: float, longest: float) -> datetime:
        """Let between `shortest` and `longest` minutes pass."""
        left = self._end - self._now
        wanted = timedelta(minutes=self._chance.uniform(shortest, longest))
        self._now += min(wanted, left / 2)
        return self._now.replace(microsecond=0)

    def once_in(self, chances: int) -> bool:
        """Say yes once in so many times."""
        return self._chance.randrange(chances) == 0

    def pick(self, members: list[Member]) -> Member:
        """Choose somebody."""
        return self._chance.choice(members)


def _steps(
    tenant: Tenant, state: str, request: Request, requester: Member, clock: _Clock
) -> tuple[Step, ...]:
    if state == "new":
        return ()
    agent = clock.pick(tenant.members_of(request.queue)).email
    if state == "cancelled":
        return (Step("move", clock.after(20, 300), agent, to="cancelled"),)
    taken = Step("assign", clock.after(4, 70), agent, team=request.queue)
    if request.type in WAYS:
        return (taken, *_on_its_way(WAYS[request.type][state], request, requester, agent, clock))
    steps = [taken, Step("move", clock.after(0.2, 2), agent, to="open")]
    if state == "open" and clock.once_in(4):
        return tuple(steps)
    steps.append(Step("reply", clock.after(3, 90), agent, text=request.reply))
    continuation: dict[str, Callable[[], list[Step]]] = {
        "open": lambda: _working(request, requester, agent, clock),
        "pending_requester": lambda: [Step("move", clock.after(1, 5), agent, to="pending_requester")],
        "pending_supplier": lambda: [
            Step("note", clock.after(10, 60), agent, text=request.note),
            Step("move", clock.after(1, 10), agent, to="pending_supplier"),
        ],
        "resolved": lambda: _resolving(request, requester, agent, clock),
        "closed": lambda: [
            *_resolving(request, requester, agent, clock),
            Step("move", clock.after(600, 4000), agent, to="closed"),
        ],
    }
    return (*steps, *continuation[state]())


def _on_its_way(
    way: tuple[str, ...], request: Request, requester: Member, agent: str, clock: _Clock
) -> list[Step]:
    first, *further = way
    steps = [
        Step("move", clock.after(0.2, 2), agent, to=first),
        Step("reply", clock.after(3, 90), agent, text=request.reply),
        Step("reply", clock.after(20, 400), requester.email, text=request.answer),
    ]
    for state in further:
        text = request.end if state in {"resolved", "review"} else ""
        steps.append(Step("move", clock.after(20, 600), agent, to=state, text=text))
    return steps


def _working(request: Request, requester: Member, agent: str, clock: _Clock) -> list[Step]:
    steps = []
    if not clock.once_in(3):
        steps.append(Step("reply", clock.after(15, 240), requester.email, text=request.answer))
    if clock.once_in(2):
        steps.append(Step("note", clock.after(5, 60), agent, text=request.note))
    return steps


def _resolving(request: Request, requester: Member, agent: str, clock: _Clock) -> list[Step]:
    asked = not clock.once_in(3)
    steps = [Step("move", clock.after(1, 4), agent, to="pending_requester")] if asked else []
    steps.append(Step("reply", clock.after(20, 400), requester.email, text=request.answer))
    if asked:
        steps.append(Step("move", clock.after(0.2, 2), agent, to="open"))
    if clock.once_in(2):
        steps.append(Step("note", clock.after(5, 50), agent, text=request.note))
    steps.append(Step("move", clock.after(20, 600), agent, to="resolved", text=request.end))
    return steps
