import asyncio
from uuid import uuid4

import pytest

from chassis.context import EVERYWHERE, Caller, current_caller, use_caller
from chassis.errors import Forbidden

TENANT = uuid4()


def caller(*scopes: str) -> Caller:
    return Caller(TENANT, str(uuid4()), "user", scopes=frozenset(scopes))


@pytest.mark.parametrize(
    ("scope", "place", "allowed"),
    [
        ("tickets.read", (), True),
        ("tickets.read", ("it", "network"), True),
        ("tickets.read:it", (), False),
        ("tickets.read:it", ("it",), True),
        ("tickets.read:it", ("it", "network"), True),
        ("tickets.read:it", ("hr",), False),
        ("tickets.read:it/network", ("it", "network"), True),
        ("tickets.read:it/network", ("it",), False),
        ("tickets.read:it/network", ("it", "apps"), False),
        ("tickets.read:it/network", ("hr", "network"), False),
        ("tickets.read_own", ("it",), False),
    ],
)
def test_a_permission_holds_where_its_scope_says(scope: str, place: tuple[str, ...], allowed: bool) -> None:
    who = caller(scope)
    assert who.may("tickets.read", *place) is allowed
    if allowed:
        who.require("tickets.read", *place)
    else:
        with pytest.raises(Forbidden):
            who.require("tickets.read", *place)


def test_somewhere_is_enough_to_come_in() -> None:
    assert caller("tickets.read:it/network").may_somewhere("tickets.read")
    assert not caller("tickets.read_own", "tickets.read2:it").may_somewhere("tickets.read")


def test_scopes_of_a_permission_are_places() -> None:
    assert caller("a", "a:it").scopes_of("a") is EVERYWHERE
    assert caller("a:it", "a:hr/pay", "b").scopes_of("a") == frozenset({("it", None), ("hr", "pay")})
    assert caller("b").scopes_of("a") is None


def test_only_people_and_service_accounts_have_a_user_id() -> None:
    who = caller()
    assert str(who.user_id) == who.subject
    assert Caller.system(TENANT, "sla", "timer:1").user_id is None
    assert Caller(TENANT, "", "anonymous").user_id is None


def test_the_system_may_only_what_it_is_given() -> None:
    system = Caller.system(TENANT, "sla", "event:1", {"a"}, on_behalf_of="u")
    assert (system.may("a"), system.may("b"), system.on_behalf_of) == (True, False, "u")


def test_a_caller_shows_neither_token_nor_person() -> None:
    shown = repr(Caller(TENANT, "s", "user", name="Ada", email="ada@example.org", token="secret"))
    assert not any(word in shown for word in ("Ada", "example", "secret"))


async def test_each_task_has_its_own_caller() -> None:
    async def look(who: Caller) -> bool:
        with use_caller(who):
            await asyncio.sleep(0)
            return current_caller() is who

    assert all(await asyncio.gather(*(look(caller()) for _ in range(10))))
    with pytest.raises(LookupError):
        current_caller()
