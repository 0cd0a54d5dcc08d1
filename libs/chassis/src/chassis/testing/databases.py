"""A service's database for a test: a copy, made in a tenth of a second, of one that was migrated once."""

import secrets
from dataclasses import dataclass, field

from chassis import migrations
from chassis.testing.servers import Postgres
from chassis.testing.waiting import in_a_thread
from embedded.databases import RolePasswords, create_database, create_roles

_PASSWORDS = RolePasswords(owner="owner-of-tests", app="app-of-tests", relay="relay-of-tests")


@dataclass(frozen=True, slots=True)
class ServiceDatabase:
    """A migrated database of one service, by the addresses of its roles."""

    service: str
    name: str
    owner_url: str
    app_url: str
    relay_url: str
    superuser_url: str


@dataclass(slots=True)
class DatabaseFactory:
    """Makes databases of services on one server; each service is migrated once."""

    postgres: Postgres
    _templates: dict[str, str] = field(default_factory=dict)
    _made: list[str] = field(default_factory=list)

    def make(self, service: str) -> ServiceDatabase:
        """Make a database of a service, migrated to its head and empty."""
        if service not in self._templates:
            self._templates[service] = self._make_template(service)
        return self._create(service, template=self._templates[service])

    def make_empty(self, service: str) -> ServiceDatabase:
        """Make a database of a service with its roles and no table, for tests of migrations."""
        create_roles(self.postgres.url, service, _PASSWORDS)
        return self._create(service, template=None)

    def drop_all(self) -> None:
        """Drop what was made."""
        for name in self._made:
            self.postgres.run(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        self._made.clear()
        self._templates.clear()

    def _make_template(self, service: str) -> str:
        template = self.make_empty(service)
        in_a_thread(lambda: migrations.run(service, template.owner_url, f"{service}.migrations"))
        return template.name

    def _create(self, service: str, *, template: str | None) -> ServiceDatabase:
        name = f"test_{service}_{secrets.token_hex(6)}"
        create_database(self.postgres.url, service, name, template=template)
        self._made.append(name)
        return ServiceDatabase(
            service=service,
            name=name,
            owner_url=self.postgres.database_url(name, f"{service}_owner", _PASSWORDS.owner),
            app_url=self.postgres.database_url(name, f"{service}_app", _PASSWORDS.app),
            relay_url=self.postgres.database_url(name, f"{service}_relay", _PASSWORDS.relay),
            superuser_url=self.postgres.database_url(name),
        )
