"""Ratings: asked for once, given by the requester, heard by the desk."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, replace

import pytest
import pytest_asyncio
from google.protobuf.field_mask_pb2 import FieldMask
from tickets_desk import TicketsDesk

from chassis.errors import Forbidden, InvalidInput, NotFound, Stale, WrongState
from chassis.testing.identity import Person
from deskmesh.tickets.v1 import events_pb2 as events
from deskmesh.tickets.v1 import rating_pb2, ticket_pb2
from deskmesh.tickets.v1 import rating_service_pb2 as rpc


@dataclass
class Ratings:
    """The desk, and the door to what requesters think of it."""

    desk: TicketsDesk

    async def done(self, *path: str, **said: object) -> ticket_pb2.Ticket:
        """A ticket that went through these states."""
        ticket = await self.desk.create(**said)  # type: ignore[arg-type]  # fields by name
        for state in path:
            ticket = await self.desk.move(ticket.id, state)
        return ticket

    async def get(self, ticket: str, *, by: Person | None = None) -> rating_pb2.Rating:
        """The rating of a ticket."""
        request = rpc.GetRatingRequest(ticket=ticket)
        return (await self.desk.call("GetRating", request, rpc.GetRatingResponse, by=by)).rating

    async def rate(
        self, ticket: str, score: int = 4, *, by: Person | None = None, version: int = 0, **said: object
    ) -> rating_pb2.Rating:
        """Rate a ticket, as the requester unless told otherwise."""
        request = rpc.RateTicketRequest(ticket=ticket, score=score, expected_version=version, **said)  # type: ignore[arg-type]  # fields by name
        by = by or self.desk.requester
        return (await self.desk.call("RateTicket", request, rpc.RateTicketResponse, by=by)).rating

    async def set(
        self, queue: str = "", *, by: Person | None = None, version: int = 0, **values: object
    ) -> rating_pb2.RatingSetting:
        """Say when ratings are asked for."""
        request = rpc.SetRatingSettingRequest(
            queue=queue,
            setting=rating_pb2.RatingSetting(**values),  # type: ignore[arg-type]  # fields by name
            update_mask=FieldMask(paths=list(values)),
            expected_version=version,
        )
        by = by or self.desk.admin
        return (
            await self.desk.call("SetRatingSetting", request, rpc.SetRatingSettingResponse, by=by)
        ).setting

    async def settings(self) -> list[rating_pb2.RatingSetting]:
        """All settings."""
        request = rpc.GetRatingSettingsRequest()
        return list(
            (await self.desk.call("GetRatingSettings", request, rpc.GetRatingSettingsResponse)).settings
        )

    async def reset(self, queue: str = "") -> None:
        """Take a setting away."""
        request = rpc.DeleteRatingSettingRequest(queue=queue)
        await self.desk.call(
            "DeleteRatingSetting", request, rpc.DeleteRatingSettingResponse, by=self.desk.admin
        )

    async def listed(self, by: Person | None = None, **wanted: object) -> list[rating_pb2.Rating]:
        """A page of ratings."""
        request = rpc.ListRatingsRequest(**wanted)  # type: ignore[arg-type]  # fields by name
        by = by or self.desk.admin
        return list((await self.desk.call("ListRatings", request, rpc.ListRatingsResponse, by=by)).ratings)


@pytest_asyncio.fixture
async def ratings(desk: TicketsDesk) -> AsyncIterator[Ratings]:
    ratings = Ratings(desk)
    yield ratings
    for setting in reversed(await ratings.settings()):
        await ratings.set(setting.queue.id, ask_on="closed")
        await ratings.reset(setting.queue.id)


async def test_a_closed_ticket_asks_its_requester_once(ratings: Ratings) -> None:
    ticket = await ratings.done("resolved")
    with pytest.raises(NotFound):
        await ratings.get(ticket.id)
    await ratings.desk.move(ticket.id, "closed")
    asked = await ratings.get(ticket.id, by=ratings.desk.requester)
    assert (asked.score, asked.scale, asked.requester.email) == (0, "five", ratings.desk.requester.email)
    assert (asked.open_until.seconds - asked.asked_at.seconds) == 14 * 86_400
    (told,) = await ratings.desk.events(events.RatingRequested, ticket.id)
    assert (told.rating, told.ticket.state) == (asked, "closed")


async def test_what_is_resolved_twice_is_asked_of_once(ratings: Ratings) -> None:
    await ratings.set(ask_on="resolved")
    ticket = await ratings.done("resolved", "open", "resolved", "closed")
    assert len(await ratings.desk.events(events.RatingRequested, ticket.id)) == 1


async def test_nobody_is_asked_where_the_setting_of_the_queue_says_never(ratings: Ratings) -> None:
    await ratings.set("network", ask_on="never")
    silent = await ratings.done("resolved", "closed", queue="network")
    asked = await ratings.done("resolved", "closed")
    for ticket, count in ((silent, 0), (asked, 1)):
        assert len(await ratings.desk.events(events.RatingRequested, ticket.id)) == count


async def test_a_machine_is_never_asked(ratings: Ratings) -> None:
    ticket = await ratings.done("resolved")
    await ratings.desk.rows("UPDATE tickets SET automatic = true WHERE id = $1", ticket.id)
    await ratings.desk.move(ticket.id, "closed")
    assert not await ratings.desk.events(events.RatingRequested, ticket.id)


async def test_the_requester_rates_and_changes_it_while_there_is_time(ratings: Ratings) -> None:
    ticket = await ratings.done("resolved", "closed")
    given = await ratings.rate(ticket.number, 3, comment="Slow.")
    assert (given.score, given.comment, given.low, given.HasField("nps")) == (3, "Slow.", False, False)
    changed = await ratings.rate(ticket.id, 5, version=given.version)
    assert (changed.score, changed.comment) == (5, "")
    with pytest.raises(Stale):
        await ratings.rate(ticket.id, 1, version=given.version)
    await ratings.desk.rows("UPDATE ticket_ratings SET open_until = now() WHERE id = $1", ticket.id)
    with pytest.raises(WrongState, match="too late"):
        await ratings.rate(ticket.id, 1)
    assert (await ratings.get(ticket.id)).score == 5
    told = await ratings.desk.events(events.TicketRated, ticket.id)
    assert [event.rating.score for event in told] == [3, 5]
    entries = [one for one in await ratings.desk.history(ticket.id) if one.action == "rated"]
    assert [one.change.new_value.struct_value["score"] for one in entries] == [3, 5]


async def test_only_the_requester_rates_and_only_what_is_done(ratings: Ratings) -> None:
    ticket = await ratings.desk.create()
    with pytest.raises(WrongState, match="once it is resolved"):
        await ratings.rate(ticket.id)
    await ratings.desk.move(ticket.id, "resolved")
    with pytest.raises(Forbidden):
        await ratings.rate(ticket.id, by=ratings.desk.agent)
    for other in (ratings.desk.colleague, ratings.desk.stranger):
        with pytest.raises(NotFound):
            await ratings.rate(ticket.id, by=other)
    unasked = await ratings.rate(ticket.id)
    assert not unasked.HasField("asked_at")
    await ratings.desk.move(ticket.id, "closed")
    assert not await ratings.desk.events(events.RatingRequested, ticket.id)


@pytest.mark.parametrize(
    ("setting", "given", "field"),
    [
        ({}, {"score": 0}, "score"),
        ({}, {"score": 6}, "score"),
        ({"scale": "two"}, {"score": 3}, "score"),
        ({}, {"nps": 9}, "nps"),
        ({"nps": True}, {"nps": 11}, "nps"),
        ({}, {"comment": "x" * 4001}, "comment"),
    ],
)
async def test_a_rating_that_cannot_be_is_refused(
    ratings: Ratings, setting: Mapping[str, object], given: Mapping[str, object], field: str
) -> None:
    if setting:
        await ratings.set(**setting)  # type: ignore[arg-type]  # fields by name
    ticket = await ratings.done("resolved", "closed")
    with pytest.raises(InvalidInput) as refused:
        await ratings.rate(ticket.id, **{"score": 5, **given})  # type: ignore[arg-type]  # as above
    assert [error.field for error in refused.value.errors] == [field]
    assert (await ratings.get(ticket.id)).score == 0


async def test_a_rating_that_becomes_low_is_told_once(ratings: Ratings) -> None:
    ticket = await ratings.done("resolved", "closed")
    for score in (4, 2, 1, 5, 2):
        await ratings.rate(ticket.id, score)
    told = await ratings.desk.events(events.TicketRated, ticket.id)
    assert [event.alert for event in told] == [False, True, False, False, True]


async def test_a_low_rating_has_a_resolved_ticket_worked_again(ratings: Ratings) -> None:
    await ratings.set("network", on_low="reopen", low_mark=1)
    ticket = await ratings.done("resolved", queue="network")
    await ratings.rate(ticket.id, 2)
    assert (await ratings.desk.get(ticket.id)).state == "resolved"
    await ratings.rate(ticket.id, 1)
    assert (await ratings.desk.get(ticket.id)).state == "open"
    moved = [one for one in await ratings.desk.history(ticket.id) if one.change.field == "state"][-1]
    assert moved.rule == "workflow:requester_replied"


async def test_a_low_rating_of_a_closed_ticket_opens_one_that_follows(ratings: Ratings) -> None:
    await ratings.set("network", on_low="reopen")
    ticket = await ratings.done("resolved", "closed", queue="network", title="Cable", type="service_request")
    await ratings.rate(ticket.id, 1, comment="Still broken.")
    (follower,) = await ratings.desk.tickets(filter=f'parent_id = "{ticket.id}"')
    assert (follower.title, follower.description, follower.queue.key) == ("Cable", "Still broken.", "network")
    assert (follower.type, follower.requester.email) == ("service_request", ratings.desk.requester.email)
    assert (await ratings.desk.get(ticket.id)).state == "closed"


async def test_ratings_are_listed_for_those_who_report(ratings: Ratings) -> None:
    first, second = [await ratings.done("resolved", "closed", queue=queue) for queue in ("network", "")]
    await ratings.rate(first.id, 1)
    await ratings.rate(second.id, 5)
    assert [one.ticket.key for one in (await ratings.listed())[:2]] == [second.number, first.number]
    low = await ratings.listed(filter=f'low = true AND queue = "network" AND ticket = "{first.number}"')
    assert [one.score for one in low] == [1]
    assert not await ratings.listed(filter=f'ticket = "{second.number}" AND score < 5')
    assert not await ratings.listed(by=ratings.desk.stranger)
    elsewhere = replace(ratings.desk.agent, scopes=ratings.desk.agent.scopes | {"reports.read:hr"})
    assert not await ratings.listed(by=elsewhere)
    with pytest.raises(Forbidden):
        await ratings.listed(by=ratings.desk.agent)


async def test_an_answer_to_what_is_no_longer_asked_stays(ratings: Ratings) -> None:
    asking = await ratings.set(nps=True)
    ticket = await ratings.done("resolved", "closed")
    assert (await ratings.rate(ticket.id, 5, nps=9)).nps == 9
    await ratings.set(version=asking.version, nps=False)
    changed = await ratings.rate(ticket.id, 4)
    assert (changed.score, changed.nps, changed.asks_nps) == (4, 9, False)


async def test_a_setting_holds_for_its_queue_and_is_taken_away(ratings: Ratings) -> None:
    general = await ratings.set(window_days=30)
    own = await ratings.set("network", scale="two")
    assert (own.window_days, own.queue.key) == (30, "network")
    assert await ratings.settings() == [general, own]
    with pytest.raises(Stale):
        await ratings.set("network", version=own.version + 1, nps=True)
    await ratings.reset("network")
    with pytest.raises(NotFound):
        await ratings.reset("network")
    assert await ratings.settings() == [general]
    with pytest.raises(Forbidden):
        await ratings.set(by=ratings.desk.agent, nps=True)


@pytest.mark.parametrize(
    ("field", "value"),
    [("ask_on", "always"), ("scale", "ten"), ("on_low", "shout"), ("low_mark", 5), ("window_days", 0)],
)
async def test_a_setting_that_cannot_be_is_refused(ratings: Ratings, field: str, value: object) -> None:
    before = await ratings.settings()
    with pytest.raises(InvalidInput) as refused:
        await ratings.set(**{field: value})  # type: ignore[arg-type]  # fields by name
    assert [error.field for error in refused.value.errors] == [field]
    assert await ratings.settings() == before
