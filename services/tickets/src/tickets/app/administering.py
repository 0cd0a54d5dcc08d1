"""What the administration of all settings shares: finding, naming, telling."""

import re
from collections.abc import Mapping
from typing import TypeVar
from uuid import UUID

from sqlalchemy import or_, select, update

from chassis.db import Tx, check_version
from chassis.errors import AlreadyExists, NotFound, WrongState
from chassis.ids import is_id
from tickets.app.actors import occasion_of
from tickets.app.checking import Problems
from tickets.db.configuration import FieldDefinition, Process, Queue, TicketType
from tickets.domain.changes import Plain, differences
from tickets.domain.texts import MAX_SHORT, NAME
from tickets.publish import events

CONFIGURE = "tickets.configure"

SLUG = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")
"""Of processes and queues, which scopes of permissions name too."""

Slugged = Process | Queue | TicketType | FieldDefinition
Row = TypeVar("Row", Process, Queue, TicketType, FieldDefinition)
Exclusive = TypeVar("Exclusive", Process, Queue, TicketType)


async def find_row(tx: Tx, row: type[Row], key: str, what: str) -> Row:
    """The row of an id or slug as it stands. Raises NotFound."""
    return await _found(tx, row, key, what, locked=False)


async def locked_row(tx: Tx, row: type[Row], key: str, what: str, expected_version: int | None) -> Row:
    """The row of an id or slug, locked to be changed. Raises NotFound, and Stale for another version than expected."""
    found = await _found(tx, row, key, what, locked=True)
    check_version(found, expected_version)
    return found


async def _found(tx: Tx, row: type[Row], key: str, what: str, *, locked: bool) -> Row:
    named = row.slug == key
    statement = select(row).where(or_(named, row.id == UUID(key)) if is_id(key) else named)
    if locked:
        statement = statement.with_for_update().execution_options(populate_existing=True)
    found = await tx.scalar(statement)
    if found is None:
        raise NotFound(what)
    return found


def check_name(problems: Problems, name: str) -> None:
    """Checks what people call a setting."""
    problems.text("name", name, limit=MAX_SHORT, required=True)


def check_slug(problems: Problems, slug: str) -> None:
    """Checks the key of a process or queue."""
    check_slug_at(problems, "slug", slug)


def check_slug_at(problems: Problems, field: str, slug: str) -> None:
    """Checks a word of such a form under the name of its field."""
    if SLUG.fullmatch(slug) is None:
        problems.add(field, "must be 1 to 63 lower-case letters, digits and inner hyphens")


def check_key(problems: Problems, slug: str) -> None:
    """Checks the key of a type or field."""
    if NAME.fullmatch(slug) is None:
        problems.add("slug", "must begin with a lower-case letter; then letters, digits and _, at most 63")


async def check_free(tx: Tx, row: type[Row], slug: str, what: str) -> None:
    """Raises AlreadyExists where a setting of this slug is there."""
    if await tx.scalar(select(row.id).where(row.slug == slug)) is not None:
        raise AlreadyExists(f"There is a {what} with the slug {slug} already.")


async def take_default(tx: Tx, row: Exclusive) -> None:
    """Makes the row the default of its kind (a queue: of its process), and tells of the one that was."""
    kind = type(row)
    statement = update(kind).where(kind.is_default, kind.id != row.id)
    if isinstance(row, Queue):
        statement = statement.where(Queue.process_id == row.process_id)
    before = await tx.execute(
        statement.values(is_default=False, version=kind.version + 1).returning(
            kind.id, kind.name, kind.version
        )
    )
    for id_, name, version in before:
        events.setting_changed(
            tx,
            kind=spoken(kind),
            id=id_,
            name=name,
            version=version,
            changes=differences({"is_default": True}, {"is_default": False}),
            occasion=occasion_of(),
        )
    row.is_default = True


def check_default(row: Process | Queue | TicketType, changes: Mapping[str, object]) -> None:
    """Raises WrongState where the changes would leave no default, or one that rests."""
    is_default = row.is_default or changes.get("is_default") is True
    if row.is_default and changes.get("is_default") is False:
        raise WrongState("DEFAULT_NEEDED", "Make another one the default instead.")
    if is_default and not changes.get("active", row.active):
        raise WrongState("DEFAULT_NEEDED", "The default must be active. Make another one the default first.")


def tell(
    tx: Tx,
    row: Slugged,
    before: Mapping[str, Plain],
    after: Mapping[str, Plain],
) -> None:
    """Publishes what changed of a setting that was flushed."""
    events.setting_changed(
        tx,
        kind=spoken(type(row)),
        id=row.id,
        name=row.name,
        version=row.version,
        changes=differences(before, after),
        occasion=occasion_of(),
    )


def spoken(row: type[Slugged]) -> str:
    """What a kind of setting is called in events."""
    return _SPOKEN[row]


_SPOKEN: Mapping[type[Slugged], str] = {
    Process: "process",
    Queue: "queue",
    TicketType: "ticket_type",
    FieldDefinition: "field",
}
