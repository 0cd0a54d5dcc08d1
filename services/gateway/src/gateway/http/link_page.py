"""The plain pages behind links in mails: somebody reads, and acts by a button, without signing in.

GET shows and never acts: whoever looks into mails for safety follows links, and presses no buttons.
"""

import html
from collections.abc import Mapping
from http import HTTPStatus
from typing import Final, TypeAlias

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response

from chassis.context import Caller
from chassis.errors import DeskmeshError, Unauthenticated, WrongState
from gateway.http.desk import desk
from gateway.http.door import bounded
from gateway.http.plain.page import page, spoken

Words: TypeAlias = Mapping[str, str]
"""What a page says in one language; `over`, `over_why`, `refused` and `refused_why` are said of a link that no longer works."""

_MOST_BYTES: Final = 64 * 1024


class LinkPage:
    """The pages of one purpose: what they say by language, and what whoever opens a link may do."""

    def __init__(self, purpose: str, texts: Mapping[str, Words], scopes: list[str], *, about: str) -> None:
        """Take the texts, the scopes at most of the person, and what in the link the person acts on."""
        self._purpose, self._texts, self._scopes, self._about = purpose, texts, scopes, about

    async def open(self, request: Request) -> tuple[Caller, dict[str, str]]:
        """Believe the link, and be the person that it is for, with these scopes and no other. Raises DeskmeshError."""
        at = desk(request)
        at.sign_ins.take(request.client.host if request.client else "")
        token = request.path_params["token"]
        said, access = await at.links.open(self._purpose, token, self._scopes, about=self._about)
        return await at.admission.caller(f"Bearer {access}", "link"), said

    def words(self, language: str) -> Words:
        """Give what is said in a language, else in English."""
        return self._texts[spoken(language)]

    def answer(self, language: str, title: str, body: str, status: int = HTTPStatus.OK) -> Response:
        """Write a page; `body` is HTML, `title` is not."""
        return page(language, title, body, status)

    def over(self, language: str, status: int = HTTPStatus.OK) -> Response:
        """Say that there is nothing left to do."""
        words = self.words(language)
        return self.answer(language, words["over"], f"<p>{html.escape(words['over_why'])}</p>", status)

    def refusal(self, error: DeskmeshError, language: str) -> Response:
        """Say that it did not work, and no more than the link's holder may know."""
        if isinstance(error, WrongState):
            return self.over(language, HTTPStatus.CONFLICT)
        words = self.words(language)
        status = (
            HTTPStatus.FORBIDDEN if isinstance(error, Unauthenticated) else HTTPStatus.SERVICE_UNAVAILABLE
        )
        if error.kind in {"not_found", "forbidden"}:
            status = HTTPStatus.FORBIDDEN
        elif error.kind == "invalid_input":
            status = HTTPStatus.UNPROCESSABLE_ENTITY
        elif error.kind == "limit_reached":
            status = HTTPStatus.TOO_MANY_REQUESTS
        return self.answer(language, words["refused"], f"<p>{html.escape(words['refused_why'])}</p>", status)


async def form_of(request: Request) -> FormData:
    """Read what the button sends."""
    return await Request(request.scope, bounded(request, _MOST_BYTES)).form(max_fields=4)


def escaped(words: Words) -> dict[str, str]:
    """The words as HTML may hold them."""
    return {name: html.escape(word) for name, word in words.items()}
