"""Layouts as callers are told of them."""

from collections.abc import Sequence

from deskmesh.common.v1 import types_pb2 as common
from deskmesh.tickets.v1 import layout_pb2 as pb
from tickets.db.configuration import Process
from tickets.db.layouts import Layout, LayoutVersion
from tickets.domain.layouts import For, Section, Shown, ShownSection
from tickets.domain.shipped_titles import shipped_titles
from tickets.publish.messages import moment, row_message


def layout_message(row: Layout, process: Process) -> pb.Layout:
    """A layout as it is."""
    return pb.Layout(
        id=str(row.id),
        process=row_message(process),
        type=row.type,
        audience=row.audience,
        purpose=row.purpose,
        sections=_sections(row.sections),
        created_at=moment(row.created_at),
        updated_at=moment(row.updated_at),
        version=row.version,
    )


def layout_version_message(row: LayoutVersion) -> pb.LayoutVersion:
    """A layout as it was."""
    return pb.LayoutVersion(
        version=row.revision,
        sections=_sections(row.sections),
        changed_by=common.Actor(**row.changed_by),  # type: ignore[arg-type]  # kept by the names of its fields
        changed_at=moment(row.created_at),
    )


def shown_layout_message(
    of: For, layout: Layout | None, sections: Sequence[ShownSection]
) -> pb.ResolvedLayout:
    """What somebody is shown."""
    return pb.ResolvedLayout(
        layout_id="" if layout is None else str(layout.id),
        version=0 if layout is None else layout.version,
        audience=of.audience,
        purpose=of.purpose,
        sections=[_shown_section(one.section, one.fields) for one in sections],
    )


def _sections(kept: Sequence[dict[str, object]]) -> list[pb.LayoutSection]:
    return [pb.LayoutSection(**section) for section in kept]  # type: ignore[arg-type]  # as above


def _shown_section(section: Section, fields: Sequence[Shown]) -> pb.ResolvedSection:
    return pb.ResolvedSection(
        title=dict(section.title),
        columns=section.columns,
        collapsed=section.collapsed,
        fields=[_shown(one) for one in fields],
    )


def _shown(one: Shown) -> pb.ResolvedField:
    definition = one.definition
    return pb.ResolvedField(
        name=one.name,
        title="" if definition is None else definition.name,
        description="" if definition is None else definition.description,
        type="" if definition is None else definition.kind,
        choices=one.choices,
        required=one.required,
        read_only=one.read_only,
        shown_when=one.shown_when,
        required_when=one.required_when,
        titles={} if definition is None else shipped_titles(definition.slug, definition.name),
    )
