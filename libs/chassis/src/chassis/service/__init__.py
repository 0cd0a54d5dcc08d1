"""A service as a whole.

Each service's `main.py` lists its parts and hands them to `run`, which is its command line.
"""

from chassis.service.command import cli, run, settings_or_exit
from chassis.service.running import Background, Only, Parts, Running, Runtime, Service, running, runtime_of

__all__ = [
    "Background",
    "Only",
    "Parts",
    "Running",
    "Runtime",
    "Service",
    "cli",
    "run",
    "running",
    "runtime_of",
    "settings_or_exit",
]
