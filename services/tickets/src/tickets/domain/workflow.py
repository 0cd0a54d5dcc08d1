"""The life cycle of a ticket: states, the matrix of moves, what moves by itself. All of it is data."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

CATEGORIES = ("new", "active", "waiting", "resolved", "closed", "cancelled")
"""What a state means, whatever a tenant names it."""

OPEN_CATEGORIES = ("new", "active", "waiting")
"""The desk still owes work."""

FINAL_CATEGORIES = ("closed", "cancelled")
"""Nothing is expected any more; an answer opens a new ticket."""

AGENT_REPLIED = "agent_replied"
ASSIGNED = "assigned"
REQUESTER_REPLIED = "requester_replied"
TRIGGERS = (AGENT_REPLIED, ASSIGNED, REQUESTER_REPLIED)
"""What may move a ticket by itself."""


class MalformedWorkflow(ValueError):
    """A definition that names what it does not define."""


@dataclass(frozen=True, slots=True)
class State:
    slug: str
    name: str
    category: str


@dataclass(frozen=True, slots=True)
class Move:
    """One cell of the matrix. `own_permission` is what a requester needs on an own ticket; empty: not for requesters."""

    source: str
    to: str
    name: str
    permission: str
    own_permission: str = ""
    required_fields: tuple[str, ...] = ()
    comment_required: bool = False


@dataclass(frozen=True, slots=True)
class AutomaticMove:
    """Happens by itself when `trigger` is set off in one of the states `sources`."""

    trigger: str
    sources: frozenset[str]
    to: str


@dataclass(frozen=True, slots=True)
class AutoClose:
    """Tickets that stay in `source` for `after` move to `to`."""

    source: str
    to: str
    after: timedelta


@dataclass(frozen=True, slots=True)
class Workflow:
    initial: str
    states: Mapping[str, State]
    moves: tuple[Move, ...]
    automatic: tuple[AutomaticMove, ...]
    auto_close: AutoClose | None

    def category(self, state: str) -> str:
        """What the state means. Raises KeyError for a state that the workflow does not have."""
        return self.states[state].category


@dataclass(frozen=True, slots=True)
class Passage:
    """A ticket reached `state` at `at`."""

    state: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a ticket stands after all its passages."""

    state: str
    category: str
    resolved_at: datetime | None
    closed_at: datetime | None


def parse_workflow(definition: Mapping[str, object]) -> Workflow:
    """The workflow that a stored definition (see `shipped.py` for one) describes. Raises MalformedWorkflow."""
    states = {
        state.slug: state
        for state in (
            State(_text(item, "slug"), _text(item, "name"), _text(item, "category"))
            for item in _list(definition, "states")
        )
    }
    close = definition.get("auto_close")
    workflow = Workflow(
        initial=_text(definition, "initial"),
        states=states,
        moves=tuple(_move(item) for item in _list(definition, "moves")),
        automatic=tuple(
            AutomaticMove(_text(item, "on"), frozenset(_texts(item, "from")), _text(item, "to"))
            for item in _list(definition, "automatic")
        ),
        auto_close=_auto_close(close) if isinstance(close, Mapping) else None,
    )
    _check(workflow)
    return workflow


def moves_for(workflow: Workflow, state: str, *, may: Callable[[str], bool], own: bool) -> list[Move]:
    """The moves out of `state` for somebody: by permission or, on an own ticket, by the requester's permission."""
    return [move for move in workflow.moves if move.source == state and _may_move(move, may=may, own=own)]


def find_move(moves: Iterable[Move], to: str) -> Move | None:
    """The move to a state among those given."""
    return next((move for move in moves if move.to == to), None)


def automatic_move(workflow: Workflow, state: str, trigger: str) -> str | None:
    """The state that a trigger leads to by itself, None when it leads nowhere."""
    for move in workflow.automatic:
        if move.trigger == trigger and state in move.sources:
            return move.to
    return None


def step(workflow: Workflow, standing: Standing, passage: Passage) -> Standing:
    """Where the ticket stands after one more passage.

    Leaving the resolved states for work forgets `resolved_at`; closing keeps it, and sets it where the ticket was
    never resolved; cancelling is an end without a resolution.
    """
    category = workflow.category(passage.state)
    resolved_at, closed_at = standing.resolved_at, None
    if category == "resolved":
        resolved_at = standing.resolved_at if standing.category == "resolved" else passage.at
    elif category == "closed":
        resolved_at, closed_at = standing.resolved_at or passage.at, passage.at
    elif category == "cancelled":
        closed_at = passage.at
    else:
        resolved_at = None
    return Standing(passage.state, category, resolved_at, closed_at)


def replay(workflow: Workflow, passages: Sequence[Passage]) -> Standing:
    """Where a ticket stands after passages in the order of their times, however they were told."""
    standing = Standing(workflow.initial, workflow.category(workflow.initial), None, None)
    for passage in sorted(passages, key=lambda item: item.at):
        standing = step(workflow, standing, passage)
    return standing


def state_at(workflow: Workflow, passages: Sequence[Passage], at: datetime) -> str:
    """The state of a ticket at a moment, changes of that very moment included."""
    return replay(workflow, [passage for passage in passages if passage.at <= at]).state


def _may_move(move: Move, *, may: Callable[[str], bool], own: bool) -> bool:
    return may(move.permission) or (own and bool(move.own_permission) and may(move.own_permission))


def _move(item: Mapping[str, object]) -> Move:
    return Move(
        source=_text(item, "from"),
        to=_text(item, "to"),
        name=_text(item, "name"),
        permission=_text(item, "permission"),
        own_permission=str(item.get("own_permission", "")),
        required_fields=tuple(_texts(item, "required_fields")) if "required_fields" in item else (),
        comment_required=item.get("comment_required") is True,
    )


def _auto_close(item: Mapping[str, object]) -> AutoClose:
    seconds = item.get("after_seconds")
    if not isinstance(seconds, int) or seconds <= 0:
        raise MalformedWorkflow("auto_close.after_seconds must be a positive whole number")
    return AutoClose(_text(item, "from"), _text(item, "to"), timedelta(seconds=seconds))


def _check(workflow: Workflow) -> None:
    named = {workflow.initial}
    for move in workflow.moves:
        named |= {move.source, move.to}
    for automatic in workflow.automatic:
        named |= {automatic.to, *automatic.sources}
        if automatic.trigger not in TRIGGERS:
            raise MalformedWorkflow(f"unknown trigger {automatic.trigger!r}")
    if workflow.auto_close is not None:
        named |= {workflow.auto_close.source, workflow.auto_close.to}
    if missing := sorted(named - set(workflow.states)):
        raise MalformedWorkflow(f"undefined states: {', '.join(missing)}")
    if wrong := sorted({state.category for state in workflow.states.values()} - set(CATEGORIES)):
        raise MalformedWorkflow(f"unknown categories: {', '.join(wrong)}")


def _text(item: Mapping[str, object], name: str) -> str:
    value = item.get(name)
    if not isinstance(value, str) or not value:
        raise MalformedWorkflow(f"{name!r} must be a text")
    return value


def _texts(item: Mapping[str, object], name: str) -> list[str]:
    value = item.get(name)
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        raise MalformedWorkflow(f"{name!r} must be a list of texts")
    return value


def _list(item: Mapping[str, object], name: str) -> list[Mapping[str, object]]:
    value = item.get(name)
    if not isinstance(value, list) or not all(isinstance(one, Mapping) for one in value):
        raise MalformedWorkflow(f"{name!r} must be a list of objects")
    return value
