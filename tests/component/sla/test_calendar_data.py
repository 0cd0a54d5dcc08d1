"""Time zones and public holidays that change with a release of their data, and calendars that keep what they had."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from prometheus_client import REGISTRY
from sla_directory import directory
from sla_doors import Desk, Ticket, stamp, target, time_of

from chassis.context import Caller, use_caller
from chassis.testing.identity import Issuer
from deskmesh.sla.v1 import events_pb2, sla_pb2
from deskmesh.sla.v1 import sla_service_pb2 as pb
from sla.api.refreshing import refresh_all
from sla.app.refreshing import Refreshed, refresh_calendars
from sla.domain import public_holidays, zones

ALL_DAY = [sla_pb2.Interval(start="00:00", end="24:00")]
WEEK = sla_pb2.WeekHours(
    monday=ALL_DAY,
    tuesday=ALL_DAY,
    wednesday=ALL_DAY,
    thursday=ALL_DAY,
    friday=ALL_DAY,
    saturday=ALL_DAY,
    sunday=ALL_DAY,
)
RELEASE = (zones.RELEASE, public_holidays.RELEASE)
OLD, FUTURE = ("2000a", "0.1"), ("2999a", "999.0")
# The day before the Polish Independence Day.
BEGAN = datetime(datetime.now(UTC).year - 1, 11, 10, 12, tzinfo=UTC)
DAY = timedelta(days=1)


async def make(desk: Desk) -> sla_pb2.Calendar:
    made = sla_pb2.Calendar(name="always", time_zone="Europe/Warsaw", hours=WEEK, holiday_country="PL")
    request = pb.CreateCalendarRequest(calendar=made)
    return (await desk.ask("CreateCalendar", request, pb.CreateCalendarResponse)).calendar


async def has_had(desk: Desk, calendar: sla_pb2.Calendar, releases: tuple[str, str]) -> None:
    """As if the calendar had been made by a process with other data, in which Poland has no holidays."""
    await desk.execute(
        "UPDATE calendar_data SET zone_release = $3, holiday_release = $4, holidays = '[]'"
        " WHERE tenant_id = $1 AND calendar_id = $2",
        desk.id,
        calendar.id,
        *releases,
    )


async def refresh(desk: Desk) -> Refreshed:
    databases = desk.service.process.runtime.databases
    with use_caller(Caller.system(desk.id, "sla", "refresh-calendars")):
        async with databases.for_tenant(desk.id).transaction(desk.id) as tx:
            return await refresh_calendars(tx)


async def releases(desk: Desk, calendar: sla_pb2.Calendar) -> list[tuple[int, tuple[str, str]]]:
    request = pb.ListCalendarVersionsRequest(calendar_id=calendar.id)
    found = (await desk.ask("ListCalendarVersions", request, pb.ListCalendarVersionsResponse)).versions
    return [(one.calendar.version, (one.zone_release, one.holiday_release)) for one in found]


async def due(desk: Desk, calendar: sla_pb2.Calendar, version: int = 0) -> datetime:
    request = pb.CalculateCalendarRequest(
        calendar_id=calendar.id, start=stamp(BEGAN), duration="PT24H", version=version
    )
    return time_of((await desk.ask("CalculateCalendar", request, pb.CalculateCalendarResponse)).due_at)


async def test_newer_data_makes_a_version_with_its_difference_and_running_clocks_follow(acme: Desk) -> None:
    """A change of the rules of a country rewrites nothing silently."""
    made = await make(acme)
    await has_had(acme, made, OLD)
    await acme.make_policy(calendar_id=made.id, targets=[target("resolution", "PT24H")])
    running, done = await Ticket(acme, BEGAN).created(), await Ticket(acme, BEGAN).created()
    await done.moves("resolved", BEGAN + timedelta(hours=1))
    await acme.settles()
    assert time_of((await acme.clocks(running.id))["resolution"].due_at) == BEGAN + DAY
    told_of_done = await acme.clock_events(done.id)

    assert await refresh(acme) == Refreshed(renewed=1)
    await acme.settles()
    assert await releases(acme, made) == [(2, RELEASE), (1, OLD)]
    clock = (await acme.clocks(running.id))["resolution"]
    assert (time_of(clock.due_at), clock.calendar_version) == (BEGAN + 2 * DAY, 2)
    [told] = [one for _, one in await acme.told(of=running.id) if isinstance(one, events_pb2.ClockRecomputed)]
    assert told.reason == 'calendar "always" was edited'
    assert await acme.clock_events(done.id) == told_of_done
    assert (await acme.clocks(done.id))["resolution"].calendar_version == 1
    assert [await due(acme, made, version) for version in (1, 2)] == [BEGAN + DAY, BEGAN + 2 * DAY]

    settings = [one for _, one in await acme.told() if isinstance(one, events_pb2.SettingChanged)]
    changed = {one.field: one for one in [one for one in settings if one.id == made.id][-1].changes}
    assert changed.keys() == {"zone_release", "holiday_release", "public_holidays"}
    assert f"{BEGAN.year}-11-11" in str(changed["public_holidays"].new_value)
    assert await refresh(acme) == Refreshed(), "the second time nothing is new"


async def test_data_that_says_the_same_makes_no_version(acme: Desk) -> None:
    await make(acme)
    await acme.execute("UPDATE calendar_data SET zone_release = '2000a' WHERE tenant_id = $1", acme.id)
    assert await refresh(acme) == Refreshed()


async def test_newer_data_than_this_process_has_is_kept_gone_by_and_counted(
    acme: Desk, issuer: Issuer, tmp_path: Path
) -> None:
    made = await make(acme)
    await has_had(acme, made, FUTURE)
    assert await refresh(acme) == Refreshed(newer=1)
    assert await due(acme, made) == BEGAN + DAY
    request = pb.UpdateCalendarRequest(calendar_id=made.id, patch=sla_pb2.Calendar(name="renamed"))
    request.update_mask.paths.append("name")
    await acme.ask("UpdateCalendar", request, pb.UpdateCalendarResponse)
    assert await releases(acme, made) == [(2, FUTURE), (1, FUTURE)]
    assert await due(acme, made) == BEGAN + DAY
    # Of another place this process can only say what it has.
    moved = pb.UpdateCalendarRequest(calendar_id=made.id, patch=sla_pb2.Calendar(holiday_country="DE"))
    moved.update_mask.paths.append("holiday_country")
    await acme.ask("UpdateCalendar", moved, pb.UpdateCalendarResponse)
    assert (await releases(acme, made))[0] == (3, RELEASE)
    async with directory(tmp_path, [acme.id], issuer) as gateway:
        await has_had(acme, made, FUTURE)
        await refresh_all(acme.service.process.runtime.databases, gateway)
    assert REGISTRY.get_sample_value("deskmesh_sla_calendars_with_newer_data") == 1


async def test_versions_from_before_data_was_kept_get_what_the_first_process_has(acme: Desk) -> None:
    made = await make(acme)
    await acme.execute("DELETE FROM calendar_data WHERE tenant_id = $1", acme.id)
    assert await releases(acme, made) == [(1, ("", ""))]
    assert await refresh(acme) == Refreshed()
    assert await releases(acme, made) == [(1, RELEASE)]
    globex = Desk(acme.service, acme.bus)
    await globex.opens()
    assert await globex.fetch_value("SELECT count(*) FROM calendar_data WHERE tenant_id = $1", globex.id) == 2
