"""A tenant's colour stays readable whatever it is, and a logo is what its bytes are."""

import struct
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.domain.branding import (
    MAX_LOGO,
    OWN_SHADES,
    Picture,
    contrast,
    is_accent,
    logo_problem,
    luminance,
    picture_of,
    shades_of,
)

COLOURS = st.integers(0, 0xFFFFFF).map(lambda number: f"#{number:06x}")
DARK_PAGE = "#1d2022"


@given(COLOURS)
def test_every_shade_is_as_bright_as_the_desks_own_and_as_readable(accent: str) -> None:
    shades = shades_of(accent)
    assert len(shades) == len(OWN_SHADES)
    for shade, own in zip(shades, OWN_SHADES, strict=True):
        assert is_accent(shade)
        assert abs(luminance(shade) - luminance(own)) < 0.012
    # White on what is filled, in light and in dark; links on the page, in light and in dark.
    assert contrast("#ffffff", shades[8]) >= 4.5
    assert contrast("#ffffff", shades[7]) >= 4.5
    assert contrast(shades[4], DARK_PAGE) >= 4.5


def test_the_desks_own_colour_is_drawn_as_it_is() -> None:
    assert contrast("#ffffff", "#000000") == pytest.approx(21)
    assert abs(luminance(shades_of("#1f6f78")[8]) - luminance("#1f6f78")) < 0.005
    assert shades_of("#808080")[8] == shades_of("#000000")[8]


@pytest.mark.parametrize("word", ["", "red", "#12345", "#1234567", "#12345g", "#123456\n", "url(x)"])
def test_what_is_no_colour_is_none(word: str) -> None:
    assert not is_accent(word)


def png(width: int, height: int) -> bytes:
    def chunk(kind: bytes, content: bytes) -> bytes:
        return (
            struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))
        )

    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IEND", b"")


JPEG = b"\xff\xd8\xff\xe0\x00\x04ab\xff\xc2\x00\x0b\x08" + struct.pack(">HH", 30, 40) + b"\x01\x01\x11\x00"
WEBP = b"RIFF\x00\x00\x00\x00WEBPVP8 \x00\x00\x00\x00\x00\x00\x00\x9d\x01\x2a" + struct.pack("<HH", 40, 30)
LOSSLESS = b"RIFF\x00\x00\x00\x00WEBPVP8L\x00\x00\x00\x00\x2f" + struct.pack("<I", 39 | 29 << 14) + b"\x00"
EXTENDED = b"RIFF\x00\x00\x00\x00WEBPVP8X\x0a\x00\x00\x00\x00\x00\x00\x00" + b"\x27\x00\x00\x1d\x00\x00"


@pytest.mark.parametrize(
    ("content", "kind"),
    [(png(40, 30), "png"), (JPEG, "jpeg"), (WEBP, "webp"), (LOSSLESS, "webp"), (EXTENDED, "webp")],
)
def test_a_picture_is_known_by_its_bytes(content: bytes, kind: str) -> None:
    assert picture_of(content) == Picture(f"image/{kind}", 40, 30)
    assert logo_problem(content) is None


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"<svg xmlns='http://www.w3.org/2000/svg' onload='x()'/>", "must be a PNG, JPEG or WebP picture"),
        (b"GIF89a" + bytes(20), "must be a PNG, JPEG or WebP picture"),
        (b"\xff\xd8\xff\xe0\x00\x00", "must be a PNG, JPEG or WebP picture"),
        (png(15, 40), "must be 16 to 1024 pixels wide and high"),
        (png(40, 1025), "must be 16 to 1024 pixels wide and high"),
        (png(40, 30) + bytes(MAX_LOGO), "has more than 256 KiB"),
    ],
)
def test_what_is_no_logo_is_refused_with_the_reason(content: bytes, reason: str) -> None:
    assert logo_problem(content) == reason


@given(
    st.binary(max_size=64),
    st.sampled_from([b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"RIFF\x00\x00\x00\x00WEBP", b""]),
)
def test_no_bytes_break_the_reader(content: bytes, head: bytes) -> None:
    picture_of(head + content)
