"""Escalation chains: who is told when a clock comes near its target, or has passed it."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import cast

from chassis.durations import parse_duration
from sla.domain.refusals import Refused

ROLES = ("assignee", "team", "supervisor", "manager")
BUSINESS, WALL = TIMES = ("business", "wall")

_MOST_STEPS = 20
_MOST_RECIPIENTS = 20
_PERCENT = re.compile(r"([1-9][0-9]{0,2})%")
_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_ADDRESS = re.compile(r"[^@\s]{1,64}@[^@\s]{1,190}")
_ZERO = timedelta(0)


@dataclass(frozen=True, slots=True)
class Step:
    """When whom is told of a clock.

    :param clock: its name; "" for every clock of the policy.
    :param text: the moment as the policy writes it.
    :param percent: of the target; 0 where `after` counts.
    :param after: business or wall time after the target; negative: before it.
    :param is_wall: whether `after` is wall time, and not time of the policy's calendar.
    :param to: roles, e-mail addresses or ids of people.
    """

    clock: str
    text: str
    percent: int
    after: timedelta
    is_wall: bool
    to: tuple[str, ...]

    @property
    def key(self) -> str:
        """Which of the policy's steps it is."""
        return f"{self.clock}|{self.text}|{WALL if self.is_wall else BUSINESS}"

    def threshold(self, target: timedelta) -> timedelta | None:
        """The elapsed business time at which it is due; None for one of wall time, or where the target is too short."""
        if self.is_wall:
            return None
        due = target * self.percent // 100 if self.percent else target + self.after
        return due if due > _ZERO else None


@dataclass(frozen=True, slots=True)
class StepState:
    """A step of a clock: whether its moment has come, and when it came or will come; None while the clock does not run."""

    step: Step
    reached: bool
    due_at: datetime | None


def checked_escalations(written: Sequence[Mapping[str, object]], clocks: Collection[str]) -> tuple[Step, ...]:
    """The steps of {"clock", "at", "time", "to"}; `clocks` have targets. Raises Refused with all that is wrong."""
    problems: list[tuple[str, str]] = []
    steps: dict[str, Step] = {}
    if len(written) > _MOST_STEPS:
        problems.append(("escalations", f"must not be more than {_MOST_STEPS}"))
    for index, one in enumerate(written[:_MOST_STEPS]):
        place = f"escalations[{index}]"
        clock, time = str(one["clock"]), str(one["time"])
        to = tuple(cast("list[str]", one["to"]))
        if clock and clock not in clocks:
            problems.append(
                (f"{place}.clock", "must be a clock with a target in this policy, or empty for all")
            )
        if time not in TIMES:
            problems.append((f"{place}.time", f"must be one of {', '.join(TIMES)}"))
        problems += _problems_with_recipients(to, f"{place}.to")
        try:
            percent, after = _moment(str(one["at"]))
        except ValueError as error:
            problems.append((f"{place}.at", str(error)))
            continue
        if percent and time == WALL:
            problems.append((f"{place}.time", "a share of the target is business time"))
        step = Step(clock, str(one["at"]), percent, after, time == WALL, to)
        if step.key in steps:
            problems.append((place, "is there twice"))
        steps[step.key] = step
    if problems:
        raise Refused(*problems)
    return tuple(steps.values())


def _moment(text: str) -> tuple[int, timedelta]:
    """Percent of the target, or the time after it. Raises ValueError, with the reason."""
    if share := _PERCENT.fullmatch(text):
        return int(share.group(1)), _ZERO
    before = text.startswith("-")
    try:
        length = parse_duration(text.removeprefix("-"))
    except ValueError as error:
        reason = 'must be a share of the target from "1%" to "999%", or an ISO 8601 duration after ("PT30M") or before it'
        raise ValueError(f'{reason} ("-PT30M")') from error
    return 0, -length if before else length


def _problems_with_recipients(to: Sequence[str], place: str) -> list[tuple[str, str]]:
    if not 0 < len(to) <= _MOST_RECIPIENTS:
        return [(place, f"must hold between 1 and {_MOST_RECIPIENTS} recipients")]
    return [
        (f"{place}[{index}]", f"must be one of {', '.join(ROLES)}, or a person's e-mail address or id, once")
        for index, one in enumerate(to)
        if one in to[:index] or not (one in ROLES or _ID.fullmatch(one) or _ADDRESS.fullmatch(one))
    ]
