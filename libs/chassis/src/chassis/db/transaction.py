"""A transaction of the app role, bound to one tenant."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar, TypeVarTuple, overload

from sqlalchemy.ext.asyncio import AsyncSession

from chassis.ids import new_id

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from uuid import UUID

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


class Tx:
    """What a use case gets: the tenant's data until the door commits. Made by `Database.transaction` alone."""

    def __init__(
        self, database: Database, connection: AsyncConnection, raw: Connection, tenant_id: UUID
    ) -> None:
        self.database = database
        self.tenant_id = tenant_id
        self._connection = connection
        self._raw = raw
        self._session: AsyncSession | None = None
        self._after_commit: list[Callable[[], None]] = []

    @property
    def session(self) -> AsyncSession:
        """The session on this transaction. The door commits; nobody else does."""
        if self._session is None:
            self._session = AsyncSession(self._connection, expire_on_commit=False)
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

    async def close(self) -> None:
        """Lets go of the session. Called by the database when the transaction has ended."""
        if self._session is not None:
            await self._session.close()

    def committed(self) -> None:
        """Runs what waits for the commit. Called by the database."""
        for callback in self._after_commit:
            callback()
