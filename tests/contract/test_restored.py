"""What every service does after its database went back in time."""

import importlib
from collections.abc import Callable
from uuid import uuid4

import asyncpg
import pytest

from chassis.restored import VERSIONS_AHEAD, skip_what_was_used
from chassis.testing.databases import ServiceDatabase
from embedded.databases import SERVICES

# What others keep copies of, or count by: table and column of the service that is the master.
SEEN_BY_OTHERS = {
    "gateway": {"tenants", "users", "organizations", "teams", "roles"},
    "tickets": {"tickets", "field_tables"},
    "sla": {"tickets"},
    "knowledge": {"articles"},
    "cmdb": {"items"},
    "notify": set[str](),
}
NUMBERED = {
    "tickets": "INSERT INTO number_blocks VALUES ($1, 'INC', 51) RETURNING next_number",
    "knowledge": "INSERT INTO counters VALUES ($1, 'article', 51) RETURNING last",
    "cmdb": "INSERT INTO counters VALUES ($1, 'item', 51) RETURNING last",
}


@pytest.mark.parametrize("name", SERVICES)
async def test_a_restored_service_gives_out_nothing_that_others_have_seen(
    name: str, service_database: Callable[[str], ServiceDatabase]
) -> None:
    database = service_database(name)
    service = importlib.import_module(f"{name}.main").SERVICE
    connection = await asyncpg.connect(database.superuser_url)
    tenant = uuid4()
    if name in NUMBERED:
        assert await connection.fetchval(NUMBERED[name], tenant) == 51
    await connection.execute("INSERT INTO job_leases (name) VALUES ('consumer:deskmesh-x'), ('job:y')")

    assert await skip_what_was_used(database.superuser_url, service.restored) == ["deskmesh-x"]

    skipped = {statement.split()[1] for statement in service.restored if f" + {VERSIONS_AHEAD}" in statement}
    assert skipped == SEEN_BY_OTHERS[name]
    if name in NUMBERED:
        table, column = NUMBERED[name].split()[2], NUMBERED[name].split()[-1]
        row = await connection.fetchval(f"SELECT {column} FROM {table} WHERE tenant_id = $1", tenant)
        assert row >= 1051
    await connection.close()
