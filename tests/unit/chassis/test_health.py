"""What probes are told."""

import asyncio
import json
from collections.abc import MutableMapping
from typing import Any

import pytest

from chassis.health import HealthApp, Readiness


async def ask(app: HealthApp, path: str, method: str = "GET", query: str = "") -> tuple[int, bytes]:
    """One request over ASGI."""
    sent: list[MutableMapping[str, Any]] = []

    async def receive() -> MutableMapping[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: MutableMapping[str, Any]) -> None:
        sent.append(message)

    scope = {"type": "http", "path": path, "method": method, "query_string": query.encode()}
    await app(scope, receive, send)
    return sent[0]["status"], b"".join(message.get("body", b"") for message in sent[1:])


async def fine() -> str | None:
    return None


async def broken() -> str | None:
    return "not connected"


async def failing() -> str | None:
    raise ConnectionError("postgresql://tickets:secret@db")


async def test_a_process_is_alive_whatever_its_checks_say() -> None:
    assert (await ask(HealthApp(Readiness({"nats": broken})), "/healthz"))[0] == 200


async def test_ready_when_every_check_is_fine() -> None:
    status, body = await ask(HealthApp(Readiness({"database": fine})), "/readyz")
    assert (status, json.loads(body)) == (200, {"status": "ready", "problems": {}})


async def test_unready_names_what_is_wrong_and_no_secret() -> None:
    status, body = await ask(HealthApp(Readiness({"a": fine, "b": broken, "c": failing})), "/readyz")
    assert status == 503
    assert json.loads(body)["problems"] == {"b": "not connected", "c": "ConnectionError"}


async def test_a_check_that_hangs_is_a_problem_after_two_seconds() -> None:
    async def hangs() -> str | None:
        await asyncio.sleep(60)
        return None

    async with asyncio.timeout(3):
        assert await Readiness({"slow": hangs}).problems() == {"slow": "TimeoutError"}


async def test_many_probes_cost_one_check() -> None:
    asked = 0

    async def counted() -> str | None:
        nonlocal asked
        asked += 1
        await asyncio.sleep(0.01)
        return None

    readiness = Readiness({"database": counted})
    await asyncio.gather(*(readiness.problems() for _ in range(50)))
    assert asked == 1


async def test_a_draining_process_is_not_ready() -> None:
    readiness = Readiness({"database": fine})
    readiness.drain()
    assert (await ask(HealthApp(readiness), "/readyz"))[0] == 503


async def test_metrics_are_prometheus_text() -> None:
    status, body = await ask(HealthApp(Readiness({})), "/metrics")
    assert status == 200
    assert b"# TYPE deskmesh_rpc_server_seconds histogram" in body


@pytest.mark.parametrize(("path", "method", "status"), [("/healthz", "POST", 405), ("/other", "GET", 404)])
async def test_anything_else_is_refused(path: str, method: str, status: int) -> None:
    assert (await ask(HealthApp(Readiness({})), path, method))[0] == status


async def test_anything_else_goes_to_the_application_where_there_is_one() -> None:
    async def inner(scope: MutableMapping[str, Any], _receive: object, send: Any) -> None:  # noqa: ANN401 (ASGI)
        await send({"type": "http.response.start", "status": 418, "headers": []})
        await send({"type": "http.response.body", "body": scope["path"].encode()})

    app = HealthApp(Readiness({}), inner)
    assert await ask(app, "/api/v1/tickets") == (418, b"/api/v1/tickets")
    assert (await ask(app, "/healthz"))[0] == 200


async def test_a_check_can_be_passed_over_but_not_the_end_of_the_process() -> None:
    readiness = Readiness({"tickets": broken, "sla": broken, "database": fine})
    app = HealthApp(readiness)
    assert json.loads((await ask(app, "/readyz", query="exclude=sla"))[1])["problems"].keys() == {"tickets"}
    assert (await ask(app, "/readyz", query="exclude=sla&exclude=tickets"))[0] == 200
    readiness.drain()
    assert (await ask(app, "/readyz", query="exclude=process"))[0] == 503
