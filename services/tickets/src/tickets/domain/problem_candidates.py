"""Which incidents may have one cause: those with a configuration item, a service, words or a category in common."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from itertools import combinations
from uuid import UUID

CI, SERVICE, TITLE, CATEGORY = KINDS = ("ci", "service", "title", "category")
"""The most telling first."""
ORGANIZATION = "organization"

MOST_CANDIDATES = 50
MOST_INCIDENTS = 200
"""Of one candidate: a problem is linked to all of them."""

MOST_WORDS = 8
COMMON_SHARE = 0.3
COMMON_FROM = 20
"""A word that so large a share of so many titles has says nothing of a cause."""


@dataclass(frozen=True, slots=True)
class Incident:
    """An incident as far as it is compared; `words` are those of its title, each in one form."""

    id: UUID
    words: frozenset[str]
    category: str
    service_id: str
    organization: str
    ci_ids: Sequence[str]
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Reason:
    """Something that `incidents` of a candidate share."""

    kind: str
    value: str
    incidents: int


@dataclass(frozen=True, slots=True)
class Candidate:
    """Incidents that came together by one thing, the newest first, and all that most of them share."""

    kind: str
    value: str
    incidents: Sequence[Incident]
    reasons: Sequence[Reason]

    @property
    def key(self) -> str:
        """A word for it that can stand in a path."""
        return key_of(self.kind, self.value)


def key_of(kind: str, value: str) -> str:
    """The key of what brings incidents together."""
    return sha256(f"{kind}\0{value}".encode()).hexdigest()[:32]


def candidates(incidents: Sequence[Incident], threshold: int) -> list[Candidate]:
    """The candidates of at least `threshold` incidents, the largest first; each incident is in one at most.

    Where an incident would be in several, it is in the largest; of equals in the one by the most telling kind.
    """
    groups: dict[tuple[str, str], list[Incident]] = defaultdict(list)
    telling = _telling(incidents)
    for incident in incidents:
        for shared in _shared(incident, telling):
            groups[shared].append(incident)
    ranked = sorted(
        (group for group in groups.items() if len(group[1]) >= threshold),
        key=lambda group: (-len(group[1]), KINDS.index(group[0][0]), group[0][1]),
    )
    taken: set[UUID] = set()
    found: list[Candidate] = []
    for (kind, value), members in ranked:
        left = [one for one in members if one.id not in taken]
        if len(left) < threshold:
            continue
        left = sorted(left, key=lambda one: (one.created_at, one.id), reverse=True)[:MOST_INCIDENTS]
        taken.update(one.id for one in left)
        found.append(Candidate(kind, value, left, _reasons(left, telling)))
        if len(found) == MOST_CANDIDATES:
            break
    return sorted(found, key=lambda one: -len(one.incidents))


def _shared(incident: Incident, telling: frozenset[str]) -> Iterator[tuple[str, str]]:
    """All that may bring the incident together with others."""
    for ci_id in incident.ci_ids:
        yield CI, ci_id
    if incident.service_id:
        yield SERVICE, incident.service_id
    words = sorted(incident.words & telling, key=lambda word: (-len(word), word))[:MOST_WORDS]
    for pair in combinations(sorted(words), 2):
        yield TITLE, " ".join(pair)
    if incident.category and incident.organization:
        yield CATEGORY, f"{incident.category}/{incident.organization}"


def _telling(incidents: Sequence[Incident]) -> frozenset[str]:
    counted = Counter(word for incident in incidents for word in incident.words)
    most = COMMON_SHARE * len(incidents) if len(incidents) >= COMMON_FROM else len(incidents)
    return frozenset(word for word, count in counted.items() if count <= most)


def _reasons(incidents: Sequence[Incident], telling: frozenset[str]) -> list[Reason]:
    """What more than half of them share, by kind and how many."""
    counted: Counter[tuple[str, str]] = Counter()
    for incident in incidents:
        counted.update(set(_facts(incident, telling)))
    return [
        Reason(kind, value, count)
        for (kind, value), count in sorted(counted.items(), key=lambda one: (-one[1], one[0]))
        if count * 2 > len(incidents)
    ]


def _facts(incident: Incident, telling: frozenset[str]) -> Iterable[tuple[str, str]]:
    yield from ((CI, ci_id) for ci_id in incident.ci_ids)
    yield from ((TITLE, word) for word in incident.words & telling)
    for kind, value in (
        (SERVICE, incident.service_id),
        (CATEGORY, incident.category),
        (ORGANIZATION, incident.organization),
    ):
        if value:
            yield kind, value
