"""Tenants of an earlier release get the fields that this one ships."""

from tickets_desk import TicketsDesk
from tickets_upgrade import upgrade

from deskmesh.tickets.v1 import events_pb2
from deskmesh.tickets.v1 import field_service_pb2 as rpc

NEWER = ["known_error", "root_cause", "workaround"]


async def fields(desk: TicketsDesk) -> dict[str, str]:
    """The ids of acme's fields by their slug."""
    answer = await desk.call("ListFields", rpc.ListFieldsRequest(page_size=200), rpc.ListFieldsResponse)
    return {field.slug: field.id for field in answer.fields}


async def as_earlier_release(desk: TicketsDesk) -> None:
    """Leaves acme's fields as a release left them that shipped fewer and did not note which."""
    await desk.rows("DELETE FROM shipped_fields WHERE tenant_id = $1", desk.acme)
    await desk.rows(
        "DELETE FROM field_definitions WHERE tenant_id = $1 AND slug = ANY ($2)", desk.acme, NEWER
    )


async def test_fields_that_are_shipped_anew_are_given_once_and_told(desk: TicketsDesk) -> None:
    before = await fields(desk)
    await as_earlier_release(desk)
    await desk.rows("DELETE FROM field_definitions WHERE tenant_id = $1 AND slug = 'location'", desk.acme)
    await upgrade(desk)
    after = await fields(desk)
    # What the tenant deleted of the older ones stays away.
    assert after.keys() == before.keys() - {"location"}
    for slug in NEWER:
        (told,) = await desk.events(events_pb2.SettingChanged, after[slug])
        assert (told.kind, told.actor.kind, told.cause) == ("field", "system", "upgrade")
    request = rpc.DeleteFieldRequest(field="workaround")
    await desk.call("DeleteField", request, rpc.DeleteFieldResponse, by=desk.admin)
    await upgrade(desk)
    assert (await fields(desk)).keys() == after.keys() - {"workaround"}


async def test_a_field_of_the_tenants_own_is_left_alone(desk: TicketsDesk) -> None:
    await as_earlier_release(desk)
    await desk.rows(
        "INSERT INTO field_definitions (tenant_id, id, version, slug, name, kind, choices) "
        "VALUES ($1, gen_random_uuid(), 1, 'workaround', 'Way round', 'text', '{}')",
        desk.acme,
    )
    own = (await fields(desk))["workaround"]
    await upgrade(desk)
    after = await fields(desk)
    assert after["workaround"] == own
    assert set(NEWER) <= after.keys()
