"""Custom values of a ticket: checked and brought to one form by the definitions of their fields."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

KINDS = ("text", "number", "date", "choice", "choices", "checkbox", "person")

MAX_TEXT = 10_000
"""Characters of one text value."""

MAX_VALUES = 50_000
"""Characters of all texts of a ticket together: they travel in every event of it."""

Value = str | float | bool | list[str]
Problem = tuple[str, str]
"""Field path and reason."""


@dataclass(frozen=True, slots=True)
class Definition:
    """A field that a tenant added. `choices` count for the kinds "choice" and "choices" alone."""

    slug: str
    name: str
    kind: str
    choices: tuple[str, ...] = ()
    active: bool = True


def check_values(
    definitions: Mapping[str, Definition], values: Mapping[str, object]
) -> tuple[dict[str, Value | None], list[Problem]]:
    """Each value in its stored form, and what is wrong with the others. None says: take the value off.

    Dates are ISO 8601 texts, persons ids or e-mail addresses (left for the caller to find), numbers finite.
    """
    checked: dict[str, Value | None] = {}
    problems: list[Problem] = []
    for slug, value in values.items():
        definition = definitions.get(slug)
        if definition is None:
            problems.append((f"fields.{slug}", "there is no such field"))
        elif value is None:
            checked[slug] = None
        else:
            try:
                checked[slug] = _canonical(definition, value)
            except ValueError as error:
                problems.append((f"fields.{slug}", str(error)))
    return checked, problems


def merge_values(present: Mapping[str, object], changes: Mapping[str, object]) -> dict[str, object]:
    """The present values with the changes laid over them; None takes one off."""
    merged = {**present, **changes}
    return {slug: value for slug, value in merged.items() if value is not None}


def comparable(slug: str, stored: object) -> Iterator[tuple[str, object]]:
    """The names and values by which filters know a stored value."""
    yield slug, stored


def size_problem(values: Mapping[str, object]) -> str | None:
    """Why values are refused together, None when they are fine."""
    size = sum(len(value) for value in values.values() if isinstance(value, str))
    return f"must have at most {MAX_VALUES} characters together" if size > MAX_VALUES else None


def missing_fields(required: Sequence[str], values: Mapping[str, object]) -> list[str]:
    """Those of the required slugs that have no value, in their order; a blank text is none."""
    return [slug for slug in required if values.get(slug) in (None, "", [])]


def _canonical(definition: Definition, value: object) -> Value:  # noqa: PLR0911 (one return per kind)
    match definition.kind:
        case "number":
            return _number(value)
        case "checkbox":
            if not isinstance(value, bool):
                raise ValueError("must be true or false")  # noqa: TRY004 (the caller collects ValueErrors as reasons)
            return value
        case "date":
            return _date(_text(value))
        case "choice":
            return _choice(definition, _text(value))
        case "choices":
            if not isinstance(value, list):
                raise ValueError("must be a list of choices")  # noqa: TRY004 (as above)
            return [_choice(definition, _text(one)) for one in value]
        case "person":
            return _text(value).strip().lower()
        case _:
            return _text(value)


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise ValueError("must be a text")  # noqa: TRY004 (the caller collects ValueErrors as reasons)
    if len(value) > MAX_TEXT:
        raise ValueError(f"must have at most {MAX_TEXT} characters")
    if "\x00" in value:
        raise ValueError("must not hold the character NUL")
    return value


def _number(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise ValueError("must be a number")
    return value


def _date(text: str) -> str:
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        raise ValueError("must be a date such as 2026-03-31") from None


def _choice(definition: Definition, text: str) -> str:
    if text not in definition.choices:
        raise ValueError(f"must be one of: {', '.join(definition.choices)}")
    return text
