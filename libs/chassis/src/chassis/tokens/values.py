"""Values of claims and documents, which anybody may have written."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


def text(values: Mapping[str, object], name: str, default: str | None = None) -> str:
    """A text, or the default where there is none. Raises TypeError for anything else, and without a default for none."""
    value = values.get(name, default)
    if not isinstance(value, str):
        raise TypeError(f"{name} is not a text")
    return value


def text_or_none(values: Mapping[str, object], name: str) -> str | None:
    """A text, or None. Raises TypeError for anything else."""
    return None if values.get(name) is None else text(values, name)


def texts(values: Mapping[str, object], name: str) -> list[str]:
    """Texts, none where nothing is said. Raises TypeError for anything else."""
    items = values.get(name, [])
    if not isinstance(items, list) or not all(isinstance(item, str) for item in items):
        raise TypeError(f"{name} is not a list of texts")
    return items


def seconds(values: Mapping[str, object], name: str) -> float:
    """Seconds since 1970. Raises TypeError for what is no number."""
    value = values.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TypeError(f"{name} is not a time")
    return float(value)
