"""Mail made to exhaust a parser is recognised from its bytes, before anything is parsed.

Every check is one linear pass. The limits lie far above what mail programs write.
"""

import re

MAX_HEADER_BYTES = 256 * 1024
MAX_TYPE_HEADER_BYTES = 16 * 1024
MAX_LINES = 1_000_000
MAX_CONTAINERS = 32
MAX_DELIMITERS = 20_000
MAX_STATUS_BLOCKS = 2_000

_HEADER_END = re.compile(rb"\r?\n\r?\n|\r\r")
_TYPE_HEADER = re.compile(
    rb"(?:^|[\r\n])content-[a-z-]{1,40}:[^\r\n]*+(?:(?:\r\n|\r|\n)[ \t][^\r\n]*+)*+", re.IGNORECASE
)
_CONTAINER = re.compile(rb":\s*(?:multipart|message)/", re.IGNORECASE)
_DELIMITER = re.compile(rb"[\r\n]--")
_BLANK_LINE = re.compile(rb"\r\n\r\n|\n\n|\r\r")


def header_end(raw: bytes) -> int:
    """Return where the header section ends and the separating blank line begins; the length when there is none."""
    match = _HEADER_END.search(raw, 0, MAX_HEADER_BYTES + 4)
    return match.start() if match else len(raw)


def find(raw: bytes) -> str:
    """Return why the bytes must not be parsed, or an empty string."""
    containers, largest = _type_headers(raw)
    reports_status = b"message/delivery-status" in raw.lower()
    checks = (
        ("header section is too large", header_end(raw) > MAX_HEADER_BYTES),
        ("header field is too large", largest > MAX_TYPE_HEADER_BYTES),
        ("too many lines", raw.count(b"\n") + raw.count(b"\r") - raw.count(b"\r\n") > MAX_LINES),
        ("nested too deep", containers > MAX_CONTAINERS),
        ("too many parts", containers > 0 and _more_than(_DELIMITER, raw, MAX_DELIMITERS)),
        ("too many parts", reports_status and _more_than(_BLANK_LINE, raw, MAX_STATUS_BLOCKS)),
    )
    return next((reason for reason, found in checks if found), "")


def _type_headers(raw: bytes) -> tuple[int, int]:
    """Count the header fields that open a container, and measure the longest field about content."""
    containers = largest = 0
    for match in _TYPE_HEADER.finditer(raw):
        largest = max(largest, match.end() - match.start())
        containers += bool(_CONTAINER.search(match[0], 0, 200))
    return containers, largest


def _more_than(pattern: re.Pattern[bytes], raw: bytes, limit: int) -> bool:
    return any(number > limit for number, _ in enumerate(pattern.finditer(raw), start=1))
