"""Migrations: the runner, and what revisions are written with.

A revision imports its helpers from here; `run` brings a database to the newest revision of a package.
"""

from chassis.migrations.chassis_tables import create_chassis_tables
from chassis.migrations.helpers import (
    create_index_concurrently,
    definer_function,
    enable_row_security,
    grant_app,
    role,
)
from chassis.migrations.runner import MigrationError, run

__all__ = [
    "MigrationError",
    "create_chassis_tables",
    "create_index_concurrently",
    "definer_function",
    "enable_row_security",
    "grant_app",
    "role",
    "run",
]
