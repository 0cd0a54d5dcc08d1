"""The rules of custom fields, put to a ticket that is made, changed or moved."""

from collections.abc import Collection, Mapping

from chassis.db import Tx
from chassis.errors import FieldError, InvalidInput
from chassis.filters.evaluate import Values
from tickets.app.conditions import holds
from tickets.app.configuration import Configuration
from tickets.app.facts import custom_facts, ticket_values
from tickets.app.recording import view_ticket
from tickets.db.tickets import Ticket
from tickets.db.views import TicketView
from tickets.domain.field_rules import Standing, field_problems, have_conditions

Stand = tuple[str, str, dict[str, object], Values]
"""Process, type and custom values of a ticket, and its values as filters see them."""


async def stand_of(tx: Tx, configuration: Configuration, ticket: Ticket) -> Stand:
    """How a ticket stands now, for `check_fields` after it has changed; its values are there where a condition may ask for them."""
    process = configuration.processes[ticket.process_id].slug
    if not have_conditions(configuration.fields.values()):
        return process, ticket.type, dict(ticket.fields), {}
    values = ticket_values(await view_ticket(tx, configuration, ticket))
    return process, ticket.type, dict(ticket.fields), values


def check_fields(
    configuration: Configuration,
    *,
    before: Stand | None,
    after: Stand,
    given: Collection[str],
    demanding: bool,
) -> None:
    """Raises InvalidInput, field by field, where the custom values break a rule; see `domain.field_rules`."""
    problems = field_problems(
        configuration.fields,
        before=None if before is None else _standing(configuration, before),
        after=_standing(configuration, after),
        given=given,
        demanding=demanding,
    )
    if problems:
        raise InvalidInput([FieldError(path, reason) for path, reason in problems])


def new_stand(configuration: Configuration, view: TicketView) -> Stand:
    """How a ticket stands that is about to be stored."""
    values = ticket_values(view) if have_conditions(configuration.fields.values()) else {}
    return view.process.slug, view.ticket.type, dict(view.ticket.fields), values


def moved_stand(before: Stand, fields: Mapping[str, object], state: str, category: str) -> Stand:
    """How a ticket will stand in another state, with these custom values."""
    process, kind, _, values = before
    kept = {name: value for name, value in values.items() if not name.startswith("fields.")}
    after = {**kept, "state": state, "state_category": category, **custom_facts(fields)}
    return process, kind, dict(fields), after  # type: ignore[return-value]  # custom values are of the types of filters


def _standing(configuration: Configuration, stand: Stand) -> Standing:
    process, kind, fields, values = stand
    return Standing(process, kind, fields, lambda text: holds(configuration, text, values))
