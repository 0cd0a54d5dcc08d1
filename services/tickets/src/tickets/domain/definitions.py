"""The definition of a workflow as it is written and stored: read, with each fault at its place, and written."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from chassis.durations import parse_duration
from tickets.domain.durations import write_duration
from tickets.domain.guards import CONDITION, KINDS, Guard
from tickets.domain.texts import NAME
from tickets.domain.workflow import (
    CATEGORIES,
    PEOPLE,
    TRIGGERS,
    AutomaticMove,
    Move,
    State,
    TimedMove,
    Workflow,
)

ROOT = "definition"
MOST_ITEMS = 1_000
"""States, moves: more of either is no workflow that people could follow."""
MAX_TEXT = 500

Item = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong, and where: "definition.moves[3].to"."""

    place: str
    reason: str


class MalformedWorkflow(ValueError):
    """A definition that cannot be read, with all that is wrong with it."""

    def __init__(self, faults: list[Fault]) -> None:
        super().__init__("; ".join(f"{fault.place}: {fault.reason}" for fault in faults))
        self.faults = faults


def parse_workflow(definition: Item) -> Workflow:
    """The workflow that a definition (see `shipped.py` for some) describes. Raises MalformedWorkflow."""
    reader = _Reader()
    workflow = reader.workflow(definition)
    if reader.faults:
        raise MalformedWorkflow(reader.faults)
    return workflow


def write_workflow(workflow: Workflow) -> dict[str, object]:
    """The definition of a workflow, in its one form: what says nothing is left out."""
    return {
        "initial": workflow.initial,
        "states": [
            {"slug": state.slug, "name": state.name, "category": state.category}
            for state in workflow.states.values()
        ],
        "moves": [_written_move(move) for move in workflow.moves],
        "automatic": [
            ({"after": write_duration(move.after)} if isinstance(move, TimedMove) else {"on": move.trigger})
            | {"from": list(move.sources), "to": move.to}
            | _written_guards(move.guards)
            for move in workflow.automatic
        ],
    }


def _written_move(move: Move) -> dict[str, object]:
    said: dict[str, object] = {
        "from": move.source,
        "to": move.to,
        "name": move.name,
        "permission": move.permission,
    }
    optional: dict[str, object] = {
        "own_permission": move.own_permission,
        "roles": list(move.roles),
        "only": list(move.only),
        "required_fields": list(move.required_fields),
        "comment_required": move.comment_required,
    }
    return said | {name: value for name, value in optional.items() if value} | _written_guards(move.guards)


def _written_guards(guards: tuple[Guard, ...]) -> dict[str, object]:
    if not guards:
        return {}
    written = [
        {"kind": guard.kind}
        | ({"filter": guard.filter} if guard.filter else {})
        | ({"message": guard.message} if guard.message else {})
        for guard in guards
    ]
    return {"guards": written}


