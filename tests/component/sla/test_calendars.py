"""Calendars through their door: special days, feeds, versions and their dates of effect, business time both ways."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from google.protobuf.field_mask_pb2 import FieldMask
from sla_directory import directory
from sla_doors import Desk, Ticket, stamp, target, time_of

from chassis.errors import Forbidden, InvalidInput, NotFound, Stale
from chassis.testing.identity import Issuer
from chassis.testing.services import RunningService
from deskmesh.sla.v1 import events_pb2, sla_pb2
from deskmesh.sla.v1 import sla_service_pb2 as pb
from sla.api.refreshing import tell_all
from sla.settings import SlaSettings

pytestmark = pytest.mark.asyncio(loop_scope="session")

WARSAW = ZoneInfo("Europe/Warsaw")
HOURS = [sla_pb2.Interval(start="09:00", end="18:00")]
OFFICE = sla_pb2.WeekHours(monday=HOURS, tuesday=HOURS, wednesday=HOURS, thursday=HOURS, friday=HOURS)
FEED = (
    "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//plant//EN\r\nBEGIN:VEVENT\r\nUID:1\r\n"
    "DTSTART;VALUE=DATE:20270803\r\nDTEND;VALUE=DATE:20270805\r\nSUMMARY:Shut-down\r\nEND:VEVENT\r\n"
    "BEGIN:VEVENT\r\nUID:2\r\nDTSTART:20270806T100000Z\r\nSUMMARY:Party\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
)


def warsaw(day: int, hour: int, month: int = 12, year: int = 2026) -> datetime:
    return datetime(year, month, day, hour, tzinfo=WARSAW).astimezone(UTC)


async def make(desk: Desk, **values: object) -> sla_pb2.Calendar:
    given = {"name": "desk", "time_zone": "Europe/Warsaw", "hours": OFFICE, **values}
    request = pb.CreateCalendarRequest(calendar=sla_pb2.Calendar(**given))  # type: ignore[arg-type]  # its fields
    return (await desk.ask("CreateCalendar", request, pb.CreateCalendarResponse)).calendar


async def change(desk: Desk, calendar: str, **values: object) -> sla_pb2.Calendar:
    request = pb.UpdateCalendarRequest(
        calendar_id=calendar,
        patch=sla_pb2.Calendar(**values),  # type: ignore[arg-type]  # its fields
        update_mask=FieldMask(paths=list(values)),
    )
    return (await desk.ask("UpdateCalendar", request, pb.UpdateCalendarResponse)).calendar


async def calculate(desk: Desk, calendar: str, **values: object) -> pb.CalculateCalendarResponse:
    request = pb.CalculateCalendarRequest(calendar_id=calendar, **values)  # type: ignore[arg-type]  # its fields
    return await desk.ask("CalculateCalendar", request, pb.CalculateCalendarResponse)


async def due(desk: Desk, start: datetime, duration: str, **values: object) -> datetime:
    return time_of((await calculate(desk, "desk", start=stamp(start), duration=duration, **values)).due_at)


async def put_feed(desk: Desk, text: str = FEED, name: str = "plant", **more: object) -> sla_pb2.Calendar:
    request = pb.PutHolidayFeedRequest(calendar_id="desk", feed=name, icalendar=text, **more)  # type: ignore[arg-type]  # its fields
    return (await desk.ask("PutHolidayFeed", request, pb.PutHolidayFeedResponse)).calendar


async def versions(desk: Desk, calendar: str) -> list[sla_pb2.CalendarVersion]:
    request = pb.ListCalendarVersionsRequest(calendar_id=calendar)
    return list((await desk.ask("ListCalendarVersions", request, pb.ListCalendarVersionsResponse)).versions)


async def test_special_days_and_parts_of_a_country_are_kept_and_counted(acme: Desk) -> None:
    short = sla_pb2.SpecialDay(
        date="2026-12-24", name="Christmas Eve", hours=[sla_pb2.Interval(start="09:00", end="13:00")]
    )
    made = await make(acme, days=[short], holiday_country="DE", holiday_subdivision="BY")
    assert (list(made.days), made.holiday_subdivision) == ([short], "BY")
    assert (await acme.calendar("desk")) == made
    # Christmas Eve until one, two holidays and a weekend, and Epiphany in January.
    assert await due(acme, warsaw(24, 12), "PT2H") == warsaw(28, 10)
    assert await due(acme, warsaw(5, 17, 1, 2027), "PT2H") == warsaw(7, 10, 1, 2027)


async def test_business_time_is_counted_back_and_in_business_days(acme: Desk) -> None:
    await make(acme)
    assert await due(acme, warsaw(14, 10), "-PT2H") == warsaw(11, 17)
    assert await due(acme, warsaw(10, 10), "2 business days") == warsaw(14, 10)
    assert await due(acme, warsaw(10, 10), "end of business day 2") == warsaw(11, 18)
    between = await calculate(acme, "desk", start=stamp(warsaw(14, 10)), end=stamp(warsaw(11, 17)))
    assert between.elapsed == "-PT2H"
    assert [(time_of(one.start), time_of(one.end)) for one in between.intervals] == [
        (warsaw(11, 17), warsaw(11, 18)),
        (warsaw(14, 9), warsaw(14, 10)),
    ]
    for duration in ("-2 business days", "-", "--PT1H", "-PT0S", "0 business days", "-P3000D"):
        with pytest.raises(InvalidInput) as refused:
            await due(acme, warsaw(14, 10), duration)
        assert [error.field for error in refused.value.errors] == ["duration"]


async def test_a_change_with_a_date_of_effect_leaves_what_was_before_it(acme: Desk) -> None:
    made = await make(acme)
    longer = sla_pb2.WeekHours(monday=[sla_pb2.Interval(start="06:00", end="20:00")])
    changed = await change(acme, made.id, hours=longer, effective_from="2026-12-14")
    assert (changed.effective_from, changed.version) == ("2026-12-14", 2)
    assert await due(acme, warsaw(11, 17), "PT2H") == warsaw(14, 7)
    assert await due(acme, warsaw(11, 17), "PT2H", version=1) == warsaw(14, 10)
    # A correction keeps the date of effect.
    await change(acme, made.id, name="renamed")
    kept = await versions(acme, made.id)
    assert [(one.calendar.version, one.calendar.name, one.calendar.effective_from) for one in kept] == [
        (3, "renamed", "2026-12-14"),
        (2, "desk", "2026-12-14"),
        (1, "desk", ""),
    ]
    assert list(kept[-1].calendar.hours.monday) == HOURS
    since = [time_of(one.in_force_since) for one in kept]
    assert since == sorted(since, reverse=True)
    with pytest.raises(InvalidInput) as refused:
        await calculate(acme, made.id, start=stamp(warsaw(11, 17)), duration="PT1H", version=9)
    assert [error.field for error in refused.value.errors] == ["version"]


async def test_editing_a_holiday_leaves_a_trace_and_does_not_rewrite_what_was_decided(acme: Desk) -> None:
    """A known failure of others: a holiday that is added later changes tickets that were done long before."""
    made = await make(acme)
    policy = await acme.make_policy(calendar_id="desk", targets=[target("resolution", "PT9H")])
    now = datetime.now(UTC)
    day = (now - timedelta(days=7 + now.weekday())).date()  # a Monday of the past
    morning = datetime(day.year, day.month, day.day, 9, tzinfo=WARSAW).astimezone(UTC)
    done, running = await Ticket(acme, morning).created(), await Ticket(acme, morning).created()
    await done.moves("resolved", morning + timedelta(hours=5))
    await acme.settles()
    assert (await acme.clocks(running.id))["resolution"].breached
    told_of_done = await acme.clock_events(done.id)
    await change(acme, made.id, holidays=[sla_pb2.Holiday(date=day.isoformat(), name="Founders' Day")])
    await acme.settles()
    before = await acme.clocks(done.id, explain=True)
    after = await acme.clocks(running.id, explain=True)
    stopped, moved = before["resolution"], after["resolution"]
    assert (stopped.elapsed, stopped.calendar_version, stopped.policy_id) == ("PT5H", 1, policy.id)
    assert (moved.calendar_version, moved.calendar) == (2, "desk")
    assert "holiday: Founders' Day" in {part.reason for part in moved.intervals}
    assert "holiday: Founders' Day" not in {part.reason for part in stopped.intervals}
    [told] = [one for _, one in await acme.told(of=running.id) if isinstance(one, events_pb2.ClockRecomputed)]
    assert told.reason == 'calendar "desk" was edited'
    assert await acme.clock_events(done.id) == told_of_done
    settings = [one for _, one in await acme.told() if isinstance(one, events_pb2.SettingChanged)]
    assert [change.field for one in settings if one.id == made.id for change in one.changes][-1] == "holidays"
    assert [one.calendar.version for one in await versions(acme, made.id)] == [2, 1]


async def test_a_feed_brings_days_off_which_own_days_override(acme: Desk) -> None:
    made = await make(acme)
    fed = await put_feed(acme)
    assert [(one.name, one.skipped, [(day.date, day.name) for day in one.holidays]) for one in fed.feeds] == [
        ("plant", 1, [("2027-08-03", "Shut-down"), ("2027-08-04", "Shut-down")])
    ]
    assert fed.version == 2
    assert await due(acme, warsaw(2, 17, 8, 2027), "PT2H") == warsaw(5, 10, 8, 2027)
    duty = sla_pb2.SpecialDay(
        date="2027-08-03", name="Duty", hours=[sla_pb2.Interval(start="10:00", end="11:00")]
    )
    await change(acme, made.id, days=[duty])
    assert await due(acme, warsaw(2, 17, 8, 2027), "PT2H") == warsaw(3, 11, 8, 2027)
    assert (await put_feed(acme)).version == 3, "the same again is no change"
    assert (await put_feed(acme, FEED.replace("20270803", "20270802"), expected_version=3)).version == 4
    with pytest.raises(Stale):
        await put_feed(acme, FEED, expected_version=3)
    gone = pb.DeleteHolidayFeedRequest(calendar_id="desk", feed="plant")
    left = (await acme.ask("DeleteHolidayFeed", gone, pb.DeleteHolidayFeedResponse)).calendar
    assert (len(left.feeds), left.version) == (0, 5)
    with pytest.raises(NotFound):
        await acme.ask("DeleteHolidayFeed", gone, pb.DeleteHolidayFeedResponse)


@pytest.mark.parametrize(
    ("text", "name", "field"),
    [("hello", "plant", "icalendar"), (FEED, "", "feed"), (FEED, "a\nb", "feed")],
)
async def test_a_feed_that_is_none_is_refused(acme: Desk, text: str, name: str, field: str) -> None:
    await make(acme)
    with pytest.raises(InvalidInput) as refused:
        await put_feed(acme, text, name)
    assert [error.field for error in refused.value.errors] == [field]


async def test_a_calendar_has_no_more_feeds_than_it_may(acme: Desk) -> None:
    await make(acme)
    for number in range(10):
        await put_feed(acme, name=f"feed {number}")
    with pytest.raises(InvalidInput):
        await put_feed(acme, name="one more")
    await put_feed(acme, name="feed 3")


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"days": [sla_pb2.SpecialDay(date="2026-02-30")]}, "days[0].date"),
        ({"days": [sla_pb2.SpecialDay(date="2026-02-28", name="a\nb")]}, "days[0].name"),
        ({"holiday_country": "PL", "holiday_subdivision": "ZZ"}, "holiday_subdivision"),
        ({"effective_from": "soon"}, "effective_from"),
    ],
)
async def test_a_wrong_field_of_a_calendar_is_refused(
    acme: Desk, values: dict[str, object], field: str
) -> None:
    with pytest.raises(InvalidInput) as refused:
        await make(acme, **values)
    assert [error.field for error in refused.value.errors] == [field]


async def test_feeds_and_versions_of_another_tenant_are_not_found(acme: Desk) -> None:
    made = await make(acme)
    await put_feed(acme)
    globex = Desk(acme.service, acme.bus)
    await globex.opens()
    for method, request, answer in (
        (
            "ListCalendarVersions",
            pb.ListCalendarVersionsRequest(calendar_id=made.id),
            pb.ListCalendarVersionsResponse,
        ),
        (
            "PutHolidayFeed",
            pb.PutHolidayFeedRequest(calendar_id=made.id, feed="plant", icalendar=FEED),
            pb.PutHolidayFeedResponse,
        ),
        (
            "DeleteHolidayFeed",
            pb.DeleteHolidayFeedRequest(calendar_id=made.id, feed="plant"),
            pb.DeleteHolidayFeedResponse,
        ),
    ):
        with pytest.raises(NotFound):
            await globex.ask(method, request, answer)
    agent = frozenset({"sla.read"})
    with pytest.raises(Forbidden):
        await acme.ask(
            "PutHolidayFeed",
            pb.PutHolidayFeedRequest(calendar_id=made.id, feed="plant", icalendar=FEED),
            pb.PutHolidayFeedResponse,
            scopes=agent,
        )


async def test_a_target_in_business_days_is_due_at_the_end_of_the_day_and_told_once(acme: Desk) -> None:
    await make(acme)
    await acme.make_policy(calendar_id="desk", targets=[target("resolution", "end of business day 2")])
    created = warsaw(7, 10, 12, 2020) + timedelta(microseconds=123_456)
    ticket = await Ticket(acme, created).created()
    await acme.settles()
    clock = (await acme.clocks(ticket.id, at=warsaw(7, 12, 12, 2020)))["resolution"]
    assert (time_of(clock.due_at), clock.agreed) == (warsaw(8, 18, 12, 2020), "end of business day 2")
    told = await acme.clock_events(ticket.id)
    await ticket.gets(datetime.now(UTC), category="printer")
    await acme.settles()
    assert await acme.clock_events(ticket.id) == told


async def test_a_change_of_the_largest_calendar_fits_into_a_message(acme: Desk) -> None:
    made = await make(acme)
    names = [f"{number} {'long name ' * 19}" for number in range(2000)]
    events = "".join(
        f"BEGIN:VEVENT\r\nUID:{number}\r\nDTSTART;VALUE=DATE:{datetime(2024, 1, 1, tzinfo=UTC) + timedelta(number):%Y%m%d}"
        f"\r\nSUMMARY:{name}\r\nEND:VEVENT\r\n"
        for number, name in enumerate(names[:1700])
    )
    fed = await put_feed(acme, f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\n{events}END:VCALENDAR\r\n")
    assert len(fed.feeds[0].holidays) == 1700
    told = [one for _, one in await acme.told() if isinstance(one, events_pb2.SettingChanged)]
    sizes = [one.ByteSize() for one in told if one.id == made.id]
    assert (len(sizes), max(sizes) < 10_000) == (2, True)
    day = datetime(2026, 1, 1, tzinfo=UTC)
    many = [
        sla_pb2.Holiday(date=f"{day + timedelta(number):%Y-%m-%d}", name="\u0142" * 200)
        for number in range(1000)
    ]
    with pytest.raises(InvalidInput) as refused:
        await change(acme, made.id, holidays=many)
    assert [error.field for error in refused.value.errors] == ["days"]


async def open_days_told(desk: Desk, calendar: str) -> list[events_pb2.CalendarChanged]:
    """What was told of the days of a calendar, the latest last."""
    found = [one for _, one in await desk.told() if isinstance(one, events_pb2.CalendarChanged)]
    return [one for one in found if one.id == calendar]


async def test_open_days_are_told_with_each_change_and_again_each_day(
    acme: Desk, service: RunningService[SlaSettings], issuer: Issuer, tmp_path: Path
) -> None:
    made = await make(acme)
    await change(acme, made.id, holidays=[sla_pb2.Holiday(date="2027-08-03", name="Founders' Day")])
    async with directory(tmp_path, [acme.id], issuer) as gateway:
        await tell_all(service.process.runtime.databases, gateway)
    await acme.ask("DeleteCalendar", pb.DeleteCalendarRequest(calendar_id=made.id), pb.DeleteCalendarResponse)
    first, second, again, gone = await open_days_told(acme, made.id)
    assert (first.name, first.time_zone, list(first.closed_weekdays)) == ("desk", "Europe/Warsaw", [6, 7])
    assert (list(first.exceptions), list(second.exceptions)) == ([], ["2027-08-03"])
    assert again == second
    assert (first.deleted, gone.deleted) == (False, True)
    assert first.version < second.version < gone.version
