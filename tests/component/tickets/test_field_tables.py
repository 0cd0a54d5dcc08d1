"""What filters may name, told to other services."""

from google.protobuf.field_mask_pb2 import FieldMask
from tickets_desk import TicketsDesk

from chassis.testing.identity import Person
from deskmesh.tickets.v1 import configuration_service_pb2 as configuration
from deskmesh.tickets.v1 import events_pb2, field_pb2, field_table_pb2
from deskmesh.tickets.v1 import field_service_pb2 as fields
from deskmesh.tickets.v1 import field_table_service_pb2 as rpc


async def make(desk: TicketsDesk, slug: str, kind: str, **said: object) -> None:
    field = field_pb2.Field(slug=slug, name=slug.title(), type=kind, **said)  # type: ignore[arg-type]  # fields by name
    request = fields.CreateFieldRequest(field=field)
    await desk.call("CreateField", request, fields.CreateFieldResponse, by=desk.admin)


async def told(desk: TicketsDesk) -> list[field_table_pb2.FieldTable]:
    found = await desk.events(events_pb2.FieldSchemaChanged, str(desk.acme))
    return [message.table for message in found]


async def asked(desk: TicketsDesk, by: Person) -> field_table_pb2.FieldTable:
    return (
        await desk.call("GetFieldTable", rpc.GetFieldTableRequest(), rpc.GetFieldTableResponse, by=by)
    ).table


def named(table: field_table_pb2.FieldTable) -> dict[str, field_table_pb2.FilterField]:
    return {field.name: field for field in table.fields}


async def test_a_new_field_is_told_with_its_type_and_its_values(desk: TicketsDesk) -> None:
    await make(desk, "tier", "choice", choices=["gold", "silver"])
    await make(desk, "cost", "money")
    table = (await told(desk))[-1]
    assert named(table)["fields.tier"] == field_table_pb2.FilterField(
        name="fields.tier",
        title="Tier",
        type="string",
        values=["gold", "silver"],
        kind="choice",
        active=True,
    )
    assert (named(table)["fields.cost"].type, named(table)["fields.cost.currency"].type) == (
        "number",
        "string",
    )
    assert {"new", "pending_supplier"} <= set(named(table)["state"].values)
    assert "network" in named(table)["queue"].values
    assert table == await asked(desk, desk.requester)
    assert "fields.tier" not in named(await asked(desk, desk.stranger))


async def test_a_field_at_rest_is_told_as_such(desk: TicketsDesk) -> None:
    await make(desk, "old", "text")
    before = (await told(desk))[-1].version
    request = fields.UpdateFieldRequest(
        field="old", patch=field_pb2.Field(active=False), update_mask=FieldMask(paths=["active"])
    )
    await desk.call("UpdateField", request, fields.UpdateFieldResponse, by=desk.admin)
    table = (await told(desk))[-1]
    assert (named(table)["fields.old"].active, table.version) == (False, before + 1)


async def test_what_filters_cannot_name_has_nothing_told(desk: TicketsDesk) -> None:
    before = await asked(desk, desk.admin)
    request = configuration.UpdateProcessRequest(
        process="hr",
        patch=configuration.ProcessPatch(description="People and pay."),
        update_mask=FieldMask(paths=["description"]),
    )
    await desk.call("UpdateProcess", request, configuration.UpdateProcessResponse, by=desk.admin)
    assert (await told(desk))[-1] == before


async def test_a_table_is_told_again_after_a_day(desk: TicketsDesk) -> None:
    before = await asked(desk, desk.admin)
    assert await asked(desk, desk.admin) == before
    await desk.rows("UPDATE field_tables SET told_at = told_at - interval '25 hours'")
    again = await asked(desk, desk.admin)
    assert again.version == before.version + 1
    assert (again.fields, again.changed_at) == (before.fields, before.changed_at)
    assert (await told(desk))[-1] == again
