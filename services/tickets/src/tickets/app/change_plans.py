"""What is planned for changes: risk, plans, the window, and what stands in its way."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import ColumnElement, false, or_, select

from chassis.db import Tx
from chassis.errors import WrongState
from chassis.paging import Keyset, Page
from tickets.app.access import readable_parts, readable_ticket, require_on
from tickets.app.actors import occasion_of
from tickets.app.checking import Problems
from tickets.app.configuration import Configuration
from tickets.app.creating import UPDATE
from tickets.app.recording import record_change
from tickets.db.change_enablement import ChangeFreeze, ChangePlan
from tickets.db.tickets import Ticket
from tickets.domain.change_enablement import CHANGE, QUESTIONS, Freeze, Window, freezes_met, risk_of
from tickets.domain.changes import Plain, differences
from tickets.domain.references import Reference
from tickets.domain.texts import MAX_BODY, MAX_SHORT
from tickets.domain.workflow import OPEN_CATEGORIES
from tickets.publish import events

MAX_WARNINGS = 100


@dataclass(frozen=True, slots=True)
class PlanDraft:
    """All that people plan for a change."""

    risk_answers: Mapping[str, bool] = field(default_factory=dict)
    plan: str = ""
    backout_plan: str = ""
    planned_start: datetime | None = None
    planned_end: datetime | None = None
    emergency: bool = False
    release: str = ""


@dataclass(frozen=True, slots=True)
class Warned:
    """Something stands in the way: a freeze, or another change of the same item or service."""

    kind: str
    subject: str
    window: Window
    change: Reference | None = None


@dataclass(frozen=True, slots=True)
class ChangeView:
    """A change with what is planned for it."""

    ticket: Ticket
    plan: ChangePlan | None
    warnings: Sequence[Warned] = ()


async def get_change(tx: Tx, *, configuration: Configuration, ticket: str) -> ChangeView:
    """What is planned, and what stands in the way. Raises NotFound, WrongState for a ticket of another type."""
    found = await readable_ticket(tx, configuration, ticket)
    _require_change(found)
    return await view_change(tx, configuration, found, await tx.get(ChangePlan, found.id))


async def update_change(
    tx: Tx, *, configuration: Configuration, ticket: str, draft: PlanDraft, expected_version: int | None
) -> ChangeView:
    """Plans a change anew. Publishes TicketUpdated.

    Raises NotFound, Forbidden, Stale, InvalidInput, WrongState for a ticket of another type and for a window within a
    freeze, unless it is an emergency.
    """
    found = await readable_ticket(
        tx, configuration, ticket, for_update=True, expected_version=expected_version
    )
    require_on(found, configuration, UPDATE)
    _require_change(found)
    check_plan(draft)
    await require_no_freeze(tx, found.service_id, draft)
    row = await tx.get(ChangePlan, found.id)
    before = {} if row is None else _plain(row)
    if row is None:
        row = ChangePlan(id=found.id, standard=False)
        tx.add(row)
    write_plan(row, draft)
    await tx.flush()
    changes = differences(before, _plain(row))
    if changes:
        occasion = occasion_of()
        view = await record_change(
            tx,
            configuration=configuration,
            ticket=found,
            occasion=occasion,
            action="planned",
            changes=changes,
            public=False,
        )
        events.ticket_updated(tx, view, changes, occasion)
        await tx.flush()
    return await view_change(tx, configuration, found, row)


async def list_changes(
    tx: Tx,
    *,
    configuration: Configuration,
    after: datetime | None,
    before: datetime | None,
    release: str,
    page: Page,
) -> tuple[list[ChangeView], str]:
    """A page of the planned changes that the caller sees, by their beginning, and the token of the next page."""
    order = [(ChangePlan.planned_start, False), (ChangePlan.id, False)]
    keyset = Keyset(order, f"{after} {before} {release}")
    statement = (
        select(ChangePlan, Ticket)
        .join(Ticket, (Ticket.tenant_id == ChangePlan.tenant_id) & (Ticket.id == ChangePlan.id))
        .where(ChangePlan.planned_start.is_not(None), _readable(configuration))
    )
    if after is not None:
        statement = statement.where(ChangePlan.planned_end > after)
    if before is not None:
        statement = statement.where(ChangePlan.planned_start < before)
    if release:
        statement = statement.where(ChangePlan.release == release)
    rows = (await tx.execute(keyset.select(statement, page))).all()
    found, token = keyset.cut(rows, page, lambda row: [row.ChangePlan.planned_start, row.ChangePlan.id])
    return [ChangeView(row.Ticket, row.ChangePlan) for row in found], token


def check_plan(draft: PlanDraft) -> None:
    """Raises InvalidInput for what can be told without the database."""
    problems = Problems()
    for key in draft.risk_answers:
        if key not in QUESTIONS:
            problems.add(f"risk_answers.{key}", f"must be one of: {', '.join(QUESTIONS)}")
    problems.text("plan", draft.plan, limit=MAX_BODY)
    problems.text("backout_plan", draft.backout_plan, limit=MAX_BODY)
    problems.text("release", draft.release, limit=MAX_SHORT)
    if (draft.planned_start is None) != (draft.planned_end is None):
        problems.add("planned_end", "must be given together with planned_start")
    elif draft.planned_start and draft.planned_end and draft.planned_end <= draft.planned_start:
        problems.add("planned_end", "must be after planned_start")
    problems.raise_any()


async def require_no_freeze(tx: Tx, service_id: str, draft: PlanDraft) -> None:
    """Raises WrongState for a window within a freeze, unless it is an emergency."""
    if draft.planned_start is None or draft.planned_end is None or draft.emergency:
        return
    met = await _freezes(tx, Window(draft.planned_start, draft.planned_end), service_id)
    if met:
        freeze = met[0]
        raise WrongState(
            "CHANGE_FREEZE",
            f"Nothing is changed from {freeze.window.start.isoformat()} to {freeze.window.end.isoformat()}: "
            f"{freeze.name}.",
        )


def write_plan(row: ChangePlan, draft: PlanDraft) -> None:
    """Gives the row what is planned."""
    row.risk_answers, row.risk = dict(draft.risk_answers), risk_of(draft.risk_answers)
    row.plan, row.backout_plan, row.release = draft.plan, draft.backout_plan, draft.release.strip()
    row.planned_start, row.planned_end = draft.planned_start, draft.planned_end
    row.emergency = draft.emergency


async def view_change(
    tx: Tx, configuration: Configuration, ticket: Ticket, plan: ChangePlan | None
) -> ChangeView:
    """The change with what stands in the way of its window."""
    if plan is None or plan.planned_start is None or plan.planned_end is None:
        return ChangeView(ticket, plan)
    window = Window(plan.planned_start, plan.planned_end)
    freezes = await _freezes(tx, window, ticket.service_id)
    warnings = [Warned("freeze", freeze.name, freeze.window) for freeze in freezes]
    return ChangeView(ticket, plan, warnings + await _collisions(tx, configuration, ticket, window))


async def _freezes(tx: Tx, window: Window, service_id: str) -> list[Freeze]:
    rows = await tx.scalars(
        select(ChangeFreeze)
        .where(ChangeFreeze.ends_at > window.start, ChangeFreeze.starts_at < window.end)
        .order_by(ChangeFreeze.starts_at, ChangeFreeze.id)
    )
    freezes = [Freeze(row.name, Window(row.starts_at, row.ends_at), row.service_ids) for row in rows]
    return freezes_met(window, service_id, freezes)


async def _collisions(tx: Tx, configuration: Configuration, ticket: Ticket, window: Window) -> list[Warned]:
    """The other open changes in the window that touch the same, as far as the caller sees them."""
    same = [Ticket.ci_ids.overlap(ticket.ci_ids)] if ticket.ci_ids else []
    if ticket.service_id:
        same.append(Ticket.service_id == ticket.service_id)
    if not same:
        return []
    rows = await tx.execute(
        select(ChangePlan, Ticket)
        .join(Ticket, (Ticket.tenant_id == ChangePlan.tenant_id) & (Ticket.id == ChangePlan.id))
        .where(
            ChangePlan.planned_end > window.start,
            ChangePlan.planned_start < window.end,
            Ticket.id != ticket.id,
            Ticket.state_category.in_(OPEN_CATEGORIES),
            or_(*same),
            _readable(configuration),
        )
        .order_by(ChangePlan.planned_start, ChangePlan.id)
        .limit(MAX_WARNINGS)
    )
    warnings = []
    for plan, other in rows:
        assert plan.planned_start is not None  # asked for
        assert plan.planned_end is not None
        at = Window(plan.planned_start, plan.planned_end)
        change = Reference(other.id, other.number, other.title)
        warnings += [Warned("ci", ci, at, change) for ci in ticket.ci_ids if ci in other.ci_ids]
        if ticket.service_id and ticket.service_id == other.service_id:
            warnings.append(Warned("service", ticket.service_id, at, change))
    return warnings


def _readable(configuration: Configuration) -> ColumnElement[bool]:
    parts = [part.condition for part in readable_parts(configuration)]
    return or_(*parts) if parts else false()


def _require_change(ticket: Ticket) -> None:
    if ticket.type != CHANGE:
        raise WrongState("NO_CHANGE", "Only a ticket of the type change is planned.")


def _plain(row: ChangePlan) -> dict[str, Plain]:
    return {
        "risk": row.risk,
        "plan": row.plan,
        "backout_plan": row.backout_plan,
        "planned_start": row.planned_start.isoformat() if row.planned_start else None,
        "planned_end": row.planned_end.isoformat() if row.planned_end else None,
        "emergency": row.emergency,
        "release": row.release,
    }
