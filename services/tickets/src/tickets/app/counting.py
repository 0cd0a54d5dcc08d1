"""How many tickets questions have, as far as a caller sees them."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Select, func, literal, select, union_all

from chassis.db import Tx
from chassis.errors import BadRequest, FieldError, InvalidInput
from tickets.app.configuration import Configuration
from tickets.app.listing import condition_of, matching
from tickets.db.tickets import Ticket

MAX_FILTERS = 50
COUNTED_UP_TO = 1_000
"""Tickets of one question unless more are asked for; a larger number helps nobody to choose, and costs more the larger it is."""

MOST_COUNTED = 10_000
"""Tickets of one question that may be asked for."""


@dataclass(frozen=True, slots=True)
class Count:
    """How many tickets there are, `more` where there are more than were counted."""

    count: int
    more: bool


async def count_tickets(
    tx: Tx, *, configuration: Configuration, filters: Sequence[str], up_to: int
) -> list[Count]:
    """How many tickets the caller sees under each filter, each up to `up_to`, COUNTED_UP_TO where that is 0.

    Raises InvalidInput for no or too many filters and a bound out of range, BadRequest for a filter that is malformed.
    """
    if not 1 <= len(filters) <= MAX_FILTERS:
        raise InvalidInput([FieldError("filters", f"must be 1 to {MAX_FILTERS}")])
    if not 0 <= up_to <= MOST_COUNTED:
        raise InvalidInput([FieldError("up_to", f"must be 1 to {MOST_COUNTED}")])
    questions = []
    for place, text in enumerate(filters):
        try:
            condition = await condition_of(tx, configuration, text)
        except BadRequest as error:
            raise BadRequest(f"Filter {place + 1}: {error.detail}", reason=error.reason) from error
        questions.append(matching(tx, configuration, condition, ""))
    return await count_questions(tx, questions, up_to=up_to or COUNTED_UP_TO)


async def count_questions(
    tx: Tx, questions: Sequence[Select[Ticket]], *, up_to: int = COUNTED_UP_TO
) -> list[Count]:
    """Count the tickets of each question by one statement."""
    if not questions:
        return []
    counts = [
        select(
            literal(place).label("place"),
            select(func.count())
            .select_from(question.with_only_columns(Ticket.id).limit(up_to + 1).subquery())
            .scalar_subquery()
            .label("count"),
        )
        for place, question in enumerate(questions)
    ]
    found: dict[int, int] = {row[0]: row[1] for row in await tx.execute(union_all(*counts))}
    return [Count(min(found[place], up_to), more=found[place] > up_to) for place in range(len(questions))]
