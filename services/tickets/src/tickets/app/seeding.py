"""Giving a tenant the shipped configuration."""

from uuid import UUID

from sqlalchemy import exists, func, select

from chassis.db import Tx
from tickets.app.actors import occasion_of
from tickets.app.shipped_fields import give_fields
from tickets.db.configuration import (
    PriorityRow,
    Process,
    Queue,
    TicketType,
    Workflow,
    WorkflowVersion,
)
from tickets.db.directory import Team
from tickets.domain import shipped
from tickets.domain.changes import Change
from tickets.domain.shipped_workflows import workflow_definition
from tickets.publish import events


async def seed_configuration(tx: Tx) -> bool:
    """Gives the tenant what is shipped, unless it has a configuration; tells whether it did.

    Any number of callers may do this at once: the first does it, the others wait for its commit.
    """
    if await tx.scalar(select(exists(select(Process.id)))):
        return False
    await tx.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(f"seed {tx.tenant_id}", 0))))
    if await tx.scalar(select(exists(select(Process.id)))):
        return False
    processes = _add_processes(tx)
    types = _add_types(tx)
    await tx.flush()
    await _add_queues(tx, processes)
    await _add_workflows(tx, processes, types)
    for (impact, urgency), priority in shipped.MATRIX.items():
        tx.add(PriorityRow(impact=impact, urgency=urgency, priority=priority))
    await give_fields(tx)
    await tx.flush()
    events.setting_changed(
        tx,
        kind="configuration",
        id=tx.tenant_id,
        name="shipped",
        version=1,
        changes=[Change("processes", None, sorted(processes))],
        occasion=occasion_of(),
    )
    return True


def _add_processes(tx: Tx) -> dict[str, UUID]:
    ids = {}
    for place, (slug, name, description) in enumerate(shipped.PROCESSES):
        row = Process(slug=slug, name=name, description=description, is_default=place == 0)
        tx.add(row)
        ids[slug] = row.id
    return ids


def _add_types(tx: Tx) -> dict[str, UUID]:
    ids = {}
    for place, (slug, name, prefix) in enumerate(shipped.TYPES):
        row = TicketType(slug=slug, name=name, prefix=prefix, is_default=place == 0)
        tx.add(row)
        ids[slug] = row.id
    return ids


async def _add_queues(tx: Tx, processes: dict[str, UUID]) -> None:
    teams = {team.slug: team.id for team in await tx.scalars(select(Team))}
    for slug, name, process, is_default in shipped.QUEUES:
        tx.add(
            Queue(
                slug=slug,
                name=name,
                process_id=processes[process],
                team_id=teams.get(slug),
                is_default=is_default,
                confidential=False,
            )
        )


async def _add_workflows(tx: Tx, processes: dict[str, UUID], types: dict[str, UUID]) -> None:
    names = {slug: name for slug, name, _ in shipped.TYPES}
    workflows = {
        (process, kind): Workflow(process_id=process_id, type_id=type_id, name=names[kind])
        for process, process_id in processes.items()
        for kind, type_id in types.items()
    }
    for workflow in workflows.values():
        tx.add(workflow)
    await tx.flush()
    for (process, kind), workflow in workflows.items():
        definition = workflow_definition(process, kind)
        tx.add(WorkflowVersion(workflow_id=workflow.id, revision=1, definition=definition))
