"""What a person may do, from the roles that the person holds: for mail, which carries no token."""

from collections.abc import Iterable, Mapping


def scopes_of(
    grants: Iterable[Mapping[str, str]], permissions: Mapping[str, Iterable[str]]
) -> frozenset[str]:
    """Effective scopes ("perm", "perm:process", "perm:process/queue") of grants {role, process, queue}.

    `permissions` are those of each role by its slug; an unknown role grants nothing.
    """
    scopes = set()
    for grant in grants:
        process, queue = grant.get("process", ""), grant.get("queue", "")
        reach = f":{process}/{queue}" if process and queue else f":{process}" if process else ""
        scopes |= {f"{permission}{reach}" for permission in permissions.get(grant.get("role", ""), ())}
    return frozenset(scopes)


def reaches(grants: Iterable[Mapping[str, str]], role: str, *, process: str, queue: str) -> bool:
    """Whether one of the grants gives the role for a queue of a process."""
    return any(
        grant.get("role") == role
        and grant.get("process", "") in {"", process}
        and grant.get("queue", "") in {"", queue}
        for grant in grants
    )
