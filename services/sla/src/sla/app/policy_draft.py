"""A policy as doors, tables and versions hold it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from sla.app.conditions import compiled
from sla.app.refusals import invalid, refusals_told
from sla.domain.escalations import checked_escalations
from sla.domain.policies import (
    KINDS,
    OwnClock,
    Policy,
    checked_own_names,
    checked_pause_states,
    checked_recompute,
    checked_restart_on,
    checked_targets,
    checked_warnings,
)


@dataclass(frozen=True, slots=True)
class PolicyDraft:
    """All that a policy says, as people write it; the names are those of the table's columns, but for `order`."""

    name: str
    kind: str
    calendar_id: str
    """Id or name of the calendar; checked, it is the id."""
    order: int = 0
    condition: str = ""
    targets: list[list[str]] = field(default_factory=list)
    """(clock, priority or "" for any, ISO 8601 duration)."""
    pause_states: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    active: bool = True
    pause_when: str = ""
    restart_on: list[str] = field(default_factory=list)
    recompute: str = "creation"
    clocks: list[dict[str, object]] = field(default_factory=list)
    """{"name", "start", "stop", "pause", "goes_on"} of each clock that the policy defines."""
    escalations: list[dict[str, object]] = field(default_factory=list)
    """{"clock", "at", "time", "to"} of each step of the escalation chain."""

    field_types: dict[str, str] = field(default_factory=dict)
    """{"fields.cost": "number"}: of the tenant's own fields that it names."""

    def conditions(self) -> list[tuple[str, str, bool]]:
        """Each place of a condition, the condition, and whether it is one of a clock of the policy's own."""
        parts = [
            (f"clocks[{index}].{part}", str(clock[part]), True)
            for index, clock in enumerate(self.clocks)
            for part in ("start", "stop", "pause")
        ]
        return [("condition", self.condition, False), ("pause_when", self.pause_when, False), *parts]

    def ruled(self, *, id_: UUID, version: int, calendar_id: UUID) -> Policy:
        """The policy to reckon with. Raises InvalidInput with the first rule that is broken."""
        if self.kind not in KINDS:
            raise invalid(("kind", f"must be one of {', '.join(KINDS)}"))
        own = _own_clocks(self.clocks, self.field_types)
        with refusals_told():
            return Policy(
                id=id_,
                version=version,
                name=self.name,
                order=self.order,
                kind=self.kind,
                holds=compiled(self.condition, types=self.field_types),
                calendar_id=calendar_id,
                targets=checked_targets(
                    [(clock, priority, target) for clock, priority, target in self.targets],
                    [clock.name for clock in own],
                ),
                pause_states=checked_pause_states(self.pause_states),
                warnings=checked_warnings(self.warnings),
                active=self.active,
                pause_when=compiled(self.pause_when, "pause_when", types=self.field_types)
                if self.pause_when
                else None,
                pause_words=self.pause_when,
                restart_on=checked_restart_on(self.restart_on),
                counts_from_change=checked_recompute(self.recompute),
                clocks=own,
                escalations=checked_escalations(self.escalations, {clock for clock, _, _ in self.targets}),
            )

    @classmethod
    def of(cls, document: Mapping[str, object]) -> PolicyDraft:
        """The draft that a version was kept as; what it did not have yet is as if not given."""
        return cls(**document)  # type: ignore[arg-type]  # what asdict made of a draft


def _own_clocks(written: Sequence[Mapping[str, object]], types: Mapping[str, str]) -> tuple[OwnClock, ...]:
    with refusals_told():
        checked_own_names([str(clock["name"]) for clock in written])
    return tuple(_own_clock(clock, f"clocks[{index}]", types) for index, clock in enumerate(written))


def _own_clock(written: Mapping[str, object], place: str, types: Mapping[str, str]) -> OwnClock:
    for part in ("start", "stop"):
        if not str(written[part]).strip():
            raise invalid((f"{place}.{part}", "must not be empty"))
    starts, stops, pauses = (
        compiled(str(written[part]), f"{place}.{part}", of_clock=True, types=types)
        for part in ("start", "stop", "pause")
    )
    words = str(written["pause"])
    return OwnClock(
        name=str(written["name"]),
        starts=starts,
        stops=stops,
        pauses=pauses if words.strip() else None,
        pause_words=words,
        goes_on=bool(written["goes_on"]),
    )
