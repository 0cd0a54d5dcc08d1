"""How a queue gives its tickets to people, as administrators keep it."""

from collections import Counter
from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import asdict, dataclass
from typing import cast
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert

from chassis.db import Tx, check_version, get_for_update
from tickets.app.actors import occasion_of
from tickets.app.administering import check_slug_at, find_row
from tickets.app.checking import Problems
from tickets.app.conditions import filter_problem
from tickets.app.configuration import Configuration
from tickets.app.routing_waking import route_soon
from tickets.db.configuration import Queue
from tickets.db.routing import PlainSkill, QueueRouting
from tickets.domain.changes import Plain, differences
from tickets.domain.routing import MAX_LEVEL, REQUIREMENTS, STRATEGIES, Policy
from tickets.publish import events

DEFAULT_OPEN = 5
MOST_OPEN = 500
MOST_SKILLS = 50


@dataclass(frozen=True, slots=True)
class RequiredSkill:
    """A skill that tickets of the queue need, at the least at a level; `when` is a filter, empty for all tickets."""

    skill: str
    level: int
    when: str = ""


@dataclass(frozen=True, slots=True)
class RoutingSettings:
    """How a queue gives out its tickets; without strategies people take them themselves."""

    strategies: Sequence[str] = ()
    require: Sequence[str] = REQUIREMENTS
    skills: Sequence[RequiredSkill] = ()
    max_open: int = DEFAULT_OPEN
    waiting_counts: bool = False
    version: int = 0
    """Of the row that says so."""

    @property
    def policy(self) -> Policy:
        """What decides on who gets a ticket."""
        return Policy(self.strategies, frozenset(self.require))


def settings_of(row: QueueRouting) -> RoutingSettings:
    """What a row says."""
    return RoutingSettings(
        strategies=row.strategies,
        require=row.require,
        skills=[RequiredSkill(**one) for one in row.skills],
        max_open=row.max_open,
        waiting_counts=row.waiting_counts,
        version=row.version,
    )


async def find_routing(tx: Tx, queue_id: UUID) -> RoutingSettings | None:
    """How the queue gives out its tickets; None where it does not."""
    row = await tx.get(QueueRouting, queue_id)
    return settings_of(row) if row is not None and row.strategies else None


async def get_queue_routing(tx: Tx, *, queue: str) -> tuple[RoutingSettings, int]:
    """How the queue gives out its tickets, and the version of that. Raises NotFound."""
    row = await tx.get(QueueRouting, (await find_row(tx, Queue, queue, "queue")).id)
    return (RoutingSettings(), 1) if row is None else (settings_of(row), row.version)


async def set_queue_routing(
    tx: Tx,
    *,
    configuration: Configuration,
    queue: str,
    settings: RoutingSettings,
    expected_version: int | None,
) -> tuple[RoutingSettings, int]:
    """Replaces how the queue gives out its tickets, and has it do so. Raises NotFound, Stale, InvalidInput."""
    found = await find_row(tx, Queue, queue, "queue")
    row = await _locked(tx, found.id)
    check_version(row, expected_version)
    _check(configuration, settings)
    before = _plain(settings_of(row))
    after = _plain(settings)
    if after != before:
        row.strategies, row.require = list(settings.strategies), list(settings.require)
        row.skills = [PlainSkill(skill=one.skill, level=one.level, when=one.when) for one in settings.skills]
        row.max_open, row.waiting_counts = settings.max_open, settings.waiting_counts
        await tx.flush()
        events.setting_changed(
            tx,
            kind="queue_routing",
            id=found.id,
            name=found.name,
            version=row.version,
            changes=differences(before, after),
            occasion=occasion_of(),
        )
        await route_soon(tx, [found.id])
    return settings_of(row), row.version


async def _locked(tx: Tx, queue_id: UUID) -> QueueRouting:
    """The row of the queue, made where there is none, as it says without one."""
    unset = _plain(RoutingSettings())
    await tx.execute(
        insert(QueueRouting)
        .values(tenant_id=tx.tenant_id, id=queue_id, version=1, **unset)
        .on_conflict_do_nothing()
    )
    return await get_for_update(tx, QueueRouting, queue_id)


def _check(configuration: Configuration, settings: RoutingSettings) -> None:
    problems = Problems()
    _check_words(problems, "strategies", settings.strategies, STRATEGIES)
    _check_words(problems, "require", settings.require, REQUIREMENTS)
    if not 0 <= settings.max_open <= MOST_OPEN:
        problems.add("max_open", f"must be 0 to {MOST_OPEN}")
    if len(settings.skills) > MOST_SKILLS:
        problems.add("skills", f"must be at most {MOST_SKILLS}")
    for place, one in enumerate(settings.skills):
        check_slug_at(problems, f"skills[{place}].skill", one.skill)
        if not 1 <= one.level <= MAX_LEVEL:
            problems.add(f"skills[{place}].level", f"must be 1 to {MAX_LEVEL}")
        if one.when and (problem := filter_problem(configuration, one.when)):
            problems.add(f"skills[{place}].when", problem)
    problems.raise_any()


def _check_words(
    problems: Problems, field: str, words: Sequence[str], known: Sequence[str] | AbstractSet[str]
) -> None:
    counted = Counter(words)
    for place, word in enumerate(words):
        if word not in known:
            problems.add(f"{field}[{place}]", f"must be one of: {', '.join(known)}")
        elif counted[word] > 1:
            problems.add(f"{field}[{place}]", "is named twice")


def _plain(settings: RoutingSettings) -> dict[str, Plain]:
    return {
        "strategies": list(settings.strategies),
        "require": list(settings.require),
        "skills": cast("Plain", [asdict(one) for one in settings.skills]),
        "max_open": settings.max_open,
        "waiting_counts": settings.waiting_counts,
    }
