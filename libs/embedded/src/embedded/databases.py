"""The databases and roles of the services. What a production installation runs once, as a superuser, is the same SQL."""

from dataclasses import dataclass
from importlib.resources import files

from embedded.errors import EmbeddedError
from embedded.postgres import run_sql

SERVICES = ("gateway", "tickets", "sla", "knowledge", "cmdb", "notify")


@dataclass(frozen=True, slots=True)
class RolePasswords:
    """Passwords of a service's three roles that log in."""

    owner: str
    app: str
    relay: str


def create_roles(superuser_url: str, service: str, passwords: RolePasswords) -> None:
    """Make a service's four roles, or bring their attributes and passwords up to date.

    The owner migrates and may hand functions to the definer, whose rights it does not inherit. The definer
    cannot log in and owns only the functions that look across row security.
    """
    login = {"owner": passwords.owner, "app": passwords.app, "relay": passwords.relay}
    statements = [
        _create_role(f"{service}_{role}", f"LOGIN NOINHERIT NOBYPASSRLS PASSWORD {_literal(password)}")
        for role, password in login.items()
    ]
    statements += [
        _create_role(f"{service}_definer", "NOLOGIN BYPASSRLS"),
        f"GRANT {service}_definer TO {service}_owner;",
    ]
    run_sql(superuser_url, "\n".join(statements))


def create_database(superuser_url: str, service: str, name: str, *, template: str | None = None) -> None:
    """Make a database that the service's owner owns and its roles alone may enter, as a copy of `template`."""
    source = f" TEMPLATE {template}" if template else " TEMPLATE template0 ENCODING 'UTF8'"
    run_sql(
        superuser_url,
        f"""
        CREATE DATABASE {name} OWNER {service}_owner{source};
        REVOKE ALL ON DATABASE {name} FROM PUBLIC;
        GRANT CONNECT ON DATABASE {name} TO {service}_app, {service}_relay;
        """,
    )
    if template is None:
        open_schema(superuser_url.rsplit("/", 1)[0] + f"/{name}", service)


def open_schema(database_url: str, service: str) -> None:
    """Let a service's roles into the schema of its database, and nobody else. May run again."""
    run_sql(
        database_url,
        f"""
        REVOKE ALL ON SCHEMA public FROM PUBLIC;
        GRANT USAGE, CREATE ON SCHEMA public TO {service}_owner, {service}_definer;
        GRANT USAGE ON SCHEMA public TO {service}_app, {service}_relay;
        """,
    )


def is_migrated(service: str, database_url: str) -> bool:
    """Say whether a database has the newest revision of its service, told by the names of the files (NNNN_what.py).

    It spares a start that has nothing to migrate the start of six programs.
    """
    versions = files(service).joinpath("migrations", "versions")
    newest = max(file.name for file in versions.iterdir() if file.name[:4].isdigit())[:4]
    try:
        return run_sql(database_url, "SELECT version_num FROM alembic_version") == newest
    except EmbeddedError:
        return False


def database_names(superuser_url: str) -> set[str]:
    """Give the names of the databases that exist."""
    return set(run_sql(superuser_url, "SELECT datname FROM pg_database").splitlines())


def _create_role(name: str, attributes: str) -> str:
    exists = f"SELECT FROM pg_roles WHERE rolname = '{name}'"
    return (
        f"DO $$ BEGIN IF NOT EXISTS ({exists}) THEN CREATE ROLE {name}; END IF; END $$;\n"
        f"ALTER ROLE {name} {attributes};"
    )


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
