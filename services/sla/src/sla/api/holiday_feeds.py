"""Holiday feeds whose time has come to be fetched."""

from __future__ import annotations

import asyncio
from typing import cast
from uuid import UUID

from chassis.db import Databases, Tx
from chassis.timers import Timer, TimerHandler
from sla.app.holiday_feeds import FETCH, Looked, Source, keep_looked, problem_of, read_fetched, source_of
from sla.clients import FeedError, Feeds
from sla.domain.refusals import Refused


class HolidayFeeds:
    """Fetches feeds before, and keeps what they say in, the transaction of their timers."""

    def __init__(self, databases: Databases, feeds: Feeds) -> None:
        self._databases = databases
        self._feeds = feeds

    def timer(self) -> TimerHandler:
        """What is done with the timers of feeds."""
        return TimerHandler(FETCH, prepare=self._look, handle=self._keep, batch=5)

    async def _look(self, timers: list[Timer]) -> None:
        tenant_id = timers[0].tenant_id
        async with self._databases.for_tenant(tenant_id).transaction(tenant_id) as tx:
            sources = [await _source(tx, timer) for timer in timers]
        looked = await asyncio.gather(*(self._looked(one) for one in sources if one is not None))
        found = dict(zip((one for one in sources if one is not None), looked, strict=True))
        for timer, source in zip(timers, sources, strict=True):
            timer.prepared = None if source is None else (source, found[source])

    async def _looked(self, source: Source) -> Looked:
        try:
            fetched = await self._feeds.fetch(source.url, source.etag, source.last_modified)
            if fetched.text is None:
                return Looked()
            days = await read_fetched(fetched.text)
        except FeedError as error:
            return Looked(problem=str(error))
        except Refused as refused:
            return Looked(problem=problem_of(refused))
        return Looked(days, fetched.etag, fetched.last_modified)

    async def _keep(self, tx: Tx, timers: list[Timer]) -> None:
        for timer in timers:
            if timer.prepared is not None:
                source, looked = cast("tuple[Source, Looked]", timer.prepared)
                await keep_looked(tx, source=source, looked=looked)


async def _source(tx: Tx, timer: Timer) -> Source | None:
    calendar_id, feed = UUID(str(timer.payload["calendar_id"])), str(timer.payload["feed"])
    return await source_of(tx, calendar_id=calendar_id, name=feed)
