"""What a configuration item may be, apart from its class's attributes."""

from __future__ import annotations

ORDERED, IN_STOCK, IN_USE, REPAIR, RETIRED = "ordered", "in_stock", "in_use", "repair", "retired"
STATES = (ORDERED, IN_STOCK, IN_USE, REPAIR, RETIRED)
MAX_NAME = 250


def problems(*, name: str, state: str) -> list[tuple[str, str]]:
    """What is wrong with an item's name and state, as (field, reason)."""
    found = []
    if not name:
        found.append(("name", "must not be empty"))
    if len(name) > MAX_NAME:
        found.append(("name", f"must have at most {MAX_NAME} characters"))
    if "\0" in name:
        found.append(("name", "must not hold the character NUL"))
    if state not in STATES:
        found.append(("state", f"must be one of {', '.join(STATES)}"))
    return found
