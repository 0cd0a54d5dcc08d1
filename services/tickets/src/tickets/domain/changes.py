"""What changed on a ticket, in values that history and events can hold."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final, Literal

from tickets.domain.references import Reference

Plain = str | float | bool | None | list[str] | dict[str, str] | dict[str, object]
"""A value of JSON."""

INTERNAL_FIELDS: Final[tuple[Literal["remind_at", "minutes_spent", "minutes_billable"], ...]] = (
    "remind_at",
    "minutes_spent",
    "minutes_billable",
)
"""What the desk alone sees of a ticket."""


@dataclass(frozen=True, slots=True)
class Change:
    """One field, before and after."""

    field: str
    old: Plain
    new: Plain


def described(reference: Reference | None) -> dict[str, str] | None:
    """A reference as history keeps it: as it was called at that time."""
    if reference is None:
        return None
    return {"id": str(reference.id), "key": reference.key, "name": reference.name}


def differences(before: Mapping[str, Plain], after: Mapping[str, Plain]) -> list[Change]:
    """The fields whose values differ, in the order of `after`; a field that `before` lacks counts as null."""
    return [Change(field, before.get(field), new) for field, new in after.items() if before.get(field) != new]


def custom_values(values: Mapping[str, object], slugs: Iterable[str]) -> dict[str, Plain]:
    """The custom values of these slugs as "fields.<slug>"; null where there is none."""
    return {f"fields.{slug}": _plain(values.get(slug)) for slug in slugs}


def _plain(value: object) -> Plain:
    if value is None or isinstance(value, str | float | int | bool):
        return value
    if isinstance(value, dict):
        return dict(value)
    assert isinstance(value, list)  # custom values are scalars, money or lists of choices
    return [str(one) for one in value]
