"""Conditions over tickets in the filter language, as administrators write them."""

from chassis import filters
from chassis.errors import BadRequest
from tickets.app.configuration import Configuration
from tickets.app.listing import field_table


def filter_problem(configuration: Configuration, text: str) -> str | None:
    """What is wrong with a condition over tickets, and at which character; None for nothing."""
    try:
        filters.check(filters.parse(text), field_table(configuration))
    except BadRequest as error:
        return error.detail
    return None
