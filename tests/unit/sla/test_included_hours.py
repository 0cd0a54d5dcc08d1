"""Periods of included hours, and the shares of them that are used."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sla.domain.included_hours import PERIODS, period_of, problems_with_warnings, reached

DAYS = st.dates(date(2020, 1, 1), date(2035, 12, 31))


@pytest.mark.parametrize(
    ("period", "first", "last"),
    [
        ("month", date(2028, 2, 10), date(2028, 2, 29)),
        ("quarter", date(2028, 2, 10), date(2028, 3, 31)),
        ("year", date(2028, 2, 10), date(2028, 12, 31)),
        ("term", date(2028, 2, 10), None),
    ],
)
def test_a_period_is_that_of_the_calendar_cut_where_the_agreement_begins(
    period: str, first: date, last: date | None
) -> None:
    assert period_of(date(2028, 2, 15), period, date(2028, 2, 10), None) == (first, last)


def test_a_period_is_cut_where_the_agreement_ends() -> None:
    held = period_of(date(2026, 12, 1), "quarter", date(2026, 1, 1), date(2026, 12, 24))
    assert held == (date(2026, 10, 1), date(2026, 12, 24))


@given(DAYS, st.sampled_from([one for one in PERIODS if one != "term"]))
def test_periods_follow_each_other_without_a_gap(day: date, period: str) -> None:
    first, last = period_of(day, period, date.min, None)
    assert last is not None
    assert first <= day <= last
    assert period_of(last + timedelta(days=1), period, date.min, None)[0] == last + timedelta(days=1)
    assert period_of(first, period, date.min, None) == (first, last)


def test_a_share_is_reached_when_so_much_is_used() -> None:
    shares, included = ["80%", "100%", "150%"], timedelta(hours=10)
    assert reached(shares, timedelta(hours=7, minutes=59), included) == []
    assert reached(shares, timedelta(hours=8), included) == ["80%"]
    assert reached(shares, timedelta(hours=15), included) == shares


@pytest.mark.parametrize("text", ["0%", "80", "1000%", "80 %", "-5%"])
def test_a_share_that_makes_no_sense_is_refused(text: str) -> None:
    assert [field for field, _ in problems_with_warnings(["50%", text])] == ["hours_warnings[1]"]
    assert [field for field, _ in problems_with_warnings(["50%", "50%"])] == ["hours_warnings[1]"]
    assert [field for field, _ in problems_with_warnings(["50%"] * 21)] == ["hours_warnings"]
