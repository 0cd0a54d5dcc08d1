"""Freeze windows, and the templates of changes that are approved for good."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from chassis.context import current_caller
from chassis.db import Tx, check_version
from chassis.errors import AlreadyExists, NotFound
from chassis.ids import is_id
from chassis.paging import Keyset, Page
from tickets.app.actors import occasion_of
from tickets.app.administering import check_slug
from tickets.app.approval_ending import Matter, tell_of_approval
from tickets.app.change_plans import (
    ChangeView,
    PlanDraft,
    check_plan,
    require_no_freeze,
    view_change,
    write_plan,
)
from tickets.app.checking import Problems
from tickets.app.configuration import Configuration
from tickets.app.creating import NewTicket, check_new, place_ticket, require_create
from tickets.app.directory import require_person
from tickets.app.making import make_ticket
from tickets.app.opening import Desk
from tickets.app.people import requester_of
from tickets.db.approval_views import ApprovalView
from tickets.db.approvals import Approval
from tickets.db.change_enablement import ChangeFreeze, ChangePlan, ChangeTemplate
from tickets.domain.change_enablement import CHANGE
from tickets.domain.changes import Change, Plain
from tickets.domain.texts import MAX_BODY, MAX_LINKED, MAX_SHORT, MAX_TITLE
from tickets.publish import approval_events, events


@dataclass(frozen=True, slots=True)
class FreezeDraft:
    """All that a freeze says: moments with a time zone; services by id, none for all."""

    name: str
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    service_ids: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class TemplateDraft:
    """All that a template says; the queue by id or slug, empty for the default."""

    slug: str
    name: str
    description: str = ""
    plan: str = ""
    backout_plan: str = ""
    queue: str = ""


async def create_freeze(tx: Tx, *, draft: FreezeDraft) -> ChangeFreeze:
    """Keeps a freeze. Raises InvalidInput."""
    starts_at, ends_at = _check_freeze(draft)
    row = ChangeFreeze(
        name=draft.name.strip(), starts_at=starts_at, ends_at=ends_at, service_ids=list(draft.service_ids)
    )
    tx.add(row)
    await tx.flush()
    _tell(tx, row, "change_freeze", [Change("freeze", None, _freeze_value(row))], row.version)
    return row


async def update_freeze(
    tx: Tx, *, freeze_id: str, changes: Mapping[str, object], expected_version: int | None
) -> ChangeFreeze:
    """Changes a freeze; what is planned into it already stays planned. Raises NotFound, Stale, InvalidInput."""
    row = await _freeze(tx, freeze_id)
    check_version(row, expected_version)
    before = _freeze_values(row)
    draft = replace(FreezeDraft(row.name, row.starts_at, row.ends_at, row.service_ids), **changes)  # type: ignore[arg-type]  # the door hands its own fields
    row.starts_at, row.ends_at = _check_freeze(draft)
    row.name, row.service_ids = draft.name.strip(), list(draft.service_ids)
    await _tell_changed(tx, row, "change_freeze", before, _freeze_values(row))
    return row


def _check_freeze(draft: FreezeDraft) -> tuple[datetime, datetime]:
    problems = Problems()
    problems.text("name", draft.name, limit=MAX_SHORT, required=True)
    if len(draft.service_ids) > MAX_LINKED:
        problems.add("service_ids", f"must be at most {MAX_LINKED}")
    for place, service_id in enumerate(draft.service_ids):
        problems.text(f"service_ids[{place}]", service_id, limit=MAX_SHORT, required=True)
    if draft.starts_at is None:
        problems.add("starts_at", "must be given")
    if draft.ends_at is None:
        problems.add("ends_at", "must be given")
    elif draft.starts_at is not None and draft.ends_at <= draft.starts_at:
        problems.add("ends_at", "must be after starts_at")
    problems.raise_any()
    assert draft.starts_at is not None  # checked
    assert draft.ends_at is not None
    return draft.starts_at, draft.ends_at


async def list_freezes(tx: Tx, *, page: Page) -> tuple[list[ChangeFreeze], str]:
    """A page of the freezes by their beginning, and the token of the next page."""
    keyset = Keyset([(ChangeFreeze.starts_at, False), (ChangeFreeze.id, False)], "freezes")
    return keyset.cut((await tx.scalars(keyset.select(select(ChangeFreeze), page))).all(), page)


async def delete_freeze(tx: Tx, *, freeze_id: str) -> None:
    """Ends a freeze. Raises NotFound."""
    row = await _freeze(tx, freeze_id)
    await tx.session.delete(row)
    _tell(tx, row, "change_freeze", [Change("freeze", _freeze_value(row), None)], row.version + 1)


async def create_template(tx: Tx, *, configuration: Configuration, draft: TemplateDraft) -> ChangeTemplate:
    """Keeps a template: who may plan changes makes such changes without an approval. Raises InvalidInput, AlreadyExists."""
    queue = _check_template(configuration, draft)
    if await tx.scalar(select(ChangeTemplate.id).where(ChangeTemplate.slug == draft.slug)) is not None:
        raise AlreadyExists("There is a template with this slug.", reason="SLUG_TAKEN")
    row = ChangeTemplate(
        slug=draft.slug,
        name=draft.name.strip(),
        description=draft.description,
        plan=draft.plan,
        backout_plan=draft.backout_plan,
        queue_id=queue,
    )
    tx.add(row)
    await tx.flush()
    _tell(tx, row, "change_template", [Change("template", None, row.slug)], row.version)
    return row


async def update_template(
    tx: Tx,
    *,
    configuration: Configuration,
    template: str,
    changes: Mapping[str, object],
    expected_version: int | None,
) -> ChangeTemplate:
    """Changes a template; the changes that were made of it stay as they are. Raises NotFound, Stale, InvalidInput."""
    row = await _template(tx, template, for_update=True)
    check_version(row, expected_version)
    before = _template_values(row)
    draft = TemplateDraft(
        row.slug, row.name, row.description, row.plan, row.backout_plan, str(row.queue_id or "")
    )
    draft = replace(draft, **changes)  # type: ignore[arg-type]  # the door hands its own fields
    row.queue_id = _check_template(configuration, draft)
    row.name, row.description = draft.name.strip(), draft.description
    row.plan, row.backout_plan = draft.plan, draft.backout_plan
    await _tell_changed(tx, row, "change_template", before, _template_values(row))
    return row


def _check_template(configuration: Configuration, draft: TemplateDraft) -> UUID | None:
    problems = Problems()
    check_slug(problems, draft.slug)
    problems.text("name", draft.name, limit=MAX_TITLE, required=True)
    for name in ("description", "plan", "backout_plan"):
        problems.text(name, getattr(draft, name), limit=MAX_BODY)
    queue = configuration.find_queue(draft.queue) if draft.queue else None
    if draft.queue and queue is None:
        problems.add("queue", "there is no such queue")
    problems.raise_any()
    return queue.id if queue else None


async def list_templates(tx: Tx, *, page: Page) -> tuple[list[ChangeTemplate], str]:
    """A page of the templates by name, and the token of the next page."""
    keyset = Keyset([(ChangeTemplate.name, False), (ChangeTemplate.id, False)], "change templates")
    return keyset.cut((await tx.scalars(keyset.select(select(ChangeTemplate), page))).all(), page)


async def delete_template(tx: Tx, *, template: str) -> None:
    """Removes a template; the changes that were made of it stay. Raises NotFound."""
    row = await _template(tx, template)
    await tx.session.delete(row)
    _tell(tx, row, "change_template", [Change("template", row.slug, None)], row.version + 1)


async def create_standard_change(
    tx: Tx,
    *,
    configuration: Configuration,
    desk: Desk,
    template: str,
    draft: PlanDraft,
    ci_ids: Sequence[str],
    service_id: str,
) -> ChangeView:
    """Makes a change of a template: planned, and approved before.

    Raises NotFound, InvalidInput, Forbidden, WrongState for a window within a freeze.
    """
    row = await _template(tx, template)
    draft = replace(draft, plan=row.plan, backout_plan=row.backout_plan)
    check_plan(draft)
    await require_no_freeze(tx, service_id, draft)
    person = await require_person(tx, current_caller().subject, "requester")
    new = NewTicket(
        title=row.name,
        description=row.description,
        type=CHANGE,
        queue=str(row.queue_id or ""),
        ci_ids=ci_ids,
        service_id=service_id,
        requester=await requester_of(tx, person),
    )
    placing = place_ticket(configuration, new)
    require_create(placing)
    occasion = occasion_of()
    ticket = await make_ticket(
        tx,
        configuration=configuration,
        desk=desk,
        new=check_new(configuration, new, placing),
        occasion=occasion,
    )
    plan = ChangePlan(id=ticket.id, standard=True)
    write_plan(plan, draft)
    tx.add(plan)
    approval = Approval(
        ticket_id=ticket.id,
        name=row.name,
        state="approved",
        own_allowed=False,
        asker_kind=occasion.actor.kind,
        asker_id=occasion.actor.id,
        asker_name=occasion.actor.name,
        asker_email=occasion.actor.email,
        decided_at=occasion.recorded_at,
    )
    tx.add(approval)
    await tx.flush()
    view = ApprovalView(approval, ticket.number, ticket.title)
    matter = Matter(configuration, ticket, view, replace(occasion, rule=f"template:{row.slug}"))
    told = await tell_of_approval(tx, matter, "approval_completed")
    approval_events.approval_completed(tx, told)
    return await view_change(tx, configuration, ticket, plan)


async def _template(tx: Tx, template: str, *, for_update: bool = False) -> ChangeTemplate:
    named = ChangeTemplate.id == UUID(template) if is_id(template) else ChangeTemplate.slug == template
    asked = select(ChangeTemplate).where(named)
    asked = asked.with_for_update() if for_update else asked
    row = await tx.scalar(asked) if template.isprintable() else None
    if row is None:
        raise NotFound("template")
    return row


async def _freeze(tx: Tx, freeze_id: str) -> ChangeFreeze:
    """The freeze, locked to be changed."""
    asked = select(ChangeFreeze).where(ChangeFreeze.id == UUID(freeze_id)) if is_id(freeze_id) else None
    row = None if asked is None else await tx.scalar(asked.with_for_update())
    if row is None:
        raise NotFound("freeze")
    return row


def _freeze_value(row: ChangeFreeze) -> dict[str, object]:
    return {
        "starts_at": row.starts_at.isoformat(),
        "ends_at": row.ends_at.isoformat(),
        "service_ids": list(row.service_ids),
    }


def _freeze_values(row: ChangeFreeze) -> dict[str, Plain]:
    return {"name": row.name, "freeze": _freeze_value(row)}


def _template_values(row: ChangeTemplate) -> dict[str, Plain]:
    return {
        "name": row.name,
        "description": row.description,
        "plan": row.plan,
        "backout_plan": row.backout_plan,
        "queue": str(row.queue_id or ""),
    }


async def _tell_changed(
    tx: Tx,
    row: ChangeFreeze | ChangeTemplate,
    kind: str,
    before: Mapping[str, Plain],
    after: Mapping[str, Plain],
) -> None:
    """Tells what has become different, if anything has."""
    changes = [Change(name, before[name], value) for name, value in after.items() if before[name] != value]
    if changes:
        await tx.flush()
        _tell(tx, row, kind, changes, row.version)


def _tell(
    tx: Tx, row: ChangeFreeze | ChangeTemplate, kind: str, changes: Sequence[Change], version: int
) -> None:
    events.setting_changed(
        tx,
        kind=kind,
        id=row.id,
        name=row.name,
        version=version,
        changes=changes,
        occasion=occasion_of(),
    )
