"""The life cycles that every new tenant starts with, by process and type."""

import json
from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import Final

from tickets.domain import guards
from tickets.domain.workflow import (
    AGENT_REPLIED,
    APPROVED,
    ASSIGNED,
    REJECTED,
    REMINDED,
    REQUESTER_REPLIED,
)

_CLOSE_AFTER = "P5D"

State = tuple[str, str, str]
"""Slug, name, category."""
Moves = Mapping[str, tuple[tuple[str, str], ...]]
"""Targets with the names of the moves, by source."""

_STATES: Final[tuple[State, ...]] = (
    ("new", "New", "new"),
    ("open", "Open", "active"),
    ("pending_requester", "Waiting for the requester", "waiting"),
    ("pending_supplier", "Waiting for a supplier", "waiting"),
    ("resolved", "Resolved", "resolved"),
    ("closed", "Closed", "closed"),
    ("cancelled", "Cancelled", "cancelled"),
)

_MOVES: Final[Moves] = {
    "new": (
        ("open", "Start work"),
        ("pending_requester", "Wait for the requester"),
        ("pending_supplier", "Wait for a supplier"),
        ("resolved", "Resolve"),
        ("cancelled", "Cancel"),
    ),
    "open": (
        ("pending_requester", "Wait for the requester"),
        ("pending_supplier", "Wait for a supplier"),
        ("resolved", "Resolve"),
        ("cancelled", "Cancel"),
    ),
    "pending_requester": (
        ("open", "Continue work"),
        ("pending_supplier", "Wait for a supplier"),
        ("resolved", "Resolve"),
        ("cancelled", "Cancel"),
    ),
    "pending_supplier": (
        ("open", "Continue work"),
        ("pending_requester", "Wait for the requester"),
        ("resolved", "Resolve"),
        ("cancelled", "Cancel"),
    ),
    "resolved": (("open", "Reopen"), ("closed", "Close")),
}

# A problem waits for its cause, then for the change that takes it away.
_PROBLEM_STATES: Final[tuple[State, ...]] = (
    ("new", "New", "new"),
    ("investigating", "Under investigation", "active"),
    ("known_error", "Known error", "active"),
    ("change_pending", "Waiting for a change", "waiting"),
    ("pending_supplier", "Waiting for a supplier", "waiting"),
    ("resolved", "Resolved", "resolved"),
    ("closed", "Closed", "closed"),
    ("cancelled", "Cancelled", "cancelled"),
)

_PROBLEM_MOVES: Final[Moves] = {
    "new": (("investigating", "Investigate"), ("cancelled", "Cancel")),
    "investigating": (
        ("known_error", "Note the cause"),
        ("pending_supplier", "Wait for a supplier"),
        ("resolved", "Resolve"),
        ("cancelled", "Cancel"),
    ),
    "known_error": (
        ("investigating", "Investigate again"),
        ("change_pending", "Wait for a change"),
        ("pending_supplier", "Wait for a supplier"),
        ("resolved", "Resolve"),
        ("cancelled", "Cancel"),
    ),
    "change_pending": (("known_error", "Continue work"), ("resolved", "Resolve")),
    "pending_supplier": (
        ("investigating", "Continue the investigation"),
        ("known_error", "Note the cause"),
        ("cancelled", "Cancel"),
    ),
    "resolved": (("investigating", "Reopen"), ("closed", "Close")),
}

# A change is assessed, approved, scheduled, made and reviewed.
_CHANGE_STATES: Final[tuple[State, ...]] = (
    ("new", "Requested", "new"),
    ("assessment", "Assessment", "active"),
    ("approval", "Waiting for approval", "waiting"),
    ("scheduled", "Scheduled", "waiting"),
    ("implementation", "Implementation", "active"),
    ("review", "Review", "resolved"),
    ("closed", "Closed", "closed"),
    ("cancelled", "Cancelled", "cancelled"),
)

_CHANGE_MOVES: Final[Moves] = {
    "new": (("assessment", "Assess"), ("cancelled", "Cancel")),
    "assessment": (("approval", "Ask for approval"), ("cancelled", "Cancel")),
    "approval": (("scheduled", "Schedule"), ("assessment", "Assess again"), ("cancelled", "Cancel")),
    "scheduled": (("implementation", "Implement"), ("assessment", "Assess again"), ("cancelled", "Cancel")),
    "implementation": (("review", "Review"), ("scheduled", "Postpone"), ("cancelled", "Back out")),
    "review": (("implementation", "Continue"), ("closed", "Close")),
}

_DOCUMENTS: Final[State] = ("pending_documents", "Waiting for documents", "waiting")
_VISIT: Final[State] = ("visit_scheduled", "Visit scheduled", "waiting")

