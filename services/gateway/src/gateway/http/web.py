"""The web UI: its built files, compressed beforehand, and one page for all of its paths.

Files under `assets/` have their content in their name and are kept for good; all else is asked for anew. The page may
run scripts of this origin alone, none of them inside it; the one nonce is for the style sheets that its components
write.
"""

import asyncio
import mimetypes
import re
import secrets
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

PAGE_PATHS: Final = ("/", "/sign-in", "/desk", "/portal", "/account", "/admin", "/setup")
"""The page answers these and all below them; every other path stays what it was."""

_WORKER: Final = "/sw.js"
_WORKER_POLICY: Final = "default-src 'none'; connect-src 'self'"
"""A service worker lives by the policy of its own file: it has to fetch what it keeps."""

_PAGE: Final = "index.html"
_MESSAGE_FRAME: Final = "message-frame.html"
_NONCE_PLACE: Final = b"__NONCE__"
_ENCODINGS: Final = (("br", ".br"), ("gzip", ".gz"))
_KEPT_FOR_GOOD: Final = "public, max-age=31536000, immutable"
_TEXT: Final = frozenset({"text/css", "text/html", "text/javascript", "image/svg+xml"})


@dataclass(frozen=True, slots=True)
class BuiltFile:
    """A file of the build: `encoded` has its compressed forms by their names, the smaller first."""

    path: Path
    media_type: str
    cache_control: str
    encoded: dict[str, Path]


def page_policy(nonce: str) -> str:
    """The Content-Security-Policy of the page."""
    return (
        "default-src 'none'; script-src 'self'; "
        f"style-src 'self' 'nonce-{nonce}'; img-src 'self' data: blob:; font-src 'self'; connect-src 'self'; "
        "manifest-src 'self'; worker-src 'self'; frame-src 'self'; base-uri 'none'; form-action 'self'; "
        "frame-ancestors 'none'"
    )


def message_policy(nonce: str, *, remote_images: bool) -> str:
    """The Content-Security-Policy of the frame that shows a message's HTML.

    The sandbox takes its origin from it: no cookies, no storage, nothing of the page around it. It runs the one script
    of its own, asks nobody for anything, and may show images from elsewhere only where the reader has agreed.
    """
    images = "data: https: http:" if remote_images else "data:"
    return (
        "sandbox allow-scripts allow-popups allow-popups-to-escape-sandbox; default-src 'none'; "
        f"script-src 'nonce-{nonce}'; style-src 'unsafe-inline'; img-src {images}; base-uri 'none'; "
        "form-action 'none'; frame-ancestors 'self'"
    )


def web_ui(folder: Path) -> list[Route]:
    """List the routes of the web UI; without a build, `/` leads to the page of the API."""
    page = folder / _PAGE
    if not page.is_file():
        return [Route("/", _to_docs, methods=["GET"])]
    text, frame = page.read_bytes(), (folder / _MESSAGE_FRAME).read_bytes()

    async def show_page(_: Request) -> Response:
        nonce = secrets.token_urlsafe(18)
        return _with_nonce(
            text, nonce, {"content-security-policy": page_policy(nonce), "cache-control": "no-cache"}
        )

    async def show_message_frame(request: Request) -> Response:
        nonce = secrets.token_urlsafe(18)
        policy = message_policy(nonce, remote_images="images" in request.query_params)
        return _with_nonce(frame, nonce, {"content-security-policy": policy, "x-frame-options": "SAMEORIGIN"})

    paths = [path for one in PAGE_PATHS for path in ((one,) if one == "/" else (one, one + "/{below:path}"))]
    return [
        *(Route(path, show_page, methods=["GET"]) for path in paths),
        Route("/message-frame", show_message_frame, methods=["GET"]),
        *(Route(path, _file(file), methods=["GET"]) for path, file in _built_files(folder).items()),
    ]


def _with_nonce(text: bytes, nonce: str, headers: dict[str, str]) -> Response:
    return Response(text.replace(_NONCE_PLACE, nonce.encode()), headers=headers, media_type="text/html")


def _built_files(folder: Path) -> dict[str, BuiltFile]:
    """Find the files of a build, by their paths in URLs."""
    found = {}
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if not path.is_file() or name in {_PAGE, _MESSAGE_FRAME} or path.suffix in {".br", ".gz"}:
            continue
        kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
        if path.suffix == ".webmanifest":
            kind = "application/manifest+json"
        elif kind in _TEXT:
            kind += "; charset=utf-8"
        encoded = {
            encoding: compressed
            for encoding, suffix in _ENCODINGS
            if (compressed := path.with_name(path.name + suffix)).is_file()
        }
        cache_control = _KEPT_FOR_GOOD if name.startswith("assets/") else "no-cache"
        found["/" + name] = BuiltFile(path, kind, cache_control, encoded)
    return found


def _file(file: BuiltFile) -> Callable[[Request], Coroutine[object, object, Response]]:
    async def serve(request: Request) -> Response:
        headers = {"cache-control": file.cache_control, "vary": "Accept-Encoding"}
        if request.url.path == _WORKER:
            headers["content-security-policy"] = _WORKER_POLICY
        path = file.path
        accepted = request.headers.get("accept-encoding", "")
        for encoding, compressed in file.encoded.items():
            if re.search(rf"\b{encoding}\b(?!\s*;\s*q=0(\.0*)?(?!\.?\d))", accepted):
                headers["content-encoding"] = encoding
                path = compressed
                break
        return Response(await asyncio.to_thread(path.read_bytes), headers=headers, media_type=file.media_type)

    return serve


async def _to_docs(_: Request) -> Response:
    return RedirectResponse("/docs", status_code=307)
