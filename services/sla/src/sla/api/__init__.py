"""Doors in: RPCs, events of other services, timers."""
