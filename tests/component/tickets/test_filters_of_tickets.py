"""Filters over tickets, custom fields included: what a list finds is what a condition over values says."""

from collections.abc import AsyncIterator, Sequence
from itertools import product

import pytest_asyncio
from google.protobuf.struct_pb2 import Struct
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from tickets_desk import TicketsDesk

from chassis import filters
from chassis.context import Caller, use_caller
from deskmesh.tickets.v1 import field_pb2
from deskmesh.tickets.v1 import field_service_pb2 as rpc
from tickets.app.configuration import load_configuration
from tickets.app.facts import ticket_values
from tickets.app.listing import condition_of, field_table
from tickets.app.recording import view_tickets
from tickets.db.tickets import Ticket

SAID: Sequence[dict[str, object]] = (
    {},
    {"location": "Hall 3", "affected_users": 12, "works_remotely": True, "needed_by": "2026-12-01"},
    {"location": "hall 30", "affected_users": 2.5, "works_remotely": False, "device_kind": "laptop"},
    {"spent": {"amount": "12.50", "currency": "EUR"}, "colours": ["red", "blue"]},
    {"spent": {"amount": "900", "currency": "PLN"}, "colours": [], "location": ""},
)
TESTS = (
    *(f"fields.location {op} {text}" for op, text in product(("=", "!=", ":"), ('"Hall 3"', '"hall*"'))),
    'fields.location < "Hall 3"',
    *(f"fields.affected_users {op} 2.5" for op in ("=", "!=", "<", ">=")),
    *(f"fields.spent {op} 12.5" for op in ("=", "!=", "<=", ">")),
    *(f"fields.{name} {op} null" for name in ("spent", "colours", "location") for op in ("=", "!=")),
    'fields.spent.currency = "EUR"',
    "fields.works_remotely = true",
    "fields.works_remotely != false",
    "fields.device_kind = laptop",
    "fields.colours:red",
    "fields.needed_by > 2026-11-30",
    'type = "incident"',
    "open = true",
)
TREES = st.recursive(
    st.sampled_from(TESTS),
    lambda inner: (
        st.builds("NOT ({})".format, inner)
        | st.builds("({}) AND ({})".format, inner, inner)
        | st.builds("({}) OR ({})".format, inner, inner)
    ),
    max_leaves=5,
)


@pytest_asyncio.fixture(scope="module")
async def stored(desk: TicketsDesk) -> AsyncIterator[TicketsDesk]:
    for slug, kind, choices in (("spent", "money", []), ("colours", "choices", ["red", "blue"])):
        field = field_pb2.Field(slug=slug, name=slug, type=kind, choices=choices)
        request = rpc.CreateFieldRequest(field=field)
        await desk.call("CreateField", request, rpc.CreateFieldResponse, by=desk.admin)
    for said in SAID:
        fields = Struct()
        fields.update(said)  # type: ignore[arg-type]  # any value of JSON is taken
        await desk.create(fields=fields)
    yield desk


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=TREES)
async def test_the_database_and_the_values_of_a_ticket_agree(stored: TicketsDesk, text: str) -> None:
    database = stored.service.process.runtime.databases.for_tenant(stored.acme)
    with use_caller(Caller.system(stored.acme, "tickets", "test", {"tickets.read"})):
        async with database.transaction(stored.acme) as tx:
            configuration = await load_configuration(tx, absent=lambda: None)
            condition = await condition_of(tx, configuration, text)
            found = set(await tx.scalars(select(Ticket.id).where(condition)))
            tickets = list(await tx.scalars(select(Ticket)))
            tree = filters.check(filters.parse(text), field_table(configuration))
            expected = {
                view.ticket.id
                for view in await view_tickets(tx, configuration, tickets)
                if filters.evaluate(tree, ticket_values(view))
            }
    assert found == expected
