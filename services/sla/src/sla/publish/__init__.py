"""Events out."""

from sla.publish.events import (
    Source,
    clock_changed,
    clock_removed,
    clocks_started,
    hours_used,
    setting_changed,
)

__all__ = ["Source", "clock_changed", "clock_removed", "clocks_started", "hours_used", "setting_changed"]
