"""When ratings are asked for: the tenant's setting, and those of queues."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from uuid import UUID

from sqlalchemy import select

from chassis.db import Tx, check_version
from chassis.errors import FieldError, InvalidInput, NotFound
from tickets.app.actors import occasion_of
from tickets.app.checking import Problems
from tickets.app.configuration import Configuration, Configurations, rating_policy_of
from tickets.db.configuration import Queue
from tickets.db.ratings import RatingSetting
from tickets.domain.changes import differences
from tickets.domain.rating import RatingPolicy, policy_problems
from tickets.publish import events


@dataclass(frozen=True, slots=True)
class RatingRule:
    """A setting and its queue; None: it holds for all queues without one of their own."""

    queue: Queue | None
    policy: RatingPolicy
    version: int


async def get_rating_settings(tx: Tx, *, configuration: Configuration) -> list[RatingRule]:
    """The tenant's setting, then those of queues by slug."""
    rows = {row.id: row for row in await tx.scalars(select(RatingSetting))}
    queues = sorted(configuration.queues.values(), key=lambda queue: queue.slug)
    places = [None, *(queue for queue in queues if queue.id in rows)]
    return [_rule(queue, rows.get(_id(tx, queue))) for queue in places]


async def set_rating_setting(
    tx: Tx,
    *,
    configurations: Configurations,
    queue: str,
    changes: Mapping[str, object],
    expected_version: int | None,
) -> RatingRule:
    """Changes the setting of a queue (empty: of the tenant); what is not named stays as it held. Raises InvalidInput, Stale."""
    configuration = await configurations.to_be_changed(tx)
    place = _queue(configuration, queue)
    row = await _row(tx, place)
    if row is None:
        row = RatingSetting(id=_id(tx, place), **asdict(configuration.rating_policy(_id(tx, place))))
        tx.add(row)
        await tx.flush()
    check_version(row, expected_version)
    before = rating_policy_of(row)
    policy = replace(before, **changes)  # type: ignore[arg-type]  # the door hands its own fields
    problems = Problems()
    for field, reason in policy_problems(policy).items():
        problems.add(field, reason)
    problems.raise_any()
    for name, value in asdict(policy).items():
        setattr(row, name, value)
    await tx.flush()
    _tell(tx, place, row.version, before, policy)
    return RatingRule(place, policy, row.version)


async def delete_rating_setting(tx: Tx, *, configurations: Configurations, queue: str) -> None:
    """Takes a setting away: the tenant's holds for the queue again, or what is shipped for the tenant. Raises NotFound."""
    configuration = await configurations.to_be_changed(tx)
    place = _queue(configuration, queue)
    row = await _row(tx, place)
    if row is None:
        raise NotFound("rating setting")
    await tx.session.delete(row)
    after = RatingPolicy() if place is None else _rule(None, await _row(tx, None)).policy
    _tell(tx, place, row.version + 1, rating_policy_of(row), after)


def _rule(queue: Queue | None, row: RatingSetting | None) -> RatingRule:
    if row is None:
        return RatingRule(queue, RatingPolicy(), 1)
    return RatingRule(queue, rating_policy_of(row), row.version)


async def _row(tx: Tx, queue: Queue | None) -> RatingSetting | None:
    return await tx.get(RatingSetting, _id(tx, queue))


def _id(tx: Tx, queue: Queue | None) -> UUID:
    return tx.tenant_id if queue is None else queue.id


def _queue(configuration: Configuration, key: str) -> Queue | None:
    if not key:
        return None
    found = configuration.find_queue(key)
    if found is None:
        raise InvalidInput([FieldError("queue", "there is no such queue")])
    return found


def _tell(tx: Tx, queue: Queue | None, version: int, before: RatingPolicy, after: RatingPolicy) -> None:
    events.setting_changed(
        tx,
        kind="rating_setting",
        id=_id(tx, queue),
        name="" if queue is None else queue.name,
        version=version,
        changes=differences(asdict(before), asdict(after)),
        occasion=occasion_of(),
    )
