"""Who gets a ticket: requirements that everybody must meet, then preferences in their order."""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from typing import Generic, TypeVar
from uuid import UUID

STRATEGIES = ("last_contact", "skill", "least_loaded", "round_robin")
"""What orders those who meet all requirements; the earlier one counts first."""

RIGHTS, ON_SHIFT, PRESENT, CAPACITY, SKILLS, LANGUAGE = (
    "rights",
    "on_shift",
    "present",
    "capacity",
    "skills",
    "language",
)
REQUIREMENTS = (ON_SHIFT, PRESENT, CAPACITY, SKILLS, LANGUAGE)
"""What a queue may require beside the right to work it."""

MAX_LEVEL = 5

MOST_LISTED = 50
"""So many of those who were considered are told of with their reasons."""

_LONG_AGO = datetime.min.replace(tzinfo=UTC)

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Policy:
    """How a queue gives out its tickets."""

    strategies: Sequence[str]
    require: AbstractSet[str]


@dataclass(frozen=True, slots=True)
class Need:
    """What a ticket asks of who works it."""

    team_id: UUID | None
    skills: Mapping[str, int] = field(default_factory=dict)
    """The least level of each."""
    language: str = ""
    """BCP 47; empty: any."""
    last_contact: UUID | None = None
    """Who worked for the requester before."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """Somebody who might get a ticket, as of one moment."""

    id: UUID
    name: str
    email: str
    team_ids: AbstractSet[UUID]
    may_work: bool
    on_shift: bool
    absent_until: datetime | None
    substitute: UUID | None
    """Who stands in while they are absent."""
    skills: Mapping[str, int]
    languages: Sequence[str]
    open: int
    """Tickets in hand."""
    max_open: int
    routed_at: datetime | None
    """When they were last given a ticket."""


@dataclass(frozen=True, slots=True)
class Reason:
    """Whether a requirement is met, in words and data."""

    requirement: str
    met: bool
    text: str
    data: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Verdict:
    """A candidate, and why they may or may not get the ticket."""

    candidate: Candidate
    reasons: Sequence[Reason]
    preferences: Mapping[str, object]
    """What each strategy looked at."""

    @property
    def eligible(self) -> bool:
        """Whether all requirements are met."""
        return all(reason.met for reason in self.reasons)


@dataclass(frozen=True, slots=True)
class Judgement:
    """All who were considered for a ticket, the best of them with why and why not."""

    verdicts: Sequence[Verdict]
    considered: int
    eligible: int
    lacking: Mapping[str, int]
    """How many do not meet each requirement; one that all meet is not there."""


@dataclass(frozen=True, slots=True)
class Given(Generic[T]):
    """A ticket, who gets it, and who were considered, as of that moment."""

    ticket: T
    need: Need
    to: UUID
    judgement: Judgement


@dataclass(frozen=True, slots=True)
class Round(Generic[T]):
    """What one round of giving out came to; `candidates` are as after it."""

    given: Sequence[Given[T]]
    left: Sequence[tuple[T, Need]]
    """Nobody could get these, in their order."""
    candidates: Sequence[Candidate]


def asked_by(need: Need) -> str:
    """What decides on who may get the ticket, as one text; equal needs give equal texts."""
    team = None if need.team_id is None else str(need.team_id)
    return json.dumps({"team": team, "language": need.language, "skills": dict(need.skills)}, sort_keys=True)


def need_asked(asked: str) -> Need:
    """The need that `asked_by` made a text of, without who worked for the requester before."""
    plain = json.loads(asked)
    team_id = None if plain["team"] is None else UUID(plain["team"])
    return Need(team_id, plain["skills"], plain["language"])


def choose(policy: Policy, need: Need, candidates: Iterable[Candidate]) -> Candidate | None:
    """The best of those of the team who meet all requirements; None where nobody does.

    Where the strategies leave several, whoever has gone longest without being given a ticket, then the lowest id.
    """
    team = [one for one in candidates if need.team_id in one.team_ids]
    eligible = [one for one in team if _is_eligible(policy, need, one)]
    return min(eligible, key=_order(policy, need, _preferred(need, team)), default=None)


def judge(policy: Policy, need: Need, candidates: Iterable[Candidate]) -> Judgement:
    """Everybody of the team: first those who may get the ticket, the best first; `MOST_LISTED` of them with reasons."""
    team = [one for one in candidates if need.team_id in one.team_ids]
    preferred = _preferred(need, team)
    in_order = sorted(team, key=_order(policy, need, preferred))
    eligible = [one for one in in_order if _is_eligible(policy, need, one)]
    may_get = {one.id for one in eligible}
    others = [one for one in in_order if one.id not in may_get]
    verdicts = [
        Verdict(
            one,
            _reasons(policy, need, one),
            _preferences(policy, need, one, is_preferred=one.id == preferred),
        )
        for one in [*eligible, *others][:MOST_LISTED]
    ]
    lacking = {name: sum(not _MET[name](need, one) for one in team) for name in _required(policy)}
    return Judgement(
        verdicts, len(team), len(eligible), {name: count for name, count in lacking.items() if count}
    )


def give_out(
    policy: Policy,
    waiting: Iterable[tuple[T, Need]],
    candidates: Sequence[Candidate],
    now: datetime,
    most: int,
) -> Round[T]:
    """Gives each ticket to the best, the first first, and at most so many; what one gets counts for the next.

    :param now: when they are given (aware).
    """
    pool = {one.id: one for one in candidates}
    given: list[Given[T]] = []
    left: list[tuple[T, Need]] = []
    # Nobody gets less to do in a round: who finds nobody once finds nobody later.
    nobody: set[str] = set()
    for ticket, need in waiting:
        if len(given) == most:
            break
        asked = asked_by(need)
        chosen = None if asked in nobody else choose(policy, need, pool.values())
        if chosen is None:
            nobody.add(asked)
            left.append((ticket, need))
            continue
        given.append(Given(ticket, need, chosen.id, judge(policy, need, pool.values())))
        # A microsecond apart, so that the turns keep their order.
        turn = now + timedelta(microseconds=len(given))
        pool[chosen.id] = replace(chosen, open=chosen.open + 1, routed_at=turn)
    return Round(given, left, list(pool.values()))


def is_free(policy: Policy, candidate: Candidate) -> bool:
    """Whether the candidate could get a ticket that asks for nothing."""
    return _is_eligible(replace(policy, require=policy.require - {SKILLS, LANGUAGE}), Need(None), candidate)


def _is_eligible(policy: Policy, need: Need, candidate: Candidate) -> bool:
    return candidate.may_work and all(_MET[name](need, candidate) for name in policy.require)


_MET: Mapping[str, Callable[[Need, Candidate], bool]] = {
    RIGHTS: lambda _, one: one.may_work,
    ON_SHIFT: lambda _, one: one.on_shift,
    PRESENT: lambda _, one: one.absent_until is None,
    CAPACITY: lambda _, one: one.open < one.max_open,
    SKILLS: lambda need, one: not _lacking(need, one),
    LANGUAGE: lambda need, one: not need.language or _primary(need.language) in map(_primary, one.languages),
}


def _reasons(policy: Policy, need: Need, candidate: Candidate) -> list[Reason]:
    reasons = []
    for name in _required(policy):
        met = _MET[name](need, candidate)
        text, data = _TOLD[name](need, candidate, met)
        reasons.append(Reason(name, met, text, data))
    return reasons


def _required(policy: Policy) -> list[str]:
    return [RIGHTS, *(name for name in REQUIREMENTS if name in policy.require)]


Told = tuple[str, dict[str, object]]


def _rights(_: Need, __: Candidate, met: bool) -> Told:  # noqa: FBT001 (one shape for all)
    return ("may work the queue" if met else "may not work the queue"), {}


def _on_shift(_: Need, __: Candidate, met: bool) -> Told:  # noqa: FBT001 (as above)
    return ("is on shift" if met else "is not on shift"), {}


def _present(_: Need, candidate: Candidate, __: bool) -> Told:  # noqa: FBT001 (as above)
    until = candidate.absent_until
    if until is None:
        return "is not absent", {}
    return f"is absent until {until:%Y-%m-%d %H:%M} UTC", {"until": until.isoformat()}


def _capacity(_: Need, candidate: Candidate, __: bool) -> Told:  # noqa: FBT001 (as above)
    text = f"has {candidate.open} of at most {candidate.max_open} tickets in hand"
    return text, {"open": candidate.open, "max_open": candidate.max_open}


def _skills(need: Need, candidate: Candidate, met: bool) -> Told:  # noqa: FBT001 (as above)
    held = {skill: candidate.skills.get(skill, 0) for skill in need.skills}
    if not need.skills:
        return "no skill is needed", {}
    shown = need.skills if met else _lacking(need, candidate)
    levels = ", ".join(f"{skill} at level {level}" for skill, level in sorted(shown.items()))
    return f"{'has' if met else 'lacks'} {levels}", {"needed": dict(need.skills), "held": held}


def _language(need: Need, candidate: Candidate, met: bool) -> Told:  # noqa: FBT001 (as above)
    if not need.language:
        return "no language is needed", {}
    text = f"{'works' if met else 'does not work'} in {need.language}"
    return text, {"needed": need.language, "held": list(candidate.languages)}


_TOLD: Mapping[str, Callable[[Need, Candidate, bool], Told]] = {
    RIGHTS: _rights,
    ON_SHIFT: _on_shift,
    PRESENT: _present,
    CAPACITY: _capacity,
    SKILLS: _skills,
    LANGUAGE: _language,
}


def _lacking(need: Need, candidate: Candidate) -> dict[str, int]:
    return {skill: level for skill, level in need.skills.items() if candidate.skills.get(skill, 0) < level}


def _primary(language: str) -> str:
    return language.partition("-")[0].lower()


def _preferred(need: Need, team: Sequence[Candidate]) -> UUID | None:
    """The last contact; while they are absent, who stands in for them."""
    contact = next((one for one in team if one.id == need.last_contact), None)
    if contact is not None and contact.absent_until is not None and contact.substitute is not None:
        return contact.substitute
    return need.last_contact


def _order(
    policy: Policy, need: Need, preferred: UUID | None
) -> Callable[[Candidate], tuple[Fraction | datetime | int | UUID, ...]]:
    measures: Mapping[str, Callable[[Candidate], Fraction | datetime | int]] = {
        "last_contact": lambda one: int(one.id != preferred),
        "skill": lambda one: -_levels(need, one),
        "least_loaded": lambda one: Fraction(one.open, max(1, one.max_open)),
        "round_robin": lambda one: one.routed_at or _LONG_AGO,
    }
    names = [*policy.strategies, "round_robin"]
    return lambda one: (*(measures[name](one) for name in names), one.id)


def _levels(need: Need, candidate: Candidate) -> int:
    return sum(candidate.skills.get(skill, 0) for skill in need.skills)


def _preferences(
    policy: Policy, need: Need, candidate: Candidate, *, is_preferred: bool
) -> dict[str, object]:
    seen: Mapping[str, object] = {
        "last_contact": is_preferred,
        "skill": _levels(need, candidate),
        "least_loaded": round(candidate.open / max(1, candidate.max_open), 3),
        "round_robin": candidate.routed_at.isoformat() if candidate.routed_at else None,
    }
    return {name: seen[name] for name in policy.strategies}
