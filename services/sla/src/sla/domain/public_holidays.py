"""Public holidays by country and subdivision, from the `holidays` library."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from importlib import metadata
from typing import Final

import holidays

RELEASE: Final = metadata.version("holidays")
"""Of the data of all countries, such as "0.109"."""

_ENGLISH = "en_US"


@lru_cache(maxsize=1)
def countries() -> frozenset[str]:
    """The countries whose holidays are known: ISO 3166-1 alpha-2, upper case."""
    return frozenset(
        code for code in holidays.list_supported_countries(include_aliases=False) if len(code) == 2
    )


def subdivisions(country: str) -> frozenset[str]:
    """The parts of a country that have holidays of their own: "BY" of DE, "CA" of US; empty for an unknown country."""
    return frozenset(holidays.list_supported_countries(include_aliases=False).get(country, ()))


@lru_cache(maxsize=2048)
def of_year(country: str, subdivision: str, year: int) -> Mapping[date, str]:
    """The public holidays of a country, or of one of its subdivisions, in a year.

    Names are English where the library has them so.
    """
    part = subdivision or None
    kept = holidays.country_holidays(country, subdiv=part, years=year, expand=False)
    if _ENGLISH in kept.supported_languages:
        kept = holidays.country_holidays(country, subdiv=part, years=year, expand=False, language=_ENGLISH)
    return dict(kept)
