from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis.durations import LONGEST, parse_duration
from sla.domain import durations


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("PT4H", timedelta(hours=4)),
        ("PT30M", timedelta(minutes=30)),
        ("PT1H30M15S", timedelta(hours=1, minutes=30, seconds=15)),
        ("P1D", timedelta(hours=24)),
        ("P2DT12H", timedelta(hours=60)),
        ("PT90M", timedelta(minutes=90)),
    ],
)
def test_a_duration_is_read(text: str, length: timedelta) -> None:
    assert parse_duration(text) == length


@pytest.mark.parametrize(
    "text",
    ["", "P", "PT", "P1DT", "4H", "PT4", "P1Y", "P1M", "P1W", "-PT4H", "PT-4H", "PT0S", "P0D", "PT1.5H", "pt4h", " PT4H",
     "PT4H\n", "PT4H30", "P9999D", "PT999999999999999999H", "PT\u0664H"],
)  # fmt: skip
def test_what_is_no_duration_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="must"):
        parse_duration(text)


@given(
    st.timedeltas(timedelta(seconds=1), LONGEST).map(lambda t: timedelta(seconds=t // timedelta(seconds=1)))
)
def test_what_is_written_reads_back(length: timedelta) -> None:
    assert parse_duration(durations.format(length)) == length


@pytest.mark.parametrize(
    ("length", "text"),
    [
        (timedelta(0), "PT0S"),
        (timedelta(hours=28, minutes=30), "PT28H30M"),
        (timedelta(minutes=-5), "-PT5M"),
        (timedelta(milliseconds=250), "PT0.25S"),
        (timedelta(seconds=10), "PT10S"),
        (timedelta(minutes=1, microseconds=1), "PT1M0.000001S"),
    ],
)
def test_a_length_is_written(length: timedelta, text: str) -> None:
    assert durations.format(length) == text


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("PT4H", timedelta(hours=4)),
        ("1 business day", durations.BusinessDays(1, to_end=False)),
        ("5 business days", durations.BusinessDays(5, to_end=False)),
        ("end of business day 2", durations.BusinessDays(2, to_end=True)),
    ],
)
def test_a_length_is_a_duration_or_business_days(text: str, length: durations.Length) -> None:
    assert durations.parse_length(text) == length


@pytest.mark.parametrize(
    "text",
    ["0 business days", "-1 business days", "9999 business days", "two business days", "end of business day 0",
     "2 Business days", "2 business days\n", "-PT1H", "PT0S", "1.5 business days", "\u0662 business days"],
)  # fmt: skip
def test_what_is_no_length_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="must"):
        durations.parse_length(text)
