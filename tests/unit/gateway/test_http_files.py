"""Files in and out of the HTTP door."""

from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.requests import Request
from starlette.types import Message

from chassis.errors import BadRequest, InvalidInput, TooLarge
from gateway.http.files import MOST_FILE_BYTES, Upload, file_name, inert, media_type

BOUNDARY = "b0undary"


def request(
    chunks: Iterable[bytes], content_type: str = f"multipart/form-data; boundary={BOUNDARY}"
) -> Request:
    waiting = list(chunks)

    async def receive() -> Message:
        return {"type": "http.request", "body": waiting.pop(0), "more_body": bool(waiting)}

    headers = [(b"content-type", content_type.encode())]
    return Request({"type": "http", "method": "POST", "headers": headers}, receive)


def part(content: bytes, field: str = "file", name: str = "a.bin", kind: str = "image/png") -> bytes:
    return (
        (
            f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{field}"; filename="{name}"\r\n'
            f"Content-Type: {kind}\r\n\r\n"
        ).encode()
        + content
        + b"\r\n"
    )


END = f"--{BOUNDARY}--\r\n".encode()


async def read(chunks: Iterable[bytes]) -> tuple[Upload, bytes]:
    upload = Upload(request(chunks))
    await upload.open()
    return upload, b"".join([piece async for piece in upload.content()])


@given(st.binary(max_size=400), st.integers(1, 60))
async def test_a_file_is_the_same_however_it_is_cut_on_the_way(content: bytes, size: int) -> None:
    form = part(content) + END
    upload, got = await read(form[at : at + size] for at in range(0, len(form), size))
    assert got == content
    assert (upload.name, upload.content_type) == ("a.bin", "image/png")


async def test_content_that_looks_like_a_boundary_is_content() -> None:
    content = f"\r\n--{BOUNDARY[:-1]}\r\n--\r\n".encode()
    assert (await read([part(content) + END]))[1] == content


async def test_a_form_without_a_file_is_refused() -> None:
    with pytest.raises(InvalidInput) as refused:
        await read([END])
    assert refused.value.errors[0].field == "file"


async def test_a_field_beside_the_file_is_refused() -> None:
    with pytest.raises(InvalidInput) as refused:
        await read([part(b"x") + part(b"y", field="folder") + END])
    assert refused.value.errors[0].field == "folder"


async def test_two_files_at_a_time_are_refused() -> None:
    with pytest.raises(InvalidInput, match="twice"):
        await read([part(b"x") + part(b"y") + END])


@pytest.mark.parametrize("form", [part(b"x"), part(b"x") + END[:-6], b"no form at all", b""])
async def test_a_form_that_is_cut_off_or_broken_is_refused(form: bytes) -> None:
    with pytest.raises(BadRequest):
        await read([form])


async def test_a_form_without_a_boundary_is_refused() -> None:
    with pytest.raises(BadRequest, match="boundary"):
        Upload(request([b""], "multipart/form-data"))


async def test_a_file_of_the_largest_size_passes_and_one_byte_more_does_not() -> None:
    _, got = await read([part(bytes(MOST_FILE_BYTES)) + END])
    assert len(got) == MOST_FILE_BYTES
    with pytest.raises(TooLarge):
        await read([part(bytes(MOST_FILE_BYTES + 1)) + END])


@pytest.mark.parametrize(
    ("given_name", "kept"),
    [
        ("report.pdf", "report.pdf"),
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\anna\\zdjęcie.png", "zdjęcie.png"),
        ("a\r\nSet-Cookie: x", "a__Set-Cookie: x"),
    ],
)
def test_a_file_name_keeps_no_folders_and_no_control_characters(given_name: str, kept: str) -> None:
    assert file_name(given_name) == kept


@pytest.mark.parametrize("name", ["", "..", "folder/", "x" * 256])
def test_what_is_no_file_name_is_refused(name: str) -> None:
    with pytest.raises(InvalidInput):
        file_name(name)


@given(st.text(min_size=1))
def test_headers_of_a_download_hold_one_line_of_ascii(name: str) -> None:
    try:
        value = inert(file_name(name))["content-disposition"]
    except (InvalidInput, UnicodeEncodeError):
        return
    assert value.startswith("attachment; ")
    assert value.isascii()
    assert value.isprintable()
    assert value.count('"') == 2


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("text/html; charset=utf-8", "text/html"),
        ("IMAGE/PNG", "image/png"),
        ("", "application/octet-stream"),
        ("text/html\r\nx: y", "application/octet-stream"),
        ("nonsense", "application/octet-stream"),
    ],
)
def test_a_media_type_is_kept_bare(said: str, kept: str) -> None:
    assert media_type(said) == kept
