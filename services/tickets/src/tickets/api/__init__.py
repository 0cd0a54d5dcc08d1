"""Doors in: RPCs, events, timers, jobs."""
