"""HTML mail to plain text, and plain text to the HTML of our own mail.

The reader keeps text alone, so it needs no tree: one pass over the tags, linear whatever the input (HTML5 tree
builders, nh3's among them, need quadratic time for tags nested a hundred thousand deep). What it gives is text
and is escaped like any text wherever it is shown.
"""

import html
import re

MAX_HTML = 1024 * 1024

_BLOCKS = {"p", "div", "tr", "table", "ul", "ol", "dl", "dd", "dt", "pre", "h1", "h2", "h3", "h4", "h5", "h6"}
_BLOCKS |= {"blockquote", "section", "article", "header", "footer", "address", "form"}
_SKIPPED = {
    name: re.compile(rf"</{name}\s*>", re.IGNORECASE)
    for name in ("script", "style", "title", "template", "svg", "math")
}
_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]{0,20})")
_HREF = re.compile(r"\shref\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s\"'>]+))", re.IGNORECASE)
_TARGETS = ("http://", "https://", "mailto:", "tel:")
_SPACES = re.compile(r"[ \t\r\n\f\xa0]+")
_BLANK_LINES = re.compile(r"\n{3,}")


def to_text(source: str) -> str:
    """Return readable text of an HTML body: blocks become lines, quotations get "> ", links keep their target.

    At most the first MiB is read.
    """
    source = source[:MAX_HTML]
    writer = _Writer()
    position = 0
    while position < len(source):
        start = source.find("<", position)
        start = len(source) if start < 0 else start
        writer.text(html.unescape(source[position:start]))
        position = _after_markup(source, start, writer)
    return writer.result()


def _after_markup(source: str, start: int, writer: "_Writer") -> int:
    """Handle what begins with "<" at `start`; return where reading goes on."""
    if source.startswith("<!--", start):
        return _after(source, "-->", start + 4)
    tag = _TAG.match(source, start)
    if tag is None:
        if source[start + 1 : start + 2] in {"!", "?", "/"}:
            return _after(source, ">", start)
        writer.text(source[start : start + 1])
        return start + 1
    name, opening = tag[2].lower(), not tag[1]
    end = _after(source, ">", tag.end())
    if opening and name in _SKIPPED:
        closing = _SKIPPED[name].search(source, end)
        return closing.end() if closing else len(source)
    href = _HREF.search(source, tag.end(), min(end, tag.end() + 4096)) if name == "a" else None
    target = html.unescape(next(filter(None, href.groups()), "")) if href else ""
    writer.tag(name, opening=opening, href=target if target.startswith(_TARGETS) else "")
    return end


def _after(source: str, mark: str, position: int) -> int:
    found = source.find(mark, position)
    return len(source) if found < 0 else found + len(mark)


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
