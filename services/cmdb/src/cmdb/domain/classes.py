"""Classes of configuration items and what their attributes may hold."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

TEXT, NUMBER, DATE, BOOL, CHOICE = "text", "number", "date", "bool", "choice"
ATTRIBUTE_TYPES = (TEXT, NUMBER, DATE, BOOL, CHOICE)
MAX_TEXT = 2_000

Value = str | float | bool | None


@dataclass(frozen=True, slots=True)
class Attribute:
    """An attribute that items of a class may have."""

    slug: str
    type: str
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ItemClass:
    """A class as it is defined; it inherits the attributes of its parent."""

    slug: str
    name: str
    parent: str | None
    attributes: tuple[Attribute, ...]


def attributes_of(slug: str, classes: Mapping[str, ItemClass]) -> dict[str, Attribute]:
    """All attributes of a class, inherited ones included, by slug; a class overrides its parent's."""
    found: dict[str, Attribute] = {}
    at: str | None = slug
    seen: set[str] = set()
    while at is not None and at in classes and at not in seen:
        seen.add(at)
        for attribute in classes[at].attributes:
            found.setdefault(attribute.slug, attribute)
        at = classes[at].parent
    return found


def problems(values: Mapping[str, object], attributes: Mapping[str, Attribute]) -> list[tuple[str, str]]:
    """What is wrong with the attributes of an item, as (field, reason). A null value is a value taken away."""
    found = []
    for slug, value in values.items():
        attribute = attributes.get(slug)
        if attribute is None:
            known = ", ".join(sorted(attributes)) or "none"
            found.append((f"attributes.{slug}", f"is no attribute of the class; there are {known}"))
        elif value is not None:
            reason = _problem(value, attribute)
            if reason:
                found.append((f"attributes.{slug}", reason))
    return found


def _problem(value: object, attribute: Attribute) -> str | None:
    match attribute.type:
        case "number":
            is_number = (
                isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
            )
            return None if is_number else "must be a number"
        case "bool":
            return None if isinstance(value, bool) else "must be true or false"
        case "date":
            return None if isinstance(value, str) and _is_date(value) else "must be a date such as 2026-11-30"
        case "choice":
            return None if value in attribute.choices else f"must be one of {', '.join(attribute.choices)}"
        case _:
            return _text_problem(value)


def _text_problem(value: object) -> str | None:
    if not isinstance(value, str):
        return "must be text"
    if "\0" in value:
        return "must not hold the character NUL"
    return None if len(value) <= MAX_TEXT else f"must have at most {MAX_TEXT} characters"


def _is_date(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


_ASSET = (
    Attribute("serial_number", TEXT),
    Attribute("manufacturer", TEXT),
    Attribute("model", TEXT),
    Attribute("location", TEXT),
    Attribute("cost", NUMBER),
    Attribute("purchased_on", DATE),
    Attribute("warranty_until", DATE),
)
_COMPUTER = (
    Attribute("operating_system", TEXT),
    Attribute("ip_address", TEXT),
    Attribute("cpu_cores", NUMBER),
    Attribute("memory_gb", NUMBER),
)
_SERVICE = (
    Attribute("criticality", CHOICE, ("critical", "high", "medium", "low")),
    Attribute("description", TEXT),
)

SHIPPED_CLASSES: Sequence[ItemClass] = (
    ItemClass("item", "Configuration item", None, (Attribute("notes", TEXT),)),
    ItemClass("asset", "Asset", "item", _ASSET),
    ItemClass("computer", "Computer", "asset", _COMPUTER),
    ItemClass("laptop", "Laptop", "computer", ()),
    ItemClass(
        "server", "Server", "computer", (Attribute("environment", CHOICE, ("production", "staging", "test")),)
    ),
    ItemClass("virtual_machine", "Virtual machine", "computer", ()),
    ItemClass("phone", "Phone", "asset", (Attribute("phone_number", TEXT),)),
    ItemClass("printer", "Printer", "asset", (Attribute("ip_address", TEXT),)),
    ItemClass("monitor", "Monitor", "asset", ()),
    ItemClass(
        "network_device",
        "Network device",
        "asset",
        (Attribute("ip_address", TEXT), Attribute("ports", NUMBER)),
    ),
    ItemClass(
        "application",
        "Application",
        "item",
        (Attribute("version", TEXT), Attribute("vendor", TEXT), *_SERVICE),
    ),
    ItemClass("database", "Database", "item", (Attribute("engine", TEXT), Attribute("version", TEXT))),
    ItemClass("business_service", "Business service", "item", _SERVICE),
    ItemClass("technical_service", "Technical service", "item", _SERVICE),
)
"""What a new tenant begins with."""

SHIPPED_RELATION_TYPES: Mapping[str, str] = {
    "depends_on": "depends on",
    "runs_on": "runs on",
    "connected_to": "is connected to",
    "part_of": "is part of",
}
"""How a relation is read from its source to its target, by slug."""
