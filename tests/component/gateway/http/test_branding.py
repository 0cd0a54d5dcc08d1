"""A tenant's colour and logo: set by who may, seen by everybody, apart from other tenants'."""

import base64
import hashlib
import struct
import zlib
from typing import Any

import httpx
import pytest
from gateway_doors import Doors

BRANDING = "/api/v1/branding"


def png(side: int) -> bytes:
    def chunk(kind: bytes, content: bytes) -> bytes:
        return (
            struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))
        )

    head = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    rows = zlib.compress((b"\0" + b"\x7a\x1f\x5c" * side) * side)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def url_of(content: bytes, kind: str = "image/png") -> str:
    return f"data:{kind};base64,{base64.b64encode(content).decode()}"


async def put(doors: Doors, by: str, version: int | None = None, **body: object) -> httpx.Response:
    headers = await doors.as_(by)
    if version is not None:
        headers["if-match"] = f'"{version}"'
    return await doors.http.put(BRANDING, json=body, headers=headers)


@pytest.fixture
async def admin(doors: Doors) -> str:
    """An administrator of acme, whose desk looks like every other."""
    await put(doors, "admin@acme.example", accent=None, logo=None)
    return "admin@acme.example"


async def test_what_an_administrator_sets_everybody_sees_and_no_other_tenant(
    doors: Doors, admin: str
) -> None:
    logo = png(32)
    answer = await put(doors, admin, accent="#7A1F5C", logo=url_of(logo))
    assert answer.status_code == 200, answer.text
    set_ = answer.json()
    assert (set_["accent"], len(set_["shades"])) == ("#7a1f5c", 10)
    assert set_["logo"] == f"{BRANDING}/acme/logo/{hashlib.sha256(logo).hexdigest()}"
    assert answer.headers["etag"] == f'"{set_["version"]}"'
    own = await doors.http.get(BRANDING, headers=await doors.as_(admin))
    assert own.json() == set_
    seen = await doors.http.get(f"{BRANDING}/acme")
    assert seen.json() == {"shades": set_["shades"], "logo": set_["logo"]}
    shown = await doors.http.get(set_["logo"])
    assert (shown.content, shown.headers["content-type"]) == (logo, "image/png")
    assert "immutable" in shown.headers["cache-control"]
    assert shown.headers["x-content-type-options"] == "nosniff"
    assert (await doors.http.get(f"{BRANDING}/globex")).json() == {"shades": [], "logo": None}
    assert (await doors.http.get(set_["logo"].replace("acme", "globex"))).status_code == 404


async def test_a_logo_stays_when_the_colour_changes_and_goes_when_it_is_taken_away(
    doors: Doors, admin: str
) -> None:
    first = (await put(doors, admin, accent="#7a1f5c", logo=url_of(png(32)))).json()
    changed = (await put(doors, admin, accent="#004488")).json()
    assert (changed["accent"], changed["logo"]) == ("#004488", first["logo"])
    gone = (await put(doors, admin, accent="#004488", logo=None)).json()
    assert gone["logo"] is None
    assert (await doors.http.get(first["logo"])).status_code == 404
    plain = (await put(doors, admin, accent=None)).json()
    assert (plain["accent"], plain["shades"]) == (None, [])


@pytest.mark.parametrize(
    ("body", "field", "reason"),
    [
        ({"accent": "red"}, "accent", 'must be a colour such as "#1f6f78"'),
        (
            {"accent": None, "logo": "https://elsewhere.example/a.png"},
            "logo",
            "must be a picture as a data: URL in base64",
        ),
        (
            {"accent": None, "logo": url_of(b"<svg/>", "image/svg+xml")},
            "logo",
            "must be a PNG, JPEG or WebP picture",
        ),
        ({"accent": None, "logo": url_of(png(8))}, "logo", "must be 16 to 1024 pixels wide and high"),
        ({"accent": None, "logo": url_of(png(16) + bytes(256 * 1024))}, "logo", "has more than 256 KiB"),
    ],
)
async def test_what_cannot_be_shown_is_refused_and_changes_nothing(
    doors: Doors, admin: str, body: dict[str, Any], field: str, reason: str
) -> None:
    before = (await doors.http.get(BRANDING, headers=await doors.as_(admin))).json()
    answer = await put(doors, admin, **body)
    assert answer.status_code == 422, answer.text
    assert [(one["field"], one["reason"]) for one in answer.json()["errors"]] == [(field, reason)]
    assert (await doors.http.get(BRANDING, headers=await doors.as_(admin))).json() == before


async def test_only_who_configures_the_tenant_sets_it_and_nobody_overwrites_unseen(
    doors: Doors, admin: str
) -> None:
    assert (await put(doors, "agent@acme.example", accent="#7a1f5c")).status_code == 403
    assert (await doors.http.put(BRANDING, json={"accent": None})).status_code == 401
    now = (await put(doors, admin, accent="#7a1f5c")).json()["version"]
    assert (await put(doors, admin, version=now - 1, accent="#004488")).status_code == 412
    assert (await put(doors, admin, version=now, accent="#004488")).status_code == 200


async def test_a_tenant_that_does_not_exist_looks_like_one_without_a_look(doors: Doors) -> None:
    assert (await doors.http.get(f"{BRANDING}/nobody")).json() == {"shades": [], "logo": None}
    assert (await doors.http.get(f"{BRANDING}/%7F")).json() == {"shades": [], "logo": None}
