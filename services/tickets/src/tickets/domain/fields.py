"""Custom values of a ticket: checked and brought to one form by the definitions of their fields."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation
from urllib.parse import urlsplit
from uuid import UUID

KINDS = (
    "text",
    "number",
    "date",
    "choice",
    "choices",
    "tree",
    "checkbox",
    "person",
    "ci",
    "money",
    "url",
)

ON_BEHALF_OF = "on_behalf_of"
"""The shipped field that names whom a ticket is for, where somebody else asks."""

WITH_CHOICES = ("choice", "choices", "tree")

SEARCHED = ("text", "url", *WITH_CHOICES)
"""The kinds whose words find a ticket."""

MAX_TEXT = 10_000
"""Characters of one text value."""

MAX_VALUES = 50_000
"""Characters of all texts of a ticket together: they travel in every event of it."""

MAX_URL = 2_000
MONEY_PARTS = frozenset({"amount", "currency"})

Value = str | float | bool | list[str] | dict[str, object]
Problem = tuple[str, str]
"""Field path and reason."""


@dataclass(frozen=True, slots=True)
class Definition:
    """A field that a tenant added. `choices` count for the kinds of WITH_CHOICES alone; those of a tree are paths.

    `required_when` and `shown_when` are filters over the ticket (empty: never, always). Where `depends_on` names a
    field, the choices are those that `choices_by` has for its value. `processes` and `types` are slugs, none: of all.
    """

    slug: str
    name: str
    kind: str
    choices: tuple[str, ...] = ()
    active: bool = True
    required: bool = False
    required_when: str = ""
    shown_when: str = ""
    depends_on: str = ""
    choices_by: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    processes: tuple[str, ...] = ()
    types: tuple[str, ...] = ()
    description: str = ""

    def belongs_to(self, process: str, kind: str) -> bool:
        """Whether tickets of the type in the process have the field."""
        return (not self.processes or process in self.processes) and (not self.types or kind in self.types)


def searched_text(definitions: Mapping[str, Definition], values: Mapping[str, object]) -> str:
    """The words of a ticket's own fields that find it, also of fields that are no longer active, a line for each."""
    texts: list[str] = []
    for slug, value in values.items():
        definition = definitions.get(slug)
        if definition is not None and definition.kind in SEARCHED:
            texts += map(str, value) if isinstance(value, list) else [str(value)]
    return "\n".join(texts)


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


def beneficiary_in(definitions: Mapping[str, Definition], values: Mapping[str, object]) -> str | None:
    """The person whom a ticket is for, by what the values say; None where whoever asks asks for themselves."""
    definition, value = definitions.get(ON_BEHALF_OF), values.get(ON_BEHALF_OF)
    if definition is None or definition.kind != "person":
        return None  # a tenant's own field that is called so
    return value if isinstance(value, str) else None


def merge_values(present: Mapping[str, object], changes: Mapping[str, object]) -> dict[str, object]:
    """The present values with the changes laid over them; None takes one off."""
    merged = {**present, **changes}
    return {slug: value for slug, value in merged.items() if value is not None}


def comparable(slug: str, stored: object) -> Iterator[tuple[str, object]]:
    """The names and values by which filters know a stored value: money by its amount and its currency."""
    if isinstance(stored, Mapping):
        yield slug, float(str(stored["amount"]))
        yield f"{slug}.currency", stored["currency"]
    else:
        yield slug, stored


def size_problem(values: Mapping[str, object]) -> str | None:
    """Why values are refused together, None when they are fine."""
    size = sum(len(value) for value in values.values() if isinstance(value, str))
    return f"must have at most {MAX_VALUES} characters together" if size > MAX_VALUES else None


def missing_fields(required: Sequence[str], values: Mapping[str, object]) -> list[str]:
    """Those of the required slugs that have no value, in their order; a blank text is none."""
    return [slug for slug in required if values.get(slug) in (None, "", [])]


def _canonical(definition: Definition, value: object) -> Value:  # noqa: C901, PLR0911 (one case per kind)
    match definition.kind:
        case "number":
            return _number(value)
        case "checkbox":
            if not isinstance(value, bool):
                raise ValueError("must be true or false")  # noqa: TRY004 (the caller collects ValueErrors as reasons)
            return value
        case "date":
            return _date(_text(value))
        case "choice" | "tree":
            return _choice(definition, _text(value))
        case "choices":
            if not isinstance(value, list):
                raise ValueError("must be a list of choices")  # noqa: TRY004 (as above)
            return [_choice(definition, _text(one)) for one in value]
        case "person":
            return _text(value).strip().lower()
        case "ci":
            return _id(_text(value))
        case "money":
            return _money(value)
        case "url":
            return _url(_text(value))
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


def _id(text: str) -> str:
    try:
        return str(UUID(text))
    except ValueError:
        raise ValueError("must be the id of a configuration item") from None


def _money(value: object) -> dict[str, object]:
    """{"amount": "12.50", "currency": "EUR"}: a decimal text, so that no cent is lost (ISO 4217)."""
    if not isinstance(value, Mapping) or value.keys() != MONEY_PARTS:
        raise ValueError("must have an amount and a currency")
    currency, written = str(value["currency"]), str(value["amount"])
    if not (len(currency) == 3 and currency.isascii() and currency.isalpha() and currency.isupper()):
        raise ValueError("the currency must be three capital letters, such as EUR")
    try:
        amount = Decimal(written)
    except InvalidOperation:
        amount = Decimal("NaN")
    if not amount.is_finite() or abs(amount) >= 10**12 or amount != round(amount, 4):
        raise ValueError("the amount must be a number below 10^12 with at most four decimals")
    return {"amount": f"{amount:f}", "currency": currency}


def _url(text: str) -> str:
    try:
        parts = urlsplit(text)
    except ValueError:
        parts = urlsplit("")
    if (
        parts.scheme not in {"http", "https"}
        or not parts.hostname
        or len(text) > MAX_URL
        or text != text.strip()
    ):
        raise ValueError("must be an address that begins with http:// or https://")
    return text


def _choice(definition: Definition, text: str) -> str:
    if text not in definition.choices:
        raise ValueError(f"must be one of: {', '.join(definition.choices)}")
    return text
