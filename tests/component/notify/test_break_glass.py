"""Administrators get a mail when somebody signs in by a password that holds in an emergency alone."""

from datetime import UTC, datetime

from notify_case import Case
from notify_desk import Desk, text_of

from deskmesh.gateway.v1 import identity_pb2
from deskmesh.gateway.v1.events_pb2 import BreakGlassUsed, RoleChanged


async def test_each_who_may_set_the_tenant_up_is_told_and_nobody_else(desk: Desk, case: Case) -> None:
    role = identity_pb2.Role(id=case.ticket.id, slug="keeper", permissions=["tenant.configure"], version=1)
    await desk.tell(case.tenant.id, RoleChanged(role=role), aggregate_id=role.id)
    keeper = await case.tenant.new_person("Kim", role="keeper")
    used = BreakGlassUsed(person=case.anna, address="192.0.2.7")
    used.occurred_at.FromDatetime(datetime(2026, 5, 4, 7, 30, tzinfo=UTC))
    await desk.tell(case.tenant.id, used)
    mails = await case.tenant.mails(1)
    assert set(mails) == {keeper.email}
    mail = mails[keeper.email]
    assert mail["Subject"] == f"Break-glass: {case.anna.email}"
    text = text_of(mail)
    assert case.anna.name in text
    assert "192.0.2.7" in text
    assert "2026-05-04 07:30 UTC" in text
