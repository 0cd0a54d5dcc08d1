"""Templates to text, logic-less: the tags of mustache over plain texts, nothing else.

    {{ticket.title}}                     the text; escaped in HTML, always
    {{#comment.author}} … {{/comment.author}}   only where there is such a text
    {{^comment.author}} … {{/comment.author}}   only where there is none
    {{! a remark }}

A tenant writes these, so they can show the given texts and do nothing else. Mustache libraries for Python (chevron,
pystache) follow attributes and call functions that a template names; here a name is a key of one flat table.
"""

import html
import re
from collections.abc import Mapping
from dataclasses import dataclass

from notify.domain import markup

MAX_TEMPLATE = 64 * 1024

_TAG = re.compile(r"\{\{\{?\s*([#^/!&]?)\s*([^{}]*?)\s*\}?\}\}")
_LONELY_TAG = re.compile(r"^[ \t]*(\{\{\s*[#^/!][^{}]*\}\})[ \t]*\r?\n", re.MULTILINE)
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


class BrokenTemplate(ValueError):
    """A template that cannot be rendered: a section that is not closed, or too long."""


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


def fill(template: str, values: Mapping[str, str]) -> str:
    """Put the values into a template; an unknown name is empty. Raises BrokenTemplate."""
    if len(template) > MAX_TEMPLATE:
        raise BrokenTemplate("the template is too long")
    template = _LONELY_TAG.sub(r"\1", template)
    written: list[str] = []
    open_sections: list[tuple[str, bool]] = []
    position = 0
    for tag in _TAG.finditer(template):
        shown = all(holds for _, holds in open_sections)
        if shown:
            written.append(template[position : tag.start()])
        position = tag.end()
        kind, name = tag.groups()
        if kind == "/":
            if not open_sections or open_sections.pop()[0] != name:
                raise BrokenTemplate(f"{{{{/{name}}}}} closes nothing")
        elif kind in {"#", "^"}:
            open_sections.append((name, bool(values.get(name)) == (kind == "#")))
        elif kind != "!" and shown:
            written.append(values.get(name, ""))
    if open_sections:
        raise BrokenTemplate(f"{{{{#{open_sections[-1][0]}}}}} is not closed")
    return "".join(written) + template[position:]
