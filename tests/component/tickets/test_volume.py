"""How many tickets came, were done and were open, counted through the door, against a recount of what the history says."""

import itertools
import json
import random
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import asyncpg
import pytest
import pytest_asyncio
from google.protobuf.timestamp_pb2 import Timestamp
from tickets_desk import TicketsDesk

from chassis.errors import BadRequest, Forbidden, InvalidInput
from chassis.ids import new_id
from chassis.testing.identity import Person
from deskmesh.tickets.v1 import merge_service_pb2 as merges
from deskmesh.tickets.v1 import report_pb2
from deskmesh.tickets.v1 import report_service_pb2 as rpc

OPEN = {"new", "active", "waiting"}
COUNTED = ("created", "resolved", "closed", "reopened", "cancelled", "backlog")
# Over the night in which Warsaw's clocks are put forward (29 March 2026), and both nights of New York's and Warsaw's autumn.
STARTS = (
    datetime(2025, 10, 24, 20, tzinfo=UTC),
    datetime(2025, 11, 1, 3, tzinfo=UTC),
    datetime(2026, 3, 27, 22, tzinfo=UTC),
)
WAYS = (
    ("open",),
    ("open", "resolved"),
    ("open", "pending_requester", "open", "resolved", "closed"),
    ("open", "resolved", "open", "resolved", "closed"),
    ("cancelled",),
    ("closed", "open"),
)
LABELS = {
    "hour": "%Y-%m-%d %H %z",
    "day": "%Y-%m-%d",
    "week": "%G-%V",
    "month": "%Y-%m",
}


def stamp(at: datetime) -> Timestamp:
    made = Timestamp()
    made.FromDatetime(at)
    return made


async def volume(
    desk: TicketsDesk, caller: Person | None = None, /, since: str = "", **asked: str
) -> report_pb2.VolumeReport:
    """Ask as the administrator unless told otherwise."""
    request = rpc.GetVolumeRequest(**asked, **{"from": since})
    return (await desk.call("GetVolume", request, rpc.GetVolumeResponse, by=caller or desk.admin)).report


def figures(counts: report_pb2.VolumeCounts) -> tuple[int, ...]:
    return tuple(getattr(counts, name) for name in COUNTED)


@dataclass
class Story:
    """A ticket as its rows tell of it."""

    groups: Mapping[str, str]
    created_at: datetime
    first: str
    moves: Sequence[tuple[datetime, str, str]]

    def category(self, at: datetime) -> str | None:
        """What its state meant just before a moment; None before it was made."""
        if self.created_at >= at:
            return None
        return next((new for moved, _, new in reversed(self.moves) if moved < at), self.first)


async def stories(desk: TicketsDesk) -> list[Story]:
    """The tickets of acme."""
    tickets = await desk.rows(
        "SELECT t.*, v.definition->'states' AS states, p.slug AS process, q.slug AS queue FROM tickets t"
        " JOIN workflow_versions v ON v.id = t.workflow_version_id JOIN processes p ON p.id = t.process_id"
        " JOIN queues q ON q.id = t.queue_id WHERE t.tenant_id = $1",
        desk.acme,
    )
    moves = defaultdict(list)
    for row in await desk.rows(
        "SELECT ticket_id, occurred_at, old_value #>> '{}' AS old, new_value #>> '{}' AS new FROM ticket_history"
        " WHERE tenant_id = $1 AND field = 'state' ORDER BY occurred_at, id",
        desk.acme,
    ):
        moves[row["ticket_id"]].append((row["occurred_at"], row["old"], row["new"]))
    return [_story(row, moves[row["id"]]) for row in tickets]


def _story(row: asyncpg.Record, moves: Sequence[tuple[datetime, str, str]]) -> Story:
    means = {one["slug"]: one["category"] for one in _plain(row["states"])}
    first = moves[0][1] if moves else str(row["state"])
    groups = {name: str(row[name] or "") for name in ("process", "queue", "type", "priority", "channel")}
    created_at = row["created_at"]
    assert isinstance(created_at, datetime)
    return Story(
        {**groups, "none": ""}, created_at, means[first], [(at, means[a], means[b]) for at, a, b in moves]
    )