_WAITS: Final[Mapping[tuple[str, str], tuple[State, str]]] = {
    ("hr", "service_request"): (_DOCUMENTS, "Wait for documents"),
    ("hr", "question"): (_DOCUMENTS, "Wait for documents"),
    ("facilities", "incident"): (_VISIT, "Schedule a visit"),
    ("facilities", "service_request"): (_VISIT, "Schedule a visit"),
    ("facilities", "task"): (_VISIT, "Schedule a visit"),
}
"""What else tickets of a process and type wait for, with the name of the move."""

_OWN = (("resolved", "open"), ("resolved", "closed"))
"""What requesters may do with their own tickets."""

_WHEN_APPROVED = ("approval", "scheduled")

_EARLIER: Final = frozenset(
    {
        "09c5d9ceec3907595e10548173e201ff37ae21ee277dab85d908d2f8c25a9012",
        "371eb5c32eeab91d59d6697bbdaac39c9093508ad3b374896cd1f70a00920d91",
        "53653c1868895485fea3c8eb58d8b0dacda43a694dbd84b0375e2bf3572432fc",
        "87ed04d0cf9153952fb1da583d9c02169d27ef9cd9c177c453750ded0e44db4f",
        "97aa3e2c3bfc3a2b64d482ef3ed9c85688276ac1f1d623d1b5bf004135a1e5c9",
        "9fb5fa85f9bd88384844e18e1ae788a1f343bd42baf8f430c9efd580f4798057",
    }
)
"""`digest_of` the definitions that were shipped before those of now. Whoever changes what is shipped adds those of before."""


def digest_of(definition: Mapping[str, object]) -> str:
    """What tells a stored definition from all others."""
    return sha256(json.dumps(definition, sort_keys=True).encode()).hexdigest()


def is_earlier(definition: Mapping[str, object]) -> bool:
    """Whether a stored definition is one that was shipped before those of now, and nobody has changed since."""
    return digest_of(definition) in _EARLIER


def workflow_definition(process: str = "it", kind: str = "incident") -> dict[str, object]:
    """The life cycle that a type of a process starts with, as it is stored."""
    if kind == "problem":
        work = _by_work("investigating", reopened=(), reminded=["pending_supplier"])
        return _definition(_PROBLEM_STATES, _PROBLEM_MOVES, [*work, _closing("resolved")])
    if kind == "change":
        decided: list[dict[str, object]] = [
            {"on": APPROVED, "from": ["approval"], "to": "scheduled"},
            {"on": REJECTED, "from": ["approval"], "to": "assessment"},
        ]
        return _definition(_CHANGE_STATES, _CHANGE_MOVES, [*_by_work("assessment", reopened=()), *decided])
    states, moves = _STATES, _MOVES
    waits = ["pending_requester"]
    if (process, kind) in _WAITS:
        state, name = _WAITS[process, kind]
        states, moves = _with_wait(state, name)
        waits.append(state[0])
    work = _by_work("open", reopened=[*waits, "resolved"], reminded=[*waits, "pending_supplier"])
    return _definition(states, moves, [*work, _closing("resolved")])


def _with_wait(state: State, name: str) -> tuple[tuple[State, ...], Moves]:
    """The usual life cycle with one more state that waits, beside that for the requester."""
    slug = state[0]
    moves = {source: (*targets, (slug, name)) for source, targets in _MOVES.items() if source != "resolved"}
    return (*_STATES[:4], state, *_STATES[4:]), {
        **moves,
        slug: _MOVES["pending_requester"],
        "resolved": _MOVES["resolved"],
    }


def _definition(
    states: Sequence[State], moves: Moves, automatic: Sequence[dict[str, object]]
) -> dict[str, object]:
    return {
        "initial": states[0][0],
        "states": [{"slug": slug, "name": name, "category": category} for slug, name, category in states],
        "moves": [
            {"from": source, "to": to, "name": name, "permission": "tickets.transition"}
            | ({"own_permission": "tickets.close_own"} if (source, to) in _OWN else {})
            | ({"guards": [{"kind": guards.APPROVED}]} if (source, to) == _WHEN_APPROVED else {})
            for source, targets in moves.items()
            for to, name in targets
        ],
        "automatic": list(automatic),
    }


def _by_work(to: str, *, reopened: Sequence[str], reminded: Sequence[str] = ()) -> list[dict[str, object]]:
    """Work begins with an answer or an assignee, and goes on when the requester answers or a reminder is due."""
    moves: list[dict[str, object]] = [
        {"on": AGENT_REPLIED, "from": ["new"], "to": to},
        {"on": ASSIGNED, "from": ["new"], "to": to},
    ]
    if reopened:
        moves.append({"on": REQUESTER_REPLIED, "from": list(reopened), "to": to})
    if reminded:
        moves.append({"on": REMINDED, "from": list(reminded), "to": to})
    return moves


def _closing(source: str) -> dict[str, object]:
    return {"after": _CLOSE_AFTER, "from": [source], "to": "closed"}
