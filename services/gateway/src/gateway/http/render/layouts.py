"""Layouts of tickets, as JSON."""

from collections.abc import Iterable

from deskmesh.tickets.v1 import layout_pb2 as pb
from gateway.http.values import JsonObject, actor, moment, ref, text


def layout(value: pb.Layout) -> JsonObject:
    """Write a layout."""
    return {
        "id": value.id,
        "process": ref(value.process),
        "type": text(value.type),
        "audience": value.audience,
        "purpose": value.purpose,
        "sections": _sections(value.sections),
        "created_at": moment(value.created_at),
        "updated_at": moment(value.updated_at),
        "version": value.version,
    }


def version(value: pb.LayoutVersion) -> JsonObject:
    """Write a layout as it was."""
    return {
        "version": value.version,
        "sections": _sections(value.sections),
        "changed_by": actor(value.changed_by),
        "changed_at": moment(value.changed_at),
    }


def shown(value: pb.ResolvedLayout) -> JsonObject:
    """Write what the caller is shown."""
    return {
        "layout": text(value.layout_id),
        "version": value.version,
        "audience": value.audience,
        "purpose": value.purpose,
        "sections": [
            {
                "title": dict(section.title),
                "columns": section.columns,
                "collapsed": section.collapsed,
                "fields": [_field(field) for field in section.fields],
            }
            for section in value.sections
        ],
    }


def _sections(sections: Iterable[pb.LayoutSection]) -> list[JsonObject]:
    return [
        {
            "title": dict(section.title),
            "columns": section.columns,
            "collapsed": section.collapsed,
            "fields": list(section.fields),
        }
        for section in sections
    ]


def _field(value: pb.ResolvedField) -> JsonObject:
    return {
        "name": value.name,
        "title": text(value.title),
        "titles": dict(value.titles),
        "description": text(value.description),
        "type": text(value.type),
        "choices": list(value.choices),
        "required": value.required,
        "read_only": value.read_only,
        "shown_when": text(value.shown_when),
        "required_when": text(value.required_when),
    }
