"""Fields that administrators add, and the tickets that have them."""

from typing import Any

import pytest
from google.protobuf.field_mask_pb2 import FieldMask
from google.protobuf.struct_pb2 import Struct
from tickets_desk import TicketsDesk

from chassis.errors import AlreadyExists, BadRequest, Forbidden, InvalidInput, NotFound, Stale, WrongState
from chassis.testing.identity import Person
from deskmesh.tickets.v1 import events_pb2, field_pb2
from deskmesh.tickets.v1 import field_service_pb2 as rpc

Dependent = field_pb2.DependentChoices


async def make(
    desk: TicketsDesk, slug: str, kind: str, *, by: Person | None = None, **said: object
) -> field_pb2.Field:
    field = field_pb2.Field(slug=slug, name=slug.title(), type=kind, **said)  # type: ignore[arg-type]  # fields by name
    request = rpc.CreateFieldRequest(field=field)
    return (await desk.call("CreateField", request, rpc.CreateFieldResponse, by=by or desk.admin)).field


async def change(
    desk: TicketsDesk, slug: str, *, by: Person | None = None, version: int = 0, **values: object
) -> field_pb2.Field:
    request = rpc.UpdateFieldRequest(
        field=slug,
        patch=field_pb2.Field(**values),  # type: ignore[arg-type]  # fields by name
        update_mask=FieldMask(paths=list(values)),
        expected_version=version,
    )
    return (await desk.call("UpdateField", request, rpc.UpdateFieldResponse, by=by or desk.admin)).field


async def delete(desk: TicketsDesk, slug: str) -> None:
    request = rpc.DeleteFieldRequest(field=slug)
    await desk.call("DeleteField", request, rpc.DeleteFieldResponse, by=desk.admin)


def values(**fields: object) -> Struct:
    struct = Struct()
    struct.update(fields)  # type: ignore[arg-type]  # any value of JSON is taken
    return struct


def problems(error: pytest.ExceptionInfo[InvalidInput]) -> dict[str, str]:
    return {one.field: one.reason for one in error.value.errors}


CI = "0193a5c2-7b1e-7c3a-9f42-5d8e6b1a2c30"


@pytest.mark.parametrize(
    ("kind", "choices", "given", "stored", "wrong"),
    [
        ("url", [], "https://desk.example/a?b=c", "https://desk.example/a?b=c", "ftp://desk.example"),
        ("ci", [], CI.upper(), CI, "server-1"),
        ("tree", ["Hardware", "Hardware/Laptop"], "Hardware/Laptop", "Hardware/Laptop", "Laptop"),
        (
            "money",
            [],
            {"amount": 12.5, "currency": "EUR"},
            {"amount": "12.5", "currency": "EUR"},
            {"amount": "1.23456", "currency": "EUR"},
        ),
    ],
)
async def test_a_field_takes_values_of_its_type_alone(
    desk: TicketsDesk, kind: str, choices: list[str], given: object, stored: object, wrong: object
) -> None:
    await make(desk, f"a_{kind}", kind, choices=choices)
    ticket = await desk.create(fields=values(**{f"a_{kind}": given}))
    assert ticket.fields == values(**{f"a_{kind}": stored})
    assert (await desk.get(ticket.id)).fields == ticket.fields
    with pytest.raises(InvalidInput) as refused:
        await desk.create(fields=values(**{f"a_{kind}": wrong}))
    assert problems(refused).keys() == {f"fields.a_{kind}"}


async def test_money_is_found_by_amount_and_currency(desk: TicketsDesk) -> None:
    await make(desk, "price", "money")
    made = [
        await desk.create(fields=values(price={"amount": amount, "currency": currency}))
        for amount, currency in (("9.99", "EUR"), ("1200", "PLN"))
    ]
    for text, found in (
        ("fields.price > 10", made[1:]),
        ('fields.price.currency = "EUR"', made[:1]),
        ("fields.price < 10000", [*reversed(made)]),
    ):
        assert [one.id for one in await desk.tickets(filter=text)] == [one.id for one in found]
    with pytest.raises(BadRequest):
        await desk.tickets(filter="fields.price.colour = 1")


async def test_a_value_is_demanded_where_its_condition_holds(desk: TicketsDesk) -> None:
    old = await desk.create(process="hr")
    await make(desk, "cause", "text", required_when='state = "resolved"', processes=["hr"])
    ticket = await desk.create(process="hr")
    with pytest.raises(InvalidInput) as refused:
        await desk.move(ticket.id, "resolved")
    assert problems(refused) == {"fields.cause": 'must be given where state = "resolved"'}
    await desk.move(ticket.id, "resolved", fields=values(cause="Worn out"))
    with pytest.raises(InvalidInput) as refused:
        await desk.update(ticket.id, ["fields"], fields=values(cause=None))
    assert problems(refused).keys() == {"fields.cause"}
    assert (await desk.update(old.id, ["title"], title="Other")).title == "Other"
    with pytest.raises(InvalidInput) as refused:
        await desk.create(fields=values(cause="Unknown"))
    assert problems(refused) == {"fields.cause": "is no field of a incident in it"}


