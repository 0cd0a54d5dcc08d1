"""Whatever is configured over HTTP has a screen in the web UI."""

import re
from pathlib import Path

import orjson
import pytest

from gateway.http.app import api_document
from notify.api import hook_events
from tickets.domain import layouts

SOURCES = Path("services/gateway/web/src")
CONFIGURES = re.compile(r"\.configure$|^users\.(manage|schedule)$|^audit\.read$")
WRITTEN = "".join(
    path.read_text()
    for path in sorted(SOURCES.rglob("*.ts*"))
    if "schema" not in path.name and ".test." not in path.name
)
# The screen of a rule tries what its form says, kept or not: by the route of rules that are not kept.
ELSEWHERE = {"/api/v1/rules/{rule}/dry-run"}
# What a blank of a path is in the sources: `{id}` of the typed client, `${id}` of a written path.
BLANK = r"(?:\{\w+\}|\$\{.+?\})"


def _routes() -> list[tuple[str, str]]:
    paths = orjson.loads(api_document())["paths"]
    return [
        (method.upper(), path)
        for path, methods in paths.items()
        for method, operation in methods.items()
        if path not in ELSEWHERE and any(CONFIGURES.search(one) for one in operation.get("x-permission", ()))
    ]


def _is_called(path: str) -> bool:
    # Things of a section are made, read, changed and removed by its one path.
    whole = re.sub(r"/\\{[^/]+\\}$", "", re.escape(path))
    return (
        re.search(re.sub(r"\\{.+?\\}", lambda _: BLANK, whole) + r"(?:[\"'`?$]|/\$\{)", WRITTEN) is not None
    )


@pytest.mark.parametrize(("method", "path"), _routes())
def test_a_configuration_route_has_a_screen(method: str, path: str) -> None:
    assert _is_called(path), f"no screen of the web UI calls {method} {path}"


def test_a_route_that_no_screen_calls_is_found() -> None:
    assert not _is_called("/api/v1/nowhere/{thing}")
    assert not _is_called("/api/v1/queues/{queue}/nowhere")


@pytest.mark.parametrize("name", sorted(hook_events.NAMES))
def test_a_screen_offers_each_event_to_webhooks(name: str) -> None:
    assert f'"{name}"' in WRITTEN


def test_the_editor_of_layouts_offers_each_field_of_tickets() -> None:
    written = (SOURCES / "admin/layouts/model.ts").read_text()
    assert {name for name in layouts.BUILT_IN if f'"{name}"' not in written} == set()
