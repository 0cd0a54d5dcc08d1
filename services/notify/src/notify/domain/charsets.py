"""Bytes to text, whatever the sender says about the charset.

Half of the world's broken mail names a wrong charset or none. The order here: what is valid UTF-8 beyond
ASCII is UTF-8 (nothing else looks like it by accident), then the declared charset, then a guess, then
replacement characters. Only codecs listed here are used: Python knows some that are slow on purpose-made
input (idna, punycode) and some that are no charsets at all.
"""

import codecs
import re

from charset_normalizer import from_bytes

GUESS_BYTES = 64 * 1024

_ALIASES = {
    "ascii": "cp1252",
    "iso8859-1": "cp1252",
    "iso8859-9": "cp1254",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "hz": "hz",
    "big5": "big5hkscs",
    "shift_jis": "cp932",
    "euc_kr": "cp949",
    "ks_c_5601-1987": "cp949",
    "ks_c_5601": "cp949",
    "ksc5601": "cp949",
    "iso-8859-8-i": "iso8859-8",
    "iso-8859-8-e": "iso8859-8",
    "x-gbk": "gb18030",
    "x-sjis": "cp932",
    "x-mac-roman": "mac-roman",
    "x-mac-cyrillic": "mac-cyrillic",
    "unicode-1-1-utf-7": "utf-7",
    "unicode-1-1-utf-8": "utf-8",
    "utf8mb4": "utf-8",
    "win-1250": "cp1250",
    "win-1251": "cp1251",
    "x-cp1250": "cp1250",
    "x-cp1251": "cp1251",
    "x-cp1252": "cp1252",
}
_SINGLE_BYTE = frozenset(
    {f"iso8859-{n}" for n in range(1, 17)}
    | {
        f"cp{n}"
        for n in (437, 737, 775, 850, 852, 855, 857, 858, 860, 861, 862, 863, 864, 865, 866, 869, 874)
    }
    | {f"cp{n}" for n in range(1250, 1259)}
    | {
        "koi8-r",
        "koi8-u",
        "koi8-t",
        "mac-roman",
        "mac-cyrillic",
        "mac-latin2",
        "tis-620",
        "kz1048",
        "ptcp154",
    }
)
_MULTI_BYTE = frozenset(
    {
        "utf-8",
        "utf-8-sig",
        "utf-16",
        "utf-16-le",
        "utf-16-be",
        "utf-32",
        "utf-7",
        "gb18030",
        "hz",
        "big5hkscs",
        "big5",
        "cp932",
        "cp949",
        "cp950",
        "euc_jp",
        "euc_kr",
        "johab",
        "iso2022_jp",
        "iso2022_jp_2",
        "iso2022_kr",
        "iso2022_jp_ext",
        "euc_jis_2004",
        "shift_jisx0213",
    }
)
_GUESSES = ["utf_8", "cp1250", "cp1251", "cp1252", "cp1253", "cp1254", "cp1255", "cp1256", "koi8_r", "koi8_u"]
_GUESSES += ["iso8859_2", "cp866", "gb18030", "big5", "cp932", "euc_jp", "cp949", "utf_16"]
_NAME = re.compile(r"[A-Za-z0-9_.:-]{1,40}\Z")


def codec_of(declared: str | None) -> str | None:
    """Return the codec to use for a declared charset, or None when it names nothing that we decode."""
    if not declared:
        return None
    name = declared.strip().strip("'\"").lower()
    if not _NAME.match(name):
        return None
    name = _ALIASES.get(name, name)
    try:
        known = codecs.lookup(name).name
    except LookupError:
        return None
    known = _ALIASES.get(known, known)
    return known if known in _SINGLE_BYTE or known in _MULTI_BYTE else None


def decode(content: bytes, declared: str | None = None) -> str:
    """Return the text of `content`; never raises, and the result holds no NUL and no lone surrogate."""
    return clean(_decode(content, codec_of(declared)))


def clean(text: str) -> str:
    """Drop what no database text may hold: NUL characters and lone surrogates."""
    if "\0" in text:
        text = text.replace("\0", "")
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return text.encode("utf-8", "replace").decode("utf-8")
    return text


def _decode(content: bytes, codec: str | None) -> str:
    if content.startswith(codecs.BOM_UTF8):
        content = content[3:]
    attempts = [codec] if codec else []
    if codec is None or (codec in _SINGLE_BYTE and not content.isascii()):
        attempts.insert(0, "utf-8")
    for attempt in attempts:
        try:
            return content.decode(attempt)
        except UnicodeError:
            continue
    guess = _guess(content)
    return content.decode(guess or codec or "cp1252", "replace")


def _guess(content: bytes) -> str | None:
    best = from_bytes(content[:GUESS_BYTES], cp_isolation=_GUESSES, enable_fallback=False).best()
    return best.encoding if best else None
