"""The demo waits for the calendars that sla gives a tenant once it has heard of it."""

from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from embedded.demo import load
from embedded.demo.client import Api, Journal, LoadError

Answers = Callable[[list[list[str]]], Api]


@pytest.fixture
def answers(tmp_path: Path) -> Iterator[Answers]:
    """Makes an API whose calendars are named so from one answer to the next; the last one stays."""
    journal = Journal(tmp_path / "journal")

    def made(names: list[list[str]]) -> Api:
        def answer(request: httpx.Request) -> httpx.Response:
            if request.url.path.endswith("/auth/token"):
                return httpx.Response(200, json={"access_token": "a"})
            listed = names.pop(0) if len(names) > 1 else names[0]
            return httpx.Response(
                200, json={"items": [{"name": one, "id": f"id of {one}"} for one in listed]}
            )

        http = httpx.AsyncClient(base_url="http://desk.example", transport=httpx.MockTransport(answer))
        return Api(http, "acme", journal)

    yield made
    journal.close()


async def test_calendars_that_come_late_are_waited_for(answers: Answers) -> None:
    api = answers([[], ["24x7"], ["24x7", "business", "other"]])
    found = await load.shipped_calendars(api, {"business", "24x7"}, by="admin")
    assert found == {"business": "id of business", "24x7": "id of 24x7"}


async def test_calendars_that_never_come_are_named(answers: Answers, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(load, "LAG_SECONDS", 0.0)
    with pytest.raises(LoadError, match="sla has no calendar business"):
        await load.shipped_calendars(answers([["24x7"]]), {"business", "24x7"}, by="admin")
