"""What all plain pages have in common: one small document, no script, nothing loaded beside it."""

import html
from http import HTTPStatus
from typing import Final

from starlette.responses import Response

LANGUAGES: Final = ("en", "pl", "ru")

_HEADERS: Final = {
    "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'self'; "
    "frame-ancestors 'none'",
    "cache-control": "no-store",
    "x-robots-tag": "noindex",
}

_PAGE: Final = """\
<!doctype html>
<html lang="{language}">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>{title}</title>
<style>body{{font:16px/1.5 sans-serif;max-width:40rem;margin:1rem auto;padding:0 1rem;color:#1a1a1a;background:#fff}}\
pre{{white-space:pre-wrap;overflow-wrap:anywhere;font:inherit;border-left:3px solid #767676;padding-left:.8rem}}\
fieldset{{border:0;padding:0;margin:1rem 0}}fieldset label{{display:block}}\
input:not([type=radio]),textarea{{width:100%;box-sizing:border-box;font:inherit}}button{{font:inherit;padding:.6rem 1.2rem;margin:.6rem .6rem 0 0}}\
li{{margin:.6rem 0;overflow-wrap:anywhere}}</style>
</head>
<body><main><h1>{title}</h1>
{body}
</main></body>
</html>
"""


def spoken(language: str) -> str:
    """The language of a page for somebody who speaks `language`, a tag of any kind."""
    main = language.partition("-")[0].lower()
    return main if main in LANGUAGES else "en"


def page(language: str, title: str, body: str, status: int = HTTPStatus.OK) -> Response:
    """Answer a page: `title` is text, `body` is HTML."""
    shown = _PAGE.format(language=spoken(language), title=html.escape(title), body=body)
    return Response(shown, status, _HEADERS, "text/html")
