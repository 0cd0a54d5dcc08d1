"""Doors of notify: SMTP, RPCs, events, timers."""
