"""Gives each demo tenant a colour and a logo of its own, drawn here: two letters' worth of geometry."""

import base64
import math
import struct
import zlib
from collections.abc import Callable

from embedded.demo.client import Api

SIDE = 96
CORNER = 22
GRAIN = 3
"""Samples in each direction for a pixel, so that edges are smooth."""

Drawn = Callable[[float, float], bool]
"""Whether a point, from -1 to 1 in both directions, is part of the mark."""

ACCENTS = {"acme": "#8a3b12", "globex": "#3b4fa8"}


async def load_look(api: Api, tenant: str, *, by: str) -> None:
    """Set the tenant's colour and logo."""
    picture = png(ACCENTS[tenant], _MARKS[tenant])
    logo = f"data:image/png;base64,{base64.b64encode(picture).decode()}"
    await api.make("look", "PUT", "/branding", {"accent": ACCENTS[tenant], "logo": logo}, by=by)


def _summit(x: float, y: float) -> bool:
    """An A without its bar: two slopes."""
    return -0.6 < y < 0.62 and 0.0 < (y + 0.6) * 0.5 - abs(x) + 0.14 < 0.3


def _globe(x: float, y: float) -> bool:
    """A circle with a meridian and the equator."""
    far, meridian = math.hypot(x, y), math.hypot(x / 0.45, y)
    return 0.52 < far < 0.64 or (far < 0.6 and (abs(y) < 0.05 or abs(meridian - 0.57) < 0.09))


_MARKS: dict[str, Drawn] = {"acme": _summit, "globex": _globe}


def png(colour: str, mark: Drawn) -> bytes:
    """Draw a white mark on a square of a colour with round corners, as a PNG with an alpha channel."""
    ground = bytes.fromhex(colour.removeprefix("#"))
    rows = b"".join(b"\0" + b"".join(_pixel(x, y, ground, mark) for x in range(SIDE)) for y in range(SIDE))
    head = struct.pack(">IIBBBBB", SIDE, SIDE, 8, 6, 0, 0, 0)
    chunks = ((b"IHDR", head), (b"IDAT", zlib.compress(rows, 9)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, content) for kind, content in chunks)


def _pixel(x: int, y: int, ground: bytes, mark: Drawn) -> bytes:
    inside = marked = 0
    for step in range(GRAIN * GRAIN):
        across = x + (step % GRAIN + 0.5) / GRAIN
        down = y + (step // GRAIN + 0.5) / GRAIN
        if _in_square(across, down):
            inside += 1
            marked += mark(2 * across / SIDE - 1, 2 * down / SIDE - 1)
    share = marked / inside if inside else 0.0
    colour = bytes(round(part + (255 - part) * share) for part in ground)
    return colour + bytes([round(255 * inside / GRAIN**2)])


def _in_square(x: float, y: float) -> bool:
    away_x = max(CORNER - x, x - (SIDE - CORNER), 0)
    away_y = max(CORNER - y, y - (SIDE - CORNER), 0)
    return math.hypot(away_x, away_y) <= CORNER


def _chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))
