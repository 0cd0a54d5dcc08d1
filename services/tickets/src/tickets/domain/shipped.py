"""What every new tenant starts with. Rows of the tenant from then on; after the seeding only its later fields are read."""

from collections.abc import Mapping
from typing import Final

from tickets.domain.fields import ON_BEHALF_OF

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
    (ON_BEHALF_OF, "On behalf of", "person", ()),
    ("known_error", "Known error", "checkbox", ()),
    ("root_cause", "Root cause", "text", ()),
    ("workaround", "Workaround", "text", ()),
)
"""Slug, name, kind, choices."""

BEFORE_NOTED: Final = frozenset(
    {
        "location",
        "contact_phone",
        "needed_by",
        "affected_users",
        "works_remotely",
        "device_kind",
        "on_behalf_of",
    }
)
"""The fields that every tenant was given by a release that did not note which it gave."""
