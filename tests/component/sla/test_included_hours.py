"""Included hours of agreements: used by time entries, balanced, told."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from uuid import UUID

import pytest
from sla_doors import Desk, stamp

from chassis.errors import InvalidInput, WrongState
from chassis.ids import new_id
from deskmesh.common.v1 import types_pb2
from deskmesh.sla.v1 import agreement_service_pb2 as pb
from deskmesh.sla.v1 import events_pb2
from deskmesh.tickets.v1 import events_pb2 as tickets
from deskmesh.tickets.v1 import ticket_pb2, time_entry_pb2

AGREEMENTS = pb.DESCRIPTOR.services_by_name["AgreementService"]
NOVEMBER = datetime(2026, 11, 16, 9, tzinfo=UTC)


@dataclass
class Work:
    """A ticket of the customer north, on which agents note their time."""

    desk: Desk
    id: UUID = field(default_factory=new_id)
    version: int = 0

    async def noted(
        self, minutes: int, at: datetime = NOVEMBER, *, billable: bool = True, customer: str = "north"
    ) -> time_entry_pb2.TimeEntry:
        """TimeEntryAdded."""
        entry = time_entry_pb2.TimeEntry(
            id=str(new_id()),
            minutes=minutes,
            started_at=stamp(at),
            billable=billable,
            organization=types_pb2.Ref(id=str(new_id()), key=customer),
            version=1,
        )
        await self._tell(tickets.TimeEntryAdded(time_entry=entry))
        return entry

    async def changed(self, entry: time_entry_pb2.TimeEntry, minutes: int) -> None:
        """TimeEntryChanged."""
        before = time_entry_pb2.TimeEntry()
        before.CopyFrom(entry)
        entry.minutes, entry.version = minutes, entry.version + 1
        await self._tell(tickets.TimeEntryChanged(time_entry=entry, old_time_entry=before))

    async def removed(self, entry: time_entry_pb2.TimeEntry) -> None:
        """TimeEntryRemoved."""
        await self._tell(tickets.TimeEntryRemoved(time_entry=entry))

    async def _tell(
        self, message: tickets.TimeEntryAdded | tickets.TimeEntryChanged | tickets.TimeEntryRemoved
    ) -> None:
        self.version += 1
        message.ticket.CopyFrom(ticket_pb2.Ticket(id=str(self.id), version=self.version))
        await self.desk.bus.publish(
            message, tenant_id=self.desk.id, aggregate_id=self.id, version=self.version
        )

    async def hours(self, on: str = "2026-11-16") -> pb.GetAgreementHoursResponse:
        """The balance of the agreement, once all is taken in."""
        await self.desk.settles()
        request = pb.GetAgreementHoursRequest(agreement_id="support", on=on)
        answer = pb.GetAgreementHoursResponse
        return await self.desk.ask("GetAgreementHours", request, answer, service=AGREEMENTS)


async def agree(desk: Desk, **values: object) -> None:
    given = {
        "name": "support",
        "valid_from": "2026-01-01",
        "parties": ["north"],
        "included_hours": "PT10H",
        "hours_warnings": ["80%", "100%"],
        **values,
    }
    request = pb.CreateAgreementRequest(agreement=pb.Agreement(**given))  # type: ignore[arg-type]  # its fields
    await desk.ask("CreateAgreement", request, pb.CreateAgreementResponse, service=AGREEMENTS)


async def told(desk: Desk) -> list[tuple[str, str, str]]:
    return [
        (one.warning, one.period_start, one.used)
        for _, one in await desk.told()
        if isinstance(one, events_pb2.AgreementHoursUsed)
    ]


async def test_time_entries_use_the_hours_of_their_period(acme: Desk) -> None:
    await agree(acme)
    work = Work(acme)
    entry = await work.noted(120)
    await work.noted(60, customer="south")
    await work.noted(60, billable=False)
    # Midnight of Warsaw, which is the month's end, and not that of UTC.
    await work.noted(30, datetime(2026, 10, 31, 22, 59, tzinfo=UTC))
    await work.noted(15, datetime(2026, 10, 31, 23, 0, tzinfo=UTC))
    november = await work.hours()
    assert (november.period_start, november.period_end) == ("2026-11-01", "2026-11-30")
    assert (november.included, november.used, november.remaining) == ("PT10H", "PT2H15M", "PT7H45M")
    assert (await work.hours("2026-10-05")).used == "PT30M"
    await work.changed(entry, 200)
    assert (await work.hours()).used == "PT3H35M"
    await work.removed(entry)
    await work.changed(entry, 500)
    assert (await work.hours()).used == "PT15M"


async def test_each_share_is_told_once_in_each_period(acme: Desk) -> None:
    await agree(acme)
    work = Work(acme)
    await work.noted(479)
    assert list((await work.hours()).told) == []
    entry = await work.noted(1)
    assert list((await work.hours()).told) == ["80%"]
    await work.removed(entry)
    await work.noted(121)
    november = await work.hours()
    assert (list(november.told), november.remaining) == (["80%", "100%"], "PT0S")
    await work.noted(600, datetime(2026, 12, 1, 9, tzinfo=UTC))
    assert list((await work.hours("2026-12-31")).told) == ["80%", "100%"]
    assert sorted(await told(acme)) == [
        ("100%", "2026-11-01", "PT10H"),
        ("100%", "2026-12-01", "PT10H"),
        ("80%", "2026-11-01", "PT8H"),
        ("80%", "2026-12-01", "PT10H"),
    ]


async def test_another_tenants_work_uses_nothing(acme: Desk) -> None:
    globex = Desk(acme.service, acme.bus)
    await globex.opens()
    await agree(acme)
    await Work(globex).noted(600)
    await globex.settles()
    assert (await Work(acme).hours()).used == "PT0S"
    assert await told(globex) == []


@pytest.mark.parametrize(
    ("values", "wrong"),
    [
        ({"included_hours": "40 hours"}, "included_hours"),
        ({"kind": "uc"}, "included_hours"),
        ({"hours_period": "week"}, "hours_period"),
        ({"hours_warnings": ["0%"]}, "hours_warnings[0]"),
        ({"included_hours": ""}, "hours_warnings"),
    ],
)
async def test_hours_that_make_no_sense_are_refused(
    acme: Desk, values: dict[str, object], wrong: str
) -> None:
    with pytest.raises(InvalidInput) as refused:
        await agree(acme, **values)
    assert [one.field for one in refused.value.errors] == [wrong]
    assert await acme.fetch_value("SELECT count(*) FROM agreements WHERE tenant_id = $1", acme.id) == 0


async def test_an_agreement_without_hours_or_on_another_day_has_no_balance(acme: Desk) -> None:
    await agree(acme, included_hours="", hours_warnings=[])
    with pytest.raises(WrongState):
        await Work(acme).hours()
    await agree(acme, name="another")
    for day in ("2025-12-31", "tomorrow"):
        with pytest.raises(InvalidInput):
            request = pb.GetAgreementHoursRequest(agreement_id="another", on=day)
            await acme.ask("GetAgreementHours", request, pb.GetAgreementHoursResponse, service=AGREEMENTS)
