"""Eight who change one ticket at once, each by a plan out of a seed, and what must be found of it afterwards.

Each reads, changes what was read and writes it back if nobody wrote in between (`If-Match`), or else reads again. Some
writes are blind: they set a field of their own choosing whatever the others do, and must not undo theirs.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import Protocol

WRITERS = 8
TURNS = 4
_OPERATIONS = ("count", "tag", "title")


@dataclass(frozen=True, slots=True)
class Shown:
    """A ticket as it was read: its version, a number, its tags, its title."""

    version: int
    count: int
    tags: Sequence[str]
    title: str


class Door(Protocol):
    """A way to the desk: gRPC or REST."""

    async def make(self) -> str:
        """A new ticket, with no tags and no number; gives its id."""
        ...

    async def read(self, ticket: str) -> Shown:
        """The ticket as it is."""
        ...

    async def write(self, ticket: str, change: Mapping[str, object], version: int) -> bool:
        """Set `count`, `tags` or `title`; False where the ticket has another version. Zero: whatever it has."""
        ...


async def lost_updates(door: Door, seed: int, *, guarded: bool = True) -> tuple[str, list[str]]:
    """The ticket of one run, and what was acknowledged and is not there: empty where nothing was lost.

    :param guarded: whether a write is refused where somebody wrote since it was read; else the last one wins.
    """
    random = Random(seed)  # noqa: S311 (a plan that can be repeated)
    plans = [[random.choice(_OPERATIONS) for _ in range(TURNS)] for _ in range(WRITERS)]
    ticket = await door.make()

    async def work(writer: int, plan: Sequence[str]) -> None:
        for turn, operation in enumerate(plan):
            while not await _write(door, ticket, operation, f"{writer}-{turn}", guarded=guarded):
                pass

    await asyncio.gather(*(work(writer, plan) for writer, plan in enumerate(plans)))
    return ticket, _missing(plans, await door.read(ticket))


async def _write(door: Door, ticket: str, operation: str, mark: str, *, guarded: bool) -> bool:
    if operation == "title":
        return await door.write(ticket, {"title": mark}, 0)
    read = await door.read(ticket)
    change = {"count": read.count + 1} if operation == "count" else {"tags": [*read.tags, mark]}
    return await door.write(ticket, change, read.version if guarded else 0)


def _missing(plans: Sequence[Sequence[str]], now: Shown) -> list[str]:
    said: dict[str, list[str]] = {operation: [] for operation in _OPERATIONS}
    for writer, plan in enumerate(plans):
        for turn, operation in enumerate(plan):
            said[operation].append(f"{writer}-{turn}")
    written = WRITERS * TURNS
    missing = [f"tag {mark}" for mark in said["tag"] if list(now.tags).count(mark) != 1]
    if now.count != len(said["count"]):
        missing.append(f"the number is {now.count}, not {len(said['count'])}")
    if said["title"] and now.title not in said["title"]:
        missing.append(f"the title is {now.title}, which nobody wrote last")
    if now.version != 1 + written:
        missing.append(f"the version is {now.version} after {written} writes")
    return missing