async def test_a_field_is_shown_by_a_condition_over_roles_and_other_fields(desk: TicketsDesk) -> None:
    await make(desk, "serial", "text", shown_when='fields.device_kind = "laptop" AND channel = "portal"')
    shown = await desk.create(channel="portal", fields=values(device_kind="laptop", serial="L-1"))
    assert shown.fields["serial"] == "L-1"
    with pytest.raises(InvalidInput) as refused:
        await desk.create(fields=values(device_kind="laptop", serial="L-2"))
    assert problems(refused).keys() == {"fields.serial"}
    await make(desk, "verdict", "text", shown_when="role:nobody")
    with pytest.raises(InvalidInput):
        await desk.create(fields=values(verdict="guilty"))


async def test_choices_follow_the_value_of_another_field(desk: TicketsDesk) -> None:
    by_kind = {"laptop": ["battery", "screen"], "phone": ["screen"]}
    dependent = Dependent(
        field="device_kind", choices={one: field_pb2.Choices(values=two) for one, two in by_kind.items()}
    )
    await make(desk, "part", "choice", choices=["battery", "screen"], dependent_choices=dependent)
    ticket = await desk.create(fields=values(device_kind="laptop", part="battery"))
    for wrong in ({"device_kind": "phone"}, {"device_kind": None}):
        with pytest.raises(InvalidInput) as refused:
            await desk.update(ticket.id, ["fields"], fields=values(**wrong))
        assert problems(refused).keys() == {"fields.part"}
    changed = await desk.update(ticket.id, ["fields"], fields=values(device_kind="phone", part="screen"))
    assert changed.fields == values(device_kind="phone", part="screen")


async def test_what_was_stored_stays_readable_when_a_field_changes_or_rests(desk: TicketsDesk) -> None:
    field = await make(desk, "floor", "choice", choices=["first", "second"])
    ticket = await desk.create(fields=values(floor="second"))
    changed = await change(desk, "floor", choices=["first"], version=field.version)
    assert changed.version == field.version + 1
    with pytest.raises(InvalidInput):
        await desk.create(fields=values(floor="second"))
    with pytest.raises(WrongState):
        await delete(desk, "floor")
    await change(desk, "floor", active=False)
    with pytest.raises(InvalidInput) as refused:
        await desk.create(fields=values(floor="first"))
    assert problems(refused) == {"fields.floor": "takes no new values"}
    assert (await desk.update(ticket.id, ["title"], title="Same floor")).fields["floor"] == "second"
    with pytest.raises(Stale):
        await change(desk, "floor", name="Late", version=field.version)


async def test_a_field_that_others_ask_for_stays(desk: TicketsDesk) -> None:
    await make(desk, "contract", "text")
    await make(desk, "clause", "text", shown_when="fields.contract != null")
    for refused in (delete(desk, "contract"), change(desk, "contract", active=False)):
        with pytest.raises(WrongState, match="The field clause asks for it"):
            await refused
    await delete(desk, "clause")
    await delete(desk, "contract")
    told = (await desk.events(events_pb2.SettingChanged, (await make(desk, "contract", "text")).id))[-1]
    assert (told.kind, told.name) == ("field", "Contract")


@pytest.mark.parametrize(
    ("said", "fields"),
    [
        ({"type": "colour"}, ["type"]),
        ({"type": "choice"}, ["choices"]),
        ({"type": "text", "choices": ["a"]}, ["choices"]),
        ({"type": "tree", "choices": ["a/b"]}, ["choices[0]"]),
        ({"type": "choice", "choices": ["a", "a"]}, ["choices[1]"]),
        (
            {"type": "text", "required_when": "priority = urgent", "shown_when": "("},
            ["required_when", "shown_when"],
        ),
        ({"type": "text", "shown_when": "fields.odd = 1"}, ["shown_when"]),
        ({"type": "text", "processes": ["it", "no"], "types": ["no"]}, ["processes[1]", "types[0]"]),
        (
            {"type": "choice", "choices": ["a"], "dependent_choices": Dependent(field="location")},
            ["dependent_choices.field"],
        ),
        (
            {
                "type": "choice",
                "choices": ["a"],
                "dependent_choices": Dependent(
                    field="device_kind", choices={"car": field_pb2.Choices(values=["b"])}
                ),
            },
            ["dependent_choices.choices.car"] * 2,
        ),
    ],
)
async def test_a_definition_that_cannot_be_is_refused_by_place(
    desk: TicketsDesk, said: dict[str, Any], fields: list[str]
) -> None:
    request = rpc.CreateFieldRequest(field=field_pb2.Field(slug="odd", name="Odd", **said))
    with pytest.raises(InvalidInput) as refused:
        await desk.call("CreateField", request, rpc.CreateFieldResponse, by=desk.admin)
    assert [one.field for one in refused.value.errors] == fields


async def test_fields_are_for_administrators_of_their_own_tenant(desk: TicketsDesk) -> None:
    await make(desk, "ours", "text", types=["change"])
    with pytest.raises(AlreadyExists):
        await make(desk, "ours", "number")
    with pytest.raises(Forbidden):
        await change(desk, "ours", by=desk.agent, name="Mine")
    with pytest.raises(NotFound):
        await change(desk, "ours", by=desk.stranger, name="Theirs")
    for kind, listed in (("change", True), ("incident", False)):
        request = rpc.ListFieldsRequest(type=kind, page_size=200)
        answer = await desk.call("ListFields", request, rpc.ListFieldsResponse)
        assert ("ours" in {field.slug for field in answer.fields}) == listed