def _plain(value: object) -> list[dict[str, str]]:
    return json.loads(value) if isinstance(value, str) else value  # type: ignore[return-value]


def recount(told: Sequence[Story], start: datetime, end: datetime) -> tuple[int, ...]:
    """What happened from one moment on and before another."""
    found: Counter[str] = Counter()
    for one in told:
        found["created"] += start <= one.created_at < end
        found["backlog"] += one.category(end) in OPEN
        for at, old, new in one.moves:
            if start <= at < end and old != new:
                found["resolved"] += old in OPEN and new in {"resolved", "closed"}
                found["cancelled"] += old in OPEN and new == "cancelled"
                found["closed"] += new == "closed"
                found["reopened"] += old not in OPEN and new in OPEN
    return tuple(found[name] for name in COUNTED)


@pytest_asyncio.fixture(scope="module", loop_scope="session", autouse=True)
async def worked(desk: TicketsDesk) -> None:
    """A desk with a past: imported, reopened, merged, moved to other queues."""
    drawn = random.Random(7)  # noqa: S311 - the same story each time
    queues = itertools.cycle(["service-desk", "network", "applications"])
    for start, way in itertools.product(STARTS, WAYS):
        at = start + timedelta(minutes=drawn.randrange(0, 3_000))
        ticket = await desk.create(
            "From the old desk", by=desk.admin, occurred_at=stamp(at), queue=next(queues)
        )
        moves = []
        for state in way:
            at += timedelta(minutes=drawn.randrange(1, 1_500))
            moves.append((state, at))
        drawn.shuffle(moves)  # told in any order
        for state, moved_at in moves:
            await desk.move(ticket.id, state, by=desk.admin, occurred_at=stamp(moved_at))
    kept, merged, undone = [await desk.create(f"Twice {number}") for number in range(3)]
    request = merges.MergeTicketsRequest(ticket=kept.id, merged=[merged.id, undone.id])
    await desk.call("MergeTickets", request, merges.MergeTicketsResponse)
    again = merges.UnmergeTicketRequest(ticket=kept.id, merged=undone.id)
    await desk.call("UnmergeTicket", again, merges.UnmergeTicketResponse)
    moved = await desk.create("Elsewhere")
    await desk.move(moved.id, "resolved")
    await desk.update(moved.id, ["queue"], queue="network")
    await desk.move(moved.id, "open")


def questions() -> Iterator[dict[str, str]]:
    """Ranges that cut through days and changes of the clock, in zones that change it on other days or never."""
    drawn = random.Random(11)  # noqa: S311 - the same questions each time
    zones = ("Europe/Warsaw", "America/New_York", "Asia/Kolkata", "UTC", "Australia/Lord_Howe")
    groups = ("none", "process", "queue", "type", "priority", "channel")
    for interval, start in itertools.product(LABELS, STARTS):
        # There the clocks are put forward by half an hour, so that hours of the wall are no hours.
        offered = zones[:-1] if interval == "hour" else zones
        for zone in drawn.sample(offered, 2):
            since = start + timedelta(minutes=drawn.randrange(-2_000, 2_000))
            length = timedelta(minutes=drawn.randrange(1, 9_000 if interval == "hour" else 400_000))
            yield {
                "since": since.isoformat(),
                "to": (since + length).isoformat(),
                "interval": interval,
                "time_zone": zone,
                "by": drawn.choice(groups),
            }


