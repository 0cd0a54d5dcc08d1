"""HTML mail to plain text, and plain text to the HTML of our own mail.

The HTML is first rebuilt by nh3 (a linear, forgiving HTML5 parser that drops scripts, styles and everything
but a few block tags), so that what is walked here is small, well-formed and without surprises.
"""

import html
import re

import nh3

MAX_HTML = 1024 * 1024

_BLOCKS = frozenset(
    {"p", "div", "tr", "table", "ul", "ol", "pre", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote"}
)
_KEPT = _BLOCKS | {"br", "li", "td", "th", "hr", "a"}
_DROPPED_WITH_CONTENT = {"script", "style", "title", "head", "noscript", "template", "svg", "math"}
_TOKEN = re.compile(r'<(/?)([a-z0-9]+)(?: href="([^"]*)")?\s*>|<!--.*?-->|([^<]+)|<', re.DOTALL)
_SPACES = re.compile(r"[ \t\r\n\f\xa0]+")
_BLANK_LINES = re.compile(r"\n{3,}")


def to_text(source: str) -> str:
    """Return readable text of an HTML body: blocks become lines, quotations get "> ", links keep their target.

    At most the first MiB is read.
    """
    cleaned = nh3.clean(
        source[:MAX_HTML],
        tags=set(_KEPT),
        clean_content_tags=_DROPPED_WITH_CONTENT,
        attributes={"a": {"href"}},
        url_schemes={"http", "https", "mailto", "tel"},
        link_rel=None,
        strip_comments=True,
    )
    writer = _Writer()
    for token in _TOKEN.finditer(cleaned):
        closing, tag, href, text = token.groups()
        if tag:
            writer.tag(tag, opening=not closing, href=html.unescape(href or ""))
        elif text:
            writer.text(html.unescape(text))
    return writer.result()


class _Writer:
    """Collects lines of text while the tags go by."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.line: list[str] = []
        self.quote = 0
        self.pre = 0
        self.link = ""
        self.link_text: list[str] = []

    def tag(self, tag: str, *, opening: bool, href: str) -> None:
        if tag in {"br", "hr"}:
            self.end_line()
        elif tag == "a":
            self._link(opening=opening, href=href)
        elif tag in {"td", "th"}:
            self.line.append(" ")
        elif tag == "li":
            self._start_block()
            if opening:
                self.line.append("- ")
        elif tag in _BLOCKS:
            self._start_block()
            if tag == "blockquote":
                self.quote = max(0, self.quote + (1 if opening else -1))
            elif tag == "pre":
                self.pre = max(0, self.pre + (1 if opening else -1))
            elif tag == "p" or tag[0] == "h":
                self._blank_line()

    def text(self, text: str) -> None:
        if self.pre:
            *whole, last = text.split("\n")
            for line in whole:
                self.line.append(line)
                self.end_line()
            self.line.append(last)
        else:
            self.line.append(_SPACES.sub(" ", text))
        if self.link:
            self.link_text.append(text)

    def end_line(self) -> None:
        content = "".join(self.line)
        content = content.rstrip() if self.pre else _SPACES.sub(" ", content).strip()
        self.lines.append(("> " * min(self.quote, 5) + content).rstrip() if content or self.quote else "")
        self.line.clear()

    def result(self) -> str:
        self._start_block()
        return _BLANK_LINES.sub("\n\n", "\n".join(self.lines)).strip()

    def _start_block(self) -> None:
        if "".join(self.line).strip():
            self.end_line()
        self.line.clear()

    def _blank_line(self) -> None:
        if self.lines and self.lines[-1].strip("> "):
            self.lines.append("> " * min(self.quote, 5) if self.quote else "")

    def _link(self, *, opening: bool, href: str) -> None:
        if opening:
            self.link = href
            self.link_text.clear()
            return
        shown = "".join(self.link_text).strip()
        if (
            self.link
            and shown
            and self.link not in {shown, f"mailto:{shown}", f"{shown}/", f"http://{shown}/"}
        ):
            self.line.append(f" <{self.link}>")
        self.link = ""


def from_text(text: str) -> str:
    """Return plain text as HTML paragraphs, everything escaped."""
    paragraphs = re.split(r"\n\s*\n", text.replace("\r\n", "\n").strip())
    return "\n".join(f"<p>{html.escape(each).replace(chr(10), '<br>' + chr(10))}</p>" for each in paragraphs)
