"""What other tests stand on must itself be able to fail."""

from uuid import uuid4

import pytest

from chassis.errors import Unauthenticated
from chassis.testing.identity import Issuer, Person
from chassis.testing.waiting import eventually


async def test_an_issued_token_names_its_person_to_the_verifier(issuer: Issuer) -> None:
    person = Person(tenant_id=uuid4(), scopes=frozenset({"tickets.read:it"}))
    caller = await issuer.verifier().verify(issuer.token(person))
    assert (caller.tenant_id, caller.user_id, caller.email) == (person.tenant_id, person.id, person.email)
    assert caller.may("tickets.read", "it", "network")
    assert not caller.may("tickets.read", "hr")


async def test_a_token_of_another_issuer_is_refused(issuer: Issuer) -> None:
    with pytest.raises(Unauthenticated):
        await issuer.verifier().verify(Issuer().issue_token(uuid4(), ["tickets.read"]))


async def test_an_expired_token_is_refused(issuer: Issuer) -> None:
    with pytest.raises(Unauthenticated):
        await issuer.verifier().verify(issuer.token(Person(tenant_id=uuid4()), lives_seconds=-1))


async def test_waiting_ends_with_what_was_waited_for() -> None:
    answers = iter([0, 0, 7])

    async def look() -> int:
        return next(answers)

    assert await eventually(look) == 7


async def test_waiting_in_vain_tells_the_last_failure() -> None:
    waited = True

    async def look() -> bool:
        assert not waited, "still waiting"
        return True

    with pytest.raises(AssertionError, match="still waiting"):
        await eventually(look, timeout=0.1)
