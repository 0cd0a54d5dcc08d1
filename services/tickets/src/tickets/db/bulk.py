"""Work on many tickets: the jobs, and what became of each ticket."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKeyConstraint, func, insert, literal_column, select, update
from sqlalchemy.orm import Mapped, mapped_column

from chassis.db import TenantRow, Tx
from tickets.db.base import Base


class BulkJob(TenantRow, Base):
    """`request` is what shall be done, as the door that took it wrote it; `caller` is who asked, with the rights then."""

    __tablename__ = "bulk_jobs"

    # "queued", "running", "done" or "cancelled".
    state: Mapped[str]
    owner_id: Mapped[str]
    caller: Mapped[dict[str, object]]
    request: Mapped[bytes]
    finished_at: Mapped[datetime | None]


class BulkItem(Base):
    """One ticket of a job, by id or as it was named."""

    __tablename__ = "bulk_items"
    __table_args__ = (ForeignKeyConstraint(["tenant_id", "job_id"], ["bulk_jobs.tenant_id", "bulk_jobs.id"]),)

    tenant_id: Mapped[UUID] = mapped_column(primary_key=True)
    job_id: Mapped[UUID] = mapped_column(primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    ticket: Mapped[str]
    # "pending", "ok", "failed" or "skipped".
    state: Mapped[str]
    # google.rpc.Status, serialised.
    problem: Mapped[bytes | None]


_LOCK = "SELECT pg_advisory_xact_lock(hashtextextended($1, 0))"

_UNENDED = BulkJob.state.in_([literal_column("'queued'"), literal_column("'running'")])
"""What the index of jobs has as its condition."""


async def add_items(tx: Tx, job_id: UUID, tickets: Sequence[str]) -> None:
    """Writes down the tickets of a job, in their order."""
    await tx.execute(
        insert(BulkItem),
        [
            {
                "tenant_id": tx.tenant_id,
                "job_id": job_id,
                "position": position,
                "ticket": ticket,
                "state": "pending",
                "problem": None,
            }
            for position, ticket in enumerate(tickets)
        ],
    )


async def next_items(tx: Tx, job_id: UUID, count: int) -> Sequence[tuple[int, str]]:
    """Position and ticket of the next items of a job that are still to be done."""
    rows = await tx.execute(
        select(BulkItem.position, BulkItem.ticket)
        .where(BulkItem.job_id == job_id, BulkItem.state == "pending")
        .order_by(BulkItem.position)
        .limit(count)
    )
    return [(position, ticket) for position, ticket in rows]


async def done_items(tx: Tx, job_id: UUID) -> Sequence[str]:
    """The tickets that a job has changed, in their order."""
    tickets = await tx.scalars(
        select(BulkItem.ticket)
        .where(BulkItem.job_id == job_id, BulkItem.state == "ok")
        .order_by(BulkItem.position)
    )
    return tickets.all()


async def note_item(tx: Tx, job_id: UUID, position: int, state: str, problem: bytes | None = None) -> None:
    """Writes down what became of one ticket."""
    await tx.execute(
        update(BulkItem)
        .where(BulkItem.job_id == job_id, BulkItem.position == position)
        .values(state=state, problem=problem)
    )


async def skip_items(tx: Tx, job_id: UUID) -> None:
    """Leaves out what is still to be done."""
    await tx.execute(
        update(BulkItem).where(BulkItem.job_id == job_id, BulkItem.state == "pending").values(state="skipped")
    )


async def count_items(tx: Tx, job_id: UUID) -> Counter[str]:
    """How many tickets of a job are in each state."""
    rows = await tx.execute(
        select(BulkItem.state, func.count()).where(BulkItem.job_id == job_id).group_by(BulkItem.state)
    )
    return Counter(dict(rows.all()))


async def lock_jobs_of(tx: Tx, owner_id: str) -> None:
    """Lets one transaction at a time decide which jobs of somebody run."""
    connection = await tx.raw()
    await connection.execute(_LOCK, f"bulk/{tx.tenant_id}/{owner_id}")


async def count_jobs(tx: Tx, owner_id: str) -> Counter[str]:
    """How many jobs of somebody run and wait, by their state."""
    rows = await tx.execute(
        select(BulkJob.state, func.count())
        .where(BulkJob.owner_id == owner_id, _UNENDED)
        .group_by(BulkJob.state)
    )
    return Counter(dict(rows.all()))


async def longest_waiting(tx: Tx, owner_id: str) -> UUID | None:
    """Of the jobs of somebody that wait the oldest, None where none does."""
    return await tx.scalar(
        select(BulkJob.id)
        .where(BulkJob.owner_id == owner_id, BulkJob.state == "queued", _UNENDED)
        .order_by(BulkJob.id)
        .limit(1)
    )
