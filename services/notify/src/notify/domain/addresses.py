"""Mail addresses: read from headers and brought to one spelling.

The parser is our own because the answers of `email.utils` differ between Python releases for exactly the
inputs that attackers choose (a second address in a comment or a quoted name). Here an address is what stands
in angle brackets outside quotes and comments, or the whole entry; everything else is display name.
"""

import re
from dataclasses import dataclass

MAX_ADDRESS = 254

_ADDRESS = re.compile(
    r"[^\s<>()\[\]\\,;:\"@\x00-\x1f\x7f]{1,64}@[^\s<>()\[\]\\,;:\"@\x00-\x1f\x7f_]{1,190}\Z"
)
_TOKEN = re.compile(
    r'("(?:[^"\\]|\\.)*+"?)|(\((?:[^()\\]|\\.)*+\)?)|(<[^<>]*+>?)|([,;:])|([^"(<,;:]++)', re.DOTALL
)
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
_LABEL = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\Z")


@dataclass(frozen=True, slots=True)
class Address:
    """A person's address as a header names it: normalised address, display name still encoded."""

    email: str
    name: str


def normalise(address: str) -> str | None:
    """Return the address in one spelling (lower case, domain in ASCII), or None when it is no address."""
    address = address.strip()
    if len(address) > MAX_ADDRESS or not _ADDRESS.match(address):
        return None
    local, _, domain = address.rpartition("@")
    ascii_domain = _ascii_domain(domain)
    if ascii_domain is None or local.startswith(".") or local.endswith(".") or ".." in local:
        return None
    return f"{local.lower()}@{ascii_domain}"


def _ascii_domain(domain: str) -> str | None:
    domain = domain.rstrip(".").lower()
    if not domain.isascii():
        try:
            domain = domain.encode("idna").decode("ascii")
        except UnicodeError:
            return None
    labels = domain.split(".")
    return domain if all(_LABEL.match(label) for label in labels) else None


def parse(header: str, limit: int = 100) -> list[Address]:
    """Return the valid addresses of an unfolded address header, in order, at most `limit`."""
    found: list[Address] = []
    for entry in _entries(header):
        address = _address(entry)
        if address is not None:
            found.append(address)
            if len(found) >= limit:
                break
    return found


@dataclass(slots=True)
class _Entry:
    plain: str = ""
    comment: str = ""
    quoted: str = ""
    angle: str | None = None


def _entries(header: str) -> list[_Entry]:
    entries = [_Entry()]
    for quoted, comment, angle, separator, plain in _TOKEN.findall(header):
        entry = entries[-1]
        if separator == ":":
            entries[-1] = _Entry()  # the name of a group, or a colon that does not belong
        elif separator:
            entries.append(_Entry())
        elif angle:
            entry.angle = angle[1:].rstrip(">")
        else:
            entry.quoted += _ESCAPED.sub(r"\1", quoted[1:].removesuffix('"')) if quoted else ""
            entry.comment += comment[1:].removesuffix(")") if comment else ""
            entry.plain += plain
    return entries


def _address(entry: _Entry) -> Address | None:
    name = " ".join(f"{entry.quoted} {entry.plain}".split()) or entry.comment.strip()
    if entry.angle is not None:
        email = normalise(entry.angle)
    elif entry.quoted:
        return None
    else:
        email = normalise(entry.plain)
        name = entry.comment.strip()
    return Address(email, name) if email else None
