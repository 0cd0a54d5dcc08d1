"""The echo service as a program: `python -m echoed.main serve`."""

import asyncio
import os

from chassis.grpc_server import Servicer
from chassis.service import Background, Parts, Runtime, Service, run
from chassis.settings import ServiceSettings
from chassis.tokens import LocalKeys, Verifier
from echoed.desk import ECHO, ROBOT_KEY, SIGNING_KEY, Keeper


async def compose(runtime: Runtime) -> Parts:
    """The keeper, and a loop that fails where the environment wants it."""
    if os.environ.get("ECHO_COMPOSE") == "hangs":
        print("composing", flush=True)  # noqa: T201 (for the test to hear)
        await asyncio.Event().wait()
    keeper = Keeper(runtime.databases.all()[0])

    async def idle(stop: asyncio.Event) -> None:
        if os.environ.get("ECHO_LOOP") == "fails":
            await asyncio.sleep(0.5)
            raise ConnectionError
        await stop.wait()

    return Parts(servicers=[Servicer(ECHO, keeper)], background=[Background("idle", idle)])


SERVICE = Service(
    name="echoed",
    settings=ServiceSettings,
    compose=compose,
    migrations="echoed.migrations",
    verifier=lambda _: Verifier(keys=LocalKeys([SIGNING_KEY]), service_keys={"robot": ROBOT_KEY}),
)

if __name__ == "__main__":
    run(SERVICE)
