"""Problems whose workaround is known."""

from chassis.db import Tx
from chassis.errors import WrongState
from tickets.app.access import readable_ticket, require_on
from tickets.app.configuration import Configuration
from tickets.db.tickets import Ticket
from tickets.domain.problems import known_error_problem


async def get_known_error(tx: Tx, *, configuration: Configuration, ticket: str) -> Ticket:
    """The problem that is a known error, for who reads its process. Raises NotFound, Forbidden, WrongState for any other."""
    found = await readable_ticket(tx, configuration, ticket)
    require_on(found, configuration, "tickets.read")
    problem = known_error_problem(found.type, found.fields)
    if problem is not None:
        raise WrongState("NOT_A_KNOWN_ERROR", f"{found.number} {problem}.")
    return found
