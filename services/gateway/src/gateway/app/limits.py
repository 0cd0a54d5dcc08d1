"""Token buckets in memory: how many requests one client or one tenant may send, to all gateways together."""

import time
from collections import Counter, OrderedDict
from collections.abc import Callable, Mapping

from chassis.errors import LimitReached

BUCKETS = 10_000
"""At most so many are remembered; the longest unused is forgotten first, and is full again by then."""


class Limiter:
    """Refills each key's bucket at `rate` tokens a second, up to `burst`; a request takes one."""

    def __init__(self, rate: float, burst: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._rate = rate
        self._burst = burst
        self._clock = clock
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()
        self._untold: Counter[str] = Counter()

    def take(self, key: str) -> None:
        """Take one token of the key's bucket.

        Raises:
            LimitReached: there is none; says in how many seconds there will be.
        """
        tokens = self._tokens(key)
        enough = tokens >= 1
        self._keep(key, tokens - 1 if enough else tokens)
        if not enough:
            raise LimitReached((1 - tokens) / self._rate)
        self._untold[key] += 1

    def taken(self) -> dict[str, int]:
        """Tell how many tokens of each key were taken here since the last time this was asked."""
        told, self._untold = self._untold, Counter()
        return dict(told)

    def taken_elsewhere(self, tokens: Mapping[str, int]) -> None:
        """Take away what other processes have given; what a bucket lacks is at most another full one."""
        for key, count in tokens.items():
            self._keep(key, max(self._tokens(key) - count, -self._burst))

    def _tokens(self, key: str) -> float:
        now = self._clock()
        tokens, since = self._buckets.get(key, (self._burst, now))
        return min(self._burst, tokens + (now - since) * self._rate)

    def _keep(self, key: str, tokens: float) -> None:
        self._buckets[key] = (tokens, self._clock())
        self._buckets.move_to_end(key)
        if len(self._buckets) > BUCKETS:
            self._buckets.popitem(last=False)
