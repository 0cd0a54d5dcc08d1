"""Personal access tokens: made by a person for a program, shown once, limited in scopes and time, revocable."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy import select, true

from chassis.context import current_caller
from chassis.db import Tx, get_for_update
from chassis.errors import NotFound
from chassis.ids import new_id
from chassis.paging import Keyset, Page
from gateway import publish
from gateway.app.input import Problems
from gateway.app.me import require_own_session
from gateway.app.revocations import refuse_older_tokens
from gateway.app.secrets import new_secret
from gateway.db.credentials import PersonalAccessToken
from gateway.domain.people import problem_with_name
from gateway.domain.permissions import narrowed, problem_with_scope
from gateway.domain.secrets import PERSONAL_ACCESS_TOKEN, digest


@dataclass(frozen=True, slots=True)
class NewToken:
    """A token just made; `secret` is not kept and can't be read again."""

    row: PersonalAccessToken
    secret: str


async def create_personal_access_token(
    tx: Tx, *, name: str, scopes: Sequence[str] | None = None, expires_at: datetime | None = None
) -> NewToken:
    """Make a token that may do what the caller may, or only some `scopes` of it, until `expires_at` (aware).

    Raises Forbidden for a caller that is itself a program, InvalidInput (each field and reason).
    """
    user_id = await require_own_session(tx)
    caller = current_caller()
    problems = Problems()
    problems.add("name", problem_with_name(name))
    problems.check_each("scopes", scopes or (), problem_with_scope)
    for place, one in enumerate(scopes or ()):
        held = problem_with_scope(one) is not None or narrowed([one], caller.scopes) == {one}
        problems.add(f"scopes[{place}]", None if held else "is no scope that you hold")
    if expires_at is not None:
        problems.add("expires_at", "is in the past" if expires_at <= datetime.now(UTC) else None)
    problems.refuse()
    secret = new_secret(PERSONAL_ACCESS_TOKEN)
    row = PersonalAccessToken(
        tenant_id=tx.tenant_id,
        id=new_id(),
        user_id=user_id,
        name=name.strip(),
        token_hash=digest(secret),
        scopes=None if scopes is None else sorted(set(scopes)),
        expires_at=expires_at,
    )
    tx.add(row)
    await tx.flush()
    return NewToken(row, secret)


async def list_personal_access_tokens(tx: Tx, *, page: Page) -> tuple[list[PersonalAccessToken], str]:
    """Return a page of the caller's tokens that are not revoked, the latest first, and the next page's token."""
    keyset = Keyset([(PersonalAccessToken.id, True)])
    statement = select(PersonalAccessToken).where(
        PersonalAccessToken.user_id == current_caller().user_id,
        PersonalAccessToken.revoked_at.is_(None) == true(),
    )
    return keyset.cut(list(await tx.scalars(keyset.select(statement, page))), page)


async def revoke_personal_access_token(tx: Tx, *, token_id: UUID) -> PersonalAccessToken:
    """Revoke one of the caller's tokens; nothing is accepted from it any more.

    Raises NotFound for what is none, or another person's.
    """
    row = await get_for_update(tx, PersonalAccessToken, token_id)
    if row.user_id != current_caller().user_id:
        raise NotFound("personal access token")
    if row.revoked_at is None:
        row.revoked_at = datetime.now(UTC)
        await tx.flush()
        await refuse_older_tokens(tx, session_id=row.id)
        publish.session_ended(tx, session_id=row.id, user_id=row.user_id)
    return row
