"""Batches on their way to a real stream."""

from uuid import UUID

from nats.aio.msg import Msg
from probe.events import NoteWritten

from chassis import outbox
from chassis.db import Database
from chassis.messaging import Client, ensure_stream, stream_of
from chassis.outbox import store
from chassis.outbox.stream import StreamWriter

ROWS = 20


async def test_a_batch_takes_one_acknowledgement_and_one_that_is_there_in_part_is_filled_up(
    database: Database, nats: Client, tenant: UUID
) -> None:
    async with database.transaction(tenant) as tx:
        for n in range(ROWS):
            outbox.add(tx, NoteWritten(text=str(n)), aggregate_id="a", version=n)
    rows = await store.unpublished(database, ROWS)
    js = nats.jetstream()
    await ensure_stream(js, "probe")
    acknowledged: list[Msg] = []

    async def heard(message: Msg) -> None:
        acknowledged.append(message)

    await nats.subscribe("_INBOX.>", cb=heard)
    await nats.flush()
    async with StreamWriter(nats, "probe") as writer:
        assert await writer.write(rows[:5]) == 5
        await nats.flush()
        assert len([one for one in acknowledged if b"seq" in one.data and b"stream" in one.data]) == 1
        writer.last_sequence = 0  # of a relay that died before it could note them
        assert await writer.write(rows) == ROWS
        assert writer.last_sequence == ROWS
    assert (await js.stream_info(stream_of("probe"))).state.messages == ROWS
