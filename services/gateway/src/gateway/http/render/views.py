"""Saved views, as JSON."""

from deskmesh.tickets.v1 import view_pb2 as pb
from gateway.http.values import JsonObject, moment, person, ref, text


def view(value: pb.View) -> JsonObject:
    """Write a view."""
    return {
        "id": value.id,
        "name": value.name,
        "filter": value.filter,
        "q": value.query,
        "columns": list(value.columns),
        "order_by": value.order_by,
        "shared_with": sharing(value.shared_with),
        "owner": person(value.owner),
        "created_at": moment(value.created_at),
        "updated_at": moment(value.updated_at),
        "version": value.version,
    }


def sharing(value: pb.ViewSharing) -> JsonObject:
    """Write whom something is shared with."""
    return {"everybody": value.everybody, "teams": [ref(team) for team in value.teams]}


def count(value: pb.ViewCount) -> JsonObject:
    """Write how many tickets a view has."""
    return {
        "view_id": value.view_id,
        "count": value.count,
        "more": value.more,
        "problem": text(value.problem),
    }
