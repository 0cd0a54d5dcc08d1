"""The configuration that tickets of a tenant are worked by, kept in the process for a few seconds."""

import time
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TypeVar, TypeVarTuple, cast
from uuid import UUID

from sqlalchemy import Select, func, select

from chassis.db import Databases, Tx
from chassis.errors import FieldError, InvalidInput, Unavailable
from tickets.app.seeding import seed_configuration
from tickets.db.automation import FocusMode
from tickets.db.configuration import (
    FieldDefinition,
    PriorityRow,
    Process,
    Queue,
    TicketType,
    Workflow,
    WorkflowVersion,
)
from tickets.db.directory import Role, Team, Tenant
from tickets.db.file_settings import FileSetting
from tickets.db.ratings import RatingSetting
from tickets.domain.definitions import parse_workflow
from tickets.domain.fields import Definition
from tickets.domain.file_types import FilePolicy
from tickets.domain.priority import Matrix
from tickets.domain.rating import RatingPolicy
from tickets.domain.references import Reference
from tickets.domain.workflow import Workflow as Rules

FRESH_SECONDS = 5.0
"""How long a change made through another process may stay unseen here."""

STALE_SECONDS = 15.0
"""What is older serves nobody, also while it is read anew."""

KEPT_TENANTS = 500

R = TypeVar("R", Process, Queue)
T = TypeVar("T")
V = TypeVar("V")
Ts = TypeVarTuple("Ts")


@dataclass(frozen=True, slots=True)
class Configuration:
    """One tenant's, as of one moment. Rows are detached: read them, never change them."""

    processes: Mapping[UUID, Process]
    queues: Mapping[UUID, Queue]
    types: Mapping[str, TicketType]
    rules: Mapping[UUID, Rules]
    """By workflow version."""
    current: Mapping[tuple[UUID, str], UUID]
    """The workflow version that new tickets get, by process and type."""
    matrix: Matrix
    fields: Mapping[str, Definition]
    teams: Mapping[UUID, Reference]
    roles: Mapping[str, tuple[str, ...]]
    """Permissions by role."""
    languages: tuple[str, ...]
    focused: frozenset[UUID]
    """The people who see only own tickets."""
    ratings: Mapping[UUID | None, RatingPolicy]
    """When ratings are asked for, by queue; None: in all others."""
    files: FilePolicy
    """Which kinds of files are taken."""
    _made: dict[object, object] = field(default_factory=dict, init=False, repr=False, compare=False)

    def once(self, what: object, make: Callable[[], V]) -> V:
        """What is made from this configuration alone, made when it is first asked for; `what` names it among all."""
        if what not in self._made:
            self._made[what] = make()
        return cast("V", self._made[what])

    def workflow_of(self, process_id: UUID, kind: str) -> UUID:
        """The workflow version that new tickets of a type get in a process.

        Where the process has none for the type: that of the default process, of the default type there, of both.
        """
        default, default_kind = self.default_process().id, self.default_type().slug
        places = ((process_id, kind), (default, kind), (process_id, default_kind), (default, default_kind))
        return next(self.current[place] for place in places if place in self.current)

    def default_process(self) -> Process:
        """The process of what names none."""
        return next(process for process in self.processes.values() if process.is_default)

    def default_type(self) -> TicketType:
        """The type of what names none."""
        return next(kind for kind in self.types.values() if kind.is_default)

    def active_types(self) -> tuple[str, ...]:
        """The slugs of the types that tickets may be given."""
        return tuple(kind.slug for kind in self.types.values() if kind.active)

    def default_queue(self, process: Process) -> Queue:
        """The queue of a process where nothing else decides. Raises InvalidInput where the process has none."""
        for queue in self.queues.values():
            if queue.process_id == process.id and queue.is_default:
                return queue
        raise InvalidInput([FieldError("process", "has no queue yet")])

    def rating_policy(self, queue_id: UUID) -> RatingPolicy:
        """When ratings are asked for in a queue."""
        return self.ratings.get(queue_id) or self.ratings.get(None) or RatingPolicy()

    def find_process(self, key: str) -> Process | None:
        """By id or slug."""
        return _find(self.processes, key)

    def find_queue(self, key: str) -> Queue | None:
        """By id or slug."""
        return _find(self.queues, key)

    def team(self, id: UUID | None) -> Reference | None:  # noqa: A002 (the word of the domain)
        """The team of an id; by id alone where its copy has not come yet."""
        if id is None:
            return None
        return self.teams.get(id) or Reference(id, "", "")

    def find_team(self, key: str) -> Reference | None:
        """By id or slug."""
        for team in self.teams.values():
            if key in {str(team.id), team.key}:
                return team
        return None


