"""Hours that an agreement includes in each of its periods, and how much of them is used."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, timedelta

PERIODS = ("month", "quarter", "year", "term")

_MONTHS = {"month": 1, "quarter": 3, "year": 12}
_PERCENT = re.compile(r"([1-9][0-9]{0,2})%")
_MOST = 20
_DAY = timedelta(days=1)


def period_of(day: date, period: str, valid_from: date, valid_until: date | None) -> tuple[date, date | None]:
    """The first and the last day of the period that a day of the agreement is in; None: it has no end.

    Periods are those of the calendar (a month, a quarter, a year), cut where the agreement begins and ends; or all its
    term.
    """
    if period == "term":
        return valid_from, valid_until
    months = _MONTHS[period]
    first = date(day.year, (day.month - 1) // months * months + 1, 1)
    ahead = first.month - 1 + months
    last = date(first.year + ahead // 12, ahead % 12 + 1, 1) - _DAY
    return max(first, valid_from), last if valid_until is None else min(last, valid_until)


def reached(warnings: Sequence[str], used: timedelta, included: timedelta) -> list[str]:
    """Those of the warnings ("80%", checked) whose share is used."""
    return [one for one in warnings if used * 100 >= included * int(one.removesuffix("%"))]


def problems_with_warnings(written: Sequence[str]) -> list[tuple[str, str]]:
    """What is wrong with shares of the included hours as people write them: field and reason."""
    if len(written) > _MOST:
        return [("hours_warnings", f"must not be more than {_MOST}")]
    return [
        (f"hours_warnings[{index}]", 'must be a share of the included hours from "1%" to "999%", once')
        for index, text in enumerate(written)
        if not _PERCENT.fullmatch(text) or text in written[:index]
    ]
