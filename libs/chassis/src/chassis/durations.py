"""Lengths of time as people write them: ISO 8601 durations of days, hours, minutes and seconds."""

import re
from datetime import timedelta

LONGEST = timedelta(days=3660)

_ISO = re.compile(r"P(?:(\d{1,6})D)?(T(?:(\d{1,8})H)?(?:(\d{1,8})M)?(?:(\d{1,10})S)?)?", re.ASCII)


def parse_duration(text: str) -> timedelta:
    """The length that `text` writes: PT4H, PT1H30M, P5D; a day is 24 hours.

    Raises ValueError, with the reason, for anything else: years, months, weeks and fractions; nothing at all; zero,
    a sign, or more than ten years.
    """
    found = _ISO.fullmatch(text)
    if found is None or not any(found.group(1, 3, 4, 5)) or found.group(2) == "T":
        raise ValueError('must be an ISO 8601 duration of days, hours, minutes and seconds, such as "PT4H"')
    days, hours, minutes, seconds = (int(part or 0) for part in found.group(1, 3, 4, 5))
    length = timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)
    if not length:
        raise ValueError("must be longer than nothing")
    if length > LONGEST:
        raise ValueError("must not be longer than ten years")
    return length
