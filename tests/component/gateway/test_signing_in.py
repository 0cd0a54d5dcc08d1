"""Signing in by password, and staying signed in by refresh tokens."""

import asyncio
from uuid import UUID

import pytest
from gateway_desk import PASSWORD, Desk

from chassis.errors import LimitReached, Unauthenticated
from chassis.testing.waiting import eventually
from gateway.app.auth import refresh, sign_out
from gateway.app.me import change_my_password
from gateway.app.throttle import FAILURES_ALLOWED
from gateway.app.users import UserPatch, update_user


async def test_a_person_signs_in_and_the_token_says_who_they_are_and_what_they_may(desk: Desk) -> None:
    pair = await desk.sign_in("  Admin@ACME.example ")
    caller = await desk.verifier.verify(pair.access_token)
    assert (caller.tenant_id, caller.kind, caller.email) == (desk.acme, "user", "admin@acme.example")
    assert (caller.language, caller.time_zone) == ("pl", "Europe/Warsaw")
    assert caller.roles == ("admin",)
    assert caller.may("users.manage")
    assert caller.may("tickets.create")
    assert not caller.may("platform.tenants")
    assert pair.expires_in == 600
    assert set(pair.scope.split()) == caller.scopes


@pytest.mark.parametrize(
    ("tenant", "username", "password"),
    [
        ("acme", "admin@acme.example", "wrong password"),
        ("acme", "nobody@acme.example", PASSWORD),
        ("acme", "admin@globex.example", PASSWORD),
        ("nowhere", "admin@acme.example", PASSWORD),
        ("", "admin@acme.example", PASSWORD),
        ("acme", "", ""),
        ("acme\0", "admin@acme.example", PASSWORD),
        ("acme", "admin\0@acme.example", PASSWORD),
        ("acme", "\ud800", PASSWORD),
        ("acme", "admin@acme.example", "x" * 5000),
        ("acme", "admin@acme.example", "\ud800"),
    ],
)
async def test_whatever_is_wrong_the_answer_is_the_same(
    desk: Desk, tenant: str, username: str, password: str
) -> None:
    with pytest.raises(Unauthenticated) as refused:
        await desk.sign_in(username, password, tenant=tenant, ip="192.0.2.77")
    assert refused.value.reason == "INVALID_CREDENTIALS"
    assert refused.value.detail == "The tenant, user name or password is wrong."


@pytest.mark.parametrize("tenant", ["acme", "no-such-tenant"])
async def test_guessing_is_stopped_after_ten_wrong_passwords_from_one_address(
    desk: Desk, tenant: str
) -> None:
    await desk.person(f"guessed@{tenant}.example", "requester")
    for _ in range(FAILURES_ALLOWED):
        with pytest.raises(Unauthenticated):
            await desk.sign_in(f"guessed@{tenant}.example", "wrong one", tenant=tenant, ip="192.0.2.9")
    with pytest.raises(LimitReached) as refused:
        await desk.sign_in(f"guessed@{tenant}.example", PASSWORD, tenant=tenant, ip="192.0.2.9")
    assert 14 * 60 < refused.value.retry_after_seconds <= 15 * 60
    assert refused.value.detail == "Too many wrong passwords. Try again in 15 minutes."


async def test_many_guesses_at_once_are_no_more_than_ten(desk: Desk) -> None:
    await desk.person("stormed@acme.example", "requester")
    answers = await asyncio.gather(
        *(desk.sign_in("stormed@acme.example", f"guess {place}", ip="192.0.2.20") for place in range(30)),
        return_exceptions=True,
    )
    assert sum(isinstance(answer, Unauthenticated) for answer in answers) == FAILURES_ALLOWED
    assert sum(isinstance(answer, LimitReached) for answer in answers) == 30 - FAILURES_ALLOWED


async def test_many_right_sign_ins_at_once_all_succeed(desk: Desk) -> None:
    await asyncio.gather(*(desk.sign_in("admin@acme.example", ip="192.0.2.21") for _ in range(20)))


async def test_the_owner_still_signs_in_from_elsewhere_while_somebody_guesses(desk: Desk) -> None:
    await desk.person("besieged@acme.example", "requester")
    for _ in range(FAILURES_ALLOWED):
        with pytest.raises(Unauthenticated):
            await desk.sign_in("besieged@acme.example", "wrong one", ip="192.0.2.10")
    assert (await desk.sign_in("besieged@acme.example", ip="192.0.2.11")).refresh_token


async def test_a_right_password_forgets_the_wrong_ones(desk: Desk) -> None:
    await desk.person("clumsy@acme.example", "requester")
    for _ in range(2):
        for _ in range(FAILURES_ALLOWED - 1):
            with pytest.raises(Unauthenticated):
                await desk.sign_in("clumsy@acme.example", "wrong one", ip="192.0.2.12")
        await desk.sign_in("clumsy@acme.example", ip="192.0.2.12")


async def test_a_person_without_a_password_cannot_sign_in_by_one(desk: Desk) -> None:
    await desk.person("mail-only@acme.example", "requester", password=None)
    with pytest.raises(Unauthenticated):
        await desk.sign_in("mail-only@acme.example", "")


async def test_an_inactive_person_cannot_sign_in(desk: Desk) -> None:
    user = await desk.person("gone@acme.example", "requester")
    async with desk.transaction(await desk.caller()) as tx:
        await update_user(tx, user_id=user.id, patch=UserPatch(active=False))
    with pytest.raises(Unauthenticated) as refused:
        await desk.sign_in("gone@acme.example")
    assert refused.value.reason == "INVALID_CREDENTIALS"