@pytest.mark.parametrize("asked", list(questions()), ids=lambda asked: " ".join(asked.values()))
async def test_the_numbers_are_those_of_the_history(desk: TicketsDesk, asked: dict[str, str]) -> None:
    told = await stories(desk)
    report = await volume(desk, **asked)
    bounds = [getattr(report, "from").ToDatetime(UTC), *(one.to.ToDatetime(UTC) for one in report.intervals)]
    assert bounds[0] == datetime.fromisoformat(asked["since"])
    assert bounds[-1] == min(datetime.fromisoformat(asked["to"]), bounds[-1])
    groups = defaultdict(list)
    for one in told:
        groups[one.groups[asked["by"]]].append(one)
    shown = {group.group.key: group for group in report.groups}
    assert report.by == "none" or shown.keys() == groups.keys()
    for some, numbers in ((told, report.all), *((groups[key], group) for key, group in shown.items())):
        assert numbers.backlog_before == recount(some, bounds[0], bounds[0])[-1]
        assert figures(numbers.total) == recount(some, bounds[0], bounds[-1])
        for (start, end), counts in zip(itertools.pairwise(bounds), numbers.counts, strict=True):
            assert figures(counts) == recount(some, start, end)


@pytest.mark.parametrize("asked", list(questions()), ids=lambda asked: " ".join(asked.values()))
async def test_intervals_are_those_of_the_wall(desk: TicketsDesk, asked: dict[str, str]) -> None:
    report = await volume(desk, **asked)
    zone = ZoneInfo(asked["time_zone"])
    instant = timedelta(microseconds=1)

    def label(at: datetime) -> str:
        return at.astimezone(zone).strftime(LABELS[asked["interval"]])

    labels = []
    for one in report.intervals:
        start, end = getattr(one, "from").ToDatetime(UTC), one.to.ToDatetime(UTC)
        assert start < end
        assert label(start) == label(end - instant)
        labels.append(label(start))
    assert len(set(labels)) == len(labels)


@pytest.mark.parametrize(("day", "hours"), [("2025-10-26", 25), ("2026-03-29", 23), ("2026-03-28", 24)])
async def test_a_day_has_the_hours_of_its_zone(desk: TicketsDesk, day: str, hours: int) -> None:
    report = await volume(desk, since=day, to=day, time_zone="Europe/Warsaw", interval="hour")
    assert len(report.intervals) == hours
    whole = await volume(desk, since=day, to=day, time_zone="Europe/Warsaw")
    assert len(whole.intervals) == 1
    assert whole.to.seconds - getattr(whole, "from").seconds == hours * 3600


async def test_a_ticket_counts_in_the_queue_that_it_is_in_now(desk: TicketsDesk) -> None:
    before = await volume(desk, by="queue")
    ticket = await desk.create("Wanders")
    await desk.move(ticket.id, "resolved")
    await desk.update(ticket.id, ["queue"], queue="network")
    after = await volume(desk, by="queue")

    def of(report: report_pb2.VolumeReport, queue: str) -> tuple[int, int]:
        total = next(one.total for one in report.groups if one.group.key == queue)
        return total.created, total.resolved

    assert of(after, "service-desk") == of(before, "service-desk")
    assert of(after, "network") == tuple(count + 1 for count in of(before, "network"))


async def test_a_merged_ticket_is_cancelled_and_an_undone_merge_reopens(desk: TicketsDesk) -> None:
    before = await volume(desk)
    kept, merged = await desk.create("Kept"), await desk.create("Merged")
    request = merges.MergeTicketsRequest(ticket=kept.id, merged=[merged.id])
    await desk.call("MergeTickets", request, merges.MergeTicketsResponse)
    joined = await volume(desk)
    await desk.call(
        "UnmergeTicket",
        merges.UnmergeTicketRequest(ticket=kept.id, merged=merged.id),
        merges.UnmergeTicketResponse,
    )
    apart = await volume(desk)

    def grown(report: report_pb2.VolumeReport) -> dict[str, int]:
        pairs = zip(COUNTED, figures(report.all.total), figures(before.all.total), strict=True)
        return {name: now - was for name, now, was in pairs if now != was}

    assert grown(joined) == {"created": 2, "cancelled": 1, "backlog": 1}
    assert grown(apart) == {"created": 2, "cancelled": 1, "reopened": 1, "backlog": 2}