@dataclass(slots=True)
class _Reader:
    """Reads on after a fault, so that all are told at once; what it gives then is of no use."""

    faults: list[Fault] = field(default_factory=list)
    states: dict[str, State] = field(default_factory=dict)

    def workflow(self, definition: Item) -> Workflow:
        self._only(definition, ROOT, {"initial", "states", "moves", "automatic", "auto_close"})
        for place, item in self._items(definition, ROOT, "states"):
            state = self._state(item, place)
            if state.slug in self.states:
                self._note(f"{place}.slug", f"{state.slug} is there twice")
            self.states[state.slug] = state
        initial = self._of_states(definition, ROOT, "initial")
        moves = tuple(self._move(item, place) for place, item in self._items(definition, ROOT, "moves"))
        automatic = [
            self._timed(item, place) if "after" in item else self._automatic(item, place)
            for place, item in self._items(definition, ROOT, "automatic")
        ]
        # Written by earlier releases.
        if isinstance(close := definition.get("auto_close"), Mapping):
            automatic.append(self._auto_close(close, f"{ROOT}.auto_close"))
        return Workflow(initial, self.states, moves, tuple(automatic))

    def _state(self, item: Item, place: str) -> State:
        self._only(item, place, {"slug", "name", "category"})
        slug = self._text(item, place, "slug")
        if slug and NAME.fullmatch(slug) is None:
            self._note(
                f"{place}.slug", "must begin with a lower-case letter; then letters, digits and _, at most 63"
            )
        category = self._text(item, place, "category")
        if category and category not in CATEGORIES:
            self._note(f"{place}.category", f"must be one of: {', '.join(CATEGORIES)}")
        return State(slug, self._text(item, place, "name"), category)

    def _move(self, item: Item, place: str) -> Move:
        self._only(
            item,
            place,
            {"from", "to", "name", "permission", "own_permission", "roles", "only", "required_fields"}
            | {"comment_required", "guards"},
        )
        only = self._texts(item, place, "only")
        for number, one in enumerate(only):
            if one not in PEOPLE:
                self._note(f"{place}.only[{number}]", f"must be one of: {', '.join(PEOPLE)}")
        if not isinstance(item.get("comment_required", False), bool):
            self._note(f"{place}.comment_required", "must be true or false")
        return Move(
            source=self._of_states(item, place, "from"),
            to=self._of_states(item, place, "to"),
            name=self._text(item, place, "name"),
            permission=self._text(item, place, "permission"),
            own_permission=self._text(item, place, "own_permission", required=False),
            roles=self._texts(item, place, "roles"),
            only=only,
            required_fields=self._texts(item, place, "required_fields"),
            comment_required=item.get("comment_required") is True,
            guards=self._guards(item, place),
        )

    def _automatic(self, item: Item, place: str) -> AutomaticMove:
        self._only(item, place, {"on", "from", "to", "guards"})
        trigger = self._text(item, place, "on")
        if trigger and trigger not in TRIGGERS:
            self._note(f"{place}.on", f"must be one of: {', '.join(TRIGGERS)}")
        return AutomaticMove(
            trigger,
            self._sources(item, place),
            self._of_states(item, place, "to"),
            self._guards(item, place),
        )

    def _timed(self, item: Item, place: str) -> TimedMove:
        self._only(item, place, {"after", "from", "to", "guards"})
        after = timedelta()
        try:
            after = parse_duration(self._text(item, place, "after"))
        except ValueError as error:
            self._note(f"{place}.after", str(error))
        return TimedMove(
            self._sources(item, place), self._of_states(item, place, "to"), after, self._guards(item, place)
        )

    def _auto_close(self, item: Item, place: str) -> TimedMove:
        seconds = item.get("after_seconds")
        if not isinstance(seconds, int) or seconds <= 0:
            self._note(f"{place}.after_seconds", "must be a positive whole number")
            seconds = 0
        source = self._of_states(item, place, "from")
        return TimedMove((source,), self._of_states(item, place, "to"), timedelta(seconds=seconds))

    def _guards(self, item: Item, place: str) -> tuple[Guard, ...]:
        if "guards" not in item:
            return ()
        return tuple(self._guard(one, where) for where, one in self._items(item, place, "guards"))

    def _guard(self, item: Item, place: str) -> Guard:
        kind = self._text(item, place, "kind")
        if kind and kind not in KINDS:
            self._note(f"{place}.kind", f"must be one of: {', '.join(KINDS)}")
        asked = {"filter", "message"} if kind == CONDITION else set()
        self._only(item, place, {"kind", *asked})
        return Guard(
            kind,
            self._text(item, place, "filter", limit=8192) if asked else "",
            self._text(item, place, "message", required=False) if asked else "",
        )

    def _sources(self, item: Item, place: str) -> tuple[str, ...]:
        named = self._texts(item, place, "from", required=True)
        for number, one in enumerate(named):
            self._is_state(one, f"{place}.from[{number}]")
        return named

    def _of_states(self, item: Item, place: str, name: str) -> str:
        text = self._text(item, place, name)
        if text:
            self._is_state(text, f"{place}.{name}")
        return text

    def _is_state(self, text: str, place: str) -> None:
        if text not in self.states:
            self._note(place, f"there is no state {text}")

    def _text(
        self, item: Item, place: str, name: str, *, required: bool = True, limit: int = MAX_TEXT
    ) -> str:
        value = item.get(name, "")
        if not isinstance(value, str):
            self._note(f"{place}.{name}", "must be a text")
            return ""
        if required and not value.strip():
            self._note(f"{place}.{name}", "must be given")
        if len(value) > limit:
            self._note(f"{place}.{name}", f"must have at most {limit} characters")
        return value

    def _texts(self, item: Item, place: str, name: str, *, required: bool = False) -> tuple[str, ...]:
        value = item.get(name, [])
        if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
            self._note(f"{place}.{name}", "must be a list of texts")
            return ()
        if required and not value:
            self._note(f"{place}.{name}", "must name at least one")
        return tuple(value)

    def _items(self, item: Item, place: str, name: str) -> list[tuple[str, Item]]:
        value = item.get(name, [])
        if not isinstance(value, list) or not all(isinstance(one, Mapping) for one in value):
            self._note(f"{place}.{name}", "must be a list of objects")
            return []
        if len(value) > MOST_ITEMS:
            self._note(f"{place}.{name}", f"must be at most {MOST_ITEMS}")
            return []
        return [(f"{place}.{name}[{number}]", one) for number, one in enumerate(value)]

    def _only(self, item: Item, place: str, known: set[str]) -> None:
        for name in item.keys() - known:
            self._note(f"{place}.{name}", "is not known here")

    def _note(self, place: str, reason: str) -> None:
        self.faults.append(Fault(place, reason))
