"""What a time entry may say, and how long a timer ran."""

from datetime import UTC, datetime, timedelta
from math import ceil

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tickets.domain.time_entries import MAX_MINUTES, minutes_between, minutes_problem, start_problem

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)


@given(st.integers(min_value=-10, max_value=3 * 86_400_000))
def test_a_timer_counts_begun_minutes_from_one_to_a_day(milliseconds: int) -> None:
    counted = minutes_between(NOW, NOW + timedelta(milliseconds=milliseconds))
    assert counted == min(max(ceil(milliseconds / 60_000), 1), MAX_MINUTES)


@pytest.mark.parametrize(("minutes", "fine"), [(0, False), (1, True), (1440, True), (1441, False)])
def test_an_entry_has_between_a_minute_and_a_day(minutes: int, fine: bool) -> None:
    assert (minutes_problem(minutes) is None) is fine


def test_work_that_is_noted_has_begun() -> None:
    assert start_problem(NOW, now=NOW) is None
    assert start_problem(NOW + timedelta(seconds=1), now=NOW) == "must not be in the future"
