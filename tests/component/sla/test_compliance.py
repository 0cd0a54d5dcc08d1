"""What became of clocks, counted through the door, and those at risk."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import pytest_asyncio
from google.protobuf.timestamp_pb2 import Timestamp
from sla_doors import Desk, Ticket, stamp, target

from chassis.errors import InvalidInput
from deskmesh.sla.v1 import compliance_service_pb2 as pb

COMPLIANCE = pb.DESCRIPTOR.services_by_name["ComplianceService"]
READER = frozenset({"reports.read", "tickets.read"})
HOUR = timedelta(hours=1)
BEGAN = datetime.now(UTC) - 6 * HOUR


async def count(
    desk: Desk, by: str, scopes: frozenset[str] = READER, **values: object
) -> pb.GetComplianceResponse:
    request = pb.GetComplianceRequest(by=by, **values)  # type: ignore[arg-type]  # its fields
    return await desk.ask(
        "GetCompliance", request, pb.GetComplianceResponse, scopes=scopes, service=COMPLIANCE
    )


async def at_risk(desk: Desk, scopes: frozenset[str] = READER, **values: object) -> pb.ListAtRiskResponse:
    request = pb.ListAtRiskRequest(**values)  # type: ignore[arg-type]  # its fields
    return await desk.ask("ListAtRisk", request, pb.ListAtRiskResponse, scopes=scopes, service=COMPLIANCE)


def figures(answer: pb.GetComplianceResponse) -> dict[str, tuple[int, int, int]]:
    return {group.key: (group.met, group.breached, group.open) for group in answer.groups}


@pytest_asyncio.fixture(loop_scope="session")
async def worked(acme: Desk) -> Desk:
    """A resolution in time, one that is late, one that runs and is due in an hour, and two windings of an update."""
    await acme.make_policy(
        targets=[target("resolution", "PT2H", "high"), target("resolution", "PT7H"), target("update", "PT7H")]
    )
    await acme.settles()
    quick = await Ticket(acme, BEGAN).created()
    await quick.comment(BEGAN + HOUR)
    await quick.moves("resolved", BEGAN + 3 * HOUR)
    late = await Ticket(acme, BEGAN, priority="high", queue="network").created()
    await late.moves("resolved", BEGAN + 5 * HOUR)
    await Ticket(acme, BEGAN, process="hr", queue="people").created()
    await acme.settles()
    return acme


async def test_clocks_are_counted_as_met_breached_or_open(worked: Desk) -> None:
    answer = await count(worked, "clock")
    assert figures(answer) == {"resolution": (1, 1, 1), "update": (3, 0, 1)}
    by_name = {group.key: group for group in answer.groups}
    assert (by_name["resolution"].rate, by_name["resolution"].average) == (0.5, "PT4H")


@pytest.mark.parametrize(
    ("by", "expected"),
    [
        ("policy", {"own": (1, 1, 1)}),
        ("queue", {"network": (0, 1, 0), "people": (0, 0, 1), "service-desk": (1, 0, 0)}),
        ("process", {"hr": (0, 0, 1), "it": (1, 1, 0)}),
        ("priority", {"high": (0, 1, 0), "medium": (1, 0, 1)}),
        ("team", {"": (1, 1, 1)}),
        ("organization", {"": (1, 1, 1)}),
    ],
)
async def test_clocks_are_counted_by_what_was_asked(
    worked: Desk, by: str, expected: dict[str, tuple[int, int, int]]
) -> None:
    assert figures(await count(worked, by, clock="resolution")) == expected


async def test_a_month_begins_in_the_zone_of_the_tenant(acme: Desk) -> None:
    await acme.make_policy(targets=[target("resolution", "PT2H")])
    await acme.settles()
    begin = datetime(2026, 10, 31, 23, 30, tzinfo=UTC)  # November in Warsaw
    await Ticket(acme, begin).created()
    await acme.settles()
    since, until = stamp(begin - HOUR), stamp(begin + HOUR)
    assert list(figures(await count(acme, "month", since=since, until=until))) == ["2026-11-01"]


async def test_only_clocks_that_started_in_the_time_are_counted(worked: Desk) -> None:
    answer = await count(worked, "clock", since=stamp(BEGAN + HOUR), until=stamp(BEGAN + 2 * HOUR))
    assert figures(answer) == {"update": (1, 0, 0)}


async def test_pages_of_groups_join_to_all_of_them(worked: Desk) -> None:
    first = await count(worked, "queue", page_size=2)
    rest = await count(worked, "queue", page_size=2, page_token=first.next_page_token)
    assert [group.key for group in [*first.groups, *rest.groups]] == ["network", "people", "service-desk"]
    assert not rest.next_page_token


async def test_whoever_reads_reports_of_a_process_counts_no_other(worked: Desk) -> None:
    answer = await count(worked, "process", frozenset({"reports.read:hr"}))
    assert list(figures(answer)) == ["hr"]
    assert list(figures(await count(worked, "queue", frozenset({"reports.read:it/network"})))) == ["network"]


async def test_another_tenant_counts_nothing_of_it(worked: Desk) -> None:
    other = Desk(worked.service, worked.bus)
    await other.opens()
    assert figures(await count(other, "policy")) == {}
    assert not (await at_risk(other, within="P31D")).clocks


async def test_running_clocks_that_are_due_soon_are_at_risk(worked: Desk) -> None:
    assert not (await at_risk(worked, within="PT1M")).clocks
    [first, second] = (await at_risk(worked, within="PT2H")).clocks
    assert {first.name, second.name} == {"resolution", "update"}
    assert (first.queue.key, first.breached, first.title) == ("people", False, "The printer is on fire")
    [only] = (await at_risk(worked, within="PT2H", clock="update")).clocks
    assert only.name == "update"
    page = await at_risk(worked, within="PT2H", page_size=1)
    [last] = (await at_risk(worked, within="PT2H", page_size=1, page_token=page.next_page_token)).clocks
    assert [page.clocks[0].id, last.id] == [first.id, second.id]


async def test_nobody_sees_a_risk_on_tickets_that_are_not_theirs_to_read(worked: Desk) -> None:
    assert not (await at_risk(worked, frozenset({"tickets.read:it"}), within="PT2H")).clocks


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"by": "colour"}, "by"),
        ({"by": "team", "kind": "xla"}, "kind"),
        ({"by": "team", "since": stamp(BEGAN), "until": stamp(BEGAN)}, "since"),
        ({"by": "team", "since": stamp(BEGAN - timedelta(days=800)), "until": stamp(BEGAN)}, "since"),
        ({"by": "team", "until": Timestamp(seconds=2**50)}, "until"),
    ],
)
async def test_a_question_that_makes_no_sense_is_refused(
    acme: Desk, values: dict[str, object], field: str
) -> None:
    with pytest.raises(InvalidInput) as refused:
        await count(acme, str(values.pop("by")), READER, **values)
    assert [error.field for error in refused.value.errors] == [field]


@pytest.mark.parametrize(
    ("within", "kind", "field"), [("PT", "", "within"), ("P32D", "", "within"), ("PT1H", "x", "kind")]
)
async def test_a_risk_that_makes_no_sense_is_refused(acme: Desk, within: str, kind: str, field: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        await at_risk(acme, within=within, kind=kind)
    assert [error.field for error in refused.value.errors] == [field]
