"""What administrators do with policies."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, fields, replace
from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from chassis.db import Tx, check_version, get_for_update
from chassis.errors import NotFound
from chassis.ids import is_id
from chassis.paging import Keyset, Page
from sla import publish
from sla.app.calendars import get_calendar
from sla.app.fields import checked_fields, faults_of, known_fields
from sla.app.policy_draft import PolicyDraft
from sla.app.refusals import check_name, invalid
from sla.app.rules import keep_policy, lock_rules, rules_changed
from sla.db.rules import PolicyRow

_NONE = UUID(int=0)
_BY_ORDER = Keyset([(PolicyRow.position, False), (PolicyRow.id, False)])


async def create_policy(
    tx: Tx, *, draft: PolicyDraft, since: datetime | None = None, fields_version: int = 0
) -> PolicyRow:
    """Makes a policy, in force from now on or since another time.

    Raises InvalidInput, and InProgress where the fields of tickets are not known as of `fields_version` yet.
    """
    state = await lock_rules(tx)
    draft = await _checked(tx, draft, fields_version=fields_version)
    row = PolicyRow()
    _write(row, draft)
    tx.add(row)
    await tx.flush()
    await keep_policy(tx, policy_id=row.id, version=row.version, document=asdict(draft), since=since)
    await rules_changed(tx, state)
    _told(tx, row, {}, _said(draft), version=row.version)
    return row


async def update_policy(
    tx: Tx,
    *,
    policy_id: str,
    changes: Mapping[str, object],
    expected_version: int | None,
    fields_version: int = 0,
) -> PolicyRow:
    """Changes fields of a policy; running clocks follow it, stopped ones stay as they were.

    Raises NotFound, Stale, InvalidInput, and InProgress as `create_policy`.
    """
    state = await lock_rules(tx)
    row = await _locked(tx, policy_id)
    check_version(row, expected_version)
    before = _draft(row)
    draft = replace(before, **changes)  # type: ignore[arg-type]  # the door hands fields of the draft
    draft = await _checked(tx, draft, before=before, fields_version=fields_version)
    if draft == before:
        return row
    _write(row, draft)
    await tx.flush()
    await keep_policy(tx, policy_id=row.id, version=row.version, document=asdict(draft))
    await rules_changed(tx, state)
    _told(tx, row, _said(before), _said(draft), version=row.version)
    return row


async def delete_policy(tx: Tx, *, policy_id: str, expected_version: int | None) -> None:
    """Removes a policy; running clocks take the next that holds, or end. Raises NotFound and Stale."""
    state = await lock_rules(tx)
    row = await _locked(tx, policy_id)
    check_version(row, expected_version)
    before, version = _said(_draft(row)), row.version + 1
    await tx.session.delete(row)
    await tx.flush()
    await keep_policy(tx, policy_id=row.id, version=version, document=None)
    await rules_changed(tx, state)
    _told(tx, row, before, {}, version=version)


async def get_policy(tx: Tx, *, policy_id: str) -> PolicyRow:
    """The policy of an id. Raises NotFound."""
    found = await tx.get(PolicyRow, UUID(policy_id)) if is_id(policy_id) else None
    if found is None:
        raise NotFound("policy")
    return found


async def list_policies(tx: Tx, *, page: Page) -> tuple[list[PolicyRow], str]:
    """A page of the policies in their order of precedence, and the token of the next."""
    statement = select(PolicyRow).where(PolicyRow.tenant_id == tx.tenant_id)
    rows = (await tx.scalars(_BY_ORDER.select(statement, page))).all()
    return _BY_ORDER.cut(rows, page)


async def _locked(tx: Tx, policy_id: str) -> PolicyRow:
    return await get_for_update(tx, PolicyRow, (await get_policy(tx, policy_id=policy_id)).id)


async def policy_faults(tx: Tx, *, rows: Sequence[PolicyRow]) -> list[list[tuple[str, str]]]:
    """Of each policy the places at which it names what tickets do not have any more, and why."""
    known = await known_fields(tx)
    return [faults_of(_draft(row), known) for row in rows]


async def _checked(
    tx: Tx, draft: PolicyDraft, *, before: PolicyDraft | None = None, fields_version: int = 0
) -> PolicyDraft:
    """The same with the id of its calendar. Raises InvalidInput with the first rule that is broken."""
    check_name(draft.name)
    draft = await checked_fields(tx, draft, before=before, fields_version=fields_version)
    draft.ruled(id_=_NONE, version=0, calendar_id=_NONE)
    try:
        calendar = await get_calendar(tx, calendar=draft.calendar_id)
    except NotFound:
        raise invalid(("calendar_id", "there is no such calendar")) from None
    if not any(calendar.hours.values()):
        raise invalid(("calendar_id", f'the calendar "{calendar.name}" has no hours'))
    return replace(draft, calendar_id=str(calendar.id))


def _draft(row: PolicyRow) -> PolicyDraft:
    values = {one.name: getattr(row, one.name) for one in fields(PolicyDraft) if one.name != "order"}
    return PolicyDraft(**{**values, "calendar_id": str(row.calendar_id), "order": row.position})


def _said(draft: PolicyDraft) -> dict[str, object]:
    """What people wrote of it."""
    said = asdict(draft)
    del said["field_types"]
    return said


def _write(row: PolicyRow, draft: PolicyDraft) -> None:
    values = asdict(draft)
    row.position, row.calendar_id = values.pop("order"), UUID(values.pop("calendar_id"))
    for column, value in values.items():
        setattr(row, column, value)


def _told(
    tx: Tx, row: PolicyRow, before: Mapping[str, object], after: Mapping[str, object], *, version: int
) -> None:
    publish.setting_changed(
        tx, kind="policy", id=row.id, name=row.name, version=version, before=before, after=after
    )
