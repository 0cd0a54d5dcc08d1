"""A transaction of the app role, bound to one tenant."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar, TypeVarTuple, overload
from uuid import UUID

from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Session, SessionTransaction

from chassis.ids import new_id

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from asyncpg import Connection
    from sqlalchemy import CursorResult, Executable, Result, ScalarResult, UpdateBase
    from sqlalchemy.ext.asyncio import AsyncConnection
    from sqlalchemy.sql.selectable import TypedReturnsRows

    from chassis.db.engine import Database
    from chassis.db.rows import TenantCopy

    Params = Mapping[str, object] | Sequence[Mapping[str, object]]
    AnyRow = tuple[Any, ...]  # what SQLAlchemy itself says of columns that it cannot type

T = TypeVar("T")
Ts = TypeVarTuple("Ts")
RowT = TypeVar("RowT", bound="TenantCopy")


_INSERT_MESSAGES = """
INSERT INTO outbox (tenant_id, id, subject, aggregate_id, version, payload, headers)
SELECT $1, * FROM unnest($2::uuid[], $3::text[], $4::text[], $5::bigint[], $6::bytea[], $7::jsonb[])
"""


class OutboxRow(NamedTuple):
    """A row of the outbox but for the tenant. `headers` is JSON."""

    id: UUID
    subject: str
    aggregate_id: str
    version: int
    payload: bytes
    headers: str


class _Session(Session):
    """Tells its transaction of savepoints, so that what was published inside of one goes with it."""


@event.listens_for(_Session, "after_transaction_create")
def _savepoint_made(session: Session, transaction: SessionTransaction) -> None:
    if transaction.nested:
        tx: Tx = session.info["tx"]
        tx.savepoints[transaction] = len(tx.messages)


@event.listens_for(_Session, "after_soft_rollback")
def _savepoint_rolled_back(session: Session, transaction: SessionTransaction) -> None:
    tx: Tx = session.info["tx"]
    if transaction in tx.savepoints:
        del tx.messages[tx.savepoints[transaction] :]


class Tx:
    """What a use case gets: the tenant's data until the door commits. Made by `Database.transaction` alone."""

    def __init__(
        self, database: Database, connect: Callable[[], AsyncConnection], raw: Connection, tenant_id: UUID
    ) -> None:
        self.database = database
        self.tenant_id = tenant_id
        self._connect = connect
        self._raw = raw
        self.messages: list[OutboxRow] = []
        """Events that leave with this transaction, in order; `chassis.outbox.add` puts them here."""
        self.savepoints: dict[SessionTransaction, int] = {}
        """How many messages there were when each savepoint was made."""
        self._session: AsyncSession | None = None
        self._after_commit: list[Callable[[], None]] = []

    @property
    def session(self) -> AsyncSession:
        """The session on this transaction. The door commits; nobody else does."""
        if self._session is None:
            self._session = AsyncSession(
                self._connect(), sync_session_class=_Session, expire_on_commit=False, info={"tx": self}
            )
        return self._session

    @overload
    async def execute(self, statement: UpdateBase, params: Params | None = None) -> CursorResult[*AnyRow]: ...
    @overload
    async def execute(
        self, statement: TypedReturnsRows[*Ts], params: Params | None = None
    ) -> Result[*Ts]: ...
    @overload
    async def execute(self, statement: Executable, params: Params | None = None) -> Result[*AnyRow]: ...
    async def execute(
        self, statement: Executable, params: Params | None = None
    ) -> CursorResult[*AnyRow] | Result[*AnyRow]:
        """Runs a statement after writing what is pending."""
        return await self.session.execute(statement, params)

    @overload
    async def scalar(
        self, statement: TypedReturnsRows[T, *AnyRow], params: Params | None = None
    ) -> T | None: ...
    @overload
    async def scalar(self, statement: Executable, params: Params | None = None) -> object: ...
    async def scalar(self, statement: Executable, params: Params | None = None) -> object:
        """The first column of the first row, None without a row."""
        return await self.session.scalar(statement, params)

    @overload
    async def scalars(
        self, statement: TypedReturnsRows[T, *AnyRow], params: Params | None = None
    ) -> ScalarResult[T]: ...
    @overload
    async def scalars(self, statement: Executable, params: Params | None = None) -> ScalarResult[Any]: ...
    async def scalars(self, statement: Executable, params: Params | None = None) -> ScalarResult[Any]:
        """The first column of each row."""
        return await self.session.scalars(statement, params)

    async def get(self, row: type[RowT], id: UUID) -> RowT | None:  # noqa: A002 (the word of the domain)
        """The tenant's row with this id, None where there is none."""
        return await self.session.get(row, (self.tenant_id, id))

    def add(self, row: object) -> None:
        """Has the row inserted by the next flush. A tenant row gets this tenant, and an id where it has none."""
        if getattr(row, "tenant_id", self) is None:
            row.tenant_id = self.tenant_id  # type: ignore[attr-defined]  # just seen
        if getattr(row, "id", self) is None:
            row.id = new_id()  # type: ignore[attr-defined]  # just seen
        self.session.add(row)

    async def flush(self) -> None:
        """Writes what is pending, so that versions and defaults of the rows are known."""
        if self._session is not None:
            await self._session.flush()

    async def raw(self) -> Connection:
        """The driver's connection inside this transaction, for the few hot statements, after a flush."""
        await self.flush()
        return self._raw

    def after_commit(self, callback: Callable[[], None]) -> None:
        """Has the callback run once the transaction has committed; the same callback runs once. It must not fail."""
        if callback not in self._after_commit:
            self._after_commit.append(callback)

    async def finish(self) -> None:
        """Writes what is pending, and the messages in one statement. Called by the database before the commit."""
        await self.flush()
        if self.messages:
            await self._raw.execute(
                _INSERT_MESSAGES, self.tenant_id, *map(list, zip(*self.messages, strict=True))
            )
            self.after_commit(self.database.outbox_written.send)

    async def close(self) -> None:
        """Lets go of the session. Called by the database when the transaction has ended."""
        if self._session is not None:
            await self._session.close()

    def committed(self) -> None:
        """Runs what waits for the commit. Called by the database."""
        for callback in self._after_commit:
            callback()
