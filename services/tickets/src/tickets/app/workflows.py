"""What administrators do with workflows: each save is a new version, and running tickets keep theirs or are moved."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy import or_, select

from chassis.db import Tx, check_version
from chassis.errors import AlreadyExists, FieldError, InvalidInput, NotFound, WrongState
from chassis.ids import is_id
from chassis.paging import Keyset, Page
from tickets.app.actors import occasion_of
from tickets.app.administering import check_name, find_row
from tickets.app.checking import Problems
from tickets.app.conditions import filter_problem
from tickets.app.configuration import Configuration
from tickets.app.workflow_moving import Moving, count_running, start_moving
from tickets.db.configuration import Process, TicketType, Workflow, WorkflowVersion
from tickets.domain.changes import Change
from tickets.domain.definitions import ROOT, Fault, MalformedWorkflow, parse_workflow, write_workflow
from tickets.domain.workflow import Workflow as Rules
from tickets.domain.workflow_check import Known, faults_of
from tickets.publish import events

MOST_CHARACTERS = 200_000
"""Of a definition: it travels in the event of its change, before and after."""

_IN_ORDER = Keyset([(Workflow.id, False)], "workflows")

Definition = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class WorkflowView:
    """A workflow with its newest version and what it is for."""

    workflow: Workflow
    process: Process
    kind: TicketType
    definition: Definition


@dataclass(frozen=True, slots=True)
class NewWorkflow:
    """A workflow to be made; process and type by id or slug."""

    process: str
    type: str
    name: str
    definition: Definition = field(default_factory=dict)


def check_definition(
    configuration: Configuration, definition: Definition
) -> tuple[Rules | None, list[Fault]]:
    """The rules that a definition describes, None where it cannot be read; and all that is wrong, by place."""
    if len(json.dumps(definition)) > MOST_CHARACTERS:
        return None, [Fault(ROOT, f"must have at most {MOST_CHARACTERS} characters")]
    try:
        rules = parse_workflow(definition)
    except MalformedWorkflow as error:
        return None, error.faults
    known = Known(
        fields=[slug for slug, field in configuration.fields.items() if field.active],
        permissions={permission for held in configuration.roles.values() for permission in held},
        roles=configuration.roles,
        filter_problem=lambda text: filter_problem(configuration, text),
    )
    return rules, faults_of(rules, known)


async def create_workflow(tx: Tx, *, configuration: Configuration, new: NewWorkflow) -> WorkflowView:
    """Makes the workflow of a type in a process. Raises InvalidInput with every fault, and AlreadyExists."""
    problems = Problems()
    check_name(problems, new.name)
    process = kind = None
    try:
        process = await find_row(tx, Process, new.process, "process")
    except NotFound:
        problems.add("process", "there is no such process")
    try:
        kind = await find_row(tx, TicketType, new.type, "ticket type")
    except NotFound:
        problems.add("type", "there is no such ticket type")
    rules = _checked(configuration, new.definition, problems)
    problems.raise_any()
    assert process is not None  # noted otherwise
    assert kind is not None
    there = select(Workflow.id).where(
        Workflow.process_id == process.id, Workflow.type_id == kind.id, ~Workflow.removed
    )
    if await tx.scalar(there) is not None:
        raise AlreadyExists(f"{process.slug} has a workflow for {kind.slug} already.")
    row = Workflow(process_id=process.id, type_id=kind.id, name=new.name.strip())
    tx.add(row)
    await tx.flush()
    definition = await _keep(tx, row, rules)
    changes = [Change("name", None, row.name), Change(ROOT, None, definition)]
    _tell(tx, row, changes)
    return WorkflowView(row, process, kind, definition)


async def update_workflow(
    tx: Tx,
    *,
    configuration: Configuration,
    workflow: str,
    name: str | None,
    definition: Definition | None,
    moving: Moving,
    expected_version: int | None,
) -> WorkflowView:
    """Renames a workflow, or saves a new version of it that new tickets get.

    Running tickets keep their version or, as `moving` says, are moved in the background. Raises NotFound, Stale,
    InvalidInput with every fault, also for a state in use that the new version lacks and the moving does not map.
    """
    row = await _row(tx, workflow, locked=True)
    check_version(row, expected_version)
    before = await _view(tx, row)
    problems = Problems()
    if name is not None:
        check_name(problems, name)
    rules = None if definition is None else _checked(configuration, definition, problems)
    problems.raise_any()
    changes = []
    if name is not None and name.strip() != row.name:
        changes.append(Change("name", row.name, name.strip()))
        row.name = name.strip()
    if rules is not None and write_workflow(rules) != before.definition:
        row.revision += 1
    version = await _version(tx, row)
    if row.revision > version.revision:
        assert rules is not None  # it made the revision
        await tx.flush()
        changes.append(Change(ROOT, dict(before.definition), await _keep(tx, row, rules)))
    if moving.moves:
        await start_moving(tx, row, await _version(tx, row), moving)
    elif moving.states:
        raise InvalidInput([FieldError("running.state_map", "goes with the rule move")])
    await tx.flush()
    if changes:
        _tell(tx, row, changes)
    return await _view(tx, row)


async def delete_workflow(
    tx: Tx, *, configuration: Configuration, workflow: str, expected_version: int | None
) -> None:
    """Removes a workflow that no running ticket has; what holds instead, `Configuration.workflow_of` says.

    Raises NotFound, Stale, and WrongState for one that is in use or that all else falls back to.
    """
    row = await _row(tx, workflow, locked=True)
    check_version(row, expected_version)
    if (row.process_id, row.type_id) == (configuration.default_process().id, configuration.default_type().id):
        raise WrongState("WORKFLOW_NEEDED", "It is that of the default type in the default process.")
    versions = await tx.scalars(select(WorkflowVersion.id).where(WorkflowVersion.workflow_id == row.id))
    if running := sum((await count_running(tx, versions.all())).values()):
        raise WrongState("WORKFLOW_IN_USE", f"{running} running tickets have it.")
    definition = (await _view(tx, row)).definition
    row.removed = True
    await tx.flush()
    _tell(tx, row, [Change("name", row.name, None), Change(ROOT, dict(definition), None)])


async def get_workflow(tx: Tx, *, workflow: str) -> WorkflowView:
    """The workflow of an id with its newest version. Raises NotFound."""
    return await _view(tx, await _row(tx, workflow))


async def list_workflows(
    tx: Tx, *, configuration: Configuration, process: str, kind: str, page: Page
) -> tuple[list[WorkflowView], str]:
    """A page of the workflows, of a process and of a type where they are given, and the token of the next.

    Raises InvalidInput for a process or type that is not there.
    """
    statement = select(Workflow).where(~Workflow.removed)
    problems = Problems()
    if process:
        in_process = (
            or_(Process.slug == process, Process.id == process) if is_id(process) else Process.slug == process
        )
        found = await tx.scalar(select(Process.id).where(in_process))
        if found is None:
            problems.add("process", "there is no such process")
        statement = statement.where(Workflow.process_id == found)
    if kind:
        if kind not in configuration.types:
            problems.add("type", "there is no such ticket type")
        statement = statement.where(
            Workflow.type_id.in_(select(TicketType.id).where(TicketType.slug == kind))
        )
    problems.raise_any()
    rows, token = _IN_ORDER.cut((await tx.scalars(_IN_ORDER.select(statement, page))).all(), page)
    return [await _view(tx, row) for row in rows], token


async def list_versions(
    tx: Tx, *, workflow: str, page: Page
) -> tuple[list[tuple[WorkflowVersion, int]], str]:
    """A page of the versions, the newest first, each with how many running tickets live by it; and the next token."""
    row = await _row(tx, workflow)
    newest = Keyset([(WorkflowVersion.revision, True), (WorkflowVersion.id, True)], str(row.id))
    statement = select(WorkflowVersion).where(WorkflowVersion.workflow_id == row.id)
    rows, token = newest.cut((await tx.scalars(newest.select(statement, page))).all(), page)
    running = await count_running(tx, [version.id for version in rows])
    return [(version, running.get(version.id, 0)) for version in rows], token


def _checked(configuration: Configuration, definition: Definition, problems: Problems) -> Rules | None:
    rules, faults = check_definition(configuration, definition)
    for fault in faults:
        problems.add(fault.place, fault.reason)
    return rules


async def _row(tx: Tx, workflow: str, *, locked: bool = False) -> Workflow:
    if not is_id(workflow):
        raise NotFound("workflow")
    statement = select(Workflow).where(Workflow.id == UUID(workflow), ~Workflow.removed)
    if locked:
        statement = statement.with_for_update().execution_options(populate_existing=True)
    row = await tx.scalar(statement)
    if row is None:
        raise NotFound("workflow")
    return row


async def _version(tx: Tx, row: Workflow) -> WorkflowVersion:
    newest = (
        select(WorkflowVersion)
        .where(WorkflowVersion.workflow_id == row.id)
        .order_by(WorkflowVersion.revision.desc())
        .limit(1)
    )
    version = await tx.scalar(newest)
    assert version is not None  # made with the workflow
    return version


async def _view(tx: Tx, row: Workflow) -> WorkflowView:
    process, kind = await tx.get(Process, row.process_id), await tx.get(TicketType, row.type_id)
    assert process is not None  # foreign keys hold them
    assert kind is not None
    rules = parse_workflow((await _version(tx, row)).definition)
    return WorkflowView(row, process, kind, write_workflow(rules))


async def _keep(tx: Tx, row: Workflow, rules: Rules | None) -> dict[str, object]:
    """Stores the next version in its one form."""
    assert rules is not None  # checked
    definition = write_workflow(rules)
    tx.add(WorkflowVersion(workflow_id=row.id, revision=row.revision, definition=definition))
    await tx.flush()
    return definition


def _tell(tx: Tx, row: Workflow, changes: Sequence[Change]) -> None:
    events.setting_changed(
        tx,
        kind="workflow",
        id=row.id,
        name=row.name,
        version=row.version,
        changes=changes,
        occasion=occasion_of(),
    )
