"""Takes apart what a person wrote and what their mail program added: quoted mail and signature.

Line by line, in linear time. A library for this exists (mail-parser-reply); it needs a second for 8 KB of
chosen input and minutes for 64 KB, knows no Russian, and takes lists that begin with "-" for signatures, so the
rules here are our own and cautious: only clear marks cut, and where nothing would remain, nothing is cut.
"""

# ruff: noqa: RUF001 (the letters of other alphabets are meant)

import re
from dataclasses import dataclass

_EXAMINED = 400
_ATTRIBUTION_LINES = 4

# "On 21 Nov 2026, at 10:00, Jan wrote:" and its cousins: what such a line begins with, and how it ends.
_ATTRIBUTION_STARTS = re.compile(
    r"(?:On|Am|W dniu|Dnia|Le|El|Il giorno|Il|Op|Em|Dne|Den|På|В|\d|[A-ZĄ-ŻА-Яa-zа-я]"
    r"\w{1,11}[.,]{1,2}|\S+ <[^<>\s]+@[^<>\s]+>)(?=[\s\d]|$)",
    re.UNICODE,
)
_ATTRIBUTION_ENDS = re.compile(
    r"(?:wrote|writes|schrieb(?: .{1,120})?|napisał(?:a|\(a\))?|pisze|"
    r"написал(?:а|\(а\)|\(-а\))?|пишет|написав(?:\(ла\))?|пише|"
    r"a écrit|escribió|ha scritto|escreveu|schreef(?: .{1,120})?|napsal(?:\(a\)|a)?|skrev)\s?:\Z",
    re.IGNORECASE | re.UNICODE,
)
_ATTRIBUTION_BY_ADDRESS = re.compile(r"(?=.*\d{1,2}[:.]\d{2}).*<[^<>\s]+@[^<>\s]+>\s?:\Z")
_HEADER_LABELS = (
    ("from", "von", "od", "от", "від", "de", "da", "van", "fra"),
    ("sent", "date", "gesendet", "datum", "wysłano", "data", "отправлено", "дата", "надіслано", "envoyé",
     "enviado", "inviato", "verzonden", "odesláno", "sendt"),
    ("to", "an", "do", "кому", "à", "para", "a", "aan", "komu", "til"),
    ("subject", "betreff", "temat", "тема", "objet", "asunto", "oggetto", "onderwerp", "předmět", "emne"),
)  # fmt: skip
_LABEL = re.compile(r"\s*\*{0,2}([^\W\d_]{1,14})\s?:\*{0,2}(?:\s|$)")
_SEPARATOR = re.compile(
    r"\s*-{3,}\s?(?:Original Message|Original Appointment|Ursprüngliche Nachricht|Oryginalna wiadomość|"
    r"Wiadomość oryginalna|Исходное сообщение|Message d'origine|Mensaje original|Messaggio originale)\s?-{3,}\s*\Z",
    re.IGNORECASE,
)
_FORWARDED_SUBJECT = re.compile(r"\s*(?:fwd?|wg|pd|tr|rv|enc|i|doorst|př|vs|пересл)\s?:", re.IGNORECASE)
_FORWARDED = re.compile(
    r"\s*(?:-{3,}|Begin)\s?(?:forwarded message|weitergeleitete nachricht|(?:treść )?przekazan\w+ (?:wiadomość|wiadomości)|"
    r"пересылаемое сообщение|пересланное сообщение)",
    re.IGNORECASE,
)
_FOOTER = re.compile(
    r"(?:Sent from my |Sent from Mail for |Sent from Outlook|Get Outlook for |Sent with |Wysłane z |Wysłano z |Pobierz aplikację Outlook|"
    r"Gesendet von |Von meinem .{1,40} gesendet|Отправлено (?:с|из) |Envoyé (?:de|depuis) |Enviado desde )",
)
_RULE = re.compile(r"\s*[_-]{20,}\s*\Z")


@dataclass(frozen=True, slots=True)
class Cut:
    """The text a person wrote, and what was taken off it (quoted mail, signature), in reading order."""

    visible: str
    quoted: str


