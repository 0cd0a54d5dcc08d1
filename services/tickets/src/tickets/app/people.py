"""People that an input names: found in the copy, or asked of the gateway before any transaction."""

import time
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import replace
from uuid import UUID

from chassis.context import current_caller
from chassis.db import Database, Tx
from chassis.errors import FieldError, Forbidden, InvalidInput
from chassis.ids import is_id
from tickets.app.creating import NewTicket, Requester
from tickets.app.directory import (
    EnsureRequester,
    find_person,
    keep_person,
    names_caller,
    organizations_of,
    reference_to,
    require_person,
)
from tickets.db.directory import Person
from tickets.db.views import organization_named
from tickets.domain.fields import ON_BEHALF_OF, Definition, beneficiary_in
from tickets.domain.references import Reference

NAME_OTHERS = "users.ensure_requester"
_ORGANIZATION_SECONDS = 30.0
_KEPT_CALLERS = 20_000


async def make_known(database: Database, ensure: EnsureRequester, key: str, field: str) -> None:
    """Sees to it that the copy has the person that `key` names, before the transaction that needs it.

    An address that nobody has yet becomes a requester at the gateway, for callers who may do that. Raises InvalidInput
    for an id that nobody has or an address that is none, Unavailable where the gateway does not answer.
    """
    tenant_id = current_caller().tenant_id
    async with database.transaction(tenant_id) as tx:
        if await find_person(tx, key) is not None:
            return
    if is_id(key) or not current_caller().may_somewhere(NAME_OTHERS):
        raise InvalidInput([FieldError(field, "there is no such person")])
    try:
        person = await ensure(key.strip().lower(), "", "")
    except InvalidInput as error:
        raise InvalidInput([FieldError(field, wrong.reason) for wrong in error.errors]) from error
    if not person.active:
        raise InvalidInput([FieldError(field, "is deactivated")])
    async with database.transaction(tenant_id) as tx:
        await keep_person(tx, person)


def require_naming(key: str) -> None:
    """Raises Forbidden where the caller names somebody else and may not."""
    if not names_caller(key) and not current_caller().may_somewhere(NAME_OTHERS):
        raise Forbidden(f"Asking for somebody else needs the permission {NAME_OTHERS}.")


async def requester_of(tx: Tx, person: Person, organization: str = "") -> Requester:
    """The person with the organisation it belongs to now.

    Raises InvalidInput where an organisation is named, by id or slug, that is none of the person's.
    """
    own = await organizations_of(tx, person)
    for organization_id in own:
        found = await organization_named(tx, organization_id)
        if found is not None and organization in {"", str(found.id), found.key}:
            return Requester(reference_to(person), found)
    if organization:
        raise InvalidInput([FieldError("organization", "must be one of the requester's")])
    return Requester(reference_to(person))


class CallersAsRequesters:
    """People who ask for themselves, with their organisation, remembered for half a minute."""

    def __init__(self) -> None:
        self._kept: OrderedDict[tuple[UUID, UUID], tuple[float, Reference | None]] = OrderedDict()

    async def caller(self, database: Database) -> Requester | None:
        """The caller as a requester, by the token; None for a service account or a service."""
        caller = current_caller()
        person_id = caller.user_id
        if caller.kind != "user" or person_id is None:
            return None
        person = Reference(person_id, caller.email, caller.name)
        key = (caller.tenant_id, person_id)
        kept = self._kept.get(key)
        if kept is None or time.monotonic() - kept[0] > _ORGANIZATION_SECONDS:
            kept = (time.monotonic(), await self._organization(database, caller.tenant_id, person_id))
            self._kept[key] = kept
            self._kept.move_to_end(key)
            while len(self._kept) > _KEPT_CALLERS:
                self._kept.popitem(last=False)
        return Requester(person, kept[1])

    @staticmethod
    async def _organization(database: Database, tenant_id: UUID, person_id: UUID) -> Reference | None:
        async with database.transaction(tenant_id) as tx:
            person = await find_person(tx, str(person_id))
            return None if person is None else (await requester_of(tx, person)).organization


async def with_its_people(tx: Tx, definitions: Mapping[str, Definition], new: NewTicket) -> NewTicket:
    """The new ticket with people by their ids; whom it is for watches it. Raises InvalidInput for those who are not known."""
    fields = await with_people(tx, definitions, new.fields)
    beneficiary = beneficiary_in(definitions, fields)
    if beneficiary is None:
        return replace(new, fields=fields)
    person = await require_person(tx, beneficiary, f"fields.{ON_BEHALF_OF}")
    return replace(new, fields=fields, watchers=[reference_to(person)])


async def with_people(
    tx: Tx, definitions: Mapping[str, Definition], values: Mapping[str, object]
) -> dict[str, object]:
    """The checked values with people by their ids. Raises InvalidInput for those who are not known."""
    found = dict(values)
    for slug, value in values.items():
        if isinstance(value, str) and definitions[slug].kind == "person":
            found[slug] = str((await require_person(tx, value, f"fields.{slug}")).id)
    return found