async def test_only_what_the_caller_reads_and_reports_on_is_counted(desk: TicketsDesk) -> None:
    secret = "UPDATE queues SET confidential = $2 WHERE tenant_id = $1 AND slug = 'network'"
    narrow = replace(
        desk.admin,
        id=new_id(),
        scopes=frozenset({"tickets.read", "reports.read:it/network"}),
    )
    everything = await volume(desk, by="queue", since="2025-10-01")
    network = next(one for one in everything.groups if one.group.key == "network")
    assert (await volume(desk, narrow, since="2025-10-01")).all.counts == network.counts
    assert (await volume(desk, desk.stranger, since="2025-10-01")).all.total == report_pb2.VolumeCounts()
    await desk.rows(secret, desk.acme, True)
    await desk.refresh_configuration()
    try:
        told = await volume(desk, by="queue", since="2025-10-01")
    finally:
        await desk.rows(secret, desk.acme, False)
        await desk.refresh_configuration()
    assert "network" not in {one.group.key for one in told.groups}
    assert told.all.total.created == everything.all.total.created - network.total.created


async def test_a_filter_leaves_the_other_tickets_out(desk: TicketsDesk) -> None:
    everything = await volume(desk, by="queue", since="2025-10-01")
    network = next(one for one in everything.groups if one.group.key == "network")
    for asked in (
        {"queue": "network"},
        {"filter": 'queue = "network"'},
        {"process": "it", "queue": "network"},
    ):
        assert (await volume(desk, since="2025-10-01", **asked)).all.counts == network.counts


async def test_days_are_those_of_the_person_unless_told_otherwise(desk: TicketsDesk) -> None:
    assert (await volume(desk)).time_zone == "Europe/Warsaw"
    await desk.rows("UPDATE people SET time_zone = 'Asia/Tokyo' WHERE id = $1", desk.admin.id)
    assert (await volume(desk)).time_zone == "Asia/Tokyo"
    assert (await volume(desk, time_zone="UTC")).time_zone == "UTC"
    await desk.rows("UPDATE people SET time_zone = '' WHERE id = $1", desk.admin.id)


async def test_a_month_of_days_is_counted_when_nothing_is_asked(desk: TicketsDesk) -> None:
    report = await volume(desk)
    assert (report.interval, report.by, len(report.intervals), len(report.groups)) == ("day", "none", 30, 0)
    assert report.all.total.backlog == recount(await stories(desk), *[datetime.now(UTC)] * 2)[-1]


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ({"since": "yesterday"}, "from"),
        ({"since": "2026-02-30"}, "from"),
        ({"since": "2026-03-02T10:00:00"}, "from"),
        ({"since": "0001-01-01", "to": "0001-01-02"}, "to"),
        ({"to": "9999-12-31"}, "to"),
        ({"since": "2026-03-02", "to": "2026-03-01"}, "from"),
        ({"since": "9998-01-01"}, "from"),
        ({"since": "2000-01-01", "interval": "month"}, "from"),
        ({"since": "2020-01-01", "to": "2025-01-01"}, "interval"),
        ({"since": "2025-01-01", "to": "2025-03-01", "interval": "hour"}, "interval"),
        ({"interval": "year"}, "interval"),
        ({"by": "assignee"}, "by"),
        ({"time_zone": "Mars/Olympus"}, "time_zone"),
        ({"process": "nowhere"}, "process"),
        ({"queue": "nowhere"}, "queue"),
    ],
)
async def test_what_cannot_be_counted_is_refused(
    desk: TicketsDesk, asked: dict[str, str], field: str
) -> None:
    with pytest.raises(InvalidInput) as caught:
        await volume(desk, **asked)
    assert [error.field for error in caught.value.errors] == [field]


async def test_a_malformed_filter_is_refused(desk: TicketsDesk) -> None:
    with pytest.raises(BadRequest):
        await volume(desk, filter="queue = ")


async def test_whoever_may_not_read_reports_is_refused(desk: TicketsDesk) -> None:
    with pytest.raises(Forbidden):
        await volume(desk, desk.agent)
