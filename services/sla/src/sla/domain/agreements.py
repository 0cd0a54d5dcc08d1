"""Whether an agreement covers a ticket."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Protocol

from sla.domain.policies import Facts


class Agreement(Protocol):
    """What of an agreement decides whom and what it covers."""

    parties: list[str]
    services: list[str]
    products: list[str]
    valid_from: date
    valid_until: date | None


def covers(agreement: Agreement, facts: Facts, day: date) -> bool:
    """Whether the facts of a ticket fall under an agreement with its customer on a date (of the tenant's zone)."""
    if day < agreement.valid_from or (agreement.valid_until is not None and day > agreement.valid_until):
        return False
    asked = (
        (agreement.parties, "organization"),
        (agreement.services, "service_id"),
        (agreement.products, "ci_ids"),
    )
    return all(_meets(wanted, facts.get(fact)) for wanted, fact in asked)


def _meets(wanted: Sequence[str], has: object) -> bool:
    return not wanted or (isinstance(has, list) and not set(wanted).isdisjoint(has))
