"""Finding tickets by words."""

import pytest
from tickets_desk import TicketsDesk


async def found(desk: TicketsDesk, words: str, **wanted: object) -> set[str]:
    return {ticket.title for ticket in await desk.tickets(query=words, **wanted)}  # type: ignore[arg-type]  # fields by name


@pytest.fixture(scope="module", autouse=True)
async def some_tickets(desk: TicketsDesk) -> None:
    first = await desk.create("Projector flickers", description="In the Amber room, since the morning.")
    await desk.comment(first.id, "Have you tried another cable?")
    await desk.comment(first.id, "The warranty has expired.", visibility="internal")
    await desk.create("Nie działa drukarka", description="Drukarkę trzeba naprawić.")
    await desk.create("Projector screen torn", by=desk.stranger)


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("projector", {"Projector flickers"}),
        ("PROJECTORS amber", {"Projector flickers"}),
        ("flick", {"Projector flickers"}),
        ("cable", {"Projector flickers"}),
        ("warranty projector", {"Projector flickers"}),
        ("drukarka", {"Nie działa drukarka"}),
        ("drukarki naprawic", {"Nie działa drukarka"}),
        ("projecter", {"Projector flickers"}),
        ("drukrka", {"Nie działa drukarka"}),
        ("projector drukarka", set()),
        ("torn", set()),
        ("...", set()),
    ],
)
async def test_words_find_what_has_all_of_them(desk: TicketsDesk, words: str, expected: set[str]) -> None:
    assert await found(desk, words) == expected


async def test_a_number_finds_its_ticket(desk: TicketsDesk) -> None:
    (ticket,) = await desk.tickets(query="projector")
    assert await found(desk, ticket.number) == {"Projector flickers"}
    assert await found(desk, ticket.number.split("-")[1]) == {"Projector flickers"}


async def test_words_and_filter_go_together(desk: TicketsDesk) -> None:
    assert await found(desk, "projector", filter='state = "open"') == {"Projector flickers"}
    assert await found(desk, "projector", filter='state = "new"') == set()


async def test_words_of_own_fields_find_a_ticket_and_those_that_went_do_not(desk: TicketsDesk) -> None:
    ticket = await desk.create("Badge is lost", fields={"location": "Okapi tower", "device_kind": "laptop"})
    for words in ("okapi", "OKAPIS tower", "badge laptop", "okpi"):
        assert await found(desk, words) == {"Badge is lost"}
    assert await found(desk, "okapi", by=desk.requester) == {"Badge is lost"}
    assert await found(desk, "okapi", by=desk.stranger) == set()
    await desk.update(ticket.id, ["fields"], fields={"location": "Tapir hall"})
    assert (await found(desk, "okapi"), await found(desk, "tapir")) == (set(), {"Badge is lost"})
    await desk.move(ticket.id, "resolved", fields={"location": "Dugong pier"})
    assert (await found(desk, "tapir"), await found(desk, "dugong badge")) == (set(), {"Badge is lost"})


async def test_internal_words_are_the_agents_own(desk: TicketsDesk) -> None:
    assert await found(desk, "cable", by=desk.requester) == {"Projector flickers"}
    assert await found(desk, "warranty", by=desk.requester) == set()


async def test_a_new_title_is_found_and_the_old_is_not(desk: TicketsDesk) -> None:
    ticket = await desk.create("Zebra crossing")
    await desk.comment(ticket.id, "Stripes are fading")
    await desk.comment(ticket.id, "Ask the municipality", visibility="internal")
    await desk.update(ticket.id, ["title"], title="Giraffe crossing")
    assert await found(desk, "zebra crossing") == set()
    for words in ("giraffe", "stripes", "municipality"):
        assert await found(desk, words) == {"Giraffe crossing"}
    assert await found(desk, "municipality", by=desk.requester) == set()
    assert await found(desk, "stripes", by=desk.requester) == {"Giraffe crossing"}
