"""Dates that recur, against another library, and rules that cannot be."""

from datetime import date, datetime, timedelta
from itertools import islice, takewhile

import pytest
from dateutil.rrule import rrulestr
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from chassis.recurrence import Rule, dates, read_rule

WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")


@st.composite
def rules(draw: st.DrawFn) -> tuple[Rule, str]:
    """A rule, and the same in words of RFC 5545."""
    frequency = draw(st.sampled_from(["DAILY", "WEEKLY", "MONTHLY", "YEARLY"]))
    interval = draw(st.integers(1, 5))
    # The other library looks for thousands of years where there is no such day, so all rules have some.
    months = draw(st.frozensets(st.integers(1, 12), max_size=0 if frequency == "MONTHLY" else 3))
    chosen = draw(st.sampled_from(["none", "month_days", "weekdays"]))
    # Numbered or not: it takes a mixture of both as both at once.
    is_numbered = frequency in {"MONTHLY", "YEARLY"} and draw(st.booleans())
    which = st.sampled_from([1, 2, 3, 4, -1, -2, -3, -4]) if is_numbered else st.just(0)
    month_days, weekdays = frozenset[int](), frozenset[tuple[int, int]]()
    if chosen == "month_days" and frequency != "WEEKLY":
        month_days = draw(st.frozensets(st.sampled_from([1, 2, 13, 28, -1, -2]), min_size=1, max_size=3))
    if chosen == "weekdays":
        weekdays = draw(st.frozensets(st.tuples(which, st.integers(0, 6)), min_size=1, max_size=3))
    positions = frozenset[int]()
    if month_days or weekdays:
        positions = draw(st.frozensets(st.sampled_from([1, -1]), max_size=2))
    week_start = draw(st.integers(0, 6))
    parts = [f"FREQ={frequency}", f"INTERVAL={interval}", f"WKST={WEEKDAYS[week_start]}"]
    parts += [f"BYMONTH={_listed(months)}"] if months else []
    parts += [f"BYMONTHDAY={_listed(month_days)}"] if month_days else []
    parts += (
        ["BYDAY=" + ",".join(f"{n or ''}{WEEKDAYS[day]}" for n, day in sorted(weekdays))] if weekdays else []
    )
    parts += [f"BYSETPOS={_listed(positions)}"] if positions else []
    rule = Rule(
        frequency, interval, months=months, month_days=month_days, weekdays=weekdays, positions=positions,
        week_start=week_start,
    )  # fmt: skip
    return rule, ";".join(parts)


def _listed(numbers: frozenset[int]) -> str:
    return ",".join(str(one) for one in sorted(numbers))


@given(rules(), st.dates(date(2020, 1, 1), date(2028, 12, 31)).filter(lambda day: day.day <= 28))
@settings(max_examples=150)
def test_dates_recur_as_another_library_says(rule: tuple[Rule, str], start: date) -> None:
    # By RFC 5545 positions count in whole weeks; the other library cuts the first one at the start.
    assume(not rule[0].positions or rule[0].frequency != "WEEKLY" or start.weekday() == rule[0].week_start)
    last = start + timedelta(days=1500)
    until = f";UNTIL={last:%Y%m%d}T000000"
    other = rrulestr(rule[1] + until, dtstart=datetime(start.year, start.month, start.day))  # noqa: DTZ001 (dates)
    expected = takewhile(lambda day: day <= last, (at.date() for at in islice(other, 50)))
    assert list(islice(dates(rule[0], start, last), 50)) == list(expected)


@given(rules(), st.none() | st.integers(1, 99), st.none() | st.dates())
def test_a_rule_is_read_as_it_is_written(
    rule: tuple[Rule, str], count: int | None, until: date | None
) -> None:
    written = (
        rule[1] + (f";COUNT={count}" if count else "") + (f";UNTIL={until:%Y%m%d}T120000Z" if until else "")
    )
    assume(until is None or until.year >= 1000)
    assert read_rule(written) == read_rule(written.lower())
    assert read_rule(written) == Rule(
        **{
            name: getattr(rule[0], name)
            for name in Rule.__dataclass_fields__
            if name not in {"count", "until"}
        },
        count=count,
        until=until,
    )


@pytest.mark.parametrize(
    "text",
    [
        "",
        "WEEKLY",
        "FREQ=HOURLY",
        "FREQ=DAILY;FREQ=DAILY",
        "FREQ=DAILY;BYHOUR=9",
        "FREQ=DAILY;INTERVAL=0",
        "FREQ=DAILY;INTERVAL=x",
        "FREQ=DAILY;COUNT=0",
        "FREQ=DAILY;COUNT=1,2",
        "FREQ=DAILY;UNTIL=tomorrow",
        "FREQ=DAILY;UNTIL=20261340",
        "FREQ=WEEKLY;BYDAY=1MO",
        "FREQ=WEEKLY;BYDAY=XX",
        "FREQ=WEEKLY;WKST=XX",
        "FREQ=YEARLY;BYMONTH=" + ",".join(["1"] * 367),
        "FREQ=DAILY;" + "X" * 2000,
    ],
)
def test_what_is_no_rule_about_whole_days_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        read_rule(text)


def test_a_rule_without_a_day_ends_at_once() -> None:
    rule = read_rule("FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30")
    assert list(dates(rule, date(2026, 1, 1), date(2036, 1, 1))) == []
