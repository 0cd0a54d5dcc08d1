"""How the gateway serves a built web UI: one page for its paths, compressed files, and nothing else's way blocked."""

import gzip
from collections.abc import AsyncIterator, Callable

import pytest
from gateway_doors import Doors, running_doors

from chassis.testing.databases import ServiceDatabase
from chassis.testing.servers import Nats

PAGE = b'<!doctype html><meta name="csp-nonce" content="__NONCE__"><div id="root"></div>'
FRAME = b'<!doctype html><title>Message</title><script nonce="__NONCE__"></script>'
SCRIPT = b"console.log('the desk')"
ZIPPED = gzip.compress(SCRIPT)


@pytest.fixture(scope="module")
async def served(
    service_database: Callable[[str], ServiceDatabase], nats: Nats, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Doors]:
    """A gateway with a web UI of one page and one script."""
    folder = tmp_path_factory.mktemp("web")
    (folder / "assets").mkdir()
    (folder / "index.html").write_bytes(PAGE)
    (folder / "message-frame.html").write_bytes(FRAME)
    (folder / "icon.svg").write_bytes(b"<svg/>")
    script = folder / "assets" / "main-1a2b.js"
    script.write_bytes(SCRIPT)
    script.with_suffix(".js.gz").write_bytes(ZIPPED)
    script.with_suffix(".js.br").write_bytes(b"brotli")
    async with running_doors(
        service_database("gateway"), nats, {}, GATEWAY_WEB_FOLDER=str(folder)
    ) as running:
        yield running


@pytest.mark.parametrize(
    "path", ["/", "/sign-in", "/desk", "/desk/tickets/INC-1", "/portal/requests/REQ-2", "/admin/people"]
)
async def test_each_path_of_the_ui_is_its_page(served: Doors, path: str) -> None:
    answer = await served.http.get(path)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.headers["cache-control"] == "no-cache"
    assert 'id="root"' in answer.text


async def test_the_page_runs_nothing_inline_and_its_nonce_is_new_each_time(served: Doors) -> None:
    first, second = [await served.http.get("/") for _ in range(2)]
    policy = first.headers["content-security-policy"]
    assert "script-src 'self';" in policy
    assert "unsafe" not in policy
    nonce = first.text.partition('content="')[2].partition('"')[0]
    assert f"'nonce-{nonce}'" in policy
    assert nonce not in second.text


async def test_a_message_is_framed_by_the_page_alone_without_an_origin_or_a_way_out(served: Doors) -> None:
    page = await served.http.get("/")
    frame = await served.http.get("/message-frame")
    policy = frame.headers["content-security-policy"].split("; ")
    nonce = frame.text.partition('nonce="')[2].partition('"')[0]
    assert "frame-src 'self'" in page.headers["content-security-policy"]
    assert page.headers["x-frame-options"] == "DENY"
    assert frame.headers["x-frame-options"] == "SAMEORIGIN"
    assert "frame-ancestors 'self'" in policy
    assert policy[:3] == [
        "sandbox allow-scripts allow-popups allow-popups-to-escape-sandbox",
        "default-src 'none'",
        f"script-src 'nonce-{nonce}'",
    ]
    assert (await served.http.get("/message-frame.html")).status_code == 404


@pytest.mark.parametrize(
    ("path", "images"), [("/message-frame", "data:"), ("/message-frame?images", "data: https: http:")]
)
async def test_a_message_shows_images_from_elsewhere_only_where_its_reader_agrees(
    served: Doors, path: str, images: str
) -> None:
    frame = await served.http.get(path)
    assert f"; img-src {images};" in frame.headers["content-security-policy"]


@pytest.mark.parametrize(
    ("path", "status", "kind"),
    [
        ("/api/v1/nowhere", 404, "application/problem+json"),
        ("/api/v1/me", 401, "application/problem+json"),
        ("/nowhere", 404, "application/problem+json"),
        ("/assets/main-0000.js", 404, "application/problem+json"),
        ("/assets/../index.html", 404, "application/problem+json"),
        ("/deskx", 404, "application/problem+json"),
        ("/docs", 200, "text/html; charset=utf-8"),
        ("/openapi.json", 200, "application/json"),
        ("/healthz", 200, "application/json"),
    ],
)
async def test_the_ui_stands_in_nobodys_way(served: Doors, path: str, status: int, kind: str) -> None:
    answer = await served.http.get(path)
    assert (answer.status_code, answer.headers["content-type"]) == (status, kind)
    assert 'id="root"' not in answer.text


@pytest.mark.parametrize(
    ("accepted", "encoding"),
    [("gzip, br", "br"), ("gzip", "gzip"), ("gzip, br;q=0", "gzip"), ("br;q=0.5", "br"), ("identity", None)],
)
async def test_a_file_comes_in_the_smallest_form_that_is_accepted(
    served: Doors, accepted: str, encoding: str | None
) -> None:
    request = served.http.build_request("GET", "/assets/main-1a2b.js", headers={"accept-encoding": accepted})
    answer = await served.http.send(request, stream=True)
    content = b"".join([part async for part in answer.aiter_raw()])
    assert answer.headers.get("content-encoding") == encoding
    assert answer.headers["vary"] == "Accept-Encoding"
    assert answer.headers["content-type"] == "text/javascript; charset=utf-8"
    assert content == {"br": b"brotli", "gzip": ZIPPED, None: SCRIPT}[encoding]


@pytest.mark.parametrize(
    ("path", "kept"),
    [("/assets/main-1a2b.js", "public, max-age=31536000, immutable"), ("/icon.svg", "no-cache")],
)
async def test_only_files_named_by_their_content_are_kept_for_good(
    served: Doors, path: str, kept: str
) -> None:
    assert (await served.http.get(path)).headers["cache-control"] == kept
