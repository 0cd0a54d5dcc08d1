"""The live stream, over HTTP, from a real NATS."""

import re
from uuid import UUID, uuid4

import httpx
import pytest
from gateway_doors import Doors
from live_ear import listening

from chassis.ids import new_id
from chassis.testing.waiting import eventually


async def make_team(doors: Doors, who: str = "admin@acme.example") -> str:
    """Make a team; gives the path of it."""
    body = {"name": "Live", "slug": f"live-{uuid4().hex[:8]}"}
    made = await doors.http.post("/api/v1/teams", json=body, headers=await doors.as_(who))
    assert made.status_code == 201, made.text
    return str(made.headers["location"])


async def test_what_happens_is_heard_at_once_and_says_where_to_read_it(doors: Doors) -> None:
    async with listening(doors, "agent@acme.example") as ear:
        path = await make_team(doors)
        heard = await ear.until(path)
    assert heard.name == heard.data["event"] == "TeamChanged"
    assert heard.id == heard.data["id"]
    assert UUID(heard.id).version == 7
    team = await doors.http.get(path, headers=await doors.as_())
    assert heard.data["version"] == team.json()["version"]


async def test_another_tenant_and_those_who_may_not_read_hear_nothing(doors: Doors) -> None:
    async with (
        listening(doors, "agent@globex.example") as foreign,
        listening(doors, "requester@acme.example") as requester,
        listening(doors, "agent@acme.example") as agent,
    ):
        path = await make_team(doors)
        await agent.until(path)
        foreign_path = await make_team(doors, "admin@globex.example")
        heard = await foreign.next()
        assert heard.data["resource"] == foreign_path
        with pytest.raises(TimeoutError):
            await requester.next(0.5)


async def test_who_comes_back_hears_what_was_missed(doors: Doors) -> None:
    async with listening(doors, "agent@acme.example") as ear:
        last = await ear.until(await make_team(doors))
    missed = [await make_team(doors) for _ in range(3)]
    async with listening(doors, "agent@acme.example", last.id) as ear:
        heard = [await ear.until(path) for path in missed]
        live = await make_team(doors)
        assert (await ear.until(live)).data["resource"] == live
    assert [one.data["resource"] for one in heard] == missed


async def test_who_was_away_for_longer_than_events_are_kept_is_told_to_read_anew(doors: Doors) -> None:
    years_ago = "01700000-0000-7000-8000-000000000000"
    async with listening(doors, "agent@acme.example", years_ago) as ear:
        assert (await ear.next()).name == "reset"


@pytest.mark.parametrize("last", ["x", str(uuid4()), "0"])
async def test_a_last_event_id_that_is_none_is_422(doors: Doors, last: str) -> None:
    headers = {**await doors.as_(), "last-event-id": last}
    answer = await doors.http.get("/api/v1/events", headers=headers)
    assert answer.status_code == 422, answer.text
    assert answer.json()["errors"][0]["field"] == "Last-Event-ID"


async def test_the_stream_ends_soon_after_its_token_is_revoked(doors: Doors) -> None:
    made = await doors.http.post(
        "/api/v1/me/tokens", json={"name": "ear"}, headers=await doors.as_("agent@acme.example")
    )
    bearer = {"authorization": f"Bearer {made.json()['token']}"}
    async with listening(doors, bearer) as ear:
        gone = await doors.http.delete(
            f"/api/v1/me/tokens/{made.json()['id']}", headers=await doors.as_("agent@acme.example")
        )
        assert gone.status_code == 204
        with pytest.raises(StopAsyncIteration):
            await ear.next(5)


async def test_the_line_of_a_stream_that_has_ended_carries_no_other_request(doors: Doors) -> None:
    async with doors.http.stream(
        "GET", "/api/v1/events", headers=await doors.as_("agent@acme.example")
    ) as answer:
        assert answer.headers["connection"] == "close"


async def test_a_client_that_goes_away_leaves_nothing_behind(doors: Doors) -> None:
    async def is_gone() -> bool:
        return await _connected(doors) == before

    before = await _connected(doors)
    async with listening(doors, "agent@acme.example"):
        assert await _connected(doors) == before + 1
    assert await eventually(is_gone)


async def _connected(doors: Doors) -> float:
    metrics = (await doors.http.get("/metrics")).text
    (line,) = re.findall(r"^deskmesh_live_streams (.+)$", metrics, re.MULTILINE)
    return float(line)


async def test_an_unknown_last_event_id_of_today_brings_what_came_since(doors: Doors) -> None:
    since = str(new_id())
    path = await make_team(doors)
    async with listening(doors, "agent@acme.example", since) as ear:
        assert (await ear.until(path)).name == "TeamChanged"


async def test_without_a_token_nobody_listens(doors: Doors) -> None:
    answer: httpx.Response = await doors.http.get("/api/v1/events")
    assert answer.status_code == 401
