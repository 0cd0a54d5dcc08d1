"""Header fields of a mail as text: unfolded, with encoded words decoded, cut to a sane length.

Works on the raw values of the `compat32` policy. The structured parser of the newer policies raises on some
malformed values and needs quadratic time for others; this needs neither.
"""

import base64
import binascii
import re
from email.message import Message

from notify.domain import addresses, charsets

MAX_VALUE = 16 * 1024
MAX_IDS = 100
MAX_ID = 250

_WORD = re.compile(r"=\?([A-Za-z0-9_.:+-]{1,40})(?:\*[A-Za-z0-9-]{1,20})?\?([bBqQ])\?([^?]*)\?=")
_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
_ID = re.compile(r"<([^<>\s\x00-\x20\x7f]{1,250})>")
_BARE_ID = re.compile(r"[^<>\s,;\x00-\x20\x7f]{1,120}@[^<>\s,;\x00-\x20\x7f]{1,120}")


def raw(message: Message, name: str) -> str | None:
    """Return the first value of a header field as it came (bytes beyond ASCII as surrogates), or None."""
    wanted = name.lower()
    for field, value in message.raw_items():
        if field.lower() == wanted:
            return str(value)[:MAX_VALUE]
    return None


def text(message: Message, name: str) -> str:
    """Return a header field as one line of readable text, empty when it is missing."""
    value = raw(message, name)
    return "" if value is None else decode(value)


def decode(value: str) -> str:
    """Decode bytes beyond ASCII and encoded words (RFC 2047, RFC 2231 language tags), tolerantly."""
    value = _readable(value[:MAX_VALUE])
    parts: list[str] = []
    pending = bytearray()
    pending_charset = ""
    position = 0
    for match in _WORD.finditer(value):
        between = value[position : match.start()]
        content = _word_bytes(match[2], match[3])
        if content is None:
            continue
        after_word = position > 0
        if not (after_word and not between.strip()):
            parts.append(charsets.decode(bytes(pending), pending_charset))
            parts.append(between)
            pending.clear()
        elif pending_charset != match[1].lower():
            parts.append(charsets.decode(bytes(pending), pending_charset))
            pending.clear()
        pending += content
        pending_charset = match[1].lower()
        position = match.end()
    parts.append(charsets.decode(bytes(pending), pending_charset))
    parts.append(value[position:])
    return one_line("".join(parts))


def one_line(value: str) -> str:
    """Return the text with every control character and run of line ends replaced by one space, trimmed."""
    return charsets.clean(_CONTROLS.sub(" ", value)).strip()


def ids(value: str) -> list[str]:
    """Return the message ids in a Message-ID, In-Reply-To or References value, without angle brackets."""
    value = _readable(value[:MAX_VALUE])
    found = _ID.findall(value) or _BARE_ID.findall(value)
    return list(dict.fromkeys(charsets.clean(item) for item in found))[-MAX_IDS:]


def parameter(message: Message, field: str, name: str) -> str:
    """Return a parameter of a structured field (`Content-Type: text/plain; charset=...`), decoded, or empty.

    Understands RFC 2231 continuations and charsets, and raw bytes beyond ASCII.
    """
    value = raw(message, field)
    if value is None:
        return ""
    holder = Message()
    holder[field] = _readable(value)
    found = holder.get_param(name, header=field)
    if isinstance(found, tuple):
        charset, _, content = found
        return charsets.decode(content.encode("latin-1", "replace"), charset)
    return decode(str(found)) if found else ""


def people(message: Message, name: str) -> list[addresses.Address]:
    """Return the addresses of all fields of that name, with display names decoded."""
    found: list[addresses.Address] = []
    for field, value in message.raw_items():
        if field.lower() == name.lower():
            line = _CONTROLS.sub(" ", _readable(str(value)[: 4 * MAX_VALUE]))
            found += [
                addresses.Address(each.email, decode(each.name)[:200]) for each in addresses.parse(line)
            ]
    return found


def _readable(value: str) -> str:
    if value.isascii():
        return value
    try:
        return charsets.decode(value.encode("ascii", "surrogateescape"))
    except UnicodeEncodeError:
        return charsets.clean(value)


def _word_bytes(encoding: str, content: str) -> bytes | None:
    if encoding in "qQ":
        return binascii.a2b_qp(content.replace(" ", "_").encode("utf-8"), header=True)
    letters = "".join(content.split()).rstrip("=").encode("utf-8")
    try:
        return base64.b64decode(letters + b"=" * (-len(letters) % 4))
    except binascii.Error:
        return None
