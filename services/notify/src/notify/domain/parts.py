"""Walks the parts of a mail: which one is the text, which are attachments."""

import mimetypes
import re
import unicodedata
from dataclasses import dataclass, field
from email.message import Message

from chassis import markup
from notify.domain import charsets, headers

MAX_PARTS = 500
MAX_DEPTH = 20
MAX_NAME = 150
MAX_TEXT_BYTES = 2 * 1024 * 1024

_TYPE = re.compile(r"[a-z0-9][a-z0-9!#$&^_.+-]{0,60}/[a-z0-9][a-z0-9!#$&^_.+-]{0,90}\Z")
_UNSAFE = re.compile(r"[\x00-\x1f\x7f<>:\"/\\|?*\u200e\u200f\u202a-\u202e\u2066-\u2069]+")
_EXTENSIONS = {
    "message/rfc822": ".eml",
    "message/delivery-status": ".txt",
    "text/calendar": ".ics",
    "text/plain": ".txt",
    "text/rfc822-headers": ".txt",
    "application/octet-stream": ".bin",
}


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that came with a mail; `content_id` names it inside an HTML text."""

    name: str
    content_type: str
    content: bytes
    content_id: str = ""


@dataclass(frozen=True, slots=True)
class Content:
    """The best text of a mail, the same as HTML where it has any, its files, and the ids of mail that it returns (bounces)."""

    text: str
    html: str
    attachments: tuple[Attachment, ...]
    returned_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Said:
    """A part of what a mail says; `html` is empty for plain text."""

    text: str
    html: str = ""


@dataclass(slots=True)
class _Walk:
    attachments: list[Attachment] = field(default_factory=list)
    returned_ids: list[str] = field(default_factory=list)
    seen: int = 0


class _Limit(Exception):
    """A limit on parts or depth was passed."""


def read(message: Message) -> Content | str:
    """Return the content of a parsed mail, or the reason why it is refused."""
    walk = _Walk()
    try:
        texts = _texts(message, walk, depth=0)
    except _Limit as limit:
        return str(limit)
    said = [each for each in texts if each.text.strip() or each.html.strip()]
    text = "\n\n".join(each.text for each in said if each.text.strip())
    html = ""
    if any(each.html for each in said):
        html = "\n".join(each.html or markup.from_text(each.text) for each in said)
    return Content(text, html, tuple(walk.attachments), tuple(dict.fromkeys(walk.returned_ids)))


def _texts(part: Message, walk: _Walk, depth: int) -> list[_Said]:
    """Return the texts of a part in reading order and note its files."""
    walk.seen += 1
    if walk.seen > MAX_PARTS:
        raise _Limit("too many parts")
    if depth > MAX_DEPTH:
        raise _Limit("nested too deep")
    content_type = _content_type(part)
    if content_type.startswith("message/"):
        _keep_message(part, content_type, walk)
        return []
    if part.is_multipart():
        children = _children(part)
        if content_type == "multipart/alternative":
            return _best(children, walk, depth)
        return [text for child in children for text in _texts(child, walk, depth + 1)]
    if content_type == "text/rfc822-headers":
        walk.returned_ids += _ids_in(_text(part))
    if content_type in {"text/plain", "text/html"} and not _is_file(part):
        return [_readable(part, content_type)]
    if content_type.startswith("multipart/"):
        return [_Said(_text(part))]
    _keep(part, content_type, _bytes(part), walk)
    return []


def _best(children: list[Message], walk: _Walk, depth: int) -> list[_Said]:
    """Of several versions of one text take the plain one, else the last that has any; keep all files.

    The HTML is that of the last version that has any.
    """
    versions = [(_texts(child, walk, depth + 1), _content_type(child)) for child in children]
    filled = [
        (texts, content_type) for texts, content_type in versions if any(said.text.strip() for said in texts)
    ]
    if not filled:
        return []
    plain = next((texts for texts, content_type in filled if content_type == "text/plain"), None)
    if plain is None:
        return filled[-1][0]
    shaped = next((texts for texts, _ in reversed(filled) if any(said.html for said in texts)), [])
    text = "\n\n".join(said.text for said in plain if said.text.strip())
    return [_Said(text, "\n".join(said.html or markup.from_text(said.text) for said in shaped))]


def _readable(part: Message, content_type: str) -> _Said:
    text = _text(part)
    if content_type == "text/html":
        return _Said(markup.to_text(text), text)
    return _Said(text.replace("\r\n", "\n"))


def _text(part: Message) -> str:
    content = _bytes(part)[:MAX_TEXT_BYTES]
    declared: str | None = headers.parameter(part, "Content-Type", "charset")
    if not declared and _content_type(part) == "text/html":
        declared = _declared_in_html(content)
    return charsets.decode(content, declared)


def _declared_in_html(content: bytes) -> str | None:
    match = re.search(rb"<meta[^>]{0,200}?charset=[\"']?([A-Za-z0-9_-]{1,40})", content[:2048], re.IGNORECASE)
    return match[1].decode("ascii") if match else None


def _bytes(part: Message) -> bytes:
    payload = part.get_payload(decode=True)
    if isinstance(payload, bytes):
        return payload
    plain = part.get_payload()
    return plain.encode("utf-8", "surrogateescape") if isinstance(plain, str) else b""


def _children(part: Message) -> list[Message]:
    payload = part.get_payload()
    return [child for child in payload if isinstance(child, Message)] if isinstance(payload, list) else []


def _content_type(part: Message) -> str:
    content_type = part.get_content_type().lower()
    return content_type if _TYPE.match(content_type) else "application/octet-stream"


def _is_file(part: Message) -> bool:
    disposition = part.get_content_disposition()
    return disposition == "attachment" or bool(_given_name(part))


def _keep_message(part: Message, content_type: str, walk: _Walk) -> None:
    children = _children(part)
    if content_type == "message/delivery-status":
        content = b"\r\n".join(_as_bytes(child) for child in children)
    elif children:
        inner = children[0]
        walk.returned_ids += headers.ids(headers.raw(inner, "Message-ID") or "")
        content = _as_bytes(inner)
    else:
        content = _bytes(part)
    subject = headers.text(children[0], "Subject") if children else ""
    _keep(part, content_type, content, walk, fallback=subject)


def _as_bytes(message: Message) -> bytes:
    try:
        return message.as_bytes(unixfrom=False)
    except (UnicodeError, ValueError, KeyError, TypeError, AttributeError):
        return _bytes(message)


def _ids_in(text: str) -> list[str]:
    return [
        found
        for line in text.splitlines()[:500]
        if line.lower().startswith("message-id:")
        for found in headers.ids(line.partition(":")[2])
    ]


def _keep(part: Message, content_type: str, content: bytes, walk: _Walk, fallback: str = "") -> None:
    extension = _EXTENSIONS.get(content_type) or mimetypes.guess_extension(content_type) or ".bin"
    name = safe_name(_given_name(part))
    if not name:
        name = (safe_name(fallback) or f"attachment-{len(walk.attachments) + 1}") + extension
    content_id = next(iter(headers.ids(headers.raw(part, "Content-ID") or "")), "")
    walk.attachments.append(Attachment(name, content_type, content, content_id))


def _given_name(part: Message) -> str:
    return headers.parameter(part, "Content-Disposition", "filename") or headers.parameter(
        part, "Content-Type", "name"
    )


def safe_name(name: str) -> str:
    """Return a file name without folders, control and direction characters, at most 150 bytes, or empty."""
    name = unicodedata.normalize("NFC", name).replace("\\", "/").rpartition("/")[2]
    name = charsets.clean(_UNSAFE.sub("_", name)).strip().strip(".").strip()
    stem, dot, extension = name.rpartition(".")
    if dot and len(extension) <= 16:
        room = MAX_NAME - len(extension.encode()) - 1
        return f"{_clip(stem, room)}.{extension}" if stem else extension
    return _clip(name, MAX_NAME)


def _clip(text: str, limit: int) -> str:
    return text.encode("utf-8")[:limit].decode("utf-8", "ignore")
