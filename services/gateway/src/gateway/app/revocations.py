"""Refusing access tokens before they run out: `not_before` entries, kept in the database and told to all verifiers.

An entry refuses the tokens of a session, of a subject, or of a whole tenant that were issued before its time.
Access tokens live ten minutes, so entries matter a little longer than that.
"""

from uuid import UUID

from sqlalchemy import text

from chassis.db import Databases, Signal, Tx
from chassis.ids import new_id
from chassis.tokens import Revocation
from gateway.app.minting import ACCESS_TOKEN_SECONDS, database_now
from gateway.db.credentials import NotBefore

# Kept for this long, so that clocks of verifiers may differ a little.
_RELEVANT_SECONDS = ACCESS_TOKEN_SECONDS + 120

# The tenant of work that belongs to none: row security shows it nothing.
_NOBODY = UUID(int=0)

# Told in this process after each commit that refuses tokens.
revoked = Signal()


async def refuse_older_tokens(tx: Tx, *, subject: UUID | None = None, session_id: UUID | None = None) -> None:
    """Refuse the access tokens issued until now: of a session, of a subject, or with neither of the whole tenant.

    Call it when the rows that decide are locked and changed.
    """
    tx.add(
        NotBefore(
            tenant_id=tx.tenant_id,
            id=new_id(),
            subject=subject,
            session_id=session_id,
            not_before=await database_now(tx),
        )
    )
    await tx.flush()
    tx.after_commit(revoked.send)


async def not_before_entries(databases: Databases) -> list[Revocation]:
    """Return the entries of all tenants that still matter, for verifiers."""
    entries: list[Revocation] = []
    for database in databases.all():
        async with database.transaction(_NOBODY) as tx:
            rows = await tx.execute(
                text("SELECT tenant_id, subject, session_id, not_before FROM recent_not_before(:seconds)"),
                {"seconds": _RELEVANT_SECONDS},
            )
            entries += [
                Revocation(
                    tenant=str(row.tenant_id),
                    sub=str(row.subject) if row.subject else None,
                    sid=str(row.session_id) if row.session_id else None,
                    not_before=row.not_before.timestamp(),
                )
                for row in rows
            ]
    return entries
