"""Templates to mails: the text as it is, the HTML with every value escaped."""

import html
import re
from collections.abc import Mapping
from dataclasses import dataclass

from chassis.templates import fill
from notify.domain import markup

_BLANK_LINES = re.compile(r"\n{3,}")


@dataclass(frozen=True, slots=True)
class Rendered:
    """A mail's two bodies, and the language that they are in."""

    text: str
    html: str
    language: str


@dataclass(frozen=True, slots=True)
class Source:
    """A template for the text; for the HTML too, or empty where that is made from the text."""

    text: str
    html: str = ""


def render(source: Source, values: Mapping[str, str], *, language: str) -> Rendered:
    """Render both bodies; every value in the HTML is escaped. Raises BrokenTemplate."""
    text = _BLANK_LINES.sub("\n\n", fill(source.text, values)).strip() + "\n"
    escaped = {name: html.escape(value) for name, value in values.items()}
    body = fill(source.html, escaped) if source.html else markup.from_text(text)
    lang = html.escape(language or "en")
    return Rendered(
        text,
        f'<!DOCTYPE html>\n<html lang="{lang}"><head><meta charset="utf-8"></head>\n'
        f'<body style="font-family: sans-serif; font-size: 15px; line-height: 1.5">\n{body}\n</body></html>\n',
        language,
    )
