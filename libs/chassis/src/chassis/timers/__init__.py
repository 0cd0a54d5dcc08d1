"""Durable timers, and the queue of background work: rows that are due at a time, handled once.

The database's clock decides what is due. A timer is taken by a lease that ends, and removed in the transaction of its
effect: whoever slept too long with a timer in hand finds it gone, and does nothing.
"""

from chassis.timers.model import NewTimer, Timer, TimerHandler
from chassis.timers.schedule import cancel, cancel_many, schedule, schedule_many
from chassis.timers.worker import Worker

__all__ = [
    "NewTimer",
    "Timer",
    "TimerHandler",
    "Worker",
    "cancel",
    "cancel_many",
    "schedule",
    "schedule_many",
]
