"""Configuration items and their relations, as JSON."""

from deskmesh.cmdb.v1 import item_pb2 as pb
from gateway.http.values import JsonObject, moment, person, plain_object, text


def item(value: pb.Item) -> JsonObject:
    """Write a whole item."""
    return {
        "id": value.id,
        "key": value.number,
        "number": value.number,
        "class": getattr(value, "class"),
        "name": value.name,
        "attributes": plain_object(value.attributes),
        "state": text(value.state),
        "holder": person(value.holder),
        "created_at": moment(value.created_at),
        "updated_at": moment(value.updated_at),
        "version": value.version,
    }


def asset(value: pb.Item) -> JsonObject:
    """Write an item in short, as a suggestion."""
    return {
        "id": value.id,
        "key": value.number,
        "number": value.number,
        "class": getattr(value, "class"),
        "name": value.name,
        "state": text(value.state),
        "holder": person(value.holder),
    }


def relation(value: pb.Relation) -> JsonObject:
    """Write a relation: what its source has to do with its target."""
    return {
        "id": value.id,
        "type": value.type,
        "source_id": value.source_id,
        "target_id": value.target_id,
        "created_at": moment(value.created_at),
        "version": value.version,
    }
