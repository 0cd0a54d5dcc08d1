"""What the revisions of all services are written with. Only inside of `chassis.migrations.run`."""

from collections.abc import Mapping, Sequence
from typing import Literal

from alembic import op
from sqlalchemy import text

RoleName = Literal["owner", "app", "relay", "definer"]

# After a transaction the setting is the empty string and not null.
TENANT = "nullif(current_setting('app.tenant_id', true), '')::uuid"


def role(name: RoleName) -> str:
    """The database role of the service: "tickets_app" for "app"."""
    config = op.get_context().config
    assert config is not None
    return f"{config.attributes['roles']}_{name}"


def enable_row_security(table: str) -> None:
    """Lets every role see and write only the rows of the tenant that the transaction is bound to; the owner too."""
    _protect(table)
    op.execute(
        f"CREATE POLICY tenant ON {table} USING (tenant_id = {TENANT}) WITH CHECK (tenant_id = {TENANT})"
    )


def grant_app(table: str, privileges: str = "SELECT, INSERT, UPDATE, DELETE") -> None:
    """Lets the app role work with the table. It owns nothing; row security binds it."""
    op.execute(f"GRANT {privileges} ON {table} TO {role('app')}")


def grant_relay(table: str, privileges: str) -> None:
    """Lets the relay role work with the table over all tenants. Only for queues."""
    op.execute(f"GRANT {privileges} ON {table} TO {role('relay')}")
    op.execute(f"CREATE POLICY relay ON {table} TO {role('relay')} USING (true) WITH CHECK (true)")


def definer_function(
    sql: str,
    name: str,
    args: str,
    *,
    tables: Mapping[str, str] | None = None,
    to: Sequence[RoleName] = ("app",),
) -> None:
    """Creates a function that looks across row security: owned by the definer, callable by the named roles alone.

    `sql` is the whole CREATE [OR REPLACE] FUNCTION statement, SECURITY DEFINER with a search_path of its own, and
    takes or repeats the tenant. `args` are the types of the arguments ("text, uuid"); `tables` are the privileges
    that the function needs ({"mailboxes": "SELECT"}). Raises ValueError for an unsafe one.
    """
    folded = " ".join(sql.upper().split())
    if "SECURITY DEFINER" not in folded or "SET SEARCH_PATH" not in folded:
        raise ValueError(f"{name}: a definer's function says SECURITY DEFINER and SET search_path")
    for table, privileges in (tables or {}).items():
        op.execute(f"GRANT {privileges} ON {table} TO {role('definer')}")
    op.execute(f"SET LOCAL ROLE {role('definer')}")
    op.execute(text(sql.replace(":", r"\:")))
    op.execute(f"REVOKE ALL ON FUNCTION {name}({args}) FROM PUBLIC")
    for grantee in to:
        op.execute(f"GRANT EXECUTE ON FUNCTION {name}({args}) TO {role(grantee)}")
    op.execute("RESET ROLE")


def create_index_concurrently(
    name: str, table: str, expression: str, *, unique: bool = False, where: str | None = None
) -> None:
    """Builds an index without blocking writers, in a revision that does nothing else.

    `expression` is what follows the table: "(tenant_id, queue)" or "USING gin (words)". An invalid index that a
    broken run left behind is dropped first; a valid one is kept.
    """
    kind = "UNIQUE INDEX" if unique else "INDEX"
    condition = f" WHERE {where}" if where else ""
    with op.get_context().autocommit_block():
        op.execute("SET statement_timeout = 0")
        invalid = op.get_bind().scalar(
            text("SELECT true FROM pg_index WHERE indexrelid = to_regclass(:name) AND NOT indisvalid"),
            {"name": name},
        )
        if invalid:
            op.execute(f"DROP INDEX CONCURRENTLY {name}")
        op.execute(f"CREATE {kind} CONCURRENTLY IF NOT EXISTS {name} ON {table} {expression}{condition}")
        op.execute("RESET statement_timeout")


def _protect(table: str) -> None:
    op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
    op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
