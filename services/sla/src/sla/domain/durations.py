"""Lengths of business time as people write them.

ISO 8601 durations (whole seconds in, fractions only out), and business days: "2 business days", "end of business day 2".
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta

from chassis.durations import parse_duration

NOTHING = timedelta(0)

_DAYS = re.compile(r"([0-9]{1,4}) business days?|end of business day ([0-9]{1,4})")
_MOST_DAYS = 2500


@dataclass(frozen=True, slots=True)
class BusinessDays:
    """So many business days on, at the same time of day; or, `to_end`, until that one of them closes.

    A business day is a local date with open hours.
    """

    count: int
    to_end: bool


Length = timedelta | BusinessDays


def parse_length(text: str) -> Length:
    """The length that `text` writes: an ISO 8601 duration of business time, "2 business days" or "end of business day 2".

    Raises ValueError, with the reason.
    """
    found = _DAYS.fullmatch(text)
    if found is None:
        try:
            return parse_duration(text)
        except ValueError as error:
            if "business" not in text.lower():
                raise
            raise ValueError('must be written as "2 business days" or "end of business day 2"') from error
    count = int(found.group(1) or found.group(2))
    if not 0 < count <= _MOST_DAYS:
        raise ValueError(f"must be between 1 and {_MOST_DAYS} business days")
    return BusinessDays(count, to_end=found.group(1) is None)


def format(length: timedelta) -> str:  # noqa: A001 (always written durations.format)
    """The length in hours, minutes and seconds: PT28H30M, PT0S, -PT5M, PT0.25S."""
    sign = "-" if length < timedelta(0) else ""
    length = abs(length)
    minutes, rest = divmod(length, timedelta(minutes=1))
    hours, minutes = divmod(minutes, 60)
    seconds = f"{rest.seconds}.{rest.microseconds:06}".rstrip("0").rstrip(".") if rest else ""
    parts = f"{hours}H" * bool(hours) + f"{minutes}M" * bool(minutes) + f"{seconds}S" * bool(seconds)
    return f"{sign}PT{parts or '0S'}"
