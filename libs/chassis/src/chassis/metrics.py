"""Prometheus metrics that every service has: rate, errors and duration of what comes in and goes out."""

from __future__ import annotations

from typing import Final

from prometheus_client import Counter, Gauge, Histogram

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


OUTBOX_UNPUBLISHED: Final = Gauge("deskmesh_outbox_unpublished", "Events committed and not yet published.")
OUTBOX_OLDEST_SECONDS: Final = Gauge(
    "deskmesh_outbox_oldest_seconds", "Age of the oldest event that is not yet published."
)
OUTBOX_PUBLISHED: Final = Counter("deskmesh_outbox_published", "Events that the stream has acknowledged.")
OUTBOX_REWINDS: Final = Counter(
    "deskmesh_outbox_rewinds", "Times a new or shortened stream was filled again."
)
CONSUMER_LAG: Final = Gauge(
    "deskmesh_consumer_lag", "Events of the stream that this service has yet to take.", ["stream"]
)
EVENTS_HANDLED: Final = Counter(
    "deskmesh_events_handled", "Events taken from streams.", ["stream", "outcome"]
)
EVENT_SECONDS: Final = Histogram(
    "deskmesh_event_seconds", "From the commit of an event to the commit of its effect.", buckets=_SECONDS
)
EVENTS_PARKED: Final = Gauge("deskmesh_events_parked", "Events that failed for good and wait for a replay.")
TIMERS_DUE: Final = Gauge("deskmesh_timers_due", "Timers that are due and have not fired.")
TIMERS_DEAD: Final = Gauge("deskmesh_timers_dead", "Timers that failed for good.")
TIMER_LATE_SECONDS: Final = Histogram(
    "deskmesh_timer_late_seconds",
    "From the time a timer was due to the commit of its effect.",
    buckets=_SECONDS,
)
TIMERS_FIRED: Final = Counter("deskmesh_timers_fired", "Timers handled.", ["kind", "outcome"])
