"""What administrators do with layouts: each save is a version, and any version comes back."""

from collections.abc import Sequence
from dataclasses import asdict
from uuid import UUID

from sqlalchemy import select

from chassis.db import Tx, check_version
from chassis.errors import AlreadyExists, FieldError, InvalidInput, NotFound
from chassis.ids import is_id
from chassis.paging import Keyset, Page
from tickets.app.actors import occasion_of
from tickets.app.checking import Problems
from tickets.app.configuration import Configuration
from tickets.db.layouts import Layout, LayoutVersion
from tickets.domain.changes import Plain, differences
from tickets.domain.layouts import AUDIENCES, PURPOSES, For, Section, layout_problems
from tickets.publish import events

_IN_ORDER = Keyset([(Layout.id, False)], "layouts")


async def create_layout(
    tx: Tx, *, configuration: Configuration, of: For, sections: Sequence[Section]
) -> Layout:
    """Makes a layout. Raises InvalidInput with all that is wrong, by place, and AlreadyExists."""
    problems = Problems()
    process = configuration.find_process(of.process)
    if process is None:
        problems.add("process", "there is no such process")
    if of.kind and of.kind not in configuration.types:
        problems.add("type", "there is no such ticket type")
    for name, value, known in (("audience", of.audience, AUDIENCES), ("purpose", of.purpose, PURPOSES)):
        if value not in known:
            problems.add(name, f"must be one of: {', '.join(known)}")
    problems.raise_any()
    assert process is not None  # noted otherwise
    _check(configuration, For(process.slug, of.kind, of.audience, of.purpose), sections)
    if await find_layout(tx, process.id, of.kind, of.audience, of.purpose) is not None:
        raise AlreadyExists("There is such a layout already.")
    row = Layout(
        process_id=process.id,
        type=of.kind,
        audience=of.audience,
        purpose=of.purpose,
        sections=_plain(sections),
    )
    tx.add(row)
    await _keep(tx, configuration, row, {})
    return row


async def update_layout(
    tx: Tx,
    *,
    configuration: Configuration,
    layout: str,
    sections: Sequence[Section],
    expected_version: int | None,
) -> Layout:
    """Puts other sections in place of those of a layout. Raises NotFound, Stale, and InvalidInput as `create_layout`."""
    row = await _row(tx, layout)
    check_version(row, expected_version)
    return await _put(tx, configuration, row, sections)


async def delete_layout(
    tx: Tx, *, configuration: Configuration, layout: str, expected_version: int | None
) -> None:
    """Removes a layout; its versions stay. Raises NotFound and Stale."""
    row = await _row(tx, layout)
    check_version(row, expected_version)
    before = _said(configuration, row)
    row.removed = True
    await _keep(tx, configuration, row, before)


async def restore_layout(
    tx: Tx, *, configuration: Configuration, layout: str, revision: int, expected_version: int | None
) -> Layout:
    """Makes an earlier version the newest, of a layout that was removed too.

    Raises NotFound, Stale, AlreadyExists where another one has taken its place, and InvalidInput where that version names what
    tickets do not have any more, or is the removal itself.
    """
    row = await _row(tx, layout, also_removed=True)
    check_version(row, expected_version)
    found = await tx.scalar(
        select(LayoutVersion).where(LayoutVersion.layout_id == row.id, LayoutVersion.revision == revision)
    )
    if found is None or not found.sections:
        raise InvalidInput([FieldError("version", "there is no such version to restore")])
    if row.removed and await find_layout(tx, row.process_id, row.type, row.audience, row.purpose) is not None:
        raise AlreadyExists("Another layout has taken its place.")
    return await _put(tx, configuration, row, sections_of(found.sections))


async def get_layout(tx: Tx, *, layout: str) -> Layout:
    """The layout of an id. Raises NotFound."""
    return await _row(tx, layout)


