"""Giving tenants of earlier releases what newer ones ship."""

from sqlalchemy import select

from chassis.db import Tx
from tickets.app.actors import occasion_of
from tickets.app.administering import tell
from tickets.app.fields import said
from tickets.app.shipped_fields import give_fields
from tickets.db.configuration import Process, TicketType, Workflow, WorkflowVersion
from tickets.domain.changes import Change
from tickets.domain.definitions import ROOT
from tickets.domain.shipped_workflows import is_earlier, workflow_definition
from tickets.publish import events


async def upgrade_fields(tx: Tx) -> None:
    """Gives the tenant the fields that earlier releases did not ship. Safe to repeat; what it deleted stays away.

    To be called with the lock that changes of the configuration take.
    """
    for row in await give_fields(tx):
        tell(tx, row, {}, said(row))


async def upgrade_workflows(tx: Tx) -> None:
    """Gives the tenant's workflows that are as an earlier release shipped them a version as this one does.

    One that was changed is left alone. New tickets get the new version, running ones keep theirs. Safe to
    repeat. To be called with the lock that changes of the configuration take.
    """
    found = await tx.execute(
        select(Workflow, WorkflowVersion, Process.slug, TicketType.slug)
        .join(
            WorkflowVersion,
            (WorkflowVersion.workflow_id == Workflow.id) & (WorkflowVersion.revision == Workflow.revision),
        )
        .join(Process, Process.id == Workflow.process_id)
        .join(TicketType, TicketType.id == Workflow.type_id)
        .where(~Workflow.removed)
        .order_by(Workflow.id)
    )
    for workflow, version, process, kind in found.all():
        if not is_earlier(version.definition):
            continue
        definition = workflow_definition(process, kind)
        workflow.revision += 1
        tx.add(WorkflowVersion(workflow_id=workflow.id, revision=workflow.revision, definition=definition))
        await tx.flush()
        events.setting_changed(
            tx,
            kind="workflow",
            id=workflow.id,
            name=workflow.name,
            version=workflow.version,
            changes=[Change(ROOT, dict(version.definition), definition)],
            occasion=occasion_of(),
        )