def cut(text: str, subject: str = "") -> Cut:
    """Split a plain text body; a forwarded mail keeps what it forwards.

    Returns the whole text as visible where nothing of the sender's own would remain.
    """
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    heads = [line[:_EXAMINED] for line in lines]
    forwarded = bool(_FORWARDED_SUBJECT.match(subject)) or any(_FORWARDED.match(head) for head in heads)
    quoted: set[int] = set()
    if not forwarded:
        quoted = _quoted_lines(heads)
    quoted |= _signature_lines(heads, quoted)
    visible = "\n".join(line for number, line in enumerate(lines) if number not in quoted).strip()
    if not visible:
        return Cut(text.strip(), "")
    rest = "\n".join(lines[number] for number in sorted(quoted)).strip()
    return Cut(visible, rest)


def _quoted_lines(heads: list[str]) -> set[int]:
    start = _full_quote_start(heads)
    quoted = set(range(start, len(heads)))
    blocks = _quote_blocks(heads[:start])
    if len(blocks) > 1 and any(heads[number].strip() for number in range(blocks[0][1], blocks[-1][0])):
        # Answers between the quotations: they make no sense without what they answer.
        return quoted
    for first, end in blocks:
        quoted |= set(range(_attribution_start(heads, first), end))
    return quoted


def _full_quote_start(heads: list[str]) -> int:
    """Where a mail quoted without ">" begins: a separator or a block of header lines; else the end."""
    for number, head in enumerate(heads):
        if _SEPARATOR.match(head):
            return number
        if _label_group(head) == 0 and _is_header_block(heads, number):
            before = number - 1
            while before >= 0 and not heads[before].strip():
                before -= 1
            return before if before >= 0 and _RULE.match(heads[before]) else number
        if _is_attribution(head) and _is_unmarked_tail(heads, number):
            return number
    return len(heads)


def _label_group(head: str) -> int | None:
    match = _LABEL.match(head)
    if match is None:
        return None
    label = match[1].lower()
    return next((group for group, labels in enumerate(_HEADER_LABELS) if label in labels), None)


def _is_header_block(heads: list[str], first: int) -> bool:
    groups = {_label_group(head) for head in heads[first : first + 8]}
    return {0, 1} <= groups and bool(groups & {2, 3})


def _is_unmarked_tail(heads: list[str], attribution: int) -> bool:
    """Tell whether an attribution line heads a quotation that some clients leave without ">"."""
    following = [head for head in heads[attribution + 1 :] if head.strip()]
    return bool(following) and not any(head.lstrip().startswith(">") for head in following)


def _is_attribution(line: str) -> bool:
    line = line.strip()
    if not line.endswith(":"):
        return False
    return bool(_ATTRIBUTION_STARTS.match(line) and _ATTRIBUTION_ENDS.search(line)) or bool(
        _ATTRIBUTION_BY_ADDRESS.match(line)
    )


def _quote_blocks(heads: list[str]) -> list[tuple[int, int]]:
    """Runs of lines that begin with ">" (blank lines inside a run belong to it), as (first, end)."""
    blocks: list[tuple[int, int]] = []
    for number, head in enumerate(heads):
        if head.lstrip().startswith(">"):
            if blocks and not any(each.strip() for each in heads[blocks[-1][1] : number]):
                blocks[-1] = (blocks[-1][0], number + 1)
            else:
                blocks.append((number, number + 1))
    return blocks


def _attribution_start(heads: list[str], first: int) -> int:
    """Where the attribution above a quotation begins; `first` itself when there is none."""
    last = first - 1
    while last >= 0 and not heads[last].strip():
        last -= 1
    for start in range(last, max(-1, last - _ATTRIBUTION_LINES), -1):
        if start < 0 or not heads[start].strip():
            break
        if _is_attribution(" ".join(head.strip() for head in heads[start : last + 1])[:_EXAMINED]):
            return start
    return first


def _signature_lines(heads: list[str], quoted: set[int]) -> set[int]:
    own = [number for number in range(len(heads)) if number not in quoted]
    for position, number in enumerate(own):
        if heads[number] in {"-- ", "--"}:
            return set(own[position:])
    written = [number for number in own if heads[number].strip()]
    for number in written[-3:]:
        if _FOOTER.match(heads[number].strip()):
            return {each for each in own if each >= number}
    return set()