async def somebody_waits(desk: Desk) -> bool:
    """Whether a transaction waits for another one's lock."""
    return bool(await desk.look("SELECT 1 FROM pg_locks WHERE NOT granted"))


@pytest.mark.parametrize("by", ["admin", "owner"])
async def test_the_old_password_starts_no_session_while_it_is_being_changed(desk: Desk, by: str) -> None:
    person = await desk.person(f"renewed-by-{by}@acme.example", "requester")
    caller = await desk.caller(person.email if by == "owner" else "admin@acme.example")
    async with desk.transaction(caller) as tx:
        if by == "owner":
            await change_my_password(tx, current_password=PASSWORD, new_password="another-password")
        else:
            await update_user(tx, user_id=person.id, patch=UserPatch(password="another-password"))
        late = asyncio.create_task(desk.sign_in(person.email))
        await eventually(lambda: somebody_waits(desk))
    with pytest.raises(Unauthenticated):
        await late


async def test_a_refresh_token_gives_a_new_pair_once(desk: Desk) -> None:
    first = await desk.sign_in("admin@acme.example")
    assert first.refresh_token is not None
    second = await refresh(desk.databases, desk.keys, refresh_token=first.refresh_token)
    assert second.refresh_token not in {None, first.refresh_token}
    before, after = [await desk.verifier.verify(one.access_token) for one in (first, second)]
    assert before.session_id == after.session_id


async def test_a_reused_refresh_token_ends_the_session_of_thief_and_owner(desk: Desk) -> None:
    stolen = await desk.sign_in("admin@acme.example")
    other = await desk.sign_in("admin@acme.example")
    assert stolen.refresh_token is not None
    assert other.refresh_token is not None
    owners = await refresh(desk.databases, desk.keys, refresh_token=stolen.refresh_token)
    assert owners.refresh_token is not None
    with pytest.raises(Unauthenticated):
        await refresh(desk.databases, desk.keys, refresh_token=stolen.refresh_token)
    with pytest.raises(Unauthenticated):
        await refresh(desk.databases, desk.keys, refresh_token=owners.refresh_token)
    await desk.hear_revocations()
    with pytest.raises(Unauthenticated):
        await desk.verifier.verify(owners.access_token)
    await refresh(desk.databases, desk.keys, refresh_token=other.refresh_token)


async def test_of_many_uses_of_one_refresh_token_at_once_at_most_one_gives_a_pair(desk: Desk) -> None:
    pair = await desk.sign_in("admin@acme.example")
    assert pair.refresh_token is not None
    answers = await asyncio.gather(
        *(refresh(desk.databases, desk.keys, refresh_token=pair.refresh_token) for _ in range(8)),
        return_exceptions=True,
    )
    assert sum(not isinstance(answer, BaseException) for answer in answers) == 1
    assert all(isinstance(answer, Unauthenticated) for answer in answers if isinstance(answer, BaseException))
    caller = await desk.verifier.verify(pair.access_token)
    (session,) = await desk.look("SELECT revoked_reason FROM sessions WHERE id = $1", UUID(caller.session_id))
    assert session["revoked_reason"] == "token_reused"


@pytest.mark.parametrize("token", ["", "dm_rt_unknown", "dm_rt_\0", "\ud800"])
async def test_an_unknown_refresh_token_is_refused(desk: Desk, token: str) -> None:
    with pytest.raises(Unauthenticated):
        await refresh(desk.databases, desk.keys, refresh_token=token)


async def test_an_expired_refresh_token_is_refused_and_the_session_lives_on(desk: Desk) -> None:
    pair = await desk.sign_in("admin@acme.example")
    assert pair.refresh_token is not None
    session_id = UUID((await desk.verifier.verify(pair.access_token)).session_id)
    await desk.look(
        "UPDATE refresh_tokens SET expires_at = now() - interval '1 second' WHERE session_id = $1", session_id
    )
    with pytest.raises(Unauthenticated):
        await refresh(desk.databases, desk.keys, refresh_token=pair.refresh_token)
    (session,) = await desk.look("SELECT revoked_at FROM sessions WHERE id = $1", session_id)
    assert session["revoked_at"] is None


async def test_signing_out_ends_the_session_and_refuses_its_access_token(desk: Desk) -> None:
    pair = await desk.sign_in("admin@acme.example")
    assert pair.refresh_token is not None
    async with desk.transaction(await desk.verifier.verify(pair.access_token)) as tx:
        await sign_out(tx)
    await desk.hear_revocations()
    with pytest.raises(Unauthenticated):
        await desk.verifier.verify(pair.access_token)
    with pytest.raises(Unauthenticated):
        await refresh(desk.databases, desk.keys, refresh_token=pair.refresh_token)


async def test_no_password_and_no_token_is_stored_as_it_is(desk: Desk) -> None:
    pair = await desk.sign_in("admin@acme.example")
    assert pair.refresh_token is not None
    hashes = await desk.look("SELECT token_hash FROM refresh_tokens")
    assert all(pair.refresh_token.encode() not in row["token_hash"] for row in hashes)
    passwords = await desk.look("SELECT hash FROM passwords")
    assert all(row["hash"].startswith("$argon2id$") for row in passwords)
