"""Permissions, the shipped roles, and the effective scopes of a person.

A scope is a permission with its reach: ``tickets.read`` everywhere, ``tickets.read:it`` in one process,
``tickets.read:it/network`` in one queue.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from gateway.domain.people import problem_with_slug

_REQUESTER = (
    "tickets.create",
    "tickets.read_own",
    "tickets.comment_own",
    "tickets.close_own",
    "kb.read",
    "cmdb.read_own",
    "approvals.decide",
)
_AGENT = (
    *_REQUESTER,
    "tickets.read",
    "tickets.update",
    "tickets.comment",
    "tickets.comment_internal",
    "tickets.assign",
    "tickets.transition",
    "kb.read_agents",
    "kb.write",
    "cmdb.read",
    "sla.read",
    "users.read",
    "users.ensure_requester",
    "notify.read",
    "approvals.request",
)
_SUPERVISOR = (
    *_AGENT,
    "kb.publish",
    "tickets.override_priority",
    "tickets.declare_major",
    "tickets.manage_time",
    "cmdb.write",
    "reports.read",
    "users.schedule",
)
_ADMIN = (
    *_SUPERVISOR,
    "tickets.read_organization",
    "tickets.import",
    "tickets.configure",
    "sla.configure",
    "kb.configure",
    "cmdb.configure",
    "notify.configure",
    "users.manage",
    "tenant.configure",
    "audit.read",
)

# Every permission that a role of a tenant may hold.
PERMISSIONS = frozenset(_ADMIN)

# Who holds this everywhere administers the tenant: at least one active person must.
ADMINISTRATION = "users.manage"


@dataclass(frozen=True, slots=True)
class ShippedRole:
    """A role that every new tenant starts with."""

    slug: str
    name: str
    permissions: tuple[str, ...]


SHIPPED_ROLES = (
    ShippedRole("requester", "Requester", _REQUESTER),
    ShippedRole("agent", "Agent", _AGENT),
    ShippedRole("supervisor", "Supervisor", _SUPERVISOR),
    ShippedRole("admin", "Administrator", _ADMIN),
)


@dataclass(frozen=True, slots=True)
class Grant:
    """Permissions held everywhere, in one process, or in one queue of a process (both are slugs, or empty)."""

    permissions: Sequence[str]
    process: str = ""
    queue: str = ""


def scope(permission: str, process: str = "", queue: str = "") -> str:
    """Return the scope of a permission with its reach."""
    if not process:
        return permission
    return f"{permission}:{process}/{queue}" if queue else f"{permission}:{process}"


def effective_scopes(grants: Iterable[Grant]) -> frozenset[str]:
    """Return the scopes of all grants together, without those that a wider one already covers."""
    scopes = {scope(name, grant.process, grant.queue) for grant in grants for name in grant.permissions}
    return frozenset(one for one in scopes if not any(wider in scopes for wider in _wider(one)))


def narrowed(scopes: Iterable[str], chosen: Iterable[str]) -> frozenset[str]:
    """Return what is in both sets, each scope at the narrower of its two reaches.

    An access token with chosen scopes can never do more than its owner may at the time of use.
    """
    held, wanted = set(scopes), set(chosen)
    return frozenset(
        {one for one in held if one in wanted or any(wider in wanted for wider in _wider(one))}
        | {one for one in wanted if one in held or any(wider in held for wider in _wider(one))}
    )


def problem_with_scope(one: str) -> str | None:
    """Say what is wrong with a scope, for people, or None."""
    permission, colon, reach = one.partition(":")
    process, slash, queue = reach.partition("/")
    if permission not in PERMISSIONS:
        return "is no permission"
    if (colon and problem_with_slug(process)) or (slash and problem_with_slug(queue)):
        return "is not of the form permission:process/queue"
    return None


def permission_of(one: str) -> str:
    """Return the permission of a scope, without its reach."""
    return one.partition(":")[0]


def _wider(one: str) -> list[str]:
    permission, _, reach = one.partition(":")
    if not reach:
        return []
    process, _, queue = reach.partition("/")
    return [permission, f"{permission}:{process}"] if queue else [permission]