async def list_layouts(
    tx: Tx, *, configuration: Configuration, of: For, page: Page
) -> tuple[list[Layout], str]:
    """A page of the layouts, of those for what is given, and the token of the next. Raises InvalidInput for an unknown process."""
    statement = select(Layout).where(~Layout.removed)
    if of.process:
        process = configuration.find_process(of.process)
        if process is None:
            raise InvalidInput([FieldError("process", "there is no such process")])
        statement = statement.where(Layout.process_id == process.id)
    for column, value in (
        (Layout.type, of.kind),
        (Layout.audience, of.audience),
        (Layout.purpose, of.purpose),
    ):
        if value:
            statement = statement.where(column == value)
    return _IN_ORDER.cut((await tx.scalars(_IN_ORDER.select(statement, page))).all(), page)


async def list_layout_versions(tx: Tx, *, layout: str, page: Page) -> tuple[list[LayoutVersion], str]:
    """A page of the versions of a layout, the newest first, and the token of the next. Raises NotFound."""
    row = await _row(tx, layout, also_removed=True)
    newest = Keyset([(LayoutVersion.revision, True), (LayoutVersion.id, True)], str(row.id))
    statement = select(LayoutVersion).where(LayoutVersion.layout_id == row.id)
    return newest.cut((await tx.scalars(newest.select(statement, page))).all(), page)


async def find_layout(tx: Tx, process_id: UUID, kind: str, audience: str, purpose: str) -> Layout | None:
    """The layout for exactly this."""
    found: Layout | None = await tx.scalar(
        select(Layout).where(
            Layout.process_id == process_id,
            Layout.type == kind,
            Layout.audience == audience,
            Layout.purpose == purpose,
            ~Layout.removed,
        )
    )
    return found


def sections_of(kept: Sequence[dict[str, object]]) -> list[Section]:
    """The sections of a row."""
    return [Section(**one) for one in kept]  # type: ignore[arg-type]  # as `_plain` wrote them


async def _put(tx: Tx, configuration: Configuration, row: Layout, sections: Sequence[Section]) -> Layout:
    process = configuration.processes[row.process_id].slug
    _check(configuration, For(process, row.type, row.audience, row.purpose), sections)
    before = {} if row.removed else _said(configuration, row)
    if row.removed or _plain(sections) != row.sections:
        row.sections, row.removed = _plain(sections), False
        await _keep(tx, configuration, row, before)
    return row


async def _keep(tx: Tx, configuration: Configuration, row: Layout, before: dict[str, Plain]) -> None:
    """Stores a new version and tells what changed."""
    await tx.flush()
    occasion = occasion_of()
    tx.add(
        LayoutVersion(
            layout_id=row.id,
            revision=row.version,
            sections=[] if row.removed else row.sections,
            changed_by=asdict(occasion.actor),
        )
    )
    await tx.flush()
    process = configuration.processes[row.process_id].slug
    said = {} if row.removed else _said(configuration, row)
    events.setting_changed(
        tx,
        kind="layout",
        id=row.id,
        name=" ".join(filter(None, (process, row.type, row.audience, row.purpose))),
        version=row.version,
        changes=differences(before, {**dict.fromkeys(before), **said}),
        occasion=occasion,
    )


async def _row(tx: Tx, layout: str, *, also_removed: bool = False) -> Layout:
    row = await tx.get(Layout, UUID(layout)) if is_id(layout) else None
    if row is None or (row.removed and not also_removed):
        raise NotFound("layout")
    return row


def _check(configuration: Configuration, of: For, sections: Sequence[Section]) -> None:
    problems = layout_problems(sections, of, configuration.fields)
    if problems:
        raise InvalidInput([FieldError(place, reason) for place, reason in problems])


def _plain(sections: Sequence[Section]) -> list[dict[str, object]]:
    return [
        {
            "title": {language: text.strip() for language, text in sorted(one.title.items())},
            "columns": one.columns,
            "collapsed": one.collapsed,
            "fields": list(one.fields),
        }
        for one in sections
    ]


def _said(configuration: Configuration, row: Layout) -> dict[str, Plain]:
    process = configuration.processes[row.process_id].slug
    return {
        "process": process,
        "type": row.type or None,
        "audience": row.audience,
        "purpose": row.purpose,
        **{f"sections[{number}]": section for number, section in enumerate(row.sections)},
    }
