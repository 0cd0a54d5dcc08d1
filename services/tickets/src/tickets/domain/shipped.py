"""What every new tenant starts with. Rows of the tenant from then on; nothing here is read after the seeding."""

from collections.abc import Mapping
from typing import Final

from tickets.domain.workflow import AGENT_REPLIED, ASSIGNED, REQUESTER_REPLIED

PROCESSES: Final = (
    ("it", "IT", "Computers, networks, applications"),
    ("hr", "Human resources", "Employment, leave, payroll"),
    ("facilities", "Facilities", "Buildings, workplaces, access"),
)
"""Slug, name, description. The first one takes what names no process."""

QUEUES: Final = (
    ("service-desk", "Service desk", "it", True),
    ("network", "Network", "it", False),
    ("applications", "Applications", "it", False),
    ("hr-desk", "HR desk", "hr", True),
    ("facilities-desk", "Facilities desk", "facilities", True),
)
"""Slug, name, process, whether it is the default of its process. A team with the same slug works it."""

TYPES: Final = (
    ("incident", "Incident", "INC"),
    ("service_request", "Service request", "REQ"),
    ("problem", "Problem", "PRB"),
    ("change", "Change", "CHG"),
    ("question", "Question", "QST"),
    ("task", "Task", "TSK"),
)
"""Slug, name, prefix of the numbers. The first one is the type of what names none."""

MATRIX: Final[Mapping[tuple[str, str], str]] = {
    ("high", "high"): "critical",
    ("high", "medium"): "high",
    ("medium", "high"): "high",
    ("high", "low"): "medium",
    ("medium", "medium"): "medium",
    ("low", "high"): "medium",
    ("medium", "low"): "medium",
    ("low", "medium"): "medium",
    ("low", "low"): "low",
}
"""(impact, urgency) to priority."""

FIELDS: Final = (
    ("location", "Location", "text", ()),
    ("contact_phone", "Contact phone", "text", ()),
    ("needed_by", "Needed by", "date", ()),
    ("affected_users", "Affected users", "number", ()),
    ("works_remotely", "Works remotely", "checkbox", ()),
    ("device_kind", "Kind of device", "choice", ("laptop", "desktop", "phone", "printer", "server", "other")),
    ("on_behalf_of", "On behalf of", "person", ()),
    ("known_error", "Known error", "checkbox", ()),
    ("workaround", "Workaround", "text", ()),
)
"""Slug, name, kind, choices."""

_AUTO_CLOSE_SECONDS = 5 * 24 * 3600

_STATES = (
    ("new", "New", "new"),
    ("open", "Open", "active"),
    ("pending_requester", "Waiting for the requester", "waiting"),
    ("pending_supplier", "Waiting for a supplier", "waiting"),
    ("resolved", "Resolved", "resolved"),
    ("closed", "Closed", "closed"),
    ("cancelled", "Cancelled", "cancelled"),
)

_MATRIX_OF_MOVES: Mapping[str, tuple[tuple[str, str], ...]] = {
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

_OWN_MOVES = {("resolved", "open"), ("resolved", "closed")}


def workflow_definition() -> dict[str, object]:
    """The life cycle that every type of every process starts with, as it is stored."""
    return {
        "initial": "new",
        "states": [{"slug": slug, "name": name, "category": category} for slug, name, category in _STATES],
        "moves": [
            {"from": source, "to": to, "name": name, "permission": "tickets.transition"}
            | ({"own_permission": "tickets.close_own"} if (source, to) in _OWN_MOVES else {})
            for source, moves in _MATRIX_OF_MOVES.items()
            for to, name in moves
        ],
        "automatic": [
            {"on": AGENT_REPLIED, "from": ["new"], "to": "open"},
            {"on": ASSIGNED, "from": ["new"], "to": "open"},
            {"on": REQUESTER_REPLIED, "from": ["pending_requester", "resolved"], "to": "open"},
        ],
        "auto_close": {"from": "resolved", "to": "closed", "after_seconds": _AUTO_CLOSE_SECONDS},
    }
