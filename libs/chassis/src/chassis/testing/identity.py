"""Tokens for tests: signed by a key that the services under test are told of."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from uuid import UUID

from joserfc import jwt
from joserfc.jwk import RSAKey

from chassis.ids import new_id
from chassis.tokens import ISSUER, LocalKeys, SystemTokens, Verifier

if TYPE_CHECKING:
    from collections.abc import Iterable

SERVICE_KEYS = {
    service: f"key-of-{service}-in-tests-0123456789abcdef"
    for service in ("tickets", "sla", "knowledge", "cmdb", "notify")
}


@dataclass(frozen=True, slots=True)
class Person:
    """Whom a token speaks for. `scopes` are permissions, everywhere ("tickets.read") or scoped ("tickets.read:it")."""

    tenant_id: UUID
    id: UUID = field(default_factory=new_id)
    email: str = "anna@acme.example"
    name: str = "Anna Nowak"
    language: str = "en"
    time_zone: str = "Europe/Warsaw"
    roles: tuple[str, ...] = ()
    scopes: frozenset[str] = frozenset()
    team_ids: frozenset[str] = frozenset()
    organization_ids: frozenset[str] = frozenset()
    kind: str = "user"


class Issuer:
    """Stands for the gateway as the one who signs tokens."""

    def __init__(self) -> None:
        self._key = RSAKey.generate_key(2048)
        self._key.ensure_kid()

    def verifier(self) -> Verifier:
        """A verifier that believes this issuer, and the services by their keys of tests."""
        return Verifier(keys=LocalKeys([self._key]), service_keys=SERVICE_KEYS)

    def token(self, person: Person, *, lives_seconds: float = 600) -> str:
        """An access token of a person; one with a life below zero has expired."""
        now = time.time()
        claims: dict[str, object] = {
            "iss": ISSUER,
            "sub": str(person.id),
            "tenant": str(person.tenant_id),
            "tenant_slug": "acme",
            "sid": str(new_id()),
            "jti": str(new_id()),
            "iat": now,
            "exp": now + lives_seconds,
            "kind": person.kind,
            "name": person.name,
            "email": person.email,
            "language": person.language,
            "time_zone": person.time_zone,
            "roles": list(person.roles),
            "scopes": sorted(person.scopes),
            "teams": sorted(person.team_ids),
            "organizations": sorted(person.organization_ids),
        }
        header = {"alg": "RS256", "kid": str(self._key.kid)}
        return jwt.encode(header, claims, self._key, algorithms=["RS256"])

    def issue_token(self, tenant_id: UUID, permissions: Iterable[str], *, user_id: UUID | None = None) -> str:
        """An access token of somebody in the tenant who has these permissions."""
        return self.token(Person(tenant_id=tenant_id, id=user_id or new_id(), scopes=frozenset(permissions)))

    def service_token(self, service: str, tenant_id: UUID, *, cause: str = "event:test") -> str:
        """The token with which a service calls for itself."""
        return SystemTokens(service, SERVICE_KEYS[service]).token(tenant_id, cause)
