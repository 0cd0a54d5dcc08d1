"""Limits of what people write, and the reasons for refusing it."""

import re
import unicodedata

NAME = re.compile(r"[a-z][a-z0-9_]{0,62}")
"""Of types, states and fields, which filters name."""

MAX_TITLE = 500
MAX_BODY = 65_536
MAX_TAGS = 50
MAX_TAG = 100
MAX_SHORT = 200
"""Characters of a category, a channel, a language."""
MAX_LINKED = 100
"""Configuration items on one ticket."""


def text_problem(text: str, *, limit: int, required: bool = False) -> str | None:
    """Why a text is refused, None when it is fine. `limit` counts characters."""
    if "\x00" in text:
        return "must not hold the character NUL"
    if required and not text.strip():
        return "must not be empty"
    if len(text) > limit:
        return f"must have at most {limit} characters"
    return None


def tags_problem(tags: list[str]) -> str | None:
    """Why tags are refused, None when they are fine."""
    if len(tags) > MAX_TAGS:
        return f"must be at most {MAX_TAGS}"
    for tag in tags:
        if problem := text_problem(tag, limit=MAX_TAG, required=True):
            return f"each {problem}"
    return None


def slug_of(name: str, *, joint: str = "-") -> str:
    """A key made from a name: its letters and digits without accents, words joined; empty where it has none."""
    plain = unicodedata.normalize("NFKD", name.lower().replace("ł", "l")).encode("ascii", "ignore").decode()
    return joint.join(re.findall(r"[a-z0-9]+", plain))[:63].strip(joint)


def one_line(text: str, limit: int = MAX_TITLE) -> str:
    """The text without line breaks, control characters and outer blanks, cut to `limit` characters."""
    shown = "".join(character if character.isprintable() else " " for character in text)
    line = " ".join(shown.split())
    return line if len(line) <= limit else line[: limit - 1].rstrip() + "…"


def cut_utf8(text: str, limit_bytes: int) -> str:
    """The longest beginning of the text that fits into so many bytes of UTF-8, never half a character."""
    raw = text.encode()
    return text if len(raw) <= limit_bytes else raw[:limit_bytes].decode(errors="ignore")
