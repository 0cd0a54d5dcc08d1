"""Files in and out: uploads read while they arrive, downloads that no browser takes for a page."""

import re
from collections.abc import AsyncIterator
from urllib.parse import quote

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header
from starlette.requests import Request

from chassis.errors import BadRequest, FieldError, InvalidInput, TooLarge

FIELD = "file"
MOST_FILE_BYTES = 25 * 1024 * 1024
MOST_FORM_BYTES = MOST_FILE_BYTES + 64 * 1024
"""Of the whole body: the file, and what stands around it."""
LONGEST_NAME = 255
DEFAULT_TYPE = "application/octet-stream"

_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_MEDIA_TYPE = re.compile(r"[a-z0-9][a-z0-9!#$&^_.+-]{0,126}/[a-z0-9][a-z0-9!#$&^_.+-]{0,126}")


def inert(name: str) -> dict[str, str]:
    """Give the headers under which a browser saves a file, whatever is in it, and never shows or runs it."""
    plain = "".join(char if " " <= char <= "~" and char not in '"\\%' else "_" for char in name)
    return {
        "content-disposition": f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}",
        "content-security-policy": "default-src 'none'; sandbox",
    }


class Upload:
    """The file of a multipart form. Only the piece that has just arrived is held in memory."""

    def __init__(self, request: Request) -> None:
        self.name = ""
        self.content_type = DEFAULT_TYPE
        self._stream = request.stream()
        self._headers: dict[str, bytes] = {}
        self._field = self._value = b""
        self._pieces: list[bytes] = []
        self._found = False
        self._ended = False
        self._size = 0
        self._parser = MultipartParser(
            _boundary(request.headers.get("content-type", "")),
            {
                "on_header_begin": self._on_header_begin,
                "on_header_field": self._on_header_field,
                "on_header_value": self._on_header_value,
                "on_header_end": self._on_header_end,
                "on_headers_finished": self._on_headers_finished,
                "on_part_data": self._on_part_data,
                "on_end": self._on_end,
            },
        )

    async def open(self) -> None:
        """Read until the name of the file is known.

        Raises:
            BadRequest: the form is malformed.
            InvalidInput: it has no file, or fields beside it.
        """
        while not self._found:
            if not await self._read_on():
                raise InvalidInput([FieldError(FIELD, "is required")])

    async def content(self) -> AsyncIterator[bytes]:
        """Yield the bytes of the file, then see the form end as it should.

        Raises:
            BadRequest: the form is malformed or cut off.
            InvalidInput: more fields follow.
            TooLarge: the file is larger than 25 MiB.
        """
        while True:
            for piece in self._pieces:
                self._size += len(piece)
                if self._size > MOST_FILE_BYTES:
                    raise TooLarge("A file has at most 25 MiB.")
                yield piece
            self._pieces.clear()
            if not await self._read_on():
                break

    async def _read_on(self) -> bool:
        chunk = await anext(self._stream, None)
        if chunk is None:
            if not self._ended:
                raise BadRequest("The form is cut off.", reason="MALFORMED_FORM")
            return False
        try:
            self._parser.write(chunk)
        except FormParserError as error:
            raise BadRequest("The form is malformed.", reason="MALFORMED_FORM") from error
        return True

    def _on_header_begin(self) -> None:
        self._field = self._value = b""

    def _on_header_field(self, data: bytes, start: int, end: int) -> None:
        self._field += data[start:end]

    def _on_header_value(self, data: bytes, start: int, end: int) -> None:
        self._value += data[start:end]

    def _on_header_end(self) -> None:
        self._headers[self._field.decode("latin-1").lower()] = self._value

    def _on_headers_finished(self) -> None:
        headers, self._headers = self._headers, {}
        _, options = parse_options_header(headers.get("content-disposition", b""))
        field = options.get(b"name", b"").decode("utf-8", "replace")
        if field != FIELD:
            raise InvalidInput([FieldError(field or "body", "is not known here")])
        if self._found:
            raise InvalidInput([FieldError(FIELD, "comes twice; send one file at a time")])
        self.name = file_name(options.get(b"filename", b"").decode("utf-8", "replace"))
        self.content_type = media_type(headers.get("content-type", b"").decode("latin-1"))
        self._found = True

    def _on_part_data(self, data: bytes, start: int, end: int) -> None:
        self._pieces.append(data[start:end])

    def _on_end(self) -> None:
        self._ended = True


def file_name(given: str) -> str:
    """Keep of a file name what is a name: no folders, no control characters.

    Raises:
        InvalidInput: nothing is left, or too much.
    """
    name = _CONTROL.sub("_", given.replace("\\", "/").rsplit("/", 1)[-1]).strip()
    if name in {"", ".", ".."}:
        raise InvalidInput([FieldError(FIELD, "needs a file name")])
    if len(name) > LONGEST_NAME:
        raise InvalidInput([FieldError(FIELD, f"has a name longer than {LONGEST_NAME} characters")])
    return name


def media_type(given: str) -> str:
    """Keep the bare media type; what is none becomes application/octet-stream."""
    bare = given.partition(";")[0].strip().lower()
    return bare if _MEDIA_TYPE.fullmatch(bare) else DEFAULT_TYPE


def _boundary(content_type: str) -> bytes:
    _, options = parse_options_header(content_type)
    boundary = options.get(b"boundary", b"")
    if not boundary:
        raise BadRequest("The form has no boundary.", reason="MALFORMED_FORM")
    return boundary
