"""Fields of tickets, as JSON."""

from deskmesh.tickets.v1 import field_pb2 as pb
from deskmesh.tickets.v1 import field_table_pb2
from gateway.http.values import JsonObject, moment, ref_to, text


def field(value: pb.Field) -> JsonObject:
    """Write a field that a tenant added."""
    dependent: JsonObject | None = None
    if value.dependent_choices.field:
        choices = value.dependent_choices.choices
        dependent = {
            "field": value.dependent_choices.field,
            "choices": {one: list(choices[one].values) for one in sorted(choices)},
        }
    return {
        **ref_to(value),
        "slug": value.slug,
        "type": value.type,
        "description": value.description,
        "choices": list(value.choices),
        "required": value.required,
        "required_when": value.required_when,
        "shown_when": value.shown_when,
        "dependent_choices": dependent,
        "processes": list(value.processes),
        "types": list(value.types),
        "active": value.active,
        "created_at": moment(value.created_at),
        "updated_at": moment(value.updated_at),
        "version": value.version,
    }


def field_table(value: field_table_pb2.FieldTable) -> JsonObject:
    """Write what filters may name."""
    return {
        "version": value.version,
        "changed_at": moment(value.changed_at),
        "fields": [
            {
                "name": one.name,
                "title": text(one.title),
                "type": one.type,
                "values": list(one.values),
                "kind": text(one.kind),
                "active": one.active,
            }
            for one in value.fields
        ],
    }
