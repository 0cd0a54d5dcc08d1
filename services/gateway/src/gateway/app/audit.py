"""The audit log: every changed setting of every service, in one chain per tenant."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

import structlog
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from chassis import filters
from chassis.context import current_caller
from chassis.db import Tx, get_for_update
from chassis.ids import new_id
from chassis.paging import Keyset, Page
from gateway.db.audit import AuditEntry, AuditHead
from gateway.db.fields import AUDIT_ENTRIES
from gateway.domain.audit import FIRST, Chain, Change, Content, Link, chain_hash, changes_text

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Told:
    """A changed setting as a service told it; `occurred_at` is aware."""

    event_id: UUID
    service: str
    kind: str
    target_id: str
    target_name: str
    changes: Sequence[Change]
    actor_kind: str
    actor_id: str
    cause: str
    occurred_at: datetime


@dataclass(frozen=True, slots=True)
class Verdict:
    """How long a log is, the hash it ends with, and the sequence number at which it is broken (None: sound)."""

    entries: int
    head: bytes
    broken_at: int | None


@dataclass(frozen=True, slots=True)
class KnownEnd:
    """An end that the log had, kept elsewhere."""

    sequence: int
    hash: bytes


async def record(tx: Tx, *, told: Iterable[Told]) -> None:
    """Append entries to the tenant's log. Each new end is written to the process log too.

    Whoever can write to the database can't write there: so a log that was cut, or made anew, is found out.
    """
    head = await _locked_head(tx)
    for one in told:
        content = Content(
            tenant_id=str(tx.tenant_id),
            sequence=head.sequence + 1,
            event_id=str(one.event_id),
            service=one.service,
            kind=one.kind,
            target_id=one.target_id,
            target_name=one.target_name,
            changes=changes_text(one.changes),
            actor_kind=one.actor_kind,
            actor_id=one.actor_id,
            cause=one.cause,
            occurred_at=one.occurred_at,
            recorded_at=datetime.now(UTC),
        )
        previous, head.hash = head.hash, chain_hash(head.hash, content)
        head.sequence = content.sequence
        tx.add(_row(content, previous, head.hash))
    await tx.flush()
    sequence, digest = head.sequence, head.hash.hex()
    tx.after_commit(lambda: log.info("audit_head", tenant=str(tx.tenant_id), sequence=sequence, hash=digest))


async def list_entries(tx: Tx, *, page: Page, filter_text: str = "") -> tuple[list[AuditEntry], str]:
    """Return a page of the tenant's log, the latest entry first, and the next page's token.

    Raises BadRequest for a malformed filter (AIP-160) or token.
    """
    current_caller().require("audit.read")
    condition = filters.to_sql(filters.check(filters.parse(filter_text), AUDIT_ENTRIES), AUDIT_ENTRIES)
    keyset = Keyset([(AuditEntry.sequence, True)])
    question = keyset.select(select(AuditEntry).where(condition), page)
    return keyset.cut(list(await tx.scalars(question)), page)


async def verify(tx: Tx, *, known: KnownEnd | None = None) -> Verdict:
    """Read the tenant's whole log, in bounded memory, and say whether every entry and the end are as written.

    With a `known` end its entry must still be there: this finds a log that was cut or made anew as a whole.
    """
    current_caller().require("audit.read")
    head = await tx.get(AuditHead, tx.tenant_id)
    sequence, last_hash = (head.sequence, head.hash) if head is not None else (0, FIRST)
    chain = Chain(*((known.sequence, known.hash) if known is not None else ()))
    rows = await tx.session.stream_scalars(select(AuditEntry).order_by(AuditEntry.sequence))
    async for row in rows:
        if not chain.holds(Link(_content(row), row.previous_hash, row.hash)):
            break
        tx.session.expunge(row)
    return Verdict(sequence, last_hash, chain.break_at(last_sequence=sequence, last_hash=last_hash))


async def _locked_head(tx: Tx) -> AuditHead:
    await tx.execute(
        insert(AuditHead)
        .values(tenant_id=tx.tenant_id, id=tx.tenant_id, sequence=0, hash=FIRST)
        .on_conflict_do_nothing(index_elements=["tenant_id", "id"])
    )
    return await get_for_update(tx, AuditHead, tx.tenant_id)


def _row(content: Content, previous_hash: bytes, own_hash: bytes) -> AuditEntry:
    return AuditEntry(
        tenant_id=UUID(content.tenant_id),
        id=new_id(),
        sequence=content.sequence,
        event_id=UUID(content.event_id),
        service=content.service,
        kind=content.kind,
        target_id=content.target_id,
        target_name=content.target_name,
        changes=content.changes,
        actor_kind=content.actor_kind,
        actor_id=content.actor_id,
        cause=content.cause,
        occurred_at=content.occurred_at,
        recorded_at=content.recorded_at,
        previous_hash=previous_hash,
        hash=own_hash,
    )


def _content(row: AuditEntry) -> Content:
    return Content(
        tenant_id=str(row.tenant_id),
        sequence=row.sequence,
        event_id=str(row.event_id),
        service=row.service,
        kind=row.kind,
        target_id=row.target_id,
        target_name=row.target_name,
        changes=row.changes,
        actor_kind=row.actor_kind,
        actor_id=row.actor_id,
        cause=row.cause,
        occurred_at=row.occurred_at,
        recorded_at=row.recorded_at,
    )
