"""Listening to the live events of a whole desk."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Self

import httpx

from embedded.testing import Desk, Json


class Ear:
    """Listens in a thread; what it heard is kept."""

    def __init__(self, desk: Desk, who: str) -> None:
        self.heard: list[Json] = []
        self._client = desk.sign_in(who)
        self._stop = threading.Event()
        self._open = threading.Event()
        self._thread = threading.Thread(target=self._listen, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        assert self._open.wait(20)
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()

    def events_of(self, ticket: Json) -> list[str]:
        """The names of what was heard of a ticket."""
        return [one["event"] for one in self.heard if one["resource"] == f"/api/v1/tickets/{ticket['id']}"]

    def _listen(self) -> None:
        try:
            with self._client.http.stream("GET", "/events", timeout=60) as answer:
                for line in answer.iter_lines():
                    self._open.set()
                    if line.startswith("data: ") and line != "data: {}":
                        self.heard.append(json.loads(line.removeprefix("data: ")))
                    if self._stop.is_set():
                        return
        except httpx.TransportError:
            return


@contextmanager
def ears(desk: Desk, *people: str) -> Iterator[list[Ear]]:
    listening = [Ear(desk, who).__enter__() for who in people]
    try:
        yield listening
    finally:
        for ear in listening:
            ear.__exit__()
