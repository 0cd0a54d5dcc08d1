"""Roles that people hold, and who may give them."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import delete

from chassis.context import current_caller
from chassis.db import Tx
from chassis.errors import Forbidden
from chassis.ids import new_id
from gateway.app.input import Problems
from gateway.db.queries import by_reference
from gateway.db.tables import Role, RoleGrant, User
from gateway.domain.people import problem_with_slug
from gateway.domain.permissions import scope

# All that a person may travels in their access token.
MOST_GRANTS = 20


@dataclass(frozen=True, slots=True)
class NewGrant:
    """A role (slug or id), everywhere or in a process or in one queue of it (slugs, or empty)."""

    role: str
    process: str = ""
    queue: str = ""


async def resolve_grants(
    tx: Tx, problems: Problems, wanted: Sequence[NewGrant]
) -> list[tuple[Role, NewGrant]]:
    """Return the roles of the wanted grants, each grant once, and note what is wrong with them."""
    if len(wanted) > MOST_GRANTS:
        problems.add("roles", f"are more than {MOST_GRANTS}")
        return []
    roles = await by_reference(tx, Role, {one.role for one in wanted})
    found: dict[tuple[str, str, str], tuple[Role, NewGrant]] = {}
    for place, grant in enumerate(wanted):
        field = f"roles[{place}]"
        role = roles.get(grant.role)
        if role is None:
            problems.add(f"{field}.role", "is no role of this tenant")
            continue
        if grant.process:
            problems.add(f"{field}.process", problem_with_slug(grant.process))
        if grant.queue:
            problems.add(f"{field}.queue", problem_with_slug(grant.queue))
            problems.add(f"{field}.process", None if grant.process else "is required with a queue")
        found[role.slug, grant.process, grant.queue] = (role, grant)
    return list(found.values())


def may_grant(role_permissions: Sequence[str], process: str, queue: str) -> None:
    """Raise Forbidden unless the caller holds all of these permissions there.

    Otherwise whoever manages people could make an account that may do more than they may.
    """
    caller = current_caller()
    missing = [one for one in role_permissions if not caller.may(one, process or None, queue or None)]
    if missing:
        raise Forbidden(
            f"You may not give what you do not hold: {', '.join(sorted(missing))}.",
            reason="EXCEEDS_OWN_PERMISSIONS",
        )


def require_not_above(user: User) -> None:
    """Raise Forbidden when the person may do more than the caller; grants must be loaded."""
    for grant in user.grants:
        may_grant(grant.role.permissions, grant.process, grant.queue)


async def replace_grants(tx: Tx, user: User, wanted: Sequence[tuple[Role, NewGrant]]) -> None:
    """Give the person these grants instead of the ones loaded; kept grants keep their rows.

    Raises Forbidden for a grant, given or taken, of more than the caller holds.
    """
    held = {(one.role_id, one.process, one.queue): one for one in user.grants}
    new = {(role.id, grant.process, grant.queue): role for role, grant in wanted}
    gone = [one for key, one in held.items() if key not in new]
    for one in gone:
        may_grant(one.role.permissions, one.process, one.queue)
    if gone:
        await tx.execute(
            delete(RoleGrant)
            .where(RoleGrant.id.in_([one.id for one in gone]))
            .execution_options(synchronize_session=False)
        )
        for one in gone:
            tx.session.expunge(one)
    for (role_id, process, queue), role in new.items():
        if (role_id, process, queue) not in held:
            may_grant(role.permissions, process, queue)
            tx.add(
                RoleGrant(
                    tenant_id=tx.tenant_id,
                    id=new_id(),
                    user_id=user.id,
                    role_id=role_id,
                    process=process,
                    queue=queue,
                )
            )
    await tx.flush()


def shown(grant: RoleGrant) -> str:
    """Return a grant as the audit log shows it: agent, agent:it, agent:it/network. Its role must be loaded."""
    return scope(grant.role.slug, grant.process, grant.queue)
