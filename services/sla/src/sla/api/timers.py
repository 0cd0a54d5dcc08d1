"""Moments that come: warnings, breaches, and clocks to be reckoned anew after a change of the rules."""

from __future__ import annotations

from uuid import UUID

from chassis.db import Tx
from chassis.timers import Timer
from sla.app.reckoning import reckon
from sla.app.recomputing import recompute_chunk


async def on_clock_moment(tx: Tx, timers: list[Timer]) -> None:
    """Reckons the clocks whose moment has come; what is due is told, what is not gets its new timer."""
    await reckon(tx, ticket_ids={UUID(str(timer.payload["ticket_id"])) for timer in timers})


async def on_rules_changed(tx: Tx, timers: list[Timer]) -> None:
    """Reckons a chunk of the tenant's open tickets."""
    for timer in timers:
        after = timer.payload["after"]
        await recompute_chunk(
            tx,
            stamp=UUID(str(timer.payload["stamp"])),
            after=None if after is None else UUID(str(after)),
        )
