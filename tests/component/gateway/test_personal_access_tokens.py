"""Personal access tokens: shown once, limited, revocable at once."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from gateway_desk import Desk

from chassis.context import Caller
from chassis.errors import Forbidden, InvalidInput, NotFound, Unauthenticated
from chassis.paging import Page
from deskmesh.gateway.v1.events_pb2 import SessionEnded
from gateway.app.auth import Exchange
from gateway.app.grants import NewGrant
from gateway.app.tokens import (
    NewToken,
    create_personal_access_token,
    list_personal_access_tokens,
    revoke_personal_access_token,
)
from gateway.app.users import UserPatch, update_user


async def _make(
    desk: Desk, caller: Caller, *, scopes: list[str] | None = None, expires_at: datetime | None = None
) -> NewToken:
    async with desk.transaction(caller) as tx:
        return await create_personal_access_token(tx, name="script", scopes=scopes, expires_at=expires_at)


def _exchange(desk: Desk) -> Exchange:
    return Exchange(desk.databases, desk.keys, desk.verifier, most=3)


async def test_a_token_may_what_its_owner_may(desk: Desk) -> None:
    owner = await desk.caller()
    made = await _make(desk, owner)
    assert made.secret.startswith("dm_pat_")
    caller = await desk.verifier.verify(await _exchange(desk).exchange(made.secret))
    assert (caller.subject, caller.scopes, caller.session_id) == (
        owner.subject,
        owner.scopes,
        str(made.row.id),
    )


async def test_a_token_with_scopes_may_only_those_and_only_while_its_owner_may(desk: Desk) -> None:
    user = await desk.person("scoped@acme.example", "agent")
    made = await _make(desk, await desk.caller(user.email), scopes=["tickets.read:it", "kb.read"])
    exchange = _exchange(desk)
    caller = await desk.verifier.verify(await exchange.exchange(made.secret))
    assert caller.scopes == {"tickets.read:it", "kb.read"}
    async with desk.transaction(await desk.caller()) as tx:
        await update_user(tx, user_id=user.id, patch=UserPatch(roles=[NewGrant("requester")]))
    await desk.hear_revocations()
    caller = await desk.verifier.verify(await exchange.exchange(made.secret))
    assert caller.scopes == {"kb.read"}


async def test_the_access_token_is_kept_and_given_again(desk: Desk) -> None:
    made = await _make(desk, await desk.caller())
    exchange = _exchange(desk)
    first = await exchange.exchange(made.secret)
    assert await exchange.exchange(made.secret) == first
    for _ in range(3):
        await exchange.exchange((await _make(desk, await desk.caller())).secret)
    assert await exchange.exchange(made.secret) != first


async def test_a_revoked_token_is_refused_at_once_also_where_it_is_kept(desk: Desk) -> None:
    owner = await desk.caller()
    made = await _make(desk, owner)
    exchange = _exchange(desk)
    access_token = await exchange.exchange(made.secret)
    async with desk.transaction(owner) as tx:
        await revoke_personal_access_token(tx, token_id=made.row.id)
    assert len(await desk.events(desk.acme, SessionEnded, of=made.row.id)) == 1
    await desk.hear_revocations()
    with pytest.raises(Unauthenticated):
        await desk.verifier.verify(access_token)
    with pytest.raises(Unauthenticated):
        await exchange.exchange(made.secret)
    await desk.verifier.verify((await desk.sign_in("admin@acme.example")).access_token)


@pytest.mark.parametrize(
    "secret", ["", "dm_pat_", "dm_pat_unknown", "dm_rt_unknown", "dm_pat_\0", "dm_pat_\ud800"]
)
async def test_an_unknown_token_is_refused(desk: Desk, secret: str) -> None:
    with pytest.raises(Unauthenticated) as refused:
        await _exchange(desk).exchange(secret)
    assert refused.value.reason == "INVALID_TOKEN"


async def test_an_expired_token_is_refused(desk: Desk) -> None:
    made = await _make(desk, await desk.caller(), expires_at=datetime.now(UTC) + timedelta(hours=1))
    exchange = _exchange(desk)
    await exchange.exchange(made.secret)
    await desk.look("UPDATE personal_access_tokens SET expires_at = now() WHERE id = $1", made.row.id)
    with pytest.raises(Unauthenticated):
        await _exchange(desk).exchange(made.secret)


async def test_the_token_of_an_inactive_person_is_refused(desk: Desk) -> None:
    user = await desk.person("leaving@acme.example", "agent")
    made = await _make(desk, await desk.caller(user.email))
    async with desk.transaction(await desk.caller()) as tx:
        await update_user(tx, user_id=user.id, patch=UserPatch(active=False))
    with pytest.raises(Unauthenticated):
        await _exchange(desk).exchange(made.secret)


async def test_a_program_makes_no_tokens(desk: Desk) -> None:
    made = await _make(desk, await desk.caller(), scopes=["kb.read"])
    program = await desk.verifier.verify(await _exchange(desk).exchange(made.secret))
    for caller in (program, Caller.system(desk.acme, "tickets", "event:test")):
        with pytest.raises(Forbidden):
            await _make(desk, caller)


async def test_everything_wrong_with_a_new_token_is_said_at_once(desk: Desk) -> None:
    user = await desk.person("narrow@acme.example", NewGrant("agent", "it"))
    async with desk.transaction(await desk.caller(user.email)) as tx:
        with pytest.raises(InvalidInput) as refused:
            await create_personal_access_token(
                tx,
                name="",
                scopes=[
                    "tickets.read:it",
                    "tickets.read",
                    "users.manage",
                    "tickets.read:it/network",
                    "root",
                    "kb.read:\0",
                ],
                expires_at=datetime.now(UTC) - timedelta(seconds=1),
            )
    assert {(error.field, error.reason) for error in refused.value.errors} == {
        ("name", "is required"),
        ("scopes[1]", "is no scope that you hold"),
        ("scopes[2]", "is no scope that you hold"),
        ("scopes[4]", "is no permission"),
        ("scopes[5]", "is not of the form permission:process/queue"),
        ("expires_at", "is in the past"),
    }


async def test_a_person_sees_and_revokes_their_own_tokens_alone(desk: Desk) -> None:
    await desk.person("mine@acme.example", "agent")
    await desk.person("yours@acme.example", "agent")
    mine, yours = await desk.caller("mine@acme.example"), await desk.caller("yours@acme.example")
    kept, revoked = await _make(desk, mine), await _make(desk, mine)
    foreign = await _make(desk, yours)
    async with desk.transaction(mine) as tx:
        await revoke_personal_access_token(tx, token_id=revoked.row.id)
        rows, _ = await list_personal_access_tokens(tx, page=Page(25, ""))
    assert [row.id for row in rows] == [kept.row.id]
    for token_id in (foreign.row.id, UUID(int=7)):
        async with desk.transaction(mine) as tx:
            with pytest.raises(NotFound) as refused:
                await revoke_personal_access_token(tx, token_id=token_id)
        assert refused.value.detail == "No such personal access token."
