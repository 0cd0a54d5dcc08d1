"""Collecting all that is wrong with an input before it is refused."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

from chassis.errors import FieldError, InvalidInput
from chassis.ids import is_id
from tickets.domain.fields import Definition, Value, check_values, size_problem
from tickets.domain.texts import tags_problem, text_problem


class Problems:
    """What is wrong, field by field."""

    def __init__(self) -> None:
        self._found: list[FieldError] = []

    def add(self, field: str, reason: str) -> None:
        """Notes a problem."""
        self._found.append(FieldError(field, reason))

    def raise_any(self) -> None:
        """Raises InvalidInput where something is wrong."""
        if self._found:
            raise InvalidInput(self._found)

    @contextmanager
    def within(self, path: str) -> Iterator[None]:
        """Notes what the block finds wrong, as parts of `path`."""
        try:
            yield
        except InvalidInput as error:
            self._found += [FieldError(f"{path}.{one.field}", one.reason) for one in error.errors]

    def text(self, field: str, text: str, *, limit: int, required: bool = False) -> None:
        """Checks a text."""
        self._note(field, text_problem(text, limit=limit, required=required))

    def choice(self, field: str, text: str, choices: Sequence[str]) -> None:
        """Checks a choice; empty leaves it open."""
        if text and text not in choices:
            self.add(field, f"must be one of: {', '.join(choices)}")

    def tags(self, tags: list[str]) -> None:
        """Checks tags."""
        self._note("tags", tags_problem(tags))

    def ids(self, field: str, ids: Sequence[str], *, limit: int) -> None:
        """Checks a list of UUIDs."""
        if len(ids) > limit:
            self.add(field, f"must be at most {limit}")
        elif not all(is_id(one) for one in ids):
            self.add(field, "each must be a UUID")

    def values(
        self, definitions: Mapping[str, Definition], values: Mapping[str, object]
    ) -> dict[str, Value | None]:
        """Checks custom values and gives them in their stored form."""
        checked, wrong = check_values(definitions, values)
        for field, reason in wrong:
            self.add(field, reason)
        self._note("fields", size_problem(checked))
        return checked

    def _note(self, field: str, problem: str | None) -> None:
        if problem is not None:
            self.add(field, problem)
