"""A tenant's colour as shades that stay readable, and what a logo may be."""

import colorsys
import re
from dataclasses import dataclass
from typing import Final

MAX_LOGO: Final = 256 * 1024
LEAST_PIXELS: Final = 16
MOST_PIXELS: Final = 1024

OWN_SHADES: Final = (
    *("#eef7f8", "#d9ecee", "#b2d9dd", "#86c4ca", "#61b1b9"),
    *("#4aa4ad", "#3c98a1", "#28767f", "#1f6f78", "#0d5b64"),
)
"""The desk's own colour, light to dark: every text and button is drawn with a shade that can be read where it stands."""

_ACCENT = re.compile(r"#[0-9a-fA-F]{6}\Z")
_HALVINGS = 20


def is_accent(text: str) -> bool:
    """Whether the text is a colour: "#1f6f78"."""
    return _ACCENT.match(text) is not None


def shades_of(accent: str) -> tuple[str, ...]:
    """Return ten shades of a colour, each as bright as the same shade of the desk's own.

    What can be read depends on brightness alone (relative luminance, WCAG 2.2), so all of it can be read in any colour.
    """
    red, green, blue = (channel / 255 for channel in _channels(accent))
    hue, _, saturation = colorsys.rgb_to_hls(red, green, blue)
    return tuple(_as_bright(hue, saturation, luminance(own)) for own in OWN_SHADES)


def luminance(colour: str) -> float:
    """Return the relative luminance of a colour, 0 (black) to 1 (white), by WCAG 2.2."""
    parts = [channel / 255 for channel in _channels(colour)]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """Return the contrast of two colours, 1 to 21, by WCAG 2.2."""
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def _as_bright(hue: float, saturation: float, wanted: float) -> str:
    """The lightest colour of a hue that is no brighter than wanted: brightness grows with the lightness."""
    low, high = 0.0, 1.0
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        if luminance(_written(hue, middle, saturation)) <= wanted:
            low = middle
        else:
            high = middle
    return _written(hue, low, saturation)


def _written(hue: float, lightness: float, saturation: float) -> str:
    return "#" + "".join(
        f"{round(part * 255):02x}" for part in colorsys.hls_to_rgb(hue, lightness, saturation)
    )


def _channels(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


@dataclass(frozen=True, slots=True)
class Picture:
    """What the head of a picture says of it; sizes in pixels."""

    content_type: str
    width: int
    height: int


def logo_problem(content: bytes) -> str | None:
    """Return why the bytes are no logo; None where they are one."""
    if len(content) > MAX_LOGO:
        return f"has more than {MAX_LOGO // 1024} KiB"
    picture = picture_of(content)
    if picture is None:
        return "must be a PNG, JPEG or WebP picture"
    if not all(LEAST_PIXELS <= size <= MOST_PIXELS for size in (picture.width, picture.height)):
        return f"must be {LEAST_PIXELS} to {MOST_PIXELS} pixels wide and high"
    return None


def picture_of(content: bytes) -> Picture | None:
    """Return what the bytes are by what they hold, whatever they are called; None where they are no picture for a logo."""
    if content.startswith(b"\x89PNG\r\n\x1a\n") and content[12:16] == b"IHDR" and len(content) >= 24:
        return Picture("image/png", _big(content[16:20]), _big(content[20:24]))
    if content.startswith(b"\xff\xd8\xff"):
        return _jpeg(content)
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return _webp(content)
    return None


def _jpeg(content: bytes) -> Picture | None:
    """Walks the segments to the frame's (ITU T.81, B.1.1)."""
    position = 2
    while position + 9 <= len(content) and content[position] == 0xFF:
        marker = content[position + 1]
        if 0xC0 <= marker <= 0xCF and marker not in {0xC4, 0xC8, 0xCC}:
            return Picture(
                "image/jpeg",
                width=_big(content[position + 7 : position + 9]),
                height=_big(content[position + 5 : position + 7]),
            )
        position += 2 + max(_big(content[position + 2 : position + 4]), 2)
    return None


def _webp(content: bytes) -> Picture | None:
    """Reads the first chunk: lossy, lossless or extended (RFC 9649)."""
    chunk = content[12:16]
    if chunk == b"VP8X" and len(content) >= 30:
        return Picture("image/webp", _little(content[24:27]) + 1, _little(content[27:30]) + 1)
    if chunk == b"VP8L" and len(content) >= 25:
        bits = _little(content[21:25])
        return Picture("image/webp", (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1)
    if chunk == b"VP8 " and len(content) >= 30:
        return Picture("image/webp", _little(content[26:28]) & 0x3FFF, _little(content[28:30]) & 0x3FFF)
    return None


def _big(content: bytes) -> int:
    return int.from_bytes(content, "big")


def _little(content: bytes) -> int:
    return int.from_bytes(content, "little")
