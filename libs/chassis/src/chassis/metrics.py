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
