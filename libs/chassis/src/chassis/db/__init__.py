"""Tables, connections and transactions. Every transaction of the app role is bound to one tenant."""

from chassis.db.engine import Database, Databases, Signal
from chassis.db.rows import Base, TenantCopy, TenantRow, check_version, get_for_update
from chassis.db.transaction import Tx

__all__ = [
    "Base",
    "Database",
    "Databases",
    "Signal",
    "TenantCopy",
    "TenantRow",
    "Tx",
    "check_version",
    "get_for_update",
]
