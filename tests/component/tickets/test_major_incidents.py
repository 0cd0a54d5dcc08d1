"""Major incidents: declared, told of, answered and resolved with all that follows."""

from dataclasses import replace

import pytest
from google.protobuf.field_mask_pb2 import FieldMask
from tickets_desk import TicketsDesk
from tickets_rules import Ruled

from chassis.errors import AlreadyExists, Forbidden, InvalidInput, NotFound, Stale, WrongState
from chassis.ids import new_id
from chassis.testing.identity import Person
from chassis.testing.waiting import eventually
from deskmesh.gateway.v1 import events_pb2 as gateway
from deskmesh.gateway.v1 import identity_pb2 as identity
from deskmesh.tickets.v1 import bulk_service_pb2 as bulk
from deskmesh.tickets.v1 import events_pb2 as events
from deskmesh.tickets.v1 import link_service_pb2 as links
from deskmesh.tickets.v1 import major_incident_pb2 as nouns
from deskmesh.tickets.v1 import major_incident_service_pb2 as rpc
from deskmesh.tickets.v1 import ticket_pb2


async def declare(
    desk: TicketsDesk, ticket: str, *, by: Person | None = None, **said: object
) -> nouns.MajorIncident:
    request = rpc.DeclareMajorIncidentRequest(ticket=ticket, **said)  # type: ignore[arg-type]  # fields by name
    answer = await desk.call(
        "DeclareMajorIncident", request, rpc.DeclareMajorIncidentResponse, by=by or desk.admin
    )
    return answer.major_incident


async def resolve(desk: TicketsDesk, ticket: str, message: str) -> rpc.ResolveMajorIncidentResponse:
    request = rpc.ResolveMajorIncidentRequest(ticket=ticket, message=message)
    return await desk.call("ResolveMajorIncident", request, rpc.ResolveMajorIncidentResponse, by=desk.admin)


async def done(desk: TicketsDesk, job: bulk.BulkJob) -> bulk.BulkJob:
    """The job once it has ended: it goes by a timer."""

    async def over() -> bulk.BulkJob | None:
        request = bulk.GetBulkRequest(id=job.id)
        found = (await desk.call("GetBulk", request, bulk.GetBulkResponse, by=desk.admin)).job
        return found if found.state == "done" else None

    found = await eventually(over)
    assert found is not None
    return found


async def banner(desk: TicketsDesk, by: Person) -> dict[str, nouns.MajorIncident]:
    request = rpc.ListMajorIncidentsRequest(page_size=200)
    answer = await desk.call("ListMajorIncidents", request, rpc.ListMajorIncidentsResponse, by=by)
    return {one.id: one for one in answer.major_incidents}


async def followed(desk: TicketsDesk) -> tuple[ticket_pb2.Ticket, list[ticket_pb2.Ticket]]:
    """An incident, and two others that follow it; a third is resolved already."""
    major = await desk.create("Nothing works")
    followers = [await desk.create(f"My {thing} is off") for thing in ("phone", "screen", "lamp")]
    for follower, word in zip(followers, ("causes", "duplicated_by", "causes"), strict=True):
        request = links.CreateLinkRequest(ticket=major.id, type=word, other=follower.id)
        await desk.call("CreateLink", request, links.CreateLinkResponse)
    await desk.move(followers[2].id, "resolved")
    return major, followers[:2]


async def test_the_list_tells_how_many_follow_where_the_ticket_is_seen(desk: TicketsDesk) -> None:
    major, _ = await followed(desk)
    alone = await desk.create("Only I am off", by=desk.colleague)
    for ticket in (major, alone):
        await declare(desk, ticket.id)
    told = await banner(desk, desk.agent)
    assert (told[major.id].followers, told[alone.id].followers) == (2, 0)
    unseen = (await banner(desk, desk.colleague))[major.id]
    assert (unseen.followers, unseen.ticket.id) == (0, "")


