"""The priority matrix, as administrators read and write it."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select

from chassis.db import Tx
from chassis.errors import Stale
from tickets.app.actors import occasion_of
from tickets.app.checking import Problems
from tickets.db.configuration import PriorityRow
from tickets.domain.changes import differences
from tickets.domain.priority import LEVELS, PRIORITIES
from tickets.publish import events


@dataclass(frozen=True, slots=True)
class Cell:
    """What an impact and an urgency make of a ticket."""

    impact: str
    urgency: str
    priority: str


async def get_matrix(tx: Tx) -> tuple[list[Cell], int]:
    """All cells, the worst first, and the version of the whole: each change of a cell adds one to it."""
    rows = await _rows(tx, locked=False)
    return _cells(rows), _version(rows)


async def update_matrix(
    tx: Tx, *, cells: Sequence[Cell], expected_version: int | None
) -> tuple[list[Cell], int]:
    """Changes some cells; new and changed tickets follow it, others keep their priority.

    Raises InvalidInput for cells that cannot be, and Stale.
    """
    rows = await _rows(tx, locked=True)
    if expected_version is not None and expected_version != _version(rows):
        raise Stale
    problems = Problems()
    if not cells:
        problems.add("cells", "must name at least one cell")
    for place, cell in enumerate(cells):
        for name, allowed in (("impact", LEVELS), ("urgency", LEVELS), ("priority", PRIORITIES)):
            if getattr(cell, name) not in allowed:
                problems.add(f"cells[{place}].{name}", f"must be one of: {', '.join(allowed)}")
        if any((cell.impact, cell.urgency) == (one.impact, one.urgency) for one in cells[:place]):
            problems.add(f"cells[{place}]", "names a cell twice")
    problems.raise_any()
    before = _described(rows)
    wanted = {(cell.impact, cell.urgency): cell.priority for cell in cells}
    for row in rows:
        row.priority = wanted.get((row.impact, row.urgency), row.priority)
    await tx.flush()
    changes = differences(before, _described(rows))
    if changes:
        events.setting_changed(
            tx,
            kind="priority_matrix",
            id=rows[0].id,
            name="priority matrix",
            version=_version(rows),
            changes=changes,
            occasion=occasion_of(),
        )
    return _cells(rows), _version(rows)


async def _rows(tx: Tx, *, locked: bool) -> list[PriorityRow]:
    statement = select(PriorityRow).order_by(PriorityRow.id)
    if locked:
        statement = statement.with_for_update().execution_options(populate_existing=True)
    rows = await tx.scalars(statement)
    return sorted(rows, key=lambda row: (LEVELS.index(row.impact), LEVELS.index(row.urgency)))


def _cells(rows: Sequence[PriorityRow]) -> list[Cell]:
    return [Cell(row.impact, row.urgency, row.priority) for row in rows]


def _version(rows: Sequence[PriorityRow]) -> int:
    return 1 + sum(row.version - 1 for row in rows)


def _described(rows: Sequence[PriorityRow]) -> dict[str, str]:
    return {f"{row.impact}/{row.urgency}": row.priority for row in rows}
