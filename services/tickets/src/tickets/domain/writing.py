"""What people write, by what they write it in: the text that is searched and quoted, and the HTML that is shown."""

from dataclasses import dataclass
from typing import Final

from chassis import markup, rich_text

TEXT: Final = "text"
MARKDOWN: Final = "markdown"
HTML: Final = "html"
FORMATS: Final = (TEXT, MARKDOWN, HTML)


@dataclass(frozen=True, slots=True)
class Written:
    """A text as it is kept. `html` is safe to show; None where the text is all there is."""

    text: str
    format: str = TEXT
    html: str | None = None


def written(source: str, format_: str = "", *, html: str = "") -> Written:
    """What somebody wrote; what cannot be shown with its shape is kept as text.

    :param format_: one of `FORMATS`; empty: plain text.
    :param html: the same as HTML from elsewhere, as a mail has it beside its text.
    """
    if format_ == MARKDOWN:
        shown = rich_text.from_markdown(source)
        return Written(source, MARKDOWN, shown) if shown else Written(source)
    if format_ == HTML:
        source, html = markup.to_text(source), source
    shown = rich_text.sanitise(html) if html else ""
    return Written(source, HTML, shown) if shown else Written(source)
