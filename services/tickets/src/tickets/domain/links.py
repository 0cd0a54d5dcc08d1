"""What tickets may have to do with each other: the kinds of links, and the cycles that some must not close."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, TypeVar

Node = TypeVar("Node")


@dataclass(frozen=True, slots=True)
class LinkKind:
    """`name` is said by the source, `inverse` by the target; the same word for both where there is no direction.

    `source_types` and `target_types` are the types of tickets that it takes, empty for any.
    """

    name: str
    inverse: str
    source_types: frozenset[str] = frozenset()
    target_types: frozenset[str] = frozenset()

    @property
    def directed(self) -> bool:
        """Whether the two ends differ; such links never lead back to where they began."""
        return self.name != self.inverse


KINDS: Final = (
    LinkKind("relates", "relates"),
    LinkKind("blocks", "blocked_by"),
    LinkKind("duplicates", "duplicated_by"),
    LinkKind("causes", "caused_by"),
    LinkKind("problem_of", "has_problem", frozenset({"problem"}), frozenset({"incident"})),
    LinkKind("fixed_by", "fixes", frozenset({"problem", "incident"}), frozenset({"change"})),
)

WORDS: Final = tuple(dict.fromkeys(word for kind in KINDS for word in (kind.name, kind.inverse)))
"""How a link may be called, from either end."""


def kind_of(word: str) -> tuple[LinkKind, bool]:
    """The kind that a word of `WORDS` names, and whether it is the target that says so."""
    for kind in KINDS:
        if word in (kind.name, kind.inverse):
            return kind, word != kind.name
    raise KeyError(word)


def type_problem(kind: LinkKind, source_type: str, target_type: str) -> str | None:
    """Why tickets of these types cannot be linked so, None where they can."""
    for allowed, given, word in (
        (kind.source_types, source_type, kind.name),
        (kind.target_types, target_type, kind.inverse),
    ):
        if allowed and given not in allowed:
            return f"only a ticket of type {' or '.join(sorted(allowed))} can have a link {word}"
    return None


def way(edges: Iterable[tuple[Node, Node]], start: Node, goal: Node) -> Sequence[Node]:
    """The shortest way along the edges from `start` to `goal`, both included; empty where there is none."""
    following: dict[Node, list[Node]] = {}
    for source, target in edges:
        following.setdefault(source, []).append(target)
    came_from: dict[Node, Node] = {}
    waiting = deque([start])
    seen = {start}
    while waiting:
        node = waiting.popleft()
        if node == goal:
            path = [node]
            while path[-1] != start:
                path.append(came_from[path[-1]])
            return path[::-1]
        for one in following.get(node, ()):
            if one not in seen:
                seen.add(one)
                came_from[one] = node
                waiting.append(one)
    return ()
