"""Agreements through the RPCs, and whether they cover a ticket."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from google.protobuf.field_mask_pb2 import FieldMask
from google.protobuf.message import Message
from sla_doors import ADMIN, Desk, M, Ticket

from chassis.errors import AlreadyExists, Forbidden, InvalidInput, NotFound, Stale
from chassis.ids import new_id
from deskmesh.common.v1 import types_pb2
from deskmesh.sla.v1 import agreement_service_pb2 as pb
from deskmesh.sla.v1 import events_pb2

AGREEMENTS = pb.DESCRIPTOR.services_by_name["AgreementService"]
SERVICE, PRINTER = str(new_id()), str(new_id())
BEGAN = datetime(2026, 11, 16, 9, tzinfo=UTC)


async def ask(
    desk: Desk, method: str, request: Message, answer: type[M], scopes: frozenset[str] = ADMIN
) -> M:
    return await desk.ask(method, request, answer, scopes=scopes, service=AGREEMENTS)


async def make(desk: Desk, scopes: frozenset[str] = ADMIN, **values: object) -> pb.Agreement:
    given = {"name": "support", "valid_from": "2026-01-01", **values}
    request = pb.CreateAgreementRequest(agreement=pb.Agreement(**given))  # type: ignore[arg-type]  # its fields
    return (await ask(desk, "CreateAgreement", request, pb.CreateAgreementResponse, scopes)).agreement


async def read(desk: Desk, agreement: str) -> pb.Agreement:
    request = pb.GetAgreementRequest(agreement_id=agreement)
    return (await ask(desk, "GetAgreement", request, pb.GetAgreementResponse)).agreement


async def change(
    desk: Desk, agreement: str, *paths: str, expected: int = 0, **values: object
) -> pb.Agreement:
    request = pb.UpdateAgreementRequest(
        agreement_id=agreement,
        patch=pb.Agreement(**values),  # type: ignore[arg-type]  # its fields
        update_mask=FieldMask(paths=paths),
        expected_version=expected,
    )
    return (await ask(desk, "UpdateAgreement", request, pb.UpdateAgreementResponse)).agreement


async def entitlement(
    desk: Desk, ticket: Ticket, scopes: frozenset[str] = ADMIN
) -> pb.GetEntitlementResponse:
    request = pb.GetEntitlementRequest(ticket=ticket.number)
    return await ask(desk, "GetEntitlement", request, pb.GetEntitlementResponse, scopes)


async def a_ticket(desk: Desk, at: datetime = BEGAN) -> Ticket:
    """Of the customer north, about the service and the printer."""
    ticket = Ticket(desk, at)
    ticket.message.organization.CopyFrom(types_pb2.Ref(id=str(new_id()), key="north", name="North"))
    ticket.message.service_id = SERVICE
    ticket.message.ci_ids.append(PRINTER)
    await ticket.created()
    await desk.settles()
    return ticket


async def test_an_agreement_is_made_read_listed_changed_and_deleted(acme: Desk) -> None:
    made = await make(acme, parties=["north"], valid_until="2026-12-31")
    await make(acme, name="another", kind="uc")
    for key in (made.id, "support"):
        assert await read(acme, key) == made
    first = await ask(
        acme, "ListAgreements", pb.ListAgreementsRequest(page_size=1), pb.ListAgreementsResponse
    )
    rest = pb.ListAgreementsRequest(page_size=1, page_token=first.next_page_token)
    second = await ask(acme, "ListAgreements", rest, pb.ListAgreementsResponse)
    assert [one.name for one in [*first.agreements, *second.agreements]] == ["another", "support"]
    changed = await change(acme, made.id, "parties", "valid_until", parties=["south"])
    assert (list(changed.parties), changed.valid_until, changed.version) == (["south"], "", 2)
    gone = pb.DeleteAgreementRequest(agreement_id="support", expected_version=2)
    await ask(acme, "DeleteAgreement", gone, pb.DeleteAgreementResponse)
    with pytest.raises(NotFound):
        await read(acme, made.id)
    told = [one for _, one in await acme.told() if isinstance(one, events_pb2.SettingChanged)]
    assert len([one for one in told if one.kind == "agreement" and one.id == made.id]) == 3


async def test_an_agreement_of_a_version_that_is_gone_is_not_changed(acme: Desk) -> None:
    made = await make(acme)
    await change(acme, made.id, "note", note="once")
    with pytest.raises(Stale):
        await change(acme, made.id, "note", note="twice", expected=1)
    assert (await read(acme, made.id)).note == "once"


async def test_two_agreements_of_one_name_are_refused(acme: Desk) -> None:
    await make(acme)
    other = await make(acme, name="other")
    with pytest.raises(AlreadyExists):
        await make(acme)
    with pytest.raises(AlreadyExists):
        await change(acme, other.id, "name", name="support")


async def test_agreements_are_the_tenants_own_and_its_administrators(acme: Desk) -> None:
    made = await make(acme)
    other = Desk(acme.service, acme.bus)
    await other.opens()
    with pytest.raises(NotFound):
        await read(other, made.id)
    with pytest.raises(Forbidden):
        await make(acme, frozenset({"sla.read"}), name="mine")


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"name": ""}, "name"),
        ({"kind": "xla"}, "kind"),
        ({"parties": ["a", "a"]}, "parties[1]"),
        ({"services": [""]}, "services[0]"),
        ({"products": [str(n) for n in range(1001)]}, "products"),
        ({"valid_from": "soon"}, "valid_from"),
        ({"valid_from": ""}, "valid_from"),
        ({"valid_until": "20261231"}, "valid_until"),
        ({"valid_until": "2025-12-31"}, "valid_until"),
        ({"note": "x" * 10_001}, "note"),
    ],
)
async def test_a_wrong_agreement_is_refused_with_its_field(
    acme: Desk, values: dict[str, object], field: str
) -> None:
    with pytest.raises(InvalidInput) as refused:
        await make(acme, ADMIN, **values)
    assert [error.field for error in refused.value.errors] == [field]


@pytest.mark.parametrize(
    ("values", "entitled"),
    [
        ({}, True),
        ({"parties": ["north"], "services": [SERVICE], "products": [PRINTER]}, True),
        ({"parties": ["south"]}, False),
        ({"services": [str(new_id())]}, False),
        ({"products": [str(new_id())]}, False),
        ({"valid_from": "2026-11-17"}, False),
        ({"valid_until": "2026-11-15"}, False),
        ({"valid_until": "2026-11-16"}, True),
    ],
)
async def test_a_ticket_is_entitled_where_an_agreement_covers_it(
    acme: Desk, values: dict[str, object], *, entitled: bool
) -> None:
    await make(acme, ADMIN, **values)
    await make(acme, name="inner", kind="ola")
    found = await entitlement(acme, await a_ticket(acme))
    assert (found.entitled, [one.name for one in found.agreements]) == (entitled, ["support"] * entitled)


async def test_without_agreements_every_ticket_is_entitled(acme: Desk) -> None:
    assert (await entitlement(acme, await a_ticket(acme))).entitled


async def test_the_day_of_a_ticket_is_that_of_the_tenant(acme: Desk) -> None:
    await make(acme, valid_from="2026-11-17")
    late = datetime(2026, 11, 16, 23, 30, tzinfo=UTC)  # the 17th in Warsaw
    assert (await entitlement(acme, await a_ticket(acme, late))).entitled


async def test_the_entitlement_of_a_ticket_is_for_its_readers(acme: Desk) -> None:
    ticket = await a_ticket(acme)
    with pytest.raises(NotFound):
        await entitlement(acme, ticket, frozenset({"tickets.read:hr"}))
