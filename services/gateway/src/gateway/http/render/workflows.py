"""Workflows, as JSON."""

from deskmesh.tickets.v1 import workflow_pb2 as pb
from gateway.http.values import JsonObject, moment, plain_object, ref


def workflow(value: pb.Workflow) -> JsonObject:
    """Write a workflow with its newest version."""
    return {
        "id": value.id,
        "name": value.name,
        "process": ref(value.process),
        "type": value.type,
        "revision": value.revision,
        "definition": plain_object(value.definition),
        "created_at": moment(value.created_at),
        "updated_at": moment(value.updated_at),
        "version": value.version,
    }


def version(value: pb.WorkflowVersion) -> JsonObject:
    """Write what a workflow said from a time on."""
    return {
        "id": value.id,
        "revision": value.revision,
        "definition": plain_object(value.definition),
        "created_at": moment(value.created_at),
        "running_tickets": value.running_tickets,
    }
