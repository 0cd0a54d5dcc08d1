"""Who acts and when, as the history keeps it."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import replace
from datetime import UTC, datetime

from chassis.context import Caller, current_caller
from chassis.errors import FieldError, Forbidden, InvalidInput
from tickets.domain.occasion import Occasion, occurred_problem
from tickets.domain.references import Actor

IMPORT = "tickets.import"
SYSTEM_NAME = "Deskmesh"

_acting_rule: ContextVar[str] = ContextVar("acting_rule", default="")


def actor_of(caller: Caller) -> Actor:
    """The person, service account or service that the caller is."""
    if caller.kind == "system":
        return Actor("system", caller.subject, SYSTEM_NAME)
    return Actor(caller.kind, caller.subject, caller.name, caller.email)


def occasion_of(*, rule: str = "") -> Occasion:
    """What the caller does now."""
    caller = current_caller()
    now = datetime.now(UTC)
    return Occasion(actor_of(caller), caller.cause, now, now, rule or _acting_rule.get())


@contextmanager
def acting_by(rule: str) -> Iterator[None]:
    """What the block does is told in the history as the doing of a rule or macro: "rule:<id>:<name>"."""
    token = _acting_rule.set(rule)
    try:
        yield
    finally:
        _acting_rule.reset(token)


def occasion_at(occurred_at: datetime | None, *, created_at: datetime | None = None) -> Occasion:
    """What the caller does now or, in an import, tells of an earlier moment.

    Raises Forbidden without the permission to import, InvalidInput for a moment in the future or before the ticket.
    """
    occasion = occasion_of()
    if occurred_at is None:
        return occasion
    if not current_caller().may_somewhere(IMPORT):
        raise Forbidden(f"Telling when something happened needs the permission {IMPORT}.")
    problem = occurred_problem(occurred_at, now=occasion.recorded_at, created_at=created_at)
    if problem is not None:
        raise InvalidInput([FieldError("occurred_at", problem)])
    return replace(occasion, occurred_at=occurred_at, imported=True)
