"""Numbers of tickets, taken in blocks, so that no two creations wait for each other."""

import asyncio
from collections import OrderedDict
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert

from chassis.db import Databases
from tickets.db.configuration import NumberBlock
from tickets.domain.numbers import BLOCK_SIZE, FIRST_NUMBER, Block

KEPT_BLOCKS = 10_000


class Numbers:
    """The blocks that this process holds, one per tenant and prefix. What is left at the end is never given: gaps are fine."""

    def __init__(self, databases: Databases) -> None:
        self._databases = databases
        self._blocks: OrderedDict[tuple[UUID, str], Block] = OrderedDict()
        self._taking: dict[tuple[UUID, str], asyncio.Lock] = {}

    async def take(self, tenant_id: UUID, prefix: str) -> int:
        """A number that nobody else gets. At times it costs a small transaction of its own."""
        await self.reserve(tenant_id, prefix)
        return self._blocks[tenant_id, prefix].take()

    async def reserve(self, tenant_id: UUID, prefix: str, count: int = 1) -> None:
        """Sees to it that so many numbers (at most a block) are at hand: that many `take` then touch no database."""
        key, count = (tenant_id, prefix), min(count, BLOCK_SIZE)
        if self._left(key) >= count:
            return
        lock = self._taking.setdefault(key, asyncio.Lock())
        try:
            async with lock:
                while self._left(key) < count:
                    self._keep(key, await self._block(tenant_id, prefix))
        finally:
            self._taking.pop(key, None)

    def _left(self, key: tuple[UUID, str]) -> int:
        block = self._blocks.get(key)
        return 0 if block is None else block.left

    def _keep(self, key: tuple[UUID, str], block: Block) -> None:
        self._blocks[key] = block
        self._blocks.move_to_end(key)
        while len(self._blocks) > KEPT_BLOCKS:
            self._blocks.popitem(last=False)

    async def _block(self, tenant_id: UUID, prefix: str) -> Block:
        end = FIRST_NUMBER + BLOCK_SIZE
        statement = insert(NumberBlock).values(tenant_id=tenant_id, prefix=prefix, next_number=end)
        statement = statement.on_conflict_do_update(
            index_elements=[NumberBlock.tenant_id, NumberBlock.prefix],
            set_={"next_number": NumberBlock.next_number + BLOCK_SIZE},
        )
        async with self._databases.for_tenant(tenant_id).transaction(tenant_id) as tx:
            taken = await tx.scalar(statement.returning(NumberBlock.next_number))
        assert isinstance(taken, int)  # the statement always returns its row
        return Block(taken - BLOCK_SIZE, taken)
