"""What macros and rules do to a ticket: read from what people write, checked as far as it needs no configuration."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from tickets.domain.texts import MAX_BODY, MAX_SHORT, MAX_TITLE, tags_problem, text_problem
from tickets.domain.variables import template_problem

MAX_ACTIONS = 20

SETTABLE = ("impact", "urgency", "priority", "type", "queue", "category", "service_id")
"""Fields of a ticket that an action may set, beside the tenant's own."""

Problem = tuple[str, str]
"""Field path and reason."""


@dataclass(frozen=True, slots=True)
class SetValues:
    """New values of fields; `fields` are the tenant's own, null takes one off."""

    values: Mapping[str, str]
    fields: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Tag:
    """Tags to put on and to take off."""

    add: Sequence[str]
    remove: Sequence[str]


@dataclass(frozen=True, slots=True)
class Assign:
    """Who shall work the ticket, by id or key; only the parts that `names` holds, empty for nobody."""

    names: frozenset[str]
    team: str
    assignee: str


@dataclass(frozen=True, slots=True)
class Move:
    """The state to go to."""

    to: str


@dataclass(frozen=True, slots=True)
class Say:
    """A public reply or an internal note, a template."""

    body: str
    public: bool


Action = SetValues | Tag | Assign | Move | Say

MACRO_ACTIONS = ("set", "tag", "assign", "move", "reply", "note")
RULE_ACTIONS = MACRO_ACTIONS


@dataclass(slots=True)
class _Reader:
    """Takes the parameters of one action, and notes what is wrong with them."""

    path: str
    left: dict[str, object]
    problems: list[Problem] = field(default_factory=list)

    def wrong(self, name: str, reason: str) -> None:
        self.problems.append((f"{self.path}.{name}" if name else self.path, reason))

    def text(self, name: str, *, limit: int = MAX_SHORT, required: bool = True) -> str:
        value = self.left.pop(name, None)
        if value is None and not required:
            return ""
        if not isinstance(value, str):
            self.wrong(name, "must be given" if value is None else "must be a text")
            return ""
        if problem := text_problem(value, limit=limit, required=required):
            self.wrong(name, problem)
        return value

    def template(self, name: str, *, limit: int, known: Sequence[str]) -> str:
        text = self.text(name, limit=limit)
        if problem := template_problem(text, known):
            self.wrong(name, problem)
        return text

    def mapping(self, name: str) -> dict[str, object]:
        value = self.left.pop(name, {})
        if isinstance(value, Mapping):
            return dict(value)
        self.wrong(name, "must be an object")
        return {}

    def tags(self, name: str) -> list[str]:
        value = self.left.pop(name, [])
        if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
            self.wrong(name, "must be a list of texts")
            return []
        if problem := tags_problem(value):
            self.wrong(name, problem)
        return value

    def end(self) -> None:
        for name in self.left:
            self.wrong(name, "is not known here")


def parse_actions(
    written: Sequence[Mapping[str, object]], *, types: Sequence[str], slugs: Sequence[str]
) -> tuple[list[Action], list[Problem]]:
    """The actions, and what is wrong with them.

    :param types: the types of actions that go here.
    :param slugs: the tenant's own fields, which templates may name.
    """
    problems: list[Problem] = []
    if not written:
        problems.append(("actions", "must hold at least one action"))
    if len(written) > MAX_ACTIONS:
        problems.append(("actions", f"must be at most {MAX_ACTIONS}"))
    actions = []
    for place, one in enumerate(written[:MAX_ACTIONS]):
        reader = _Reader(f"actions[{place}]", dict(one))
        kind = reader.left.pop("type", None)
        if kind not in types:
            reader.wrong("type", f"must be one of: {', '.join(types)}")
        else:
            actions.append(_action(str(kind), reader, slugs))
            reader.end()
        problems += reader.problems
    return actions, problems


def _action(kind: str, reader: _Reader, slugs: Sequence[str]) -> Action:
    match kind:
        case "set":
            return _set(reader)
        case "tag":
            action = Tag(reader.tags("add"), reader.tags("remove"))
            if not action.add and not action.remove:
                reader.wrong("", "must add or remove a tag")
            return action
        case "assign":
            names = frozenset(reader.left) & {"team", "assignee"}
            if not names:
                reader.wrong("", "must name a team or an assignee")
            return Assign(names, reader.text("team", required=False), reader.text("assignee", required=False))
        case "move":
            return Move(reader.text("to"))
        case _:
            return Say(reader.template("body", limit=MAX_BODY, known=slugs), public=kind == "reply")


def _set(reader: _Reader) -> SetValues:
    values, fields = reader.mapping("values"), reader.mapping("fields")
    if not values and not fields:
        reader.wrong("", "must set a field")
    texts = {}
    for name, value in values.items():
        if name not in SETTABLE:
            reader.wrong(f"values.{name}", f"must be one of: {', '.join(SETTABLE)}")
        elif not isinstance(value, str) or text_problem(value, limit=MAX_TITLE):
            reader.wrong(f"values.{name}", f"must be a text of at most {MAX_TITLE} characters")
        else:
            texts[name] = value
    return SetValues(texts, fields)
