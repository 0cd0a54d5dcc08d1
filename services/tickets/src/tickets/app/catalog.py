"""Items of the service catalogue: kept by administrators, shown to those who may order them."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from chassis.context import current_caller
from chassis.db import Tx, check_version, get_for_update
from chassis.errors import AlreadyExists, NotFound
from chassis.ids import is_id
from chassis.paging import Keyset, Page
from tickets.app.actors import occasion_of
from tickets.app.administering import CONFIGURE, check_slug
from tickets.app.approvers import Approver
from tickets.app.approving import NewApproval, NewStep, check_steps
from tickets.app.catalog_forms import check_form
from tickets.app.checking import Problems
from tickets.app.configuration import Configuration
from tickets.db.catalog import CatalogItem
from tickets.db.directory import Organization, Role, Team
from tickets.domain.catalog import (
    Entitlement,
    Price,
    Question,
    TaskTemplate,
    may_order,
    price_problems,
    task_problems,
)
from tickets.domain.changes import Plain, differences
from tickets.domain.texts import MAX_BODY, MAX_SHORT, MAX_TITLE
from tickets.publish import events

MAX_PARTS = 50
"""Questions, and tasks, of an item."""


@dataclass(frozen=True, slots=True)
class ItemDraft:
    """All that an item says. Teams and organisations of the entitlement, and the queue, by id or slug."""

    slug: str
    name: str
    category: str = ""
    description: str = ""
    active: bool = True
    type: str = "service_request"
    queue: str = ""
    form: Sequence[Question] = ()
    price: Price = field(default_factory=Price)
    entitlement: Entitlement = field(default_factory=Entitlement)
    approval: Sequence[NewStep] = ()
    own_allowed: bool = False
    tasks: Sequence[TaskTemplate] = ()


async def create_item(tx: Tx, *, configuration: Configuration, draft: ItemDraft) -> CatalogItem:
    """Keeps a new item. Raises InvalidInput with the place of each fault, AlreadyExists for the slug."""
    row = CatalogItem()
    await _write(tx, configuration, row, draft)
    tx.add(row)
    await _flush(tx)
    _tell(tx, row, {})
    return row


async def update_item(
    tx: Tx,
    *,
    configuration: Configuration,
    item: str,
    changes: Mapping[str, object],
    expected_version: int | None,
) -> CatalogItem:
    """Changes an item; what was ordered before goes on as it was. Raises NotFound, Stale, InvalidInput, AlreadyExists."""
    row = await get_for_update(tx, CatalogItem, (await find_item(tx, item)).id)
    check_version(row, expected_version)
    before = _plain(row)
    await _write(tx, configuration, row, replace(draft_of(row), **changes))  # type: ignore[arg-type]  # the door hands fields of the draft
    await _flush(tx)
    _tell(tx, row, before)
    return row


async def get_item(tx: Tx, *, item: str) -> CatalogItem:
    """An item by id or slug that the caller may order, or administers. Raises NotFound."""
    row = await find_item(tx, item)
    if not is_visible(row):
        raise NotFound("catalogue item")
    return row


async def list_items(tx: Tx, *, category: str, page: Page) -> tuple[list[CatalogItem], str]:
    """A page of the items that the caller may order, by category and name, and the token of the next page."""
    order = [(CatalogItem.category, False), (CatalogItem.name, False), (CatalogItem.id, False)]
    keyset = Keyset(order, f"catalog {category}")
    statement = select(CatalogItem)
    if category:
        statement = statement.where(CatalogItem.category == category)
    if not _administers():
        rows = await tx.scalars(select(CatalogItem).where(CatalogItem.active))
        statement = statement.where(CatalogItem.id.in_([row.id for row in rows if is_visible(row)]))
    return keyset.cut((await tx.scalars(keyset.select(statement, page))).all(), page)


async def find_item(tx: Tx, item: str) -> CatalogItem:
    """An item by id or slug, whoever asks. Raises NotFound."""
    named = CatalogItem.id == UUID(item) if is_id(item) else CatalogItem.slug == item
    row = await tx.scalar(select(CatalogItem).where(named)) if item.isprintable() else None
    if row is None:
        raise NotFound("catalogue item")
    return row


def is_orderable(row: CatalogItem) -> bool:
    """Whether the caller may order the item now."""
    caller = current_caller()
    return row.active and may_order(
        entitlement_of(row),
        teams=caller.team_ids,
        organizations=caller.organization_ids,
        roles=caller.roles,
    )


def is_visible(row: CatalogItem) -> bool:
    """Whether the caller may see the item."""
    return _administers() or is_orderable(row)


def draft_of(row: CatalogItem) -> ItemDraft:
    """The item as it was written."""
    return ItemDraft(
        slug=row.slug,
        name=row.name,
        category=row.category,
        description=row.description,
        active=row.active,
        type=row.type,
        queue=str(row.queue_id or ""),
        form=[Question(**one) for one in row.form],  # type: ignore[arg-type]  # its own fields
        price=Price(**row.price),  # type: ignore[arg-type]
        entitlement=entitlement_of(row),
        approval=steps_of(row),
        own_allowed=row.own_allowed,
        tasks=[TaskTemplate(**one) for one in row.tasks],  # type: ignore[arg-type]
    )


def entitlement_of(row: CatalogItem) -> Entitlement:
    """Who may order."""
    return Entitlement(**row.entitlement)  # type: ignore[arg-type]  # its own fields


def steps_of(row: CatalogItem) -> list[NewStep]:
    """Whom an order asks."""
    steps = []
    for one in row.approval:
        approvers = one["approvers"]
        assert isinstance(approvers, list)  # as it was written
        steps.append(NewStep(**{**one, "approvers": [Approver(**each) for each in approvers]}))  # type: ignore[arg-type]
    return steps


async def _write(tx: Tx, configuration: Configuration, row: CatalogItem, draft: ItemDraft) -> None:
    problems = Problems()
    check_slug(problems, draft.slug)
    problems.text("name", draft.name, limit=MAX_TITLE, required=True)
    problems.text("category", draft.category, limit=MAX_SHORT)
    problems.text("description", draft.description, limit=MAX_BODY)
    if draft.type not in configuration.types:
        problems.add("type", f"must be one of: {', '.join(configuration.types)}")
    queue = configuration.find_queue(draft.queue) if draft.queue else None
    if draft.queue and queue is None:
        problems.add("queue", "there is no such queue")
    for name in ("form", "tasks"):
        if len(getattr(draft, name)) > MAX_PARTS:
            problems.add(name, f"must be at most {MAX_PARTS}")
    check_form(draft.form, configuration.fields, problems)
    for field_name, reason in (*price_problems(draft.price), *task_problems(draft.tasks)):
        problems.add(field_name, reason)
    _check_tasks(configuration, draft.tasks, problems)
    entitlement = await _entitlement(tx, draft.entitlement, problems)
    problems.raise_any()
    if draft.approval:
        check_steps(NewApproval(draft.approval), "approval")
    row.slug, row.name, row.category = draft.slug, draft.name.strip(), draft.category.strip()
    row.description, row.active, row.type = draft.description, draft.active, draft.type
    row.queue_id = queue.id if queue else None
    row.form = [asdict(question) for question in draft.form]
    row.price, row.entitlement = asdict(draft.price), asdict(entitlement)
    row.approval = [asdict(step) for step in draft.approval]
    row.own_allowed = draft.own_allowed
    row.tasks = [asdict(task) for task in draft.tasks]


def _check_tasks(configuration: Configuration, tasks: Sequence[TaskTemplate], problems: Problems) -> None:
    for place, task in enumerate(tasks):
        problems.text(f"tasks[{place}].title", task.title, limit=MAX_TITLE, required=True)
        problems.text(f"tasks[{place}].description", task.description, limit=MAX_BODY)
        if task.type not in configuration.types:
            problems.add(f"tasks[{place}].type", f"must be one of: {', '.join(configuration.types)}")
        if task.queue and configuration.find_queue(task.queue) is None:
            problems.add(f"tasks[{place}].queue", "there is no such queue")


async def _entitlement(tx: Tx, wanted: Entitlement, problems: Problems) -> Entitlement:
    """Who may order, with teams and organisations by their ids."""
    found: dict[str, list[str]] = {}
    rows = {
        "teams": await tx.execute(select(Team.id, Team.slug)),
        "organizations": await tx.execute(select(Organization.id, Organization.slug)),
    }
    for name, pairs in rows.items():
        keys = {key: str(id_) for id_, slug in pairs for key in (slug, str(id_))}
        found[name] = []
        for place, key in enumerate(getattr(wanted, name)):
            if key in keys:
                found[name].append(keys[key])
            else:
                problems.add(f"entitlement.{name}[{place}]", f"there is no such {name.removesuffix('s')}")
    roles = set(await tx.scalars(select(Role.slug)))
    for place, role in enumerate(wanted.roles):
        if role not in roles:
            problems.add(f"entitlement.roles[{place}]", "there is no such role")
    return Entitlement(found["teams"], found["organizations"], list(wanted.roles))


def _administers() -> bool:
    return current_caller().may_somewhere(CONFIGURE)


async def _flush(tx: Tx) -> None:
    try:
        async with tx.session.begin_nested():
            await tx.flush()
    except IntegrityError as error:
        raise AlreadyExists("There is an item with this slug.", reason="SLUG_TAKEN") from error


def _plain(row: CatalogItem) -> dict[str, Plain]:
    return {
        "slug": row.slug,
        "name": row.name,
        "category": row.category,
        "active": row.active,
        "type": row.type,
        "queue": str(row.queue_id or ""),
        "form": [str(one["field"]) for one in row.form],
        "price": dict(row.price),
        "entitlement": dict(row.entitlement),
        "approval": [str(one["mode"] or "all") for one in row.approval],
        "own_allowed": row.own_allowed,
        "tasks": [str(one["key"]) for one in row.tasks],
    }


def _tell(tx: Tx, row: CatalogItem, before: Mapping[str, Plain]) -> None:
    changes = differences(before, _plain(row))
    if changes:
        events.setting_changed(
            tx,
            kind="catalog_item",
            id=row.id,
            name=row.name,
            version=row.version,
            changes=changes,
            occasion=occasion_of(),
        )
