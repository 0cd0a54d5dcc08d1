"""Macros: canned replies with variables, and what else is done to the ticket, kept, shared and applied."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from chassis.db import Tx
from tickets.app.access import readable_ticket
from tickets.app.acting import Done, checked_actions, perform
from tickets.app.actors import acting_by
from tickets.app.checking import Problems
from tickets.app.configuration import Configuration
from tickets.app.effects import hangs_on
from tickets.app.opening import Desk
from tickets.app.sharing import Draft, SharedKind, sharing_of
from tickets.db.automation import Macro
from tickets.db.links import lock_structure
from tickets.domain.texts import MAX_SHORT

MAX_DESCRIPTION = 2_000


@dataclass(frozen=True, slots=True)
class MacroDraft(Draft):
    """All that a macro says, as people write it."""

    description: str = ""
    actions: Sequence[Mapping[str, object]] = ()


async def apply_macro(
    tx: Tx,
    *,
    configuration: Configuration,
    desk: Desk,
    macro_id: str,
    ticket: str,
    expected_version: int | None,
) -> Done:
    """Does all that the macro says to a ticket, as the caller, or nothing.

    Raises NotFound, Stale, what each change raises, InvalidInput where a macro names what has gone since.
    """
    macro = await MACROS.find(tx, macro_id)
    actions = await checked_actions(tx, configuration=configuration, written=macro.actions)
    if any(hangs_on(action) for action in actions):
        await lock_structure(tx)
    found = await readable_ticket(
        tx, configuration, ticket, for_update=True, expected_version=expected_version
    )
    with acting_by(f"macro:{macro.id}:{macro.name}"):
        return await perform(
            tx,
            configuration=configuration,
            desk=desk,
            ticket_id=found.id,
            version=found.version,
            actions=actions,
        )


async def _check(tx: Tx, configuration: Configuration, draft: MacroDraft) -> None:
    problems = Problems()
    problems.text("name", draft.name, limit=MAX_SHORT, required=True)
    problems.text("description", draft.description, limit=MAX_DESCRIPTION)
    problems.raise_any()
    await checked_actions(tx, configuration=configuration, written=draft.actions)


def _write(row: Macro, draft: MacroDraft) -> None:
    row.description = draft.description
    row.actions = [dict(action) for action in draft.actions]


def _draft(row: Macro) -> MacroDraft:
    return MacroDraft(row.name, sharing_of(row), row.description, row.actions)


MACROS = SharedKind(Macro, "macro", _draft, _check, _write)
"""The macros that people keep."""
