"""Events out."""

from sla.publish.events import (
    Source,
    calendar_changed,
    clock_changed,
    clock_removed,
    clocks_started,
    hours_used,
    setting_changed,
)

__all__ = [
    "Source",
    "calendar_changed",
    "clock_changed",
    "clock_removed",
    "clocks_started",
    "hours_used",
    "setting_changed",
]
