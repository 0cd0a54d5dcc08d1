"""What happens when a timer is due."""

from dataclasses import dataclass, replace
from uuid import UUID

from chassis.context import current_caller, use_caller
from chassis.db import Tx
from chassis.timers import Timer, TimerHandler
from tickets.app.closing import close_resolved
from tickets.app.configuration import Configurations
from tickets.app.moving import TIMED_MOVE
from tickets.app.reminding import REMINDER, remind
from tickets.app.workflow_moving import MOVE_RUNNING, move_running


@dataclass(frozen=True, slots=True)
class MovingTimers:
    """Moves tickets by time, and with their workflows."""

    configurations: Configurations

    async def on_auto_close(self, tx: Tx, timers: list[Timer]) -> None:
        """Moves what is still in such a state, in the order of the tickets' ids, so that batches cannot block each other."""
        configuration = await self.configurations.within(tx)
        for timer in sorted(timers, key=lambda timer: timer.key):
            with use_caller(replace(current_caller(), cause=f"timer:{timer.id}")):
                await close_resolved(tx, configuration=configuration, ticket_id=UUID(timer.key))

    async def on_reminder(self, tx: Tx, timers: list[Timer]) -> None:
        """Brings tickets back whose moment has come, in the order of their ids."""
        configuration = await self.configurations.within(tx)
        for timer in sorted(timers, key=lambda timer: timer.key):
            with use_caller(replace(current_caller(), cause=f"timer:{timer.id}")):
                await remind(tx, configuration=configuration, ticket_id=UUID(timer.key))

    async def on_move_running(self, tx: Tx, timers: list[Timer]) -> None:
        """Moves a chunk of tickets to the newest version of their workflow."""
        configuration = await self.configurations.within(tx)
        for timer in timers:
            await move_running(tx, configuration=configuration, timer=timer)

    def handlers(self) -> list[TimerHandler]:
        """The handlers of the timers that move tickets."""
        return [
            TimerHandler(kind=TIMED_MOVE, handle=self.on_auto_close),
            TimerHandler(kind=REMINDER, handle=self.on_reminder),
            TimerHandler(kind=MOVE_RUNNING, handle=self.on_move_running, batch=1),
        ]