class Configurations:
    """Each tenant's configuration, loaded when it is asked for and seeded when there is none yet."""

    def __init__(self, databases: Databases) -> None:
        self._databases = databases
        # None: forgotten at that time, so that what was read before is not kept after.
        self._kept: OrderedDict[UUID, tuple[float, Configuration | None]] = OrderedDict()
        self._reading: set[UUID] = set()

    async def of(self, tenant_id: UUID) -> Configuration:
        """The tenant's configuration, `FRESH_SECONDS` old, or a little more while somebody reads it anew."""
        kept = self._kept_for(tenant_id)
        if kept is not None:
            return kept
        with self._reading_alone(tenant_id):
            async with self._databases.for_tenant(tenant_id).transaction(tenant_id) as tx:
                return await self._read(tx)

    async def within(self, tx: Tx) -> Configuration:
        """As `of`, on the transaction's own connection; it must have changed nothing of the configuration."""
        kept = self._kept_for(tx.tenant_id)
        if kept is not None:
            return kept
        with self._reading_alone(tx.tenant_id):
            return await self._read(tx)

    async def to_be_changed(self, tx: Tx) -> Configuration:
        """The configuration as it stands, seeded where there is none yet; what is kept is forgotten after the commit.

        Changes of one tenant's come one after the other, so that each is checked against what it is put beside.
        """
        await tx.execute(
            select(func.pg_advisory_xact_lock(func.hashtextextended(f"configure {tx.tenant_id}", 0)))
        )
        await seed_configuration(tx)
        tx.after_commit(lambda: self.forget(tx.tenant_id))
        return await load_configuration(tx, absent=lambda: self.forget(tx.tenant_id))

    def forget(self, tenant_id: UUID) -> None:
        """What was kept of the tenant is read again; called after a commit that changed it."""
        self._put(tenant_id, time.monotonic(), None)

    def _kept_for(self, tenant_id: UUID) -> Configuration | None:
        """What is kept, unless it is old and nobody reads it anew yet."""
        entry = self._kept.get(tenant_id)
        if entry is None or entry[1] is None:
            return None
        age = time.monotonic() - entry[0]
        if age > STALE_SECONDS or (age > FRESH_SECONDS and tenant_id not in self._reading):
            return None
        self._kept.move_to_end(tenant_id)
        return entry[1]

    @contextmanager
    def _reading_alone(self, tenant_id: UUID) -> Iterator[None]:
        """While the block runs, others make do with what is kept."""
        self._reading.add(tenant_id)
        try:
            yield
        finally:
            self._reading.discard(tenant_id)

    async def _read(self, tx: Tx) -> Configuration:
        started = time.monotonic()
        await seed_configuration(tx)
        configuration = await load_configuration(tx, absent=lambda: self.forget(tx.tenant_id))
        tx.after_commit(lambda: self._keep(tx.tenant_id, started, configuration))
        return configuration

    def _keep(self, tenant_id: UUID, loaded_at: float, configuration: Configuration) -> None:
        entry = self._kept.get(tenant_id)
        if entry is None or entry[0] < loaded_at:
            self._put(tenant_id, loaded_at, configuration)

    def _put(self, tenant_id: UUID, at: float, configuration: Configuration | None) -> None:
        self._kept[tenant_id] = (at, configuration)
        self._kept.move_to_end(tenant_id)
        while len(self._kept) > KEPT_TENANTS:
            self._kept.popitem(last=False)


class _Rows(dict[UUID, T]):
    """Rows by id; one that is not there was made elsewhere a moment ago: it is there when asked again."""

    def __init__(self, rows: Iterable[tuple[UUID, T]], absent: Callable[[], None]) -> None:
        super().__init__(rows)
        self._absent = absent

    def __missing__(self, id: UUID) -> T:  # noqa: A002 (the word of the domain)
        self._absent()
        raise Unavailable("The configuration has just changed. Try again.")


