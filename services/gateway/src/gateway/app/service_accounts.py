"""Service accounts: programs with an identity and scopes of their own."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select

from chassis.context import current_caller
from chassis.db import Tx, get_for_update
from chassis.ids import new_id
from chassis.paging import Keyset, Page
from gateway import publish
from gateway.app.grants import may_grant
from gateway.app.input import Problems
from gateway.app.revocations import refuse_older_tokens
from gateway.app.secrets import new_secret
from gateway.db.credentials import ServiceAccount
from gateway.domain.audit import Plain, changes_between
from gateway.domain.people import problem_with_name
from gateway.domain.permissions import permission_of, problem_with_scope
from gateway.domain.secrets import CLIENT_ID, CLIENT_SECRET, digest


@dataclass(frozen=True, slots=True)
class NewServiceAccount:
    """An account just made; `client_secret` is not kept and can't be read again."""

    row: ServiceAccount
    client_secret: str


async def create_service_account(tx: Tx, *, name: str, scopes: Sequence[str]) -> NewServiceAccount:
    """Make a program's account that may do what `scopes` say ("tickets.create", "tickets.read:it").

    Raises InvalidInput (each field and reason) and Forbidden (a scope above the caller's).
    """
    current_caller().require("users.manage")
    problems = Problems()
    problems.add("name", problem_with_name(name))
    problems.add("scopes", None if scopes else "is required")
    problems.check_each("scopes", scopes, problem_with_scope)
    problems.refuse()
    for one in scopes:
        process, _, queue = one.partition(":")[2].partition("/")
        may_grant([permission_of(one)], process, queue)
    secret = new_secret(CLIENT_SECRET)
    row = ServiceAccount(
        tenant_id=tx.tenant_id,
        id=new_id(),
        name=name.strip(),
        client_id=new_secret(CLIENT_ID),
        secret_hash=digest(secret),
        scopes=sorted(set(scopes)),
    )
    tx.add(row)
    await tx.flush()
    _tell(tx, row, before={})
    return NewServiceAccount(row, secret)


async def list_service_accounts(tx: Tx, *, page: Page) -> tuple[list[ServiceAccount], str]:
    """Return a page of the tenant's service accounts, the latest first, and the next page's token."""
    current_caller().require("users.manage")
    keyset = Keyset([(ServiceAccount.id, True)])
    rows = await tx.scalars(keyset.select(select(ServiceAccount), page))
    return keyset.cut(list(rows), page)


async def deactivate_service_account(tx: Tx, *, account_id: UUID) -> ServiceAccount:
    """Shut a service account for good; its access tokens are refused. Raises NotFound."""
    current_caller().require("users.manage")
    row = await get_for_update(tx, ServiceAccount, account_id)
    if row.active:
        before = _settings(row)
        row.active = False
        await tx.flush()
        await refuse_older_tokens(tx, subject=row.id)
        _tell(tx, row, before=before)
    return row


def _tell(tx: Tx, row: ServiceAccount, *, before: dict[str, Plain]) -> None:
    publish.setting_changed(
        tx,
        kind="service_account",
        setting_id=row.id,
        name=row.name,
        version=row.version,
        changes=changes_between(before, _settings(row)),
    )


def _settings(row: ServiceAccount) -> dict[str, Plain]:
    return {"name": row.name, "scopes": list(row.scopes), "active": row.active}