async def test_a_list_is_filtered_by_major_incidents_that_run(desk: TicketsDesk) -> None:
    running, ended, resolved, other = [await desk.create(f"Off {number}") for number in range(4)]
    for ticket in (running, ended, resolved):
        await declare(desk, ticket.id)
    request = rpc.EndMajorIncidentRequest(ticket=ended.id)
    await desk.call("EndMajorIncident", request, rpc.EndMajorIncidentResponse, by=desk.admin)
    await desk.move(resolved.id, "resolved")
    mine = {ticket.id for ticket in (running, ended, resolved, other)}
    found = {one.id for one in await desk.tickets(filter="major = true", page_size=200)}
    others = {one.id for one in await desk.tickets(filter="major = false", page_size=200)}
    assert found & mine == {running.id}
    assert others & mine == mine - {running.id}


async def test_everybody_is_told_of_a_major_incident_until_it_ends(desk: TicketsDesk) -> None:
    ticket = await desk.create("Nothing works")
    made = await declare(desk, ticket.number, message="We work on it.")
    assert (made.title, made.audience, made.ticket.key) == ("Nothing works", "everybody", ticket.number)
    for by, sees in ((desk.agent, True), (desk.requester, True), (desk.colleague, False)):
        told = (await banner(desk, by))[ticket.id]
        assert (told.message, told.HasField("ticket")) == ("We work on it.", sees)
    assert ticket.id not in await banner(desk, desk.stranger)
    end = rpc.EndMajorIncidentRequest(ticket=ticket.id, expected_version=made.version)
    await desk.call("EndMajorIncident", end, rpc.EndMajorIncidentResponse, by=desk.admin)
    assert ticket.id not in await banner(desk, desk.agent)
    for by in (desk.admin, desk.stranger):
        with pytest.raises(NotFound):
            await desk.call("EndMajorIncident", end, rpc.EndMajorIncidentResponse, by=by)
    actions = [entry.action for entry in await desk.history(ticket.id)]
    assert actions[-2:] == ["major_declared", "major_ended"]
    (declared,) = await desk.events(events.MajorIncidentDeclared, ticket.id)
    (ended,) = await desk.events(events.MajorIncidentEnded, ticket.id)
    assert declared.major_incident.message == "We work on it."
    assert ended.major_incident.HasField("ended_at")
    again = await declare(desk, ticket.id)
    assert not again.HasField("ended_at")
    await desk.move(ticket.id, "resolved")
    assert ticket.id not in await banner(desk, desk.agent)


async def test_only_who_is_meant_is_told(desk: TicketsDesk) -> None:
    north = identity.Organization(id=str(new_id()), slug="north", name="North", version=1)
    await desk.bus.publish(
        gateway.OrganizationChanged(organization=north), tenant_id=desk.acme, aggregate_id=north.id
    )
    await desk.service.drain()
    inside, hidden = await desk.create(), await desk.create()
    made = await declare(desk, inside.id, organizations=["north"])
    assert [one.key for one in made.organizations] == ["north"]
    await declare(desk, hidden.id, audience="agents")
    northerner = replace(desk.colleague, organization_ids=frozenset({north.id}))
    mine = {inside.id, hidden.id}
    assert mine & (await banner(desk, northerner)).keys() == {inside.id}
    assert mine & (await banner(desk, desk.colleague)).keys() == set()
    assert mine <= (await banner(desk, desk.agent)).keys()


async def test_what_is_told_changes_without_losing_words(desk: TicketsDesk) -> None:
    ticket = await desk.create()
    made = await declare(desk, ticket.id)
    request = rpc.UpdateMajorIncidentRequest(
        ticket=ticket.id,
        patch=rpc.MajorIncidentPatch(message="News at noon."),
        update_mask=FieldMask(paths=["message"]),
        expected_version=made.version,
    )
    answer = await desk.call("UpdateMajorIncident", request, rpc.UpdateMajorIncidentResponse, by=desk.admin)
    assert (answer.major_incident.title, answer.major_incident.message) == (made.title, "News at noon.")
    with pytest.raises(Stale):
        await desk.call("UpdateMajorIncident", request, rpc.UpdateMajorIncidentResponse, by=desk.admin)
    (changed,) = await desk.events(events.MajorIncidentChanged, ticket.id)
    assert changed.major_incident.message == "News at noon."


