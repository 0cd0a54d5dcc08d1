"""Collecting what is wrong with the fields of a request, to refuse it with all of it at once."""

from collections.abc import Callable, Iterable

from chassis.errors import FieldError, InvalidInput


class Problems:
    """The wrong fields of one request."""

    def __init__(self) -> None:
        self._found: list[FieldError] = []

    def add(self, field: str, reason: str | None) -> None:
        """Note that a field is wrong; None says that it is not."""
        if reason is not None:
            self._found.append(FieldError(field, reason))

    def check_each(
        self, field: str, values: Iterable[str], problem_with: Callable[[str], str | None]
    ) -> None:
        """Check every value of a list by the same rule; the field is named with the value's place."""
        for place, value in enumerate(values):
            self.add(f"{field}[{place}]", problem_with(value))

    def refuse(self) -> None:
        """Raise InvalidInput if anything is wrong."""
        if self._found:
            raise InvalidInput(self._found)
