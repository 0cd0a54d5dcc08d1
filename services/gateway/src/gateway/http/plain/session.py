"""Who looks at a plain page: the session of the browser in a cookie of these pages' own, and what keeps other sites out.

The cookie is SameSite=Strict; for browsers that do not know of that, each form carries a word that only a page for the
same session can have, and a sign-in has to come from this origin where the browser says from which it comes.
"""

import hashlib
import hmac
from typing import Final
from urllib.parse import urlsplit

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response

from chassis.context import Caller
from chassis.errors import Forbidden, Unauthenticated
from gateway.http.desk import desk
from gateway.http.door import bounded
from gateway.http.routes.browser import COOKIE, set_cookie

PATH: Final = "/plain"
_MOST_BYTES: Final = 256 * 1024
_MOST_FIELDS: Final = 8


async def admitted(request: Request) -> Caller:
    """Say who is signed in here.

    Raises:
        Unauthenticated: nobody is, or no longer.
    """
    cookie = request.cookies.get(COOKIE)
    if not cookie:
        raise Unauthenticated("This browser is not signed in.", reason="NO_SESSION")
    return await desk(request).admission.admit_browser(cookie, "rest")


async def form_of(request: Request) -> FormData:
    """Read a form that was sent from this origin.

    Raises:
        Forbidden: a page of another site sent it.
    """
    if _foreign(request):
        raise Forbidden("This form comes from another site.")
    return await Request(request.scope, bounded(request, _MOST_BYTES)).form(max_fields=_MOST_FIELDS)


def _foreign(request: Request) -> bool:
    """Whether the browser says that another site's page sent this.

    Pages that keep their address to themselves have the origin `null` in their forms; newer browsers say beside it where
    those come from.
    """
    site, origin = request.headers.get("sec-fetch-site"), request.headers.get("origin", "null")
    if site is not None:
        return site not in {"same-origin", "none"}
    return origin != "null" and urlsplit(origin).netloc != request.headers.get("host")


async def own_form_of(request: Request) -> FormData:
    """Read a form that a page for this very session sent.

    Raises:
        Unauthenticated: there is no session.
        Forbidden: it comes from elsewhere.
    """
    if not request.cookies.get(COOKIE):
        raise Unauthenticated("This browser is not signed in.", reason="NO_SESSION")
    form = await form_of(request)
    if not hmac.compare_digest(form_word(request), str(form.get("form", ""))):
        raise Forbidden("This form comes from another session.")
    return form


def form_word(request: Request) -> str:
    """The word that forms of this session carry; it tells nothing of the cookie."""
    return hashlib.blake2b(
        request.cookies.get(COOKIE, "").encode(), digest_size=16, person=b"plain form"
    ).hexdigest()


def keep(answer: Response, request: Request, refresh_token: str) -> None:
    """Set the cookie, or take it away where there is no token."""
    set_cookie(answer, request, refresh_token, PATH)
