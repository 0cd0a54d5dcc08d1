"""What waits in a service's database: for metrics, for operators, and for tests that wait until nothing does."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from chassis import metrics

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from chassis.db import Database

_OUTBOX = """
SELECT count(*) AS unpublished,
    coalesce(extract(epoch FROM now() - min(created_at)), 0)::float8 AS oldest_unpublished_seconds
FROM outbox WHERE published_at IS NULL
"""

# One index each: due, in hand or waiting for another try, given up.
_TIMERS = """
SELECT kind, sum(due)::bigint AS due, sum(dead)::bigint AS dead,
    coalesce(extract(epoch FROM now() - min(oldest)), 0)::float8 AS late_seconds
FROM (
    SELECT kind, count(*) AS due, 0 AS dead, min(due_at) AS oldest FROM timers
    WHERE state = 'pending' AND due_at <= now() GROUP BY kind
    UNION ALL
    SELECT kind, count(*), 0, min(due_at) FROM timers WHERE state = 'running' GROUP BY kind
    UNION ALL
    SELECT kind, 0, count(*), NULL FROM timers WHERE state = 'dead' GROUP BY kind
) AS counted GROUP BY kind
"""

_PARKED = "SELECT consumer, count(*) AS parked FROM dead_events WHERE state = 'parked' GROUP BY consumer"


@dataclass(frozen=True, slots=True)
class TimersOfKind:
    """Timers that run or wait for another try count as due; `late_seconds` is how long ago the oldest was due."""

    due: int
    dead: int
    late_seconds: float


@dataclass(frozen=True, slots=True)
class Backlog:
    """Counts over all tenants: timers by kind, parked events by the stream that they came from."""

    unpublished: int
    oldest_unpublished_seconds: float
    timers: Mapping[str, TimersOfKind]
    parked_by_stream: Mapping[str, int]

    @property
    def timers_due(self) -> int:
        """Over all kinds."""
        return sum(kind.due for kind in self.timers.values())

    @property
    def timers_dead(self) -> int:
        """Over all kinds."""
        return sum(kind.dead for kind in self.timers.values())

    @property
    def parked(self) -> int:
        """Over all streams."""
        return sum(self.parked_by_stream.values())


async def backlog(database: Database) -> Backlog:
    """What waits now. Raises Unavailable without a database."""
    async with database.relay_connection() as raw:
        outbox = await raw.fetchrow(_OUTBOX)
        timers = await raw.fetch(_TIMERS)
        parked = await raw.fetch(_PARKED)
    assert outbox is not None
    return Backlog(
        **dict(outbox),
        timers={row["kind"]: TimersOfKind(row["due"], row["dead"], row["late_seconds"]) for row in timers},
        parked_by_stream={row["consumer"]: row["parked"] for row in parked},
    )


async def measure(databases: Sequence[Database]) -> None:
    """Shows the backlog of all databases of a service as metrics."""
    counts = [await backlog(database) for database in databases]
    metrics.OUTBOX_UNPUBLISHED.show({(): sum(one.unpublished for one in counts)})
    metrics.OUTBOX_OLDEST_SECONDS.show({(): max(one.oldest_unpublished_seconds for one in counts)})
    kinds = {kind for one in counts for kind in one.timers}
    of_kind = {kind: [one.timers[kind] for one in counts if kind in one.timers] for kind in kinds}
    metrics.TIMERS_DUE.show({(kind,): sum(each.due for each in found) for kind, found in of_kind.items()})
    metrics.TIMERS_DEAD.show({(kind,): sum(each.dead for each in found) for kind, found in of_kind.items()})
    metrics.TIMERS_DUE_OLDEST_SECONDS.show(
        {(kind,): max(each.late_seconds for each in found) for kind, found in of_kind.items()}
    )
    streams = {stream for one in counts for stream in one.parked_by_stream}
    metrics.EVENTS_PARKED.show(
        {(stream,): sum(one.parked_by_stream.get(stream, 0) for one in counts) for stream in streams}
    )
