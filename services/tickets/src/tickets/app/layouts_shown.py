"""The layout that somebody is shown, after conditions and rights."""

from collections.abc import Sequence
from dataclasses import dataclass

from chassis.context import current_caller
from chassis.db import Tx
from chassis.errors import Forbidden
from chassis.filters.evaluate import Values
from tickets.app.access import READ, may_on, readable_ticket
from tickets.app.checking import Problems
from tickets.app.conditions import ROLE, all_named, holds
from tickets.app.configuration import Configuration
from tickets.app.facts import ticket_values
from tickets.app.layouts import find_layout, sections_of
from tickets.app.recording import view_ticket
from tickets.db.configuration import Process
from tickets.db.layouts import Layout
from tickets.db.tickets import Ticket
from tickets.domain.layouts import (
    AGENT,
    AUDIENCES,
    CHANGEABLE,
    CREATE,
    CUSTOM,
    PURPOSES,
    REQUESTER,
    VIEW,
    For,
    Looker,
    ShownSection,
    default_sections,
    resolved,
)

UPDATE = "tickets.update"
ASSIGN = "tickets.assign"
OVERRIDE_PRIORITY = "tickets.override_priority"

_KNOWN_BEFORE = frozenset({ROLE, "process", "type"})
"""What is known of a ticket before its form is filled in."""


@dataclass(frozen=True, slots=True)
class ShownLayout:
    """What somebody is shown; `layout` is None where nothing is set."""

    of: For
    layout: Layout | None
    sections: Sequence[ShownSection]


async def resolve_layout(tx: Tx, *, configuration: Configuration, wanted: For) -> ShownLayout:
    """What the caller is shown of tickets of a process and type (empty: the defaults), the form of a new one unless told otherwise.

    Raises InvalidInput for what is not there, Forbidden for the layout of agents where the caller is none.
    """
    problems = Problems()
    process = (
        configuration.find_process(wanted.process) if wanted.process else configuration.default_process()
    )
    kind = wanted.kind or configuration.default_type().slug
    if process is None:
        problems.add("process", "there is no such process")
    if kind not in configuration.types:
        problems.add("type", "there is no such ticket type")
    problems.choice("audience", wanted.audience, AUDIENCES)
    problems.choice("purpose", wanted.purpose, PURPOSES)
    problems.raise_any()
    assert process is not None  # noted otherwise
    own = AGENT if current_caller().may(READ, process.slug) else REQUESTER
    audience = wanted.audience or own
    if (audience, own) == (AGENT, REQUESTER):
        raise Forbidden(f"This needs the permission {READ} for the process.")
    of = For(process.slug, kind, audience, wanted.purpose or CREATE)
    values: Values = {"process": [str(process.id), process.slug], "type": kind}

    def decide(condition: str) -> bool | None:
        if not all_named(condition) <= _KNOWN_BEFORE:
            return None
        return holds(configuration, condition, values)

    def may_change(name: str) -> bool:
        if of.purpose == CREATE:
            return name != "priority" or current_caller().may(OVERRIDE_PRIORITY, process.slug)
        return audience == AGENT and (name in CHANGEABLE or name.startswith(CUSTOM))

    return await _shown(tx, configuration, process, of, Looker(decide, may_change))


async def ticket_layout(tx: Tx, *, configuration: Configuration, ticket: str) -> ShownLayout:
    """What the caller is shown of a ticket (id or number). Raises NotFound where the caller may not see it."""
    found = await readable_ticket(tx, configuration, ticket)
    process = configuration.processes[found.process_id]
    audience = AGENT if may_on(found, configuration, READ) else REQUESTER
    values = ticket_values(await view_ticket(tx, configuration, found))
    looker = Looker(
        lambda condition: holds(configuration, condition, values),
        lambda name: _may_change(configuration, found, name),
        found.fields,
    )
    return await _shown(tx, configuration, process, For(process.slug, found.type, audience, VIEW), looker)


async def _shown(
    tx: Tx, configuration: Configuration, process: Process, of: For, looker: Looker
) -> ShownLayout:
    layout = await find_layout(tx, process.id, of.kind, of.audience, of.purpose)
    if layout is None:
        layout = await find_layout(tx, process.id, "", of.audience, of.purpose)
    if layout is None:
        sections = default_sections(of, configuration.fields.values())
    else:
        sections = sections_of(layout.sections)
    return ShownLayout(of, layout, resolved(sections, of, configuration.fields, looker))


def _may_change(configuration: Configuration, ticket: Ticket, name: str) -> bool:
    match name:
        case "team" | "assignee":
            needed = ASSIGN
        case "priority":
            needed = OVERRIDE_PRIORITY
        case _ if name in CHANGEABLE or name.startswith(CUSTOM):
            needed = UPDATE
        case _:
            return False
    return ticket.merged_into_id is None and may_on(ticket, configuration, needed)
