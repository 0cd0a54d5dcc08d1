"""Raw mail to the plain values that the desk works with.

Pure, and never raises: what cannot be understood comes back as `Unparseable` with the reason.

The bytes are checked for bombs first (see `bombs`), then parsed by the standard library under its oldest, most
forgiving policy; texts, names and headers are decoded by this package (see `charsets` and `headers`).
"""

import email.policy
import hashlib
import re
from dataclasses import dataclass, field
from email.message import Message
from email.parser import BytesHeaderParser, BytesParser

from chassis import rich_text
from notify.domain import automatic, bombs, folding, headers, language, parts, quoting

MAX_TEXT = 64 * 1024
MAX_HTML = 256 * 1024
MAX_NUMBERS = 10
MAX_CC = 50

_NUMBER = re.compile(r"(?<![\w-])([A-Z]{2,5}-\d{1,12})(?![\w-])")
_SYNTHETIC_DOMAIN = "missing.invalid"
_TRACE = re.compile(
    rb"(?:received|return-path|delivered-to|dkim-signature|authentication-results|arc-[a-z-]+|x-[a-z-]+):",
    re.IGNORECASE,
)
_POLICY = email.policy.compat32


@dataclass(frozen=True, slots=True)
class Parsed:
    """A mail understood. Ids are without angle brackets, addresses normalised, texts cut to 64 KiB of UTF-8.

    `html` is safe to show, what it quotes folded; empty for plain mail, and where it is over 256 KiB.
    """

    message_id: str
    from_email: str
    from_name: str
    subject: str
    body: str
    quoted: str
    html: str
    references: tuple[str, ...]
    subject_numbers: tuple[str, ...]
    automatic: str
    bounce: bool
    attachments: tuple[parts.Attachment, ...]
    language: str
    cc: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Unparseable:
    """A mail that stays in quarantine: why, and what could be read of it."""

    reason: str
    from_email: str = ""
    from_name: str = ""
    subject: str = ""


@dataclass(frozen=True, slots=True)
class Identity:
    """What makes a mail the same mail when it comes again: Message-ID and the hash of its body."""

    message_id: str
    body_sha256: bytes
    synthetic: bool = field(default=False)


def identify(raw: bytes) -> Identity:
    """Return the identity of raw bytes; a mail without Message-ID gets one made from its content.

    The content for that is everything but the trace fields which relays add, so that the same mail by another
    way keeps its identity. Never raises.
    """
    end = min(bombs.header_end(raw), bombs.MAX_HEADER_BYTES)
    head = raw[:end]
    body = hashlib.sha256(raw[end:]).digest()
    given = headers.ids(headers.raw(_header(head), "Message-ID") or "")
    if given:
        return Identity(given[0], body)
    content = hashlib.sha256(body)
    for line in _unfolded(head):
        if not _TRACE.match(line):
            content.update(line)
    return Identity(f"{content.hexdigest()[:40]}@{_SYNTHETIC_DOMAIN}", body, synthetic=True)


def is_synthetic(message_id: str) -> bool:
    """Tell whether `identify` made the id because the mail had none."""
    return message_id.endswith("@" + _SYNTHETIC_DOMAIN)


def parse(raw: bytes, *, return_path: str | None) -> Parsed | Unparseable:
    """Parse raw bytes as they came; `return_path` is the envelope sender, None where there was no envelope."""
    reason = bombs.find(raw)
    if reason:
        return _unparseable(reason, raw)
    try:
        return _parse(raw, return_path)
    except RecursionError:
        return _unparseable("nested too deep", raw)
    except Exception as error:  # noqa: BLE001 (the standard parser has raised almost everything; the mail is kept)
        return _unparseable(f"not understood: {type(error).__name__}", raw)


def _parse(raw: bytes, return_path: str | None) -> Parsed | Unparseable:
    message = BytesParser(policy=_POLICY).parsebytes(raw)
    senders = headers.people(message, "From")
    subject = headers.text(message, "Subject")
    if not senders:
        shown = headers.text(message, "From")
        reason = "From names no valid address" if shown else "no From address"
        return Unparseable(reason, from_name=shown[:200], subject=_clip(subject, 1000))
    sender = senders[0]
    content = parts.read(message)
    if isinstance(content, str):
        return Unparseable(content, sender.email, sender.name, _clip(subject, 1000))
    machine = automatic.detect(message, sender=sender.email, subject=subject, return_path=return_path)
    cut = quoting.cut(content.text, subject) if not machine.bounce else quoting.Cut(content.text.strip(), "")
    return Parsed(
        message_id=identify(raw).message_id,
        from_email=sender.email,
        from_name=sender.name,
        subject=_clip(subject, 1000),
        body=_clip(cut.visible, MAX_TEXT),
        quoted=_clip(cut.quoted, MAX_TEXT),
        html=_html(content.html, cut),
        references=_references(message, content.returned_ids),
        subject_numbers=tuple(dict.fromkeys(_NUMBER.findall(subject)))[:MAX_NUMBERS],
        automatic=machine.reason,
        bounce=machine.bounce,
        attachments=content.attachments,
        language=language.guess(f"{subject}\n{cut.visible}", headers.text(message, "Content-Language")),
        cc=tuple(dict.fromkeys(each.email for each in headers.people(message, "Cc")))[:MAX_CC],
    )


def _html(source: str, cut: quoting.Cut) -> str:
    html = rich_text.sanitise(folding.fold(source) if folding.may_fold(cut) else source)
    return html if len(html.encode("utf-8")) <= MAX_HTML else ""


def _references(message: Message, returned: tuple[str, ...]) -> tuple[str, ...]:
    answered = headers.ids(headers.raw(message, "In-Reply-To") or "")
    thread = headers.ids(headers.raw(message, "References") or "")
    return tuple(dict.fromkeys([*answered, *reversed(thread), *returned]))[: headers.MAX_IDS]


def _unparseable(reason: str, raw: bytes) -> Unparseable:
    header = _header(raw[: min(bombs.header_end(raw), bombs.MAX_HEADER_BYTES)])
    senders = headers.people(header, "From")
    subject = _clip(headers.text(header, "Subject"), 1000)
    if senders:
        return Unparseable(reason, senders[0].email, senders[0].name, subject)
    return Unparseable(reason, from_name=headers.text(header, "From")[:200], subject=subject)


def _header(head: bytes) -> Message:
    return BytesHeaderParser(policy=_POLICY).parsebytes(head)


def _unfolded(head: bytes) -> list[bytes]:
    lines: list[bytes] = []
    for line in head.splitlines():
        if line[:1] in {b" ", b"\t"} and lines:
            lines[-1] += b" " + line.strip()
        else:
            lines.append(line.strip())
    return lines


def _clip(text: str, limit: int) -> str:
    """Cut to at most `limit` bytes of UTF-8, never inside a character."""
    content = text.encode("utf-8")
    return text if len(content) <= limit else content[:limit].decode("utf-8", "ignore")
