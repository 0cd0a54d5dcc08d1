"""Templates to mails: the text as it is, the HTML with every value escaped."""

import html
import re
from collections.abc import Mapping
from dataclasses import dataclass

from chassis import markup
from chassis.templates import fill

_SHAPED = ".html"
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
    """Render both bodies; in the HTML every value is escaped, but for those that are HTML already. Raises BrokenTemplate.

    :param values: one whose name ends in ".html" stands, in the HTML, for that which ends in ".body"; it must be safe.
    """
    text = _text(source.text, values)
    shaped = {
        f"{name.removesuffix(_SHAPED)}.body": value
        for name, value in values.items()
        if name.endswith(_SHAPED)
    }
    if source.html:
        body = fill(source.html, {name: html.escape(value) for name, value in values.items()} | shaped)
    else:
        places = {name: f"\0{name}\0" for name in shaped}
        body = markup.from_text(_text(source.text, {**values, **places}) if shaped else text)
        for name, place in places.items():
            body = _put(body, place, shaped[name])
    lang = html.escape(language or "en")
    return Rendered(
        text,
        f'<!DOCTYPE html>\n<html lang="{lang}"><head><meta charset="utf-8"></head>\n'
        f'<body style="font-family: sans-serif; font-size: 15px; line-height: 1.5">\n{body}\n</body></html>\n',
        language,
    )


def _text(template: str, values: Mapping[str, str]) -> str:
    return _BLANK_LINES.sub("\n\n", fill(template, values)).strip() + "\n"


def _put(body: str, place: str, shaped: str) -> str:
    """Put blocks where a paragraph, or a place within one, holds theirs."""
    return body.replace(f"<p>{place}</p>", shaped).replace(place, f"</p>\n{shaped}\n<p>")
