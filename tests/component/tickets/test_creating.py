"""Making tickets through the RPC door."""

import asyncio

import pytest
from tickets_desk import AGENT, TicketsDesk

from chassis.errors import Forbidden, InvalidInput
from chassis.ids import new_id
from chassis.testing.identity import Person
from deskmesh.tickets.v1 import events_pb2
from deskmesh.tickets.v1 import ticket_service_pb2 as rpc


def fields_of(error: InvalidInput) -> set[str]:
    return {item.field for item in error.errors}


async def test_a_ticket_gets_what_it_does_not_say(desk: TicketsDesk) -> None:
    ticket = await desk.create("No network on the second floor")
    assert ticket.number.startswith("INC-")
    assert (ticket.type, ticket.state, ticket.state_category) == ("incident", "new", "new")
    assert (ticket.impact, ticket.urgency, ticket.priority) == ("medium", "medium", "medium")
    assert (ticket.process.key, ticket.queue.key, ticket.team.key) == ("it", "service-desk", "service-desk")
    assert (ticket.requester.id, ticket.requester.email) == (str(desk.requester.id), desk.requester.email)
    assert (ticket.channel, ticket.version) == ("api", 1)


async def test_a_created_ticket_is_what_is_read_later(desk: TicketsDesk) -> None:
    ticket = await desk.create(
        "Laptop for a new colleague",
        description="Starts on Monday.",
        type="service_request",
        impact="low",
        urgency="low",
        queue="applications",
        category="hardware",
        tags=["laptop", "onboarding", "laptop"],
        fields={"affected_users": 1, "location": "Kraków"},
        channel="portal",
    )
    assert ticket.number.startswith("REQ-")
    assert ticket.priority == "low"
    assert list(ticket.tags) == ["laptop", "onboarding"]
    assert dict(ticket.fields) == {"affected_users": 1, "location": "Kraków"}
    assert await desk.get(ticket.id) == ticket
    assert await desk.get(ticket.number.lower(), by=desk.requester) == ticket


async def test_impact_and_urgency_set_the_priority(desk: TicketsDesk) -> None:
    assert (await desk.create(impact="high", urgency="high")).priority == "critical"
    assert (await desk.create(impact="high", urgency="medium")).priority == "high"
    assert (await desk.create(impact="low", urgency="high")).priority == "medium"


async def test_an_agent_sets_the_priority_and_a_requester_does_not(desk: TicketsDesk) -> None:
    assert (await desk.create(by=desk.agent, priority="high")).priority == "high"
    with pytest.raises(Forbidden):
        await desk.create(priority="high")


