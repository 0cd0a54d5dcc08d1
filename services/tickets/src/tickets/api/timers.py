"""What happens when a timer is due."""

from dataclasses import dataclass, replace
from uuid import UUID

from chassis.context import current_caller, use_caller
from chassis.db import Tx
from chassis.timers import Timer, TimerHandler
from tickets.app.closing import close_resolved
from tickets.app.configuration import Configurations
from tickets.app.moving import AUTO_CLOSE


@dataclass(frozen=True, slots=True)
class ClosingTimers:
    """Closes tickets that stayed resolved."""

    configurations: Configurations

    async def on_auto_close(self, tx: Tx, timers: list[Timer]) -> None:
        """Closes what is still resolved, in the order of the tickets' ids, so that batches cannot block each other."""
        configuration = await self.configurations.within(tx)
        for timer in sorted(timers, key=lambda timer: timer.key):
            with use_caller(replace(current_caller(), cause=f"timer:{timer.id}")):
                await close_resolved(tx, configuration=configuration, ticket_id=UUID(timer.key))

    def handler(self) -> TimerHandler:
        """The handler of the timers that close tickets."""
        return TimerHandler(kind=AUTO_CLOSE, handle=self.on_auto_close)
