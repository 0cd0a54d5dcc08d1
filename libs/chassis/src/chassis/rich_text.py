"""Text with a shape: Markdown to HTML, and HTML from anywhere to HTML that is safe to show.

What comes out holds text, structure, links and pictures, and nothing that runs, asks for a style sheet, hands in a form
or names another element. Pictures from elsewhere keep their addresses: whoever shows them asks the reader first.
"""

import html
import re
from functools import cache
from typing import TYPE_CHECKING, Final

import nh3

if TYPE_CHECKING:
    from markdown_it import MarkdownIt

MAX_CHARACTERS: Final = 512 * 1024
MAX_TAGS: Final = 5_000
"""HTML's tree is built in time that grows with the square of what is nested: 0.2 s for this many tags at worst."""

MAX_BRACKETS: Final = 3_000
"""Each "[" of Markdown looks for its end, which takes the square of their number where none has one."""

QUOTE: Final = '<details class="quoted"><summary></summary>'
"""What begins a part of a message that its readers unfold when they want to."""

_TAG = re.compile(r"<[a-zA-Z]")
_NO_PICTURE = re.compile(r"<img(?![^>]* src=)[^>]*>")
_PICTURE = re.compile(r"data:image/(?:png|jpeg|gif|webp);base64,[A-Za-z0-9+/=\s]*\Z", re.IGNORECASE)
_TARGETS = ("http:", "https:", "mailto:", "tel:")
_SHOWN = ("http:", "https:", "cid:")


def _names(words: str) -> set[str]:
    return set(words.split())


_STRUCTURE = _names(
    """
    p div span br hr blockquote pre code kbd samp h1 h2 h3 h4 h5 h6 ul ol li dl dt dd table caption thead
    tbody tfoot tr th td b strong i em u s del ins sub sup small big mark q cite abbr center font a img
    details summary bdi bdo
    """
)
_ATTRIBUTES = {
    "*": {"dir", "lang", "title", "style"},
    "a": {"href"},
    "img": {"src", "alt", "width", "height"},
    "ol": {"start", "type", "reversed"},
    "li": {"value"},
    "table": {"border", "cellpadding", "cellspacing", "width"},
    "th": {"colspan", "rowspan", "align", "valign", "width"},
    "td": {"colspan", "rowspan", "align", "valign", "width"},
    "tr": {"align", "valign"},
    "p": {"align"},
    "div": {"align"},
    "font": {"color"},
    "bdo": {"dir"},
}
_STYLES = _names(
    """
    color background-color font-weight font-style text-align text-decoration vertical-align list-style-type
    white-space direction
    """
)
_DROPPED = _names(
    """
    script style title template noscript iframe object embed applet svg math textarea select option audio
    video canvas frameset noembed noframes xmp
    """
)


def _kept_value(_tag: str, name: str, value: str) -> str | None:
    """The value that an attribute keeps; None where it goes."""
    stripped = value.strip().lower()
    if name == "href":
        return value.strip() if stripped.startswith(_TARGETS) else None
    if name == "src":
        return value.strip() if stripped.startswith(_SHOWN) or _PICTURE.match(value.strip()) else None
    if name == "style":
        # Nothing that is asked for, nothing that is reckoned.
        return None if "(" in value.replace("rgb(", "").replace("rgba(", "") or "\\" in value else value
    return value


_CLEANER = nh3.Cleaner(
    tags=_STRUCTURE,
    clean_content_tags=_DROPPED,
    attributes=_ATTRIBUTES,
    attribute_filter=_kept_value,
    allowed_classes={"details": {"quoted"}},
    filter_style_properties=_STYLES,
    url_schemes={"http", "https", "mailto", "tel", "cid", "data"},
    link_rel="noopener noreferrer nofollow",
    set_tag_attribute_values={"a": {"target": "_blank"}},
    strip_comments=True,
)


@cache
def _markdown() -> "MarkdownIt":
    # Its tables are large; processes that never meet Markdown do without them.
    from markdown_it import MarkdownIt  # noqa: PLC0415

    return MarkdownIt("js-default", {"html": False, "linkify": True, "breaks": True})


def sanitise(source: str) -> str:
    """Return HTML that is safe to show, of HTML from anywhere; empty where it is too large to be read, or says nothing.

    Doing it again changes nothing.
    """
    if len(source) > MAX_CHARACTERS or len(_TAG.findall(source)) > MAX_TAGS:
        return ""
    clean = _NO_PICTURE.sub("", _CLEANER.clean(source)).strip()
    return clean if clean and _says_something(clean) else ""


def _says_something(clean: str) -> bool:
    return "<img" in clean or bool(html.unescape(re.sub(r"<[^>]*>", "", clean)).strip())


def from_markdown(source: str) -> str:
    """Return the HTML of Markdown (CommonMark with tables, ~~struck through~~ and addresses as links; a line's end is kept).

    Markup in it stays text. Empty where it is too much to be read.
    """
    if source.count("[") > MAX_BRACKETS:
        return ""
    return sanitise(_markdown().render(source))
