"""Prometheus metrics that every service has: rate, errors and duration of what comes in and goes out."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final

from prometheus_client import REGISTRY, Counter, Gauge, Histogram
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from prometheus_client import Metric

_SECONDS: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)

RPC_SERVER_SECONDS: Final = Histogram(
    "deskmesh_rpc_server_seconds", "Duration of RPCs answered.", ["method", "code"], buckets=_SECONDS
)
RPC_SERVER_RUNNING: Final = Gauge("deskmesh_rpc_server_running", "RPCs being answered now.")
RPC_CLIENT_SECONDS: Final = Histogram(
    "deskmesh_rpc_client_seconds",
    "Duration of RPCs made, retries included.",
    ["method", "code"],
    buckets=_SECONDS,
)
RPC_CLIENT_RETRIES: Final = Counter("deskmesh_rpc_client_retries", "RPCs tried again.", ["peer"])


class Timings:
    """The children of one histogram for one method, found once per code: looking labels up costs more than observing."""

    __slots__ = ("_by_code", "_histogram", "_method")

    def __init__(self, histogram: Histogram, method: str) -> None:
        self._histogram = histogram
        self._method = method
        self._by_code: dict[str, Histogram] = {}

    def observe(self, code: str, seconds: float) -> None:
        """Counts one call that ended with this status code after so many seconds."""
        child = self._by_code.get(code)
        if child is None:
            child = self._by_code[code] = self._histogram.labels(self._method, code)
        child.observe(seconds)


class Snapshot(Collector):
    """A gauge of what one process measures for all of the service, now and then.

    A measurement that is not renewed vanishes: when another process measures, the last words of this one would be
    read as the truth for ever.
    """

    def __init__(self, name: str, text: str, labels: Sequence[str] = (), *, seconds: float = 45.0) -> None:
        self._name, self._text, self._labelnames = name, text, tuple(labels)
        self._seconds = seconds
        self._values: Mapping[tuple[str, ...], float] = {}
        self._until = 0.0
        REGISTRY.register(self)

    def show(self, values: Mapping[tuple[str, ...], float]) -> None:
        """Shows these values, by the values of the labels, until the next ones or until they are too old."""
        self._values = dict(values)
        self._until = time.monotonic() + self._seconds

    def describe(self) -> Iterable[Metric]:
        """The name, for the registry."""
        return [self._family()]

    def collect(self) -> Iterable[Metric]:
        """What was measured last, while it is fresh."""
        family = self._family()
        if time.monotonic() < self._until:
            for given, value in self._values.items():
                family.add_metric(given, value)
        return [family]

    def _family(self) -> GaugeMetricFamily:
        return GaugeMetricFamily(self._name, self._text, labels=self._labelnames)


OUTBOX_UNPUBLISHED: Final = Snapshot("deskmesh_outbox_unpublished", "Events committed and not yet published.")
OUTBOX_OLDEST_SECONDS: Final = Snapshot(
    "deskmesh_outbox_oldest_seconds", "Age of the oldest event that is not yet published."
)
OUTBOX_PUBLISHED: Final = Counter("deskmesh_outbox_published", "Events that the stream has acknowledged.")
OUTBOX_REWINDS: Final = Counter(
    "deskmesh_outbox_rewinds", "Times a new or shortened stream was filled again."
)
CONSUMER_LAG: Final = Snapshot(
    "deskmesh_consumer_lag",
    "Events of this service's stream that a durable consumer has yet to acknowledge.",
    ["consumer"],
)
EVENTS_HANDLED: Final = Counter(
    "deskmesh_events_handled", "Events taken from streams.", ["stream", "outcome"]
)
EVENT_SECONDS: Final = Histogram(
    "deskmesh_event_seconds", "From the commit of an event to the commit of its effect.", buckets=_SECONDS
)
EVENTS_PARKED: Final = Snapshot(
    "deskmesh_events_parked", "Events that failed for good and wait for a replay.", ["stream"]
)
TIMERS_DUE: Final = Snapshot("deskmesh_timers_due", "Timers that are due and have not fired.", ["kind"])
TIMERS_DUE_OLDEST_SECONDS: Final = Snapshot(
    "deskmesh_timers_due_oldest_seconds", "How long ago the oldest of them was due.", ["kind"]
)
TIMERS_DEAD: Final = Snapshot("deskmesh_timers_dead", "Timers that failed for good.", ["kind"])
TIMER_LATE_SECONDS: Final = Histogram(
    "deskmesh_timer_late_seconds",
    "From the time a timer was due to the commit of its effect.",
    ["kind"],
    buckets=_SECONDS,
)
TIMERS_FIRED: Final = Counter("deskmesh_timers_fired", "Timers handled.", ["kind", "outcome"])
LEASE_HELD: Final = Gauge(
    "deskmesh_lease_held", "1 where this process holds the lease, 0 where it would like to.", ["lease"]
)
LEASES_TAKEN: Final = Counter("deskmesh_leases_taken", "Times this process took the lease.", ["lease"])
JOB_RUNS: Final = Counter("deskmesh_job_runs", "Runs of periodic jobs.", ["job_name", "outcome"])
JOB_EVERY_SECONDS: Final = Gauge(
    "deskmesh_job_every_seconds", "How often the job is to be done.", ["job_name"]
)
JOB_LAST_SUCCESS: Final = Gauge(
    "deskmesh_job_last_success_timestamp_seconds",
    "Unix time of the job's last success; where there was none, of its first try by this process.",
    ["job_name"],
)
DB_POOL_SIZE: Final = Gauge("deskmesh_db_pool_size", "Connections that the pool may have.", ["role"])
DB_POOL_IN_USE: Final = Gauge("deskmesh_db_pool_in_use", "Connections of the pool that are in use.", ["role"])
DB_POOL_TIMEOUTS: Final = Counter("deskmesh_db_pool_timeouts", "Waits for a connection that were given up.")
EVENT_LOOP_LAG_SECONDS: Final = Histogram(
    "deskmesh_event_loop_lag_seconds",
    "How much too late the process wakes from a sleep: what everything in it waits.",
    buckets=_SECONDS,
)
NATS_CONNECTED: Final = Gauge("deskmesh_nats_connected", "Whether this process is connected to NATS.")
