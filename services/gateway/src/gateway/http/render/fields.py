"""Fields of tickets, as JSON."""

from deskmesh.tickets.v1 import field_pb2 as pb
from gateway.http.values import JsonObject, moment, ref_to


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
