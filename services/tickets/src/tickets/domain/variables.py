"""The variables of canned texts: what they are called, and why a text that uses them is refused."""

from collections.abc import Sequence

from chassis.templates import BrokenTemplate, names_in

CUSTOM = "fields."

VARIABLES = (
    "ticket.number",
    "ticket.title",
    "ticket.type",
    "ticket.state",
    "ticket.priority",
    "ticket.category",
    "ticket.queue",
    "ticket.team",
    "requester.name",
    "requester.first_name",
    "requester.email",
    "organization.name",
    "assignee.name",
    "agent.name",
)
"""`agent` is who applies a macro, the desk itself for a rule; the tenant's own fields are `fields.<slug>`."""


def template_problem(text: str, slugs: Sequence[str]) -> str | None:
    """Why a canned text is refused, None when it is fine. `slugs` are the tenant's own fields."""
    try:
        names = names_in(text)
    except BrokenTemplate as error:
        return str(error)
    for one in names:
        custom = one.name.startswith(CUSTOM) and one.name.removeprefix(CUSTOM) in slugs
        if one.name not in VARIABLES and not custom:
            known = ", ".join(VARIABLES)
            return f"there is no variable {one.name} (character {one.position}); there are {known}, fields.<slug>"
    return None