async def test_everything_that_is_wrong_is_told_at_once(desk: TicketsDesk) -> None:
    with pytest.raises(InvalidInput) as caught:
        await desk.create(
            " ",
            impact="huge",
            urgency="now",
            priority="p1",
            tags=[""],
            ci_ids=["laptop-7"],
            fields={"colour": "red", "affected_users": "many"},
        )
    assert fields_of(caught.value) == {
        "title",
        "impact",
        "urgency",
        "priority",
        "tags",
        "ci_ids",
        "fields.colour",
        "fields.affected_users",
    }


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"type": "wish"}, "type"),
        ({"queue": "nowhere"}, "queue"),
        ({"process": "alchemy"}, "process"),
        ({"queue": "network", "process": "hr"}, "queue"),
        ({"title": "x" * 501}, "title"),
        ({"title": "a\0b"}, "title"),
        ({"description": "x" * 65_537}, "description"),
        ({"fields": {"needed_by": "tomorrow"}}, "fields.needed_by"),
        ({"fields": {"on_behalf_of": "nobody@acme.example"}}, "fields.on_behalf_of"),
        ({"parent_id": "INC-999999"}, "parent_id"),
    ],
)
async def test_a_wrong_field_is_named(desk: TicketsDesk, said: dict[str, object], field: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        await desk.create(**{"title": "Something", **said})  # type: ignore[arg-type]  # fields by name
    assert fields_of(caught.value) == {field}


async def test_an_agent_asks_for_somebody_known(desk: TicketsDesk) -> None:
    asked = list(desk.gateway.ensured)
    ticket = await desk.create(by=desk.agent, requester="Requester@acme.example")
    assert ticket.requester.id == str(desk.requester.id)
    assert desk.gateway.ensured == asked


async def test_an_unknown_address_becomes_a_requester_of_the_gateways(desk: TicketsDesk) -> None:
    ticket = await desk.create(by=desk.agent, requester="newcomer@acme.example")
    assert ticket.requester.email == "newcomer@acme.example"
    assert "newcomer@acme.example" in desk.gateway.ensured
    assert (await desk.get(ticket.id)).requester == ticket.requester


async def test_an_address_that_is_none_is_refused(desk: TicketsDesk) -> None:
    with pytest.raises(InvalidInput) as caught:
        await desk.create(by=desk.agent, requester="not an address")
    assert fields_of(caught.value) == {"requester"}


async def test_a_requester_does_not_ask_for_others(desk: TicketsDesk) -> None:
    with pytest.raises(Forbidden):
        await desk.create(requester="colleague@acme.example")
    assert (await desk.create(requester="requester@acme.example")).requester.id == str(desk.requester.id)


async def test_a_service_account_asks_for_nobody_unless_it_says_so(desk: TicketsDesk) -> None:
    robot = Person(desk.acme, kind="service_account", email="", name="Monitoring", scopes=AGENT)
    ticket = await desk.create("Disk is full", by=robot, channel="monitoring")
    assert not ticket.HasField("requester")
    assert (await desk.history(ticket.id))[0].actor.kind == "service_account"
    told = await desk.create("Disk is full", by=robot, requester="requester@acme.example")
    assert told.requester.id == str(desk.requester.id)


async def test_a_ticket_may_have_a_parent_that_the_caller_sees(desk: TicketsDesk) -> None:
    parent = await desk.create("Mail is down")
    assert (await desk.create("My mail is down", parent_id=parent.number)).parent_id == parent.id
    with pytest.raises(InvalidInput):
        await desk.create("Curious", parent_id=parent.number, by=desk.colleague)


async def test_the_same_key_makes_one_ticket_and_gives_the_same_answer(desk: TicketsDesk) -> None:
    first = await desk.create("Once", key="create-once")
    assert await desk.create("Once", key="create-once") == first
    assert len(await desk.tickets(filter='title = "Once"')) == 1


async def test_a_key_with_another_body_is_refused(desk: TicketsDesk) -> None:
    await desk.create("Mine", key="create-mine")
    with pytest.raises(InvalidInput) as caught:
        await desk.create("Mine, changed", key="create-mine")
    assert fields_of(caught.value) == {"Idempotency-Key"}


async def test_a_key_used_many_times_at_once_makes_one_ticket(desk: TicketsDesk) -> None:
    results = await asyncio.gather(
        *(desk.create("Impatient", key="impatient") for _ in range(20)), return_exceptions=True
    )
    made = {result.id for result in results if not isinstance(result, BaseException)}
    assert len(made) == 1
    assert len(await desk.tickets(filter='title = "Impatient"')) == 1


async def test_numbers_are_never_given_twice(desk: TicketsDesk) -> None:
    made = await asyncio.gather(*(desk.create("Many", type="task") for _ in range(120)))
    assert len({ticket.number for ticket in made}) == 120


async def test_each_tenant_counts_for_itself(desk: TicketsDesk) -> None:
    ours, theirs = await desk.create(type="change"), await desk.create(by=desk.stranger, type="change")
    assert ours.number == theirs.number == "CHG-1001"


async def test_the_event_carries_the_whole_ticket(desk: TicketsDesk) -> None:
    ticket = await desk.create("Told to others", description="ą" * 40_000)
    (event,) = await desk.events(events_pb2.TicketCreated, ticket.id)
    assert event.ticket.description == "ą" * 32_768
    event.ticket.description = ticket.description
    assert event.ticket == ticket
    assert (event.actor.kind, event.actor.id) == ("user", str(desk.requester.id))
    assert event.cause == "grpc"
    assert event.occurred_at == ticket.created_at
    assert not event.automatic


async def test_the_history_begins_with_the_creation(desk: TicketsDesk) -> None:
    ticket = await desk.create("Remembered")
    (entry,) = await desk.history(ticket.id)
    assert (entry.action, entry.actor.email, entry.ticket_version) == ("created", desk.requester.email, 1)


async def test_nobody_creates_without_the_permission(desk: TicketsDesk) -> None:
    request = rpc.CreateTicketRequest(title="Sneaky")
    token = desk.service.issuer.issue_token(desk.acme, ["tickets.read"])
    with pytest.raises(Forbidden):
        await desk.service.call(
            rpc.DESCRIPTOR.services_by_name["TicketService"],
            "CreateTicket",
            request,
            rpc.CreateTicketResponse,
            token=token,
        )


async def test_a_right_to_create_in_one_process_ends_there(desk: TicketsDesk) -> None:
    token_for = desk.service.issuer.issue_token(desk.acme, ["tickets.create:hr"])
    descriptor = rpc.DESCRIPTOR.services_by_name["TicketService"]

    async def create(process: str) -> str:
        request = rpc.CreateTicketRequest(title="Leave", process=process)
        answer = await desk.service.call(
            descriptor, "CreateTicket", request, rpc.CreateTicketResponse, token=token_for
        )
        return answer.ticket.queue.key

    assert await create("hr") == "hr-desk"
    with pytest.raises(Forbidden):
        await create("it")


async def test_whom_a_ticket_is_for_watches_it_from_the_start(desk: TicketsDesk) -> None:
    key = new_id().hex
    ticket = await desk.create(key=key, fields={"on_behalf_of": desk.colleague.email})
    assert [watcher.email for watcher in ticket.watchers] == [desk.colleague.email]
    assert ticket == await desk.create(key=key, fields={"on_behalf_of": desk.colleague.email})
    assert await desk.get(ticket.id, by=desk.colleague) == ticket
    (told,) = await desk.events(events_pb2.TicketCreated, ticket.id)
    assert [watcher.email for watcher in told.ticket.watchers] == [desk.colleague.email]


async def test_whoever_asks_on_their_own_behalf_does_not_watch_besides(desk: TicketsDesk) -> None:
    ticket = await desk.create(fields={"on_behalf_of": desk.requester.email})
    assert list(ticket.watchers) == []
    assert list((await desk.get(ticket.id)).watchers) == []
