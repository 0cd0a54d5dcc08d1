"""Templates that tenants write, logic-less: the tags of mustache over plain texts, nothing else.

    {{ticket.title}}                     the text
    {{#comment.author}} … {{/comment.author}}   only where there is such a text
    {{^comment.author}} … {{/comment.author}}   only where there is none
    {{! a remark }}

They can show the given texts and do nothing else. Mustache libraries for Python (chevron, pystache) follow attributes
and call functions that a template names; here a name is a key of one flat table, and what a value holds is never
read as a template.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

MAX_TEMPLATE = 64 * 1024

_TAG = re.compile(r"\{\{\{?\s*([#^/!&]?)\s*([^{}]*?)\s*\}?\}\}")
_LONELY_TAG = re.compile(r"^[ \t]*(\{\{\s*[#^/!][^{}]*\}\})[ \t]*\r?\n", re.MULTILINE)


class BrokenTemplate(ValueError):
    """A template that cannot be rendered: a section that is not closed, or too long."""


@dataclass(frozen=True, slots=True)
class Named:
    """A name that a template uses, and at which character, counted from 1."""

    name: str
    position: int


def fill(template: str, values: Mapping[str, str]) -> str:
    """Put the values into a template; an unknown name is empty. Raises BrokenTemplate."""
    written: list[str] = []
    open_sections: list[bool] = []
    position = 0
    template = _bounded(template)
    template = _LONELY_TAG.sub(r"\1", template)
    for tag, kind, name in _tags(template):
        if all(open_sections):
            written.append(template[position : tag.start()])
            if kind in {"", "&"}:
                written.append(values.get(name, ""))
        position = tag.end()
        if kind == "/":
            open_sections.pop()
        elif kind in {"#", "^"}:
            open_sections.append(bool(values.get(name)) == (kind == "#"))
    return "".join(written) + template[position:]


def names_in(template: str) -> list[Named]:
    """The names that a template uses, in their order. Raises BrokenTemplate."""
    return [
        Named(name, tag.start() + 1)
        for tag, kind, name in _tags(_bounded(template))
        if kind not in {"/", "!"}
    ]


def _bounded(template: str) -> str:
    if len(template) > MAX_TEMPLATE:
        raise BrokenTemplate("the template is too long")
    return template


def _tags(template: str) -> Iterator[tuple[re.Match[str], str, str]]:
    """Each tag with its kind and name. Raises BrokenTemplate where sections are not closed in their order."""
    sections: list[str] = []
    for tag in _TAG.finditer(template):
        kind, name = tag.groups()
        if kind in {"#", "^"}:
            sections.append(name)
        elif kind == "/" and (not sections or sections.pop() != name):
            raise BrokenTemplate(f"{{{{/{name}}}}} closes nothing")
        yield tag, kind, name
    if sections:
        raise BrokenTemplate(f"{{{{#{sections[-1]}}}}} is not closed")
