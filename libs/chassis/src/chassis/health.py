"""Health over HTTP, on every service: /healthz (the process answers), /readyz (it can work), /metrics (Prometheus)."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import parse_qs

import orjson
import structlog
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping, MutableMapping

    Check = Callable[[], Awaitable[str | None]]
    Scope = MutableMapping[str, Any]
    Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
    Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
    AsgiApp = Callable[[Scope, Receive, Send], Awaitable[None]]

log = structlog.get_logger()

DRAINING: Final = "process"
"""The name of the check that fails while the process comes to its end."""
_CHECK_SECONDS: Final = 2.0
_FRESH_SECONDS: Final = 0.5
_JSON: Final = b"application/json"


class Readiness:
    """Whether the service can do its work now. A check says why not in a few words, or None.

    Answers are kept for half a second, so that probes cost the database nothing.
    """

    def __init__(self, checks: Mapping[str, Check]) -> None:
        self._checks = dict(checks)
        self._problems: dict[str, str] = {}
        self._checked_at = float("-inf")
        self._checking = asyncio.Lock()
        self._draining = False

    def add(self, name: str, check: Check) -> None:
        """One more thing that must be fine."""
        self._checks[name] = check
        self._checked_at = float("-inf")

    @property
    def draining(self) -> bool:
        """Whether the process is about to end."""
        return self._draining

    def drain(self) -> None:
        """From now on not ready: the process is about to end."""
        self._draining = True

    async def problems(self) -> dict[str, str]:
        """Name of each failing check with its reason; empty when ready."""
        if self._draining:
            return {DRAINING: "draining"}
        async with self._checking:
            if time.monotonic() - self._checked_at > _FRESH_SECONDS:
                checks = dict(self._checks)
                answers = await asyncio.gather(*(self._run(check) for check in checks.values()))
                self._problems = {
                    name: why for name, why in zip(checks, answers, strict=True) if why is not None
                }
                self._checked_at = time.monotonic()
        return self._problems

    @staticmethod
    async def _run(check: Check) -> str | None:
        try:
            async with asyncio.timeout(_CHECK_SECONDS):
                return await check()
        except Exception as error:  # noqa: BLE001 (whatever fails, the service is not ready, and says so)
            return type(error).__name__


class HealthApp:
    """The three paths; all else goes to `inner`, where there is one.

    `/readyz?exclude=name` passes over a check: whoever balances the load over several processes asks that way about a
    process alone, not about what it needs of others. While the process drains, connections end with their next answer.
    """

    def __init__(self, readiness: Readiness, inner: AsgiApp | None = None) -> None:
        self._readiness = readiness
        self._inner = inner

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers one ASGI connection."""
        path = scope.get("path")
        if self._readiness.draining:
            send = _last_answer(send)
        if scope["type"] == "http" and path in {"/healthz", "/readyz", "/metrics"}:
            if scope["method"] not in {"GET", "HEAD"}:
                await _answer(send, 405, b"", b"text/plain", ((b"allow", b"GET, HEAD"),))
            elif path == "/healthz":
                await _answer(send, 200, b'{"status":"ok"}', _JSON)
            elif path == "/readyz":
                excluded = parse_qs(scope.get("query_string", b"").decode("latin-1")).get("exclude", ())
                found = await self._readiness.problems()
                problems = {
                    name: why for name, why in found.items() if name not in excluded or name == DRAINING
                }
                body = orjson.dumps({"status": "unready" if problems else "ready", "problems": problems})
                await _answer(send, 503 if problems else 200, body, _JSON)
            else:
                await _answer(send, 200, generate_latest(), CONTENT_TYPE_LATEST.encode())
        elif self._inner is not None:
            await self._inner(scope, receive, send)
        elif scope["type"] == "http":
            await _answer(send, 404, b"", b"text/plain")


def _last_answer(send: Send) -> Send:
    """Says with the answer that the connection ends: its next request would meet a closed door."""

    async def sent(message: MutableMapping[str, Any]) -> None:
        if message["type"] == "http.response.start":
            message = {**message, "headers": [*message.get("headers", ()), (b"connection", b"close")]}
        await send(message)

    return sent


async def _answer(
    send: Send, status: int, body: bytes, content_type: bytes, more: tuple[tuple[bytes, bytes], ...] = ()
) -> None:
    headers = [
        (b"content-type", content_type),
        (b"content-length", str(len(body)).encode()),
        (b"cache-control", b"no-store"),
        *more,
    ]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
