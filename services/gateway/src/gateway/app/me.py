"""What a signed-in person reads and changes of themselves."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select

from chassis.context import current_caller
from chassis.db import Tx, check_version, get_for_update
from chassis.errors import Forbidden, NotFound
from gateway import publish
from gateway.app.input import Problems
from gateway.app.passwords import verify_password
from gateway.app.sign_in_policies import require_password_to_hold
from gateway.app.users import UserPatch, check_fields, set_fields, set_password
from gateway.db.credentials import Password, Session
from gateway.db.queries import touch, users_by_id
from gateway.db.tables import User
from gateway.domain.people import problem_with_password


@dataclass(frozen=True, slots=True)
class MyPatch:
    """What a person may change of themselves; None stays as it is."""

    name: str | None = None
    language: str | None = None
    time_zone: str | None = None
    phone: str | None = None


async def get_me(tx: Tx) -> User:
    """Return the caller with all parts. Raises Forbidden when the caller is no person."""
    found = await users_by_id(tx, [_person()])
    if not found:
        raise NotFound("user")
    return found[0]


async def update_me(tx: Tx, *, patch: MyPatch, expected_version: int | None = None) -> User:
    """Change the caller's own name, language, time zone or phone.

    Raises Forbidden when the caller is no person, Stale, InvalidInput.
    """
    user = await get_for_update(tx, User, _person())
    check_version(user, expected_version)
    whole = UserPatch(name=patch.name, language=patch.language, time_zone=patch.time_zone, phone=patch.phone)
    problems = Problems()
    check_fields(problems, whole)
    problems.refuse()
    set_fields(user, whole)
    touch(user)
    (user,) = await users_by_id(tx, [user.id])
    publish.user_changed(tx, user)
    return user


async def change_my_password(tx: Tx, *, current_password: str, new_password: str) -> None:
    """Give the caller another password; all their sessions end, the one that asks too.

    Raises InvalidInput when the current password is wrong or the new one will not do, WrongState where passwords open
    nothing, and Forbidden when the caller is a program (a leaked access token must not take the account over).
    """
    user_id = await require_own_session(tx)
    await get_for_update(tx, User, user_id)
    await require_password_to_hold(tx, user_id)
    hashed = await tx.scalar(select(Password.hash).where(Password.id == user_id))
    problems = Problems()
    problems.add("new_password", problem_with_password(new_password))
    problems.refuse()
    if not await verify_password(current_password, hashed):
        problems.add("current_password", "is wrong")
        problems.refuse()
    await set_password(tx, user_id=user_id, password=new_password)


async def require_own_session(tx: Tx) -> UUID:
    """Return the caller's id when they signed in themselves.

    Raises Forbidden for programs: also for those with a personal access token.
    """
    user_id, session_id = _person(), current_caller().session_id
    started = session_id and await tx.scalar(
        select(Session.id).where(Session.id == UUID(session_id), Session.user_id == user_id)
    )
    if not started:
        raise Forbidden("Sign in yourself to do this.", reason="NEEDS_SIGN_IN")
    return user_id


def _person() -> UUID:
    caller = current_caller()
    if caller.kind != "user" or caller.user_id is None:
        raise Forbidden("Only a person has this.", reason="NOT_A_PERSON")
    return caller.user_id
