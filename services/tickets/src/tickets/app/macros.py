"""Macros: canned replies with variables, and what else is done to the ticket, kept, shared and applied."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace

from chassis.context import current_caller
from chassis.db import Tx
from chassis.ids import new_id
from chassis.paging import Page
from tickets.app.access import readable_ticket
from tickets.app.acting import Done, checked_actions, perform
from tickets.app.actors import acting_by
from tickets.app.checking import Problems
from tickets.app.configuration import Configuration
from tickets.app.effects import hangs_on
from tickets.app.opening import Desk
from tickets.app.sharing import (
    Sharing,
    ShownShared,
    checked_teams,
    get_shared,
    list_shared,
    lock_shared,
    one_shown,
    shown,
    tell_setting,
)
from tickets.db.automation import Macro
from tickets.db.links import lock_structure
from tickets.domain.changes import Plain
from tickets.domain.texts import MAX_SHORT

MAX_DESCRIPTION = 2_000

_MACRO = "macro"


@dataclass(frozen=True, slots=True)
class MacroDraft:
    """All that a macro says, as people write it."""

    name: str
    description: str = ""
    actions: Sequence[Mapping[str, object]] = ()
    shared_with: Sharing = field(default_factory=Sharing)


async def create_macro(tx: Tx, *, configuration: Configuration, draft: MacroDraft) -> ShownShared[Macro]:
    """Keeps a macro of the caller. Raises InvalidInput with the place of each fault, Forbidden."""
    await _check(tx, configuration, draft)
    owner_id = current_caller().user_id
    assert owner_id is not None  # nobody calls it but people and service accounts
    row = Macro(id=new_id(), owner_id=owner_id, team_ids=checked_teams(configuration, draft.shared_with))
    _write(row, draft)
    tx.add(row)
    await tx.flush()
    tell_setting(tx, kind=_MACRO, row=row, before={}, after=_plain(row), version=row.version)
    return await one_shown(tx, configuration, row)


async def update_macro(
    tx: Tx,
    *,
    configuration: Configuration,
    macro_id: str,
    changes: Mapping[str, object],
    expected_version: int | None,
) -> ShownShared[Macro]:
    """Changes fields of a macro. Raises NotFound, Forbidden, Stale, InvalidInput."""
    row = await lock_shared(tx, row=Macro, id=macro_id, what=_MACRO, expected_version=expected_version)
    before = _plain(row)
    draft = replace(_draft(row), **changes)  # type: ignore[arg-type]  # the door hands fields of the draft
    await _check(tx, configuration, draft)
    if "shared_with" in changes:
        row.team_ids = checked_teams(configuration, draft.shared_with)
    _write(row, draft)
    if _plain(row) != before:
        await tx.flush()
        tell_setting(tx, kind=_MACRO, row=row, before=before, after=_plain(row), version=row.version)
    return await one_shown(tx, configuration, row)


async def delete_macro(tx: Tx, *, macro_id: str, expected_version: int | None) -> None:
    """Removes a macro. Raises NotFound, Forbidden, Stale."""
    row = await lock_shared(tx, row=Macro, id=macro_id, what=_MACRO, expected_version=expected_version)
    await tx.session.delete(row)
    tell_setting(tx, kind=_MACRO, row=row, before=_plain(row), after={}, version=row.version + 1)


async def get_macro(tx: Tx, *, configuration: Configuration, macro_id: str) -> ShownShared[Macro]:
    """The macro of an id. Raises NotFound."""
    row = await get_shared(tx, row=Macro, id=macro_id, what=_MACRO)
    return await one_shown(tx, configuration, row)


async def list_macros(
    tx: Tx, *, configuration: Configuration, page: Page
) -> tuple[list[ShownShared[Macro]], str]:
    """A page of the macros that the caller sees, by name, and the token of the next."""
    rows, token = await list_shared(tx, row=Macro, page=page)
    return await shown(tx, configuration, rows), token


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
    macro = await get_shared(tx, row=Macro, id=macro_id, what=_MACRO)
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
    row.name = draft.name.strip()
    row.description = draft.description
    row.actions = [dict(action) for action in draft.actions]
    row.everybody = draft.shared_with.everybody


def _draft(row: Macro) -> MacroDraft:
    sharing = Sharing(row.everybody, [str(team) for team in row.team_ids])
    return MacroDraft(row.name, row.description, row.actions, sharing)


def _plain(row: Macro) -> dict[str, Plain]:
    return asdict(_draft(row))
