"""Marks in the HTML of a mail where what it quotes begins, so that it can be folded like quoted text.

Mail programs say it in ways of their own; the first of them counts. A `details` that is opened there ends with the
element around it, by the rules of HTML.
"""

import re

from chassis.rich_text import QUOTE
from notify.domain.quoting import Cut

_ELEMENT = re.compile(r"<(?:div|blockquote|hr)\b[^<>]{0,1000}>", re.IGNORECASE)
# Around what is quoted: Gmail, Yahoo, Proton and Zoho; Mail.ru; Apple and Thunderbird.
_AROUND = re.compile(
    r"class\s*=\s*[\"']?[^\"'>]{0,200}?"
    r"\b(?:gmail_quote|yahoo_quoted|protonmail_quote|zmail_extra|mail-quote-collapse)\b"
    r"|<blockquote[^>]{0,500}?\btype\s*=\s*[\"']?cite\b",
    re.IGNORECASE,
)
# Before it, up to the end of what is around: Outlook.
_BEFORE = re.compile(
    r"\bid\s*=\s*[\"']?(?:\w{0,20}_)?(?:divRplyFwdMsg|appendonsend|replySplit|stopSpelling)\b"
    r"|border:\s*none;\s*border-top:\s*solid #E1E1E1",
    re.IGNORECASE,
)


def may_fold(cut: Cut) -> bool:
    """Whether a mail quotes below or above what it says, and not in between, where answers need what they answer."""
    return bool(cut.quoted) and not any(line.startswith(">") for line in cut.visible.splitlines())


def fold(html: str) -> str:
    """Return the HTML with a fold where what it quotes begins; unchanged where no mark of that is known."""
    for element in _ELEMENT.finditer(html):
        if _BEFORE.search(element[0]):
            return html[: element.start()] + QUOTE + html[element.start() :]
        if _AROUND.search(element[0]):
            return html[: element.end()] + QUOTE + html[element.end() :]
    return html