async def test_one_answer_reaches_all_that_follow(desk: TicketsDesk) -> None:
    major, followers = await followed(desk)
    assert (await declare(desk, major.id)).followers == 2
    request = rpc.AnswerMajorIncidentRequest(ticket=major.id, body="The switch is on its way.")
    answer = await desk.call("AnswerMajorIncident", request, rpc.AnswerMajorIncidentResponse, by=desk.admin)
    assert (await done(desk, answer.job)).succeeded == 2
    for ticket in (major, *followers):
        (said,) = await desk.comments(ticket.id, by=desk.requester)
        assert (said.body, said.author.email) == (request.body, desk.admin.email)


async def test_resolving_takes_along_what_follows_with_its_words(desk: TicketsDesk) -> None:
    major, followers = await followed(desk)
    await declare(desk, major.id)
    await desk.move(followers[1].id, "cancelled")
    answer = await resolve(desk, major.id, "The switch was replaced.")
    assert (answer.ticket.state, answer.job.total) == ("resolved", 1)
    assert (await done(desk, answer.job)).succeeded == 1
    assert (await desk.get(followers[0].id)).state == "resolved"
    (said,) = await desk.comments(followers[0].id, by=desk.requester)
    assert said.body == "The switch was replaced."
    with pytest.raises(NotFound):
        await desk.call(
            "GetMajorIncident", rpc.GetMajorIncidentRequest(ticket=major.id), rpc.GetMajorIncidentResponse
        )


async def test_a_lone_major_incident_needs_words_and_no_job(desk: TicketsDesk) -> None:
    ticket = await desk.create()
    await declare(desk, ticket.id)
    with pytest.raises(InvalidInput) as refused:
        await resolve(desk, ticket.id, " ")
    assert [error.field for error in refused.value.errors] == ["message"]
    assert not (await resolve(desk, ticket.id, "Done.")).HasField("job")


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"audience": "friends"}, "audience"),
        ({"organizations": ["nowhere"]}, "organizations[0]"),
        ({"audience": "agents", "organizations": ["nowhere"]}, "organizations"),
        ({"title": "x" * 1_001}, "title"),
    ],
)
async def test_what_people_cannot_be_told_is_refused(
    desk: TicketsDesk, said: dict[str, object], field: str
) -> None:
    ticket = await desk.create()
    with pytest.raises(InvalidInput) as refused:
        await declare(desk, ticket.id, **said)  # type: ignore[arg-type]  # fields by name
    assert field in [error.field for error in refused.value.errors]
    assert ticket.id not in await banner(desk, desk.agent)


async def test_what_cannot_be_a_major_incident_is_refused(desk: TicketsDesk) -> None:
    ticket, wish = await desk.create(), await desk.create(type="service_request")
    with pytest.raises(Forbidden):
        await declare(desk, ticket.id, by=desk.agent)
    with pytest.raises(NotFound):
        await declare(desk, ticket.id, by=desk.stranger)
    with pytest.raises(WrongState):
        await declare(desk, wish.id)
    await declare(desk, ticket.id)
    with pytest.raises(AlreadyExists):
        await declare(desk, ticket.id)
    resolved = await desk.create()
    await desk.move(resolved.id, "resolved")
    with pytest.raises(WrongState):
        await declare(desk, resolved.id)


async def test_rules_wait_for_major_incidents(ruled: Ruled) -> None:
    desk = ruled.desk
    await ruled.rule({"type": "tag", "add": ["major"]}, on=["major_declared"])
    await ruled.rule({"type": "tag", "remove": ["major"]}, on=["major_ended"])
    ticket = await desk.create()
    await declare(desk, ticket.id)
    assert (await ruled.settled(ticket)).tags == ["major"]
    end = rpc.EndMajorIncidentRequest(ticket=ticket.id)
    await desk.call("EndMajorIncident", end, rpc.EndMajorIncidentResponse, by=desk.admin)
    assert (await ruled.settled(ticket)).tags == []
