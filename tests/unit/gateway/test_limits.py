"""Token buckets."""

import pytest

from chassis.errors import LimitReached
from gateway.app.limits import BUCKETS, Limiter


class Clock:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def test_a_burst_passes_and_then_the_rate_holds() -> None:
    clock = Clock()
    limiter = Limiter(rate=2, burst=3, clock=clock)
    for _ in range(3):
        limiter.take("a")
    with pytest.raises(LimitReached) as refused:
        limiter.take("a")
    assert refused.value.retry_after_seconds == pytest.approx(0.5)
    clock.now += 0.5
    limiter.take("a")
    with pytest.raises(LimitReached):
        limiter.take("a")


def test_a_rest_fills_the_bucket_no_higher_than_the_burst() -> None:
    clock = Clock()
    limiter = Limiter(rate=1, burst=2, clock=clock)
    limiter.take("a")
    clock.now += 1000
    for _ in range(2):
        limiter.take("a")
    with pytest.raises(LimitReached):
        limiter.take("a")


def test_asking_in_vain_costs_nothing() -> None:
    clock = Clock()
    limiter = Limiter(rate=1, burst=1, clock=clock)
    limiter.take("a")
    for _ in range(100):
        with pytest.raises(LimitReached):
            limiter.take("a")
    clock.now += 1
    limiter.take("a")


def test_one_key_does_not_spend_what_belongs_to_another() -> None:
    limiter = Limiter(rate=1, burst=1, clock=Clock())
    limiter.take("a")
    limiter.take("b")


def test_memory_is_bounded() -> None:
    limiter = Limiter(rate=1, burst=1, clock=Clock())
    for key in range(BUCKETS + 100):
        limiter.take(str(key))
    assert len(limiter._buckets) == BUCKETS
