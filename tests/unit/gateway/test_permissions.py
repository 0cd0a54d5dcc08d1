"""The shipped roles and the effective scopes of a person."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from gateway.domain.permissions import (
    ADMINISTRATION,
    PERMISSIONS,
    SHIPPED_ROLES,
    Grant,
    effective_scopes,
    narrowed,
    permission_of,
    scope,
)

_names = st.sampled_from(["tickets.read", "tickets.update", "kb.read"])
_places = st.sampled_from(
    [("", ""), ("it", ""), ("hr", ""), ("it", "network"), ("it", "service-desk"), ("hr", "network")]
)
_grants = st.lists(
    st.builds(lambda names, place: Grant(names, *place), st.lists(_names, min_size=1, unique=True), _places),
    max_size=6,
)
_questions = st.tuples(_names, _places)


def _may(scopes: frozenset[str], permission: str, process: str, queue: str) -> bool:
    """What a verifier decides, told again from the shape of scopes."""
    wanted = [permission]
    if process:
        wanted.append(f"{permission}:{process}")
    if queue:
        wanted.append(f"{permission}:{process}/{queue}")
    return any(one in scopes for one in wanted)


def _granted(grants: list[Grant], permission: str, process: str, queue: str) -> bool:
    """The oracle: some grant has the permission and reaches the place."""
    return any(
        permission in grant.permissions
        and grant.process in {"", process}
        and grant.queue in {"", queue}
        and (grant.process == process or not grant.process)
        for grant in grants
    )


@given(grants=_grants, question=_questions)
def test_effective_scopes_allow_what_some_grant_allows_and_nothing_else(
    grants: list[Grant], question: tuple[str, tuple[str, str]]
) -> None:
    permission, (process, queue) = question
    assert _may(effective_scopes(grants), permission, process, queue) == _granted(
        grants, permission, process, queue
    )


@given(grants=_grants)
def test_no_effective_scope_is_covered_by_another(grants: list[Grant]) -> None:
    scopes = effective_scopes(grants)
    for one in scopes:
        others = scopes - {one}
        permission = permission_of(one)
        process, _, queue = one.partition(":")[2].partition("/")
        assert not _may(frozenset(others), permission, process, queue)


@given(held=_grants, chosen=_grants, question=_questions)
def test_a_narrowed_token_may_what_both_its_owner_and_its_choice_may(
    held: list[Grant], chosen: list[Grant], question: tuple[str, tuple[str, str]]
) -> None:
    permission, (process, queue) = question
    both = narrowed(effective_scopes(held), effective_scopes(chosen))
    assert _may(both, permission, process, queue) == (
        _may(effective_scopes(held), permission, process, queue)
        and _may(effective_scopes(chosen), permission, process, queue)
    )


def test_each_shipped_role_includes_the_one_before() -> None:
    roles = [set(role.permissions) for role in SHIPPED_ROLES]
    assert [role.slug for role in SHIPPED_ROLES] == ["requester", "agent", "supervisor", "admin"]
    for smaller, larger in pairwise(roles):
        assert smaller < larger
    assert roles[-1] == PERMISSIONS


def test_only_the_administrator_administers() -> None:
    assert [role.slug for role in SHIPPED_ROLES if ADMINISTRATION in role.permissions] == ["admin"]


def test_a_scope_names_its_reach() -> None:
    assert scope("tickets.read") == "tickets.read"
    assert scope("tickets.read", "it") == "tickets.read:it"
    assert scope("tickets.read", "it", "network") == "tickets.read:it/network"
