"""Work on many tickets: the jobs, and what became of each ticket."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKeyConstraint, func, insert, select, update
from sqlalchemy.orm import Mapped, mapped_column

from chassis.db import TenantRow, Tx
from tickets.db.base import Base


class BulkJob(TenantRow, Base):
    """`request` is what shall be done, as the door that took it wrote it; `caller` is who asked, with the rights then."""

    __tablename__ = "bulk_jobs"

    # "running", "done" or "cancelled".
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
    counts: Counter[str] = Counter()
    for state, count in rows:
        counts[state] = count
    return counts


async def running_of(tx: Tx, owner_id: str) -> int:
    """How many jobs of somebody are running."""
    count = await tx.scalar(
        select(func.count())
        .select_from(BulkJob)
        .where(BulkJob.owner_id == owner_id, BulkJob.state == "running")
    )
    return count or 0
