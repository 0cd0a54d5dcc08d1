"""Macros, as JSON."""

from collections.abc import Iterable

from deskmesh.common.v1 import types_pb2 as common
from deskmesh.tickets.v1 import macro_pb2 as pb
from deskmesh.tickets.v1 import macro_service_pb2 as rpc
from gateway.http.render import tickets
from gateway.http.render.views import sharing
from gateway.http.values import JsonObject, moment, person, plain, plain_object


def macro(value: pb.Macro) -> JsonObject:
    """Write a macro."""
    return {
        "id": value.id,
        "name": value.name,
        "description": value.description,
        "actions": actions(value.actions),
        "shared_with": sharing(value.shared_with),
        "owner": person(value.owner),
        "created_at": moment(value.created_at),
        "updated_at": moment(value.updated_at),
        "version": value.version,
    }


def actions(values: Iterable[pb.Action]) -> list[JsonObject]:
    """Write actions as they were written."""
    return [{"type": one.type, **plain_object(one.parameters)} for one in values]


def effect(value: rpc.MacroEffect) -> JsonObject:
    """Write what a macro does."""
    return {
        "ticket": tickets.ticket(value.ticket),
        "comments": [tickets.comment(comment) for comment in value.comments],
        "changes": [change(one) for one in value.changes],
    }


def change(value: common.FieldChange) -> JsonObject:
    """Write a changed field."""
    return {"field": value.field, "from": plain(value.old_value), "to": plain(value.new_value)}
