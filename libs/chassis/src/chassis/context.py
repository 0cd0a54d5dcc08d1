"""Who asks: the caller of the running request, event or timer, and what it may."""

from __future__ import annotations

from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Final, Literal
from uuid import UUID

from chassis.errors import Forbidden

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

Kind = Literal["user", "service_account", "system", "anonymous"]


class Everywhere(Enum):
    """The answer of `Caller.scopes_of` for a permission that is not bound to a process."""

    EVERYWHERE = "everywhere"


EVERYWHERE: Final = Everywhere.EVERYWHERE


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks, in which tenant, with which permissions.

    `scopes` are effective permissions: "perm" holds everywhere, "perm:it" in one process, "perm:it/network" in
    one queue of it. `cause` tells where the work comes from: "rest", "grpc", "event:<id>", "timer:<id>",
    "mail:<id>". `token` is the verified token as it came, to be sent on; never log it.
    """

    tenant_id: UUID
    subject: str
    kind: Kind
    name: str = ""
    email: str = ""
    language: str = "en"
    time_zone: str = "UTC"
    session_id: str = ""
    roles: tuple[str, ...] = ()
    scopes: frozenset[str] = frozenset()
    team_ids: frozenset[str] = frozenset()
    organization_ids: frozenset[str] = frozenset()
    cause: str = ""
    on_behalf_of: str | None = None
    token: str | None = None
    idempotency_key: str | None = None

    def __repr__(self) -> str:
        """Without the token and without personal data."""
        return f"Caller({self.kind} {self.subject} of {self.tenant_id}, cause {self.cause!r})"

    @classmethod
    def system(
        cls,
        tenant_id: UUID,
        service: str,
        cause: str,
        permissions: Iterable[str] = (),
        on_behalf_of: str | None = None,
    ) -> Caller:
        """The service itself, working for a tenant because of an event or timer, with the declared permissions."""
        return cls(
            tenant_id=tenant_id,
            subject=service,
            kind="system",
            name=service,
            scopes=frozenset(permissions),
            cause=cause,
            on_behalf_of=on_behalf_of,
        )

    @classmethod
    def of_installation(cls, service: str, cause: str) -> Caller:
        """The service itself, working for the installation as a whole: the nil id stands for a tenant."""
        return cls.system(UUID(int=0), service, cause)

    @property
    def user_id(self) -> UUID | None:
        """The id of the person or service account that is signed in; None for the system and for nobody."""
        return UUID(self.subject) if self.kind in {"user", "service_account"} else None

    def may(self, permission: str, process: str | None = None, queue: str | None = None) -> bool:
        """Whether the permission holds everywhere or, where a process (and queue) is given, there."""
        if permission in self.scopes:
            return True
        if process is None:
            return False
        if f"{permission}:{process}" in self.scopes:
            return True
        return queue is not None and f"{permission}:{process}/{queue}" in self.scopes

    def may_somewhere(self, permission: str) -> bool:
        """Whether the permission holds everywhere or in at least one process or queue."""
        prefix = f"{permission}:"
        return permission in self.scopes or any(scope.startswith(prefix) for scope in self.scopes)

    def scopes_of(self, permission: str) -> Everywhere | frozenset[tuple[str, str | None]] | None:
        """Where the permission holds: EVERYWHERE, pairs of process and queue (None: the whole process), or None."""
        if permission in self.scopes:
            return EVERYWHERE
        prefix = f"{permission}:"
        places = [scope.removeprefix(prefix) for scope in self.scopes if scope.startswith(prefix)]
        if not places:
            return None
        return frozenset((process, queue or None) for process, _, queue in (p.partition("/") for p in places))

    def require(self, permission: str, process: str | None = None, queue: str | None = None) -> None:
        """Raises Forbidden unless `may` says yes."""
        if not self.may(permission, process, queue):
            raise Forbidden(f"This needs the permission {permission}.")


_caller: ContextVar[Caller] = ContextVar("caller")


def current_caller() -> Caller:
    """The caller of the running work. Raises LookupError outside of any."""
    return _caller.get()


@contextmanager
def use_caller(caller: Caller) -> Iterator[Caller]:
    """Runs the block as this caller."""
    token = _caller.set(caller)
    try:
        yield caller
    finally:
        _caller.reset(token)
