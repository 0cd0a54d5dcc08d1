"""Public holidays by country, from the `holidays` library."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import lru_cache

import holidays

_ENGLISH = "en_US"


@lru_cache(maxsize=1)
def countries() -> frozenset[str]:
    """The countries whose holidays are known: ISO 3166-1 alpha-2, upper case."""
    return frozenset(
        code for code in holidays.list_supported_countries(include_aliases=False) if len(code) == 2
    )


@lru_cache(maxsize=2048)
def of_year(country: str, year: int) -> Mapping[date, str]:
    """The nation-wide public holidays of a country in a year, with their names: English where the library has it."""
    kept = holidays.country_holidays(country, years=year, expand=False)
    if _ENGLISH in kept.supported_languages:
        kept = holidays.country_holidays(country, years=year, expand=False, language=_ENGLISH)
    return dict(kept)
