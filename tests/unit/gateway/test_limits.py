"""Token buckets."""

from contextlib import suppress

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


def test_what_others_gave_is_missing_here_until_it_is_refilled() -> None:
    clock = Clock()
    limiter = Limiter(rate=1, burst=2, clock=clock)
    limiter.taken_elsewhere({"a": 2})
    with pytest.raises(LimitReached) as refused:
        limiter.take("a")
    assert refused.value.retry_after_seconds == pytest.approx(1)
    limiter.take("b")
    clock.now += 1
    limiter.take("a")


def test_however_much_others_gave_nobody_waits_longer_than_for_two_buckets() -> None:
    limiter = Limiter(rate=1, burst=2, clock=Clock())
    limiter.taken_elsewhere({"a": 1_000})
    with pytest.raises(LimitReached) as refused:
        limiter.take("a")
    assert refused.value.retry_after_seconds == pytest.approx(3)


def test_what_was_taken_here_is_told_once_and_what_was_refused_or_heard_never() -> None:
    limiter = Limiter(rate=1, burst=2, clock=Clock())
    limiter.taken_elsewhere({"b": 2})
    for key in "aaab":
        with suppress(LimitReached):
            limiter.take(key)
    assert limiter.taken() == {"a": 2}
    assert limiter.taken() == {}
