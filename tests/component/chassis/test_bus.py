from uuid import uuid4

from chassis.testing.events import Bus
from deskmesh.gateway.v1 import events_pb2, identity_pb2


async def test_what_a_test_publishes_is_read_back_whole(bus: Bus) -> None:
    tenant, aggregate = uuid4(), uuid4()
    await bus.publish(events_pb2.TeamChanged(), tenant_id=tenant, aggregate_id=aggregate)
    message = events_pb2.TenantChanged(tenant=identity_pb2.Tenant(slug="acme"))
    event_id = await bus.publish(message, tenant_id=tenant, aggregate_id=aggregate, version=3)
    (event,) = await bus.published(events_pb2.TenantChanged)
    assert (event.id, event.tenant_id, event.aggregate_id, event.version) == (
        event_id,
        tenant,
        str(aggregate),
        3,
    )
    assert event.message.tenant.slug == "acme"


async def test_nothing_was_published_where_there_is_no_stream(bus: Bus) -> None:
    from deskmesh.sla.v1 import events_pb2 as sla_events  # noqa: PLC0415 - two modules of one name

    assert await bus.published(sla_events.ClockStarted) == []
