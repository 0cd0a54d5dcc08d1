"""Token buckets in memory: how many requests one client or one tenant may send to this process."""

import time
from collections import OrderedDict
from collections.abc import Callable

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

    def take(self, key: str) -> None:
        """Take one token of the key's bucket.

        Raises:
            LimitReached: there is none; says in how many seconds there will be.
        """
        now = self._clock()
        tokens, since = self._buckets.get(key, (self._burst, now))
        tokens = min(self._burst, tokens + (now - since) * self._rate)
        enough = tokens >= 1
        self._buckets[key] = (tokens - 1 if enough else tokens, now)
        self._buckets.move_to_end(key)
        if len(self._buckets) > BUCKETS:
            self._buckets.popitem(last=False)
        if not enough:
            raise LimitReached((1 - tokens) / self._rate)
