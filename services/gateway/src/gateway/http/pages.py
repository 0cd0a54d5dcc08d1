"""Outside /api/v1: keys of tokens, the OpenAPI document and its page, all served from here and from nowhere else."""

import importlib.resources
from collections.abc import Callable, Coroutine
from dataclasses import asdict
from functools import cache
from typing import Final

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from gateway.app.revocations import not_before_entries
from gateway.http.answers import document
from gateway.http.desk import desk

PAGE_POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "font-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)

PAGE: Final = """\
<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Deskmesh API</title>
<link rel="stylesheet" href="/docs/swagger-ui.css">
</head>
<body>
<div id="swagger-ui"></div>
<noscript>This page needs JavaScript; the document itself is <a href="/openapi.json">/openapi.json</a>.</noscript>
<script src="/docs/swagger-ui-bundle.js"></script>
<script src="/docs/start.js"></script>
</body>
</html>
"""

START: Final = """\
window.ui = SwaggerUIBundle({
  url: "/openapi.json",
  dom_id: "#swagger-ui",
  deepLinking: true,
  docExpansion: "none",
  filter: true,
  persistAuthorization: false,
  presets: [SwaggerUIBundle.presets.apis],
  layout: "BaseLayout",
});
"""

_ASSETS: Final = {
    "swagger-ui-bundle.js": "text/javascript; charset=utf-8",
    "swagger-ui.css": "text/css; charset=utf-8",
}


@cache
def _asset(name: str) -> bytes:
    """Read a file of Swagger UI, which the package fastapi-offline carries."""
    return importlib.resources.files("fastapi_offline").joinpath("static", name).read_bytes()


async def docs(_: Request) -> Response:
    """Show the OpenAPI document."""
    return Response(PAGE, headers={"content-security-policy": PAGE_POLICY}, media_type="text/html")


async def start(_: Request) -> Response:
    """Start Swagger UI; a script of its own, because the page allows none inside."""
    return Response(START, media_type="text/javascript")


def _file(name: str) -> Callable[[Request], Coroutine[object, object, Response]]:
    """Serve a file of Swagger UI."""

    async def serve(_: Request) -> Response:
        return Response(
            _asset(name), headers={"cache-control": "public, max-age=86400"}, media_type=_ASSETS[name]
        )

    return serve


async def jwks(request: Request) -> Response:
    """Publish the keys by which access tokens are verified."""
    return Response(
        orjson.dumps(desk(request).keys.jwks()),
        headers={"cache-control": "public, max-age=60"},
        media_type="application/jwk-set+json",
    )


async def not_before(request: Request) -> Response:
    """Tell verifiers which tokens are refused before they run out; ids and times, nothing else."""
    entries = await not_before_entries(desk(request).databases)
    return document({"entries": [asdict(entry) for entry in entries]})


def pages(openapi: Callable[[], bytes]) -> list[Route]:
    """List the routes; `openapi` gives the document."""

    async def openapi_json(_: Request) -> Response:
        return Response(openapi(), headers={"cache-control": "no-cache"}, media_type="application/json")

    return [
        Route("/docs", docs, methods=["GET"]),
        Route("/docs/start.js", start, methods=["GET"]),
        *(Route(f"/docs/{name}", _file(name), methods=["GET"]) for name in _ASSETS),
        Route("/openapi.json", openapi_json, methods=["GET"]),
        Route("/.well-known/jwks.json", jwks, methods=["GET"]),
        Route("/.well-known/not-before", not_before, methods=["GET"]),
    ]
