"""Lists: filters, orders, pages, words."""

from datetime import UTC, datetime, timedelta

import pytest
from tickets_desk import TicketsDesk

from chassis.errors import BadRequest, InvalidInput
from chassis.testing.identity import Person
from deskmesh.tickets.v1 import ticket_service_pb2 as rpc


async def titles(desk: TicketsDesk, **wanted: object) -> set[str]:
    return {ticket.title for ticket in await desk.tickets(page_size=200, **wanted)}  # type: ignore[arg-type]  # fields by name


@pytest.fixture(scope="module", autouse=True)
async def some_tickets(desk: TicketsDesk) -> None:
    await desk.create("Cable", queue="network", impact="high", urgency="high", tags=["cable", "hall"])
    await desk.create(
        "Laptop",
        type="service_request",
        fields={"affected_users": 2, "location": "Lublin", "works_remotely": True},
    )
    mail = await desk.create("Mail", category="mail", requester="colleague@acme.example", by=desk.agent)
    await desk.assign(mail.id, team="network", assignee="agent@acme.example")
    done = await desk.create("Done", channel="portal")
    await desk.move(done.id, "resolved")
    await desk.create("Theirs", by=desk.stranger)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", {"Cable", "Laptop", "Mail", "Done"}),
        ('state = "resolved"', {"Done"}),
        ('state = "new" OR state = "resolved"', {"Cable", "Laptop", "Done"}),
        ('state = "res*"', {"Done"}),
        ('state = "no-such-state"', set()),
        ('NOT state = "new"', {"Mail", "Done"}),
        ('state = "new" OR queue = "network"', {"Cable", "Laptop"}),
        ('state = "new" AND (state = "open" OR priority = "critical")', {"Cable"}),
        ('state_category != "resolved"', {"Cable", "Laptop", "Mail"}),
        ("open = true", {"Cable", "Laptop", "Mail"}),
        ('queue = "network"', {"Cable"}),
        ('NOT queue = "network"', {"Laptop", "Mail", "Done"}),
        ('queue = "no-such-queue"', set()),
        ('process = "it" AND priority = "critical"', {"Cable"}),
        ('team = "network"', {"Cable", "Mail"}),
        ('assignee = "Agent@acme.example"', {"Mail"}),
        ("assignee = null", {"Cable", "Laptop", "Done"}),
        ("assignee != null", {"Mail"}),
        ('requester = "colleague@acme.example"', {"Mail"}),
        ("tags:hall", {"Cable"}),
        ('type = "service_request" OR category = "mail"', {"Laptop", "Mail"}),
        ("fields.affected_users >= 2", {"Laptop"}),
        ('fields.location = "Lub*"', {"Laptop"}),
        ("fields.works_remotely = true", {"Laptop"}),
        ("fields.location = null", {"Cable", "Mail", "Done"}),
        ('channel = "portal"', {"Done"}),
        ("resolved_at != null", {"Done"}),
        ("breached = false", {"Cable", "Laptop", "Mail", "Done"}),
        ("due_at = null", {"Cable", "Laptop", "Mail", "Done"}),
        ('created_at < "2020-01-01T00:00:00Z"', set()),
        ('number = "REQ-1001"', {"Laptop"}),
    ],
)
async def test_filters_choose(desk: TicketsDesk, text: str, expected: set[str]) -> None:
    assert await titles(desk, filter=text) == expected


async def test_a_filter_takes_ids_too(desk: TicketsDesk) -> None:
    (cable,) = await desk.tickets(filter='title = "Cable"')
    assert await titles(desk, filter=f'queue = "{cable.queue.id}"') == {"Cable"}
    assert await titles(desk, filter=f'id = "{cable.id}"') == {"Cable"}


async def test_times_compare(desk: TicketsDesk) -> None:
    soon = (datetime.now(UTC) + timedelta(minutes=1)).isoformat()
    assert len(await titles(desk, filter=f'created_at < "{soon}"')) == 4


@pytest.mark.parametrize(
    "text",
    ['stat = "open"', 'state = "open', "priority = urgent", "fields.colour = red", "created_at > soon", "("],
)
async def test_a_malformed_filter_is_refused(desk: TicketsDesk, text: str) -> None:
    with pytest.raises(BadRequest):
        await desk.tickets(filter=text)