async def load_configuration(tx: Tx, *, absent: Callable[[], None]) -> Configuration:
    """The tenant's configuration as it stands now, also where the transaction has read an older one.

    :param absent: called when it is asked for a process or queue that it does not have.
    """
    processes = list(await tx.scalars(_newest(select(Process).order_by(Process.slug))))
    queues = list(await tx.scalars(_newest(select(Queue).order_by(Queue.slug))))
    kinds = select(TicketType).order_by(TicketType.created_at, TicketType.slug)
    types = list(await tx.scalars(_newest(kinds)))
    slugs = {kind.id: kind.slug for kind in types}
    rules: dict[UUID, Rules] = {}
    current: dict[tuple[UUID, str], UUID] = {}
    versions = await tx.execute(
        _newest(
            select(WorkflowVersion, Workflow.process_id, Workflow.type_id, Workflow.removed)
            .join(
                Workflow,
                (Workflow.tenant_id == WorkflowVersion.tenant_id)
                & (Workflow.id == WorkflowVersion.workflow_id),
            )
            .order_by(WorkflowVersion.workflow_id, WorkflowVersion.revision)
        )
    )
    for version, process_id, type_id, removed in versions:
        rules[version.id] = parse_workflow(version.definition)
        if not removed:
            current[process_id, slugs[type_id]] = version.id
    cells = await tx.scalars(_newest(select(PriorityRow)))
    fields = await tx.scalars(_newest(select(FieldDefinition).order_by(FieldDefinition.slug)))
    teams = await tx.scalars(_newest(select(Team)))
    roles = await tx.scalars(_newest(select(Role)))
    files = await tx.scalar(_newest(select(FileSetting).where(FileSetting.id == tx.tenant_id)))
    tenant = await tx.scalar(_newest(select(Tenant).where(Tenant.id == tx.tenant_id)))
    return Configuration(
        processes=_Rows(((process.id, process) for process in processes), absent),
        queues=_Rows(((queue.id, queue) for queue in queues), absent),
        types={kind.slug: kind for kind in types},
        rules=rules,
        current=current,
        matrix={(cell.impact, cell.urgency): cell.priority for cell in cells},
        fields={item.slug: definition_of(item) for item in fields},
        teams={team.id: Reference(team.id, team.slug, team.name) for team in teams},
        roles={role.slug: tuple(role.permissions) for role in roles},
        languages=tuple(tenant.languages) if tenant is not None else ("en",),
        focused=frozenset(await tx.scalars(select(FocusMode.id).where(FocusMode.enabled))),
        ratings={
            None if row.id == tx.tenant_id else row.id: rating_policy_of(row)
            for row in await tx.scalars(_newest(select(RatingSetting)))
        },
        files=file_policy_of(files),
    )


def _newest(statement: Select[*Ts]) -> Select[*Ts]:
    """With rows as they are stored: a session gives those that it knows as it first read them."""
    return statement.execution_options(populate_existing=True)


def definition_of(row: FieldDefinition) -> Definition:
    """A field as the rules of values know it."""
    dependent = row.dependent_choices.get("choices", {})
    assert isinstance(dependent, dict)  # stored so
    return Definition(
        slug=row.slug,
        name=row.name,
        kind=row.kind,
        choices=tuple(row.choices),
        active=row.active,
        required=row.required,
        required_when=row.required_when,
        shown_when=row.shown_when,
        depends_on=str(row.dependent_choices.get("field", "")),
        choices_by={value: tuple(choices) for value, choices in dependent.items()},
        processes=tuple(row.processes),
        types=tuple(row.types),
        description=row.description,
    )


def file_policy_of(row: FileSetting | None) -> FilePolicy:
    """The setting as the rules of files know it; what is shipped where there is none."""
    return FilePolicy() if row is None else FilePolicy(row.taken, tuple(row.extensions))


def rating_policy_of(row: RatingSetting) -> RatingPolicy:
    """A setting as the rules of ratings know it."""
    return RatingPolicy(**{name: getattr(row, name) for name in RatingPolicy.__dataclass_fields__})


def _find(rows: Mapping[UUID, R], key: str) -> R | None:
    for row in rows.values():
        if key in {str(row.id), row.slug}:
            return row
    return None
