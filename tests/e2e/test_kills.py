"""The main job, while its processes are killed under it."""

import os
import random
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from desk_walk import Walk

from embedded.testing import Desk, eventually

WALKS = 4
SEED = os.environ.get("DESKMESH_TEST_SEED", "walking desk")
LATEST_KILL_SECONDS = 2.0


@pytest.mark.parametrize(
    "name", ["gateway", "tickets", "sla", "knowledge", "cmdb", "notify", "postgres", "nats"]
)
def test_a_process_killed_at_any_moment_loses_and_doubles_nothing(desk: Desk, name: str) -> None:
    moment = random.Random(f"{SEED} {name}").uniform(0, LATEST_KILL_SECONDS)  # noqa: S311 - a moment is no secret
    walks = [Walk.of(desk) for _ in range(WALKS)]
    with ThreadPoolExecutor(WALKS) as requesters:
        walking = [requesters.submit(walk.walk) for walk in walks]
        time.sleep(moment)
        desk.kill(name)
        for end in walking:
            end.result()
    for walk in walks:
        eventually(walk.settled, seconds=30)
    for walk in walks:
        walk.check()