@pytest.mark.parametrize(
    ("order", "expected"),
    [
        ("", ["Done", "Mail", "Laptop", "Cable"]),
        ("created_at", ["Cable", "Laptop", "Mail", "Done"]),
        ("priority, created_at desc", ["Cable", "Done", "Mail", "Laptop"]),
        ("updated_at desc", ["Done", "Mail", "Laptop", "Cable"]),
    ],
)
async def test_orders_and_pages_agree(desk: TicketsDesk, order: str, expected: list[str]) -> None:
    for size in (1, 3, 25):
        seen, token = [], ""
        while True:
            request = rpc.ListTicketsRequest(order_by=order, page_size=size, page_token=token)
            page = await desk.call("ListTickets", request, rpc.ListTicketsResponse)
            seen += [ticket.title for ticket in page.tickets]
            token = page.next_page_token
            if not token:
                break
        assert seen == expected


async def test_missing_due_times_come_last_and_are_not_lost_between_pages(desk: TicketsDesk) -> None:
    (cable,) = await desk.tickets(filter='title = "Cable"')
    await desk.rows("UPDATE tickets SET due_at = now() WHERE id = $1", cable.id)
    try:
        seen, token = [], ""
        while True:
            request = rpc.ListTicketsRequest(order_by="due_at", page_size=1, page_token=token)
            page = await desk.call("ListTickets", request, rpc.ListTicketsResponse)
            seen += [ticket.title for ticket in page.tickets]
            token = page.next_page_token
            if not token:
                break
        assert seen[0] == "Cable"
        assert sorted(seen) == ["Cable", "Done", "Laptop", "Mail"]
    finally:
        await desk.rows("UPDATE tickets SET due_at = NULL WHERE id = $1", cable.id)


async def test_a_bad_order_size_or_token_is_refused(desk: TicketsDesk) -> None:
    for wrong in ({"order_by": "colour"}, {"page_size": 201}, {"page_size": -1}):
        with pytest.raises(InvalidInput):
            await desk.tickets(**wrong)
    request = rpc.ListTicketsRequest(page_size=1)
    token = (await desk.call("ListTickets", request, rpc.ListTicketsResponse)).next_page_token
    for wrong in ({"page_token": "x"}, {"page_token": token, "filter": "open = true"}):
        with pytest.raises(BadRequest):
            await desk.tickets(**wrong)  # type: ignore[arg-type]  # fields by name


async def test_a_requesters_list_holds_own_and_watched_tickets(desk: TicketsDesk) -> None:
    (cable,) = await desk.tickets(filter='title = "Cable"')
    assert await titles(desk, by=desk.colleague) == {"Mail"}
    await desk.call(
        "AddWatcher",
        rpc.AddWatcherRequest(ticket=cable.id, person="colleague@acme.example"),
        rpc.AddWatcherResponse,
    )
    assert await titles(desk, by=desk.colleague) == {"Mail", "Cable"}
    assert await titles(desk, by=desk.stranger) == {"Theirs"}


async def counted(
    desk: TicketsDesk, *filters: str, by: Person | None = None, up_to: int = 0
) -> list[tuple[int, bool]]:
    request = rpc.CountTicketsRequest(filters=filters, up_to=up_to)
    answer = await desk.call("CountTickets", request, rpc.CountTicketsResponse, by=by)
    return [(one.count, one.more) for one in answer.counts]


async def test_filters_are_counted_together_as_the_caller_sees_the_tickets(desk: TicketsDesk) -> None:
    mine = await desk.create("Counted", by=desk.requester, tags=["counted"])
    await desk.create("Counted", tags=["counted"], requester="colleague@acme.example", by=desk.agent)
    await desk.move(mine.id, "resolved")
    asked = ("tags:counted", "tags:counted AND open = true", "tags:counted AND assignee = me")
    assert await counted(desk, *asked) == [(2, False), (1, False), (0, False)]
    assert await counted(desk, *asked, by=desk.requester) == [(1, False), (0, False), (0, False)]
    assert await counted(desk, *asked, by=desk.stranger) == [(0, False)] * 3
    assert await counted(desk, "tags:counted", up_to=1) == [(1, True)]


async def test_what_cannot_be_counted_is_refused_with_its_place(desk: TicketsDesk) -> None:
    with pytest.raises(BadRequest, match="Filter 2: "):
        await counted(desk, "open = true", "colour = 1")
    for filters, up_to, field in (
        (["open = true"] * 51, 0, "filters"),
        ([], 0, "filters"),
        ([""], 10_001, "up_to"),
    ):
        with pytest.raises(InvalidInput) as refused:
            await counted(desk, *filters, up_to=up_to)
        assert [error.field for error in refused.value.errors] == [field]
