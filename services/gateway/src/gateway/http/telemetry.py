"""The one middleware: a span, metrics and the security headers of each request, around the whole application."""

import time
from http import HTTPStatus
from typing import Final

import structlog
from prometheus_client import Counter, Histogram
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from chassis import telemetry

log = structlog.get_logger()

REQUESTS = Counter("deskmesh_http_requests", "HTTP requests answered.", ["method", "route", "status"])
SECONDS = Histogram(
    "deskmesh_http_request_seconds",
    "Time until the last byte of the answer; live streams are not counted.",
    ["method", "route"],
    buckets=(0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10),
)

UNROUTED: Final = "none"
_METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})

_SECURITY_HEADERS: Final = [
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"strict-transport-security", b"max-age=31536000; includeSubDomains"),
]
_DEFAULTS: Final = [
    (b"x-frame-options", b"DENY"),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
    (b"cache-control", b"no-store"),
]
"""Where the route does not say otherwise."""


class Telemetry:
    """Wraps an ASGI application."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began = time.perf_counter()
        method = scope["method"] if scope["method"] in _METHODS else "OTHER"
        with telemetry.span(
            f"HTTP {method}",
            kind=telemetry.SpanKind.SERVER,
            traceparent=_header(scope, b"traceparent"),
            root=True,
            attributes={"http.request.method": method},
        ) as span:
            answer = _Answer(send)
            try:
                await self._app(scope, receive, answer)
            except ClientDisconnect:
                log.info("client_disconnected", method=method, route=_route(scope))
            except Exception:
                log.exception("request_failed", method=method, route=_route(scope))
                if answer.status != HTTPStatus.INTERNAL_SERVER_ERROR:
                    # In the middle of an answer: only a broken connection tells the client.
                    raise
            route = _route(scope)
            span.set("http.route", route)
            span.set("http.response.status_code", answer.status)
            if answer.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
                span.fail(str(answer.status))
        REQUESTS.labels(method, route, str(answer.status)).inc()
        if not scope.get("deskmesh.live"):
            SECONDS.labels(method, route).observe(time.perf_counter() - began)


class _Answer:
    """Adds headers to an answer on its way out, and remembers its status."""

    def __init__(self, send: Send) -> None:
        self.status = 0
        self._send = send
        self._traceparent = (telemetry.traceparent() or "").encode()

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            headers = [*message["headers"], *_SECURITY_HEADERS]
            given = {name for name, _ in headers}
            headers += [item for item in _DEFAULTS if item[0] not in given]
            if self._traceparent:
                headers.append((b"traceparent", self._traceparent))
            message["headers"] = headers
        await self._send(message)


def _route(scope: Scope) -> str:
    """The template of the path: ids are not for metrics, and an unknown path is not a name."""
    return getattr(scope.get("route"), "path", UNROUTED)


def _header(scope: Scope, name: bytes) -> str | None:
    for key, value in scope["headers"]:
        if key == name:
            text: str = value.decode("latin-1")
            return text
    return None
