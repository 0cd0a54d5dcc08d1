"""Eight who change one ticket at once by REST, run after run: nothing that was acknowledged may be missing."""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, field

import httpx
import uvloop
from desk import Measured, measured_desk
from writers import TURNS, WRITERS, Shown, lost_updates

COUNT = "affected_users"
AT_ONCE = 4
"""Runs side by side, each with a ticket of its own."""
CONTROLS = 20
"""Runs without `If-Match`, which must show a loss."""
_TOKEN_SECONDS = 300.0


@dataclass
class Rest:
    """The desk by REST, as an agent of acme."""

    measured: Measured
    http: httpx.AsyncClient
    refused: int = 0
    """Writes that were refused, since somebody had written since they read."""
    _token: tuple[str, float] = field(default=("", -_TOKEN_SECONDS))

    async def make(self) -> str:
        """A new ticket."""
        made = await self._send("POST", "/tickets", {"title": "0", "fields": {COUNT: 0}})
        return str(made.raise_for_status().json()["id"])

    async def read(self, ticket: str) -> Shown:
        """The ticket as it is."""
        found = (await self._send("GET", f"/tickets/{ticket}")).raise_for_status().json()
        return Shown(found["version"], int(found["fields"][COUNT]), found["tags"], found["title"])

    async def write(self, ticket: str, change: Mapping[str, object], version: int) -> bool:
        """Change it, unless somebody has."""
        body = {"fields": {COUNT: change["count"]}} if "count" in change else dict(change)
        headers = {"If-Match": f'"{version}"'} if version else {}
        answer = await self._send("PATCH", f"/tickets/{ticket}", body, headers)
        if answer.status_code == httpx.codes.PRECONDITION_FAILED:
            self.refused += 1
            return False
        answer.raise_for_status()
        return True

    async def _send(
        self, method: str, path: str, body: object = None, headers: Mapping[str, str] | None = None
    ) -> httpx.Response:
        token, fetched = self._token
        if time.monotonic() - fetched > _TOKEN_SECONDS:
            token = self.measured.token("agent@acme.example")
            self._token = (token, time.monotonic())
        said = {"Authorization": f"Bearer {token}", **(headers or {})}
        return await self.http.request(method, f"/api/v1{path}", json=body, headers=said)


async def _runs(door: Rest, seeds: range, *, guarded: bool) -> list[str]:
    """What was lost in runs, a few of them side by side."""
    waiting = iter(seeds)
    lost: list[str] = []

    async def next_ones() -> None:
        for seed in waiting:
            _, missing = await lost_updates(door, seed, guarded=guarded)
            lost.extend(f"seed {seed}: {one}" for one in missing)
            print(f"\r{seed + 1:,} of {len(seeds):,} runs", end="", file=sys.stderr, flush=True)

    await asyncio.gather(*(next_ones() for _ in range(AT_ONCE)))
    print(file=sys.stderr)
    return lost


async def _measure(measured: Measured, runs: int) -> None:
    async with httpx.AsyncClient(base_url=measured.desk.url, timeout=60) as http:
        door = Rest(measured, http)
        control = await _runs(door, range(CONTROLS), guarded=False)
        begun = time.monotonic()
        lost = await _runs(door, range(runs), guarded=True)
    figures = {
        "runs": runs,
        "writes": runs * WRITERS * TURNS,
        "refused_and_tried_again": door.refused,
        "lost": len(lost),
        "lost_without_if_match": len(control),
        "seconds": round(time.monotonic() - begun),
        "load_average": round(os.getloadavg()[0], 1),
    }
    for name, value in figures.items():
        print(f"{name.replace('_', ' '):25} {value:>12,}")
    print(json.dumps({"benchmark": "eight_writers", **figures}))
    if lost or not control:
        raise SystemExit("\n".join(lost[:20]) or "the control lost nothing: the check proves nothing")


def main() -> None:
    """Ends with an error where an update was lost, or where none was lost without `If-Match`."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=10_000)
    given = parser.parse_args()
    with measured_desk() as measured:
        uvloop.run(_measure(measured, given.runs))


if __name__ == "__main__":
    main()
