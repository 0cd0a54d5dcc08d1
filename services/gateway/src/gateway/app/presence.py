"""Who has a ticket open or writes on it now: in memory, for seconds, never stored."""

import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal
from uuid import UUID

TTL_SECONDS = 30.0
"""Who has not said so again is gone after that."""

MOST_TICKETS = 10_000
"""At most so many are remembered; those that nobody spoke of for longest are forgotten first."""

MOST_PEOPLE = 50
"""Of one ticket."""

State = Literal["viewing", "typing", "left"]


@dataclass(frozen=True, slots=True)
class Present:
    """A person at a ticket."""

    person_id: str
    name: str
    email: str
    state: State


class Presence:
    """The people at each ticket, as far as they said so within `TTL_SECONDS`."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._tickets: OrderedDict[tuple[UUID, str], dict[str, tuple[Present, float]]] = OrderedDict()

    def note(self, tenant_id: UUID, ticket_id: str, present: Present) -> bool:
        """Take in what somebody said of themselves; tells whether it is news."""
        key = (tenant_id, ticket_id)
        people = self._people(key)
        known = people.pop(present.person_id, None)
        if present.state != "left" and len(people) < MOST_PEOPLE:
            people[present.person_id] = (present, self._clock() + TTL_SECONDS)
        self._keep(key, people)
        before = known[0].state if known else "left"
        return before != present.state

    def at(self, tenant_id: UUID, ticket_id: str) -> list[Present]:
        """The people at a ticket, by name."""
        key = (tenant_id, ticket_id)
        people = self._people(key)
        self._keep(key, people)
        return sorted((present for present, _ in people.values()), key=lambda one: (one.name, one.person_id))

    def _people(self, key: tuple[UUID, str]) -> dict[str, tuple[Present, float]]:
        now = self._clock()
        return {id_: one for id_, one in self._tickets.get(key, {}).items() if one[1] > now}

    def _keep(self, key: tuple[UUID, str], people: dict[str, tuple[Present, float]]) -> None:
        if not people:
            self._tickets.pop(key, None)
            return
        self._tickets[key] = people
        self._tickets.move_to_end(key)
        while len(self._tickets) > MOST_TICKETS:
            self._tickets.popitem(last=False)
