"""Holiday feeds that are fetched from an address, with a real server."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable
from datetime import date

import pytest
import pytest_asyncio
from canary import Canary, open_canary
from google.protobuf.json_format import MessageToJson
from sla_doors import Desk

from chassis.errors import InvalidInput
from chassis.testing.databases import ServiceDatabase
from chassis.testing.events import Bus
from chassis.testing.identity import Issuer
from chassis.testing.servers import Nats
from chassis.testing.services import running
from chassis.testing.waiting import eventually
from deskmesh.sla.v1 import events_pb2, sla_pb2
from deskmesh.sla.v1 import sla_service_pb2 as pb
from sla.main import SERVICE

pytestmark = pytest.mark.asyncio(loop_scope="session")

HERE = {
    "SLA_GATEWAY_TARGET": "unix:/nonexistent/gateway.sock",
    "DESKMESH_OUTBOUND_NETWORKS": '["127.0.0.1/32"]',
}
SCHEDULED = "SELECT count(*) FROM timers WHERE tenant_id = $1 AND kind = 'fetch_holiday_feed'"
YEAR = date.today().year + 1  # noqa: DTZ011 (any day of next year will do)


def feed(*days: str, more: str = "") -> str:
    """A feed with these days of next year off, as MMDD."""
    events = [
        f"BEGIN:VEVENT\r\nUID:{day}\r\nDTSTART;VALUE=DATE:{YEAR}{day}\r\nSUMMARY:Shut-down\r\n{more}END:VEVENT\r\n"
        for day in days
    ]
    return f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//p//EN\r\n{''.join(events)}END:VCALENDAR\r\n"


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def fetching(
    service_database: Callable[[str], ServiceDatabase], nats: Nats, issuer: Issuer, bus: Bus
) -> AsyncIterator[Desk]:
    """A tenant of a service that may call 127.0.0.1, and no other address within."""
    async with running(SERVICE, service_database("sla"), nats, issuer, HERE) as process:
        desk = Desk(process, bus)
        await desk.opens()
        yield desk


@pytest_asyncio.fixture(loop_scope="session")
async def server() -> AsyncIterator[Canary]:
    async with open_canary() as opened:
        yield opened


async def put(desk: Desk, url: str, name: str = "plant", icalendar: str = "") -> sla_pb2.Calendar:
    request = pb.PutHolidayFeedRequest(calendar_id="business", feed=name, url=url, icalendar=icalendar)
    return (await desk.ask("PutHolidayFeed", request, pb.PutHolidayFeedResponse)).calendar


async def remove(desk: Desk, name: str = "plant") -> None:
    request = pb.DeleteHolidayFeedRequest(calendar_id="business", feed=name)
    await desk.ask("DeleteHolidayFeed", request, pb.DeleteHolidayFeedResponse)


async def fetched(desk: Desk, server: Canary, name: str = "plant") -> sla_pb2.HolidayFeed:
    """Have the address looked at, and give the feed as it is then."""
    url = f"http://127.0.0.1:{server.port}/a.ics"
    before = {one.name: one for one in (await put(desk, url, name)).feeds}[name].checked_at
    return await looked(desk, before, name)


async def looked(desk: Desk, before: object, name: str = "plant") -> sla_pb2.HolidayFeed:
    found: list[sla_pb2.HolidayFeed] = []

    async def is_looked_at() -> bool:
        calendar = await desk.calendar("business")
        found[:] = [one for one in calendar.feeds if one.name == name]
        return found[0].HasField("checked_at") and found[0].checked_at != before

    await eventually(is_looked_at, 30)
    return found[0]


def days(found: sla_pb2.HolidayFeed) -> list[str]:
    return [day.date.removeprefix(f"{YEAR}-") for day in found.holidays]


async def test_a_feed_is_fetched_kept_while_it_fails_and_changes_the_calendar_once(
    fetching: Desk, server: Canary
) -> None:
    server.says(feed("0803"), ETag='"one"')
    first = await fetched(fetching, server)
    assert (days(first), first.problem, first.HasField("fetched_at")) == (["08-03"], "", True)
    version = (await fetching.calendar("business")).version

    server.says("", status="304 Not Modified")
    same = await fetched(fetching, server)
    assert 'if-none-match: "one"' in server.heard[-1].lower()
    assert (days(same), same.fetched_at) == (["08-03"], first.fetched_at)

    server.says("gone", status="500 Internal Server Error")
    failing = await fetched(fetching, server)
    assert (days(failing), failing.problem) == (["08-03"], "the server answered 500")
    assert (await fetching.calendar("business")).version == version

    server.says(feed("0803", "0804"), ETag='"two"')
    more = await fetched(fetching, server)
    assert (days(more), more.problem) == (["08-03", "08-04"], "")
    assert (await fetching.calendar("business")).version == version + 1
    assert await fetching.fetch_value(SCHEDULED, fetching.id) == 1

    await fetching.service.drain()
    settings = [one for _, one in await fetching.told() if isinstance(one, events_pb2.SettingChanged)]
    of_the_last = [one for one in settings if one.kind == "calendar" and "08-04" in str(one)]
    [change] = of_the_last[0].changes
    added = [[f"{YEAR}-08-04", "Shut-down"]]
    assert [
        json.loads(MessageToJson(one))[0]["differing"] for one in (change.old_value, change.new_value)
    ] == [[], added]
    await remove(fetching)
    assert await fetching.fetch_value(SCHEDULED, fetching.id) == 0


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        ("hello", "the feed must be an iCalendar feed, BEGIN:VCALENDAR to END:VCALENDAR"),
        ("a" * 600_000, "the answer is longer than 524288 bytes"),
        (
            feed(*(["0101"] * 300), more="RRULE:FREQ=DAILY\r\n"),
            "the feed has too many events that recur, or that have done so for too long",
        ),
    ],
)
async def test_a_feed_that_never_ends_or_is_none_leaves_the_days_of_before(
    fetching: Desk, server: Canary, body: str, problem: str
) -> None:
    server.says(feed("0803"))
    await fetched(fetching, server, "bounded")
    server.says(body)
    failing = await fetched(fetching, server, "bounded")
    assert (days(failing), failing.problem) == (["08-03"], problem)
    await remove(fetching, "bounded")


async def test_a_feed_does_not_lead_to_an_address_within(fetching: Desk, server: Canary) -> None:
    server.says("", status="302 Found", Location=f"http://127.0.0.2:{server.port}/")
    found = await fetched(fetching, server, "led")
    assert found.problem == "the address lies in a private network"
    assert len(server.heard) == 1
    await remove(fetching, "led")


@pytest.mark.parametrize(
    "url", ["http://10.0.0.1/a.ics", "ftp://a.example/a.ics", "https://me:secret@a.example/"]
)
async def test_an_address_that_must_not_be_called_is_refused(fetching: Desk, url: str) -> None:
    before = await fetching.calendar("business")
    with pytest.raises(InvalidInput) as refused:
        await put(fetching, url, "refused")
    assert [error.field for error in refused.value.errors] == ["url"]
    assert await fetching.calendar("business") == before


@pytest.mark.parametrize("given", [{"url": ""}, {"url": "https://a.example/", "icalendar": feed("0803")}])
async def test_a_feed_is_given_as_its_text_or_by_its_address(fetching: Desk, given: dict[str, str]) -> None:
    with pytest.raises(InvalidInput) as refused:
        await put(fetching, name="both", **given)
    assert [error.field for error in refused.value.errors] == ["url"]


async def test_a_text_in_place_of_an_address_is_fetched_no_more(fetching: Desk, server: Canary) -> None:
    server.says(feed("0803"))
    await fetched(fetching, server, "moved")
    request = pb.PutHolidayFeedRequest(calendar_id="business", feed="moved", icalendar=feed("0805"))
    put_text = await fetching.ask("PutHolidayFeed", request, pb.PutHolidayFeedResponse)
    [found] = put_text.calendar.feeds
    assert (days(found), found.url, found.HasField("checked_at")) == (["08-05"], "", False)
    assert await fetching.fetch_value(SCHEDULED, fetching.id) == 0
