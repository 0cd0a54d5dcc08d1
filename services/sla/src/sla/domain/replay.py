"""What a ticket's clocks came to, and what they would have by other rules."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sla.domain.clocks import Clock, compute_cycles
from sla.domain.ledger import TicketEvent
from sla.domain.policies import RuleBook

MET, BREACHED, OPEN = OUTCOMES = ("met", "breached", "open")


@dataclass(frozen=True, slots=True)
class Replayed:
    """A winding of a clock by the rules that count (`now`) and by others (`then`); None where there is none."""

    kind: str
    name: str
    now: Clock | None
    then: Clock | None

    @property
    def differs(self) -> bool:
        """Whether it comes out otherwise."""
        return outcome(self.now) != outcome(self.then)


def replayed(events: Iterable[TicketEvent], now: RuleBook, then: RuleBook, at: datetime) -> list[Replayed]:
    """All windings of a ticket's clocks as of `at` (aware), by either rules."""
    known = list(events)
    one, other = _by_key(compute_cycles(known, now, at)), _by_key(compute_cycles(known, then, at))
    return [Replayed(key[0], key[1], one.get(key), other.get(key)) for key in dict.fromkeys([*one, *other])]


def outcome(clock: Clock | None) -> str:
    """What a clock came to: one of OUTCOMES, empty where there is none."""
    if clock is None:
        return ""
    return BREACHED if clock.breached else MET if clock.state == "stopped" else OPEN


def _by_key(clocks: Iterable[Clock]) -> Mapping[tuple[str, str, int], Clock]:
    return {(clock.kind, clock.name, clock.cycle): clock for clock in clocks}
