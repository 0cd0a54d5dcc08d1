"""Opening a ticket by REST and gRPC: what must be known first, then the one statement."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from chassis import idempotency, outbox
from chassis.context import current_caller
from chassis.db import Database, Tx
from chassis.errors import InProgress
from tickets.app.actors import occasion_at
from tickets.app.configuration import Configuration
from tickets.app.creating import Composed, NewTicket, check_new, compose_ticket, place_ticket, require_create
from tickets.app.directory import EnsureRequester, names_caller, require_person
from tickets.app.field_checking import check_fields, new_stand
from tickets.app.numbers import Numbers
from tickets.app.parents import parent_named
from tickets.app.people import CallersAsRequesters, make_known, requester_of, require_naming, with_its_people
from tickets.app.wording import Vocabulary
from tickets.db.create_ticket import fetch_in, store_ticket
from tickets.db.views import TicketView


@dataclass(frozen=True, slots=True)
class Opening:
    """A new ticket with references that are still to be found. An empty requester is the caller, an empty organisation their first."""

    new: NewTicket
    requester: str = ""
    parent: str = ""
    organization: str = ""
    occurred_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Desk:
    """What this process keeps for making tickets."""

    numbers: Numbers
    vocabulary: Vocabulary
    callers: CallersAsRequesters
    ensure_requester: EnsureRequester


async def open_ticket(
    database: Database,
    *,
    desk: Desk,
    configuration: Configuration,
    opening: Opening,
    answer: Callable[[TicketView], bytes],
) -> bytes:
    """Makes a ticket for the caller or, where the caller may, for somebody else, and composes the answer of it.

    Gives the answer, or the one that was stored under the caller's idempotency key before. Raises InvalidInput for what is
    wrong with the fields, Forbidden, InProgress, Unavailable where an unknown requester cannot be asked for.

    :param answer: makes the answer of the new ticket and gives it serialised.
    """
    require_naming(opening.requester)
    placing = place_ticket(configuration, opening.new)
    require_create(placing)
    occasion = occasion_at(opening.occurred_at)
    new = check_new(configuration, opening.new, placing)
    if not names_caller(opening.requester):
        await make_known(database, desk.ensure_requester, opening.requester, "requester")
    new = await with_references(database, desk, configuration, opening, new)
    composed = compose_ticket(
        configuration=configuration,
        vocabulary=desk.vocabulary,
        new=new,
        placing=placing,
        sequence=await desk.numbers.take(current_caller().tenant_id, placing.kind.prefix),
        occasion=occasion,
    )
    check_fields(
        configuration,
        before=None,
        after=new_stand(configuration, composed.view),
        given=new.fields,
        demanding=not occasion.imported,
    )
    use = idempotency.current_use()
    response = answer(composed.view)
    outcome = await store_ticket(database.fetch_one, composed.statement, use, response)
    if outcome.kind == "in_progress":
        raise InProgress
    if outcome.kind == "replayed":
        assert use is not None  # without a key nothing is replayed
        return idempotency.replayed(use, outcome.request_hash, outcome.response)
    outbox.wake(database)
    desk.vocabulary.learned(current_caller().tenant_id, composed.statement.new_words)
    return response


async def with_references(
    database: Database, desk: Desk, configuration: Configuration, opening: Opening, new: NewTicket
) -> NewTicket:
    """The new ticket with what it refers to; without a statement where it refers to nothing but the caller."""
    own = names_caller(opening.requester)
    if own:
        new = replace(new, requester=await desk.callers.caller(database))
    has_people = any(configuration.fields[slug].kind == "person" for slug in new.fields)
    if own and not opening.parent and not opening.organization and not has_people:
        return new
    async with database.transaction(current_caller().tenant_id) as tx:
        if not own or opening.organization:
            person = await require_person(tx, opening.requester or current_caller().subject, "requester")
            new = replace(new, requester=await requester_of(tx, person, opening.organization))
        new = await with_its_people(tx, configuration.fields, new)
        if opening.parent:
            new = replace(new, parent_id=await parent_named(tx, configuration, opening.parent))
    return new


async def store_within(tx: Tx, desk: Desk, composed: Composed) -> None:
    """Stores a composed ticket as part of a transaction."""
    await store_ticket(fetch_in(tx), composed.statement)

    def stored() -> None:
        outbox.wake(tx.database)
        desk.vocabulary.learned(tx.tenant_id, composed.statement.new_words)

    tx.after_commit(stored)
