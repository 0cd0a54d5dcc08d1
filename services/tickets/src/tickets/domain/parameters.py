"""Taking the parameters of what people write as free-form objects, and noting what is wrong with them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from chassis.durations import parse_duration
from tickets.domain.texts import MAX_SHORT, tags_problem, text_problem
from tickets.domain.variables import template_problem

Problem = tuple[str, str]
"""Field path and reason."""


@dataclass(slots=True)
class Parameters:
    """Takes the parameters of one object at `path`, and notes what is wrong with them."""

    path: str
    left: dict[str, object]
    problems: list[Problem] = field(default_factory=list)

    def wrong(self, name: str, reason: str) -> None:
        """Notes a problem; without a name, of the object as a whole."""
        self.problems.append((f"{self.path}.{name}" if name else self.path, reason))

    def text(self, name: str, *, limit: int = MAX_SHORT, required: bool = True) -> str:
        """Takes a text."""
        value = self.left.pop(name, None)
        if value is None and not required:
            return ""
        if not isinstance(value, str):
            self.wrong(name, "must be given" if value is None else "must be a text")
            return ""
        if problem := text_problem(value, limit=limit, required=required):
            self.wrong(name, problem)
        return value

    def template(self, name: str, *, limit: int, known: Sequence[str], required: bool = True) -> str:
        """Takes a text with variables; `known` are the tenant's own fields."""
        text = self.text(name, limit=limit, required=required)
        if problem := template_problem(text, known):
            self.wrong(name, problem)
        return text

    def mapping(self, name: str) -> dict[str, object]:
        """Takes an object."""
        value = self.left.pop(name, {})
        if isinstance(value, Mapping):
            return dict(value)
        self.wrong(name, "must be an object")
        return {}

    def texts(self, name: str, *, limit: int) -> list[str]:
        """Takes a list of texts that are not empty."""
        value = self.left.pop(name, [])
        if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
            self.wrong(name, "must be a list of texts")
            return []
        if len(value) > limit:
            self.wrong(name, f"must be at most {limit}")
        for place, one in enumerate(value):
            if problem := text_problem(one, limit=MAX_SHORT, required=True):
                self.wrong(f"{name}[{place}]", problem)
        return list(dict.fromkeys(value))

    def tags(self, name: str) -> list[str]:
        """Takes a list of tags."""
        value = self.left.pop(name, [])
        if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
            self.wrong(name, "must be a list of texts")
            return []
        if problem := tags_problem(value):
            self.wrong(name, problem)
        return value

    def objects(self, name: str) -> list[object]:
        """Takes a list whose items are looked at one by one."""
        value = self.left.pop(name, [])
        if isinstance(value, list):
            return value
        self.wrong(name, "must be a list")
        return []

    def number(self, name: str) -> int:
        """Takes a whole number from 1; 0 where there is none."""
        value = self.left.pop(name, None)
        if value is None:
            return 0
        if isinstance(value, bool) or not isinstance(value, int) or value < 1:
            self.wrong(name, "must be a whole number from 1")
            return 0
        return value

    def flag(self, name: str) -> bool:
        """Takes a yes or no; no where there is none."""
        value = self.left.pop(name, None)
        if value is not None and not isinstance(value, bool):
            self.wrong(name, "must be true or false")
        return value is True

    def seconds(self, name: str) -> int:
        """Takes an ISO 8601 duration, in seconds; 0 where there is none."""
        text = self.text(name, required=False)
        if not text:
            return 0
        try:
            return int(parse_duration(text).total_seconds())
        except ValueError as error:
            self.wrong(name, str(error))
            return 0

    def end(self) -> None:
        """Notes what nobody took."""
        for name in self.left:
            self.wrong(name, "is not known here")
