"""The plain pages for a forgotten password: asking for a link by mail, and the new password behind it."""

import html
from http import HTTPStatus
from typing import Final

from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from chassis.errors import Forbidden, InvalidInput, LimitReached, Unauthenticated
from gateway.http.desk import desk
from gateway.http.password_texts import TEXTS
from gateway.http.plain.page import page, spoken
from gateway.http.plain.session import form_of
from gateway.http.routes.browser import address

PATH: Final = "/password-reset"

_ASK: Final = """\
<form method="post"><p><label>{tenant}<br><input name="tenant" autocomplete="organization" required></label></p>
<p><label>{email}<br><input name="email" type="email" autocomplete="username" required></label></p>
<button>{ask}</button></form>
"""
_CHOOSE: Final = """\
<form method="post"><p><label>{password}<br>
<input name="new_password" type="password" autocomplete="new-password" required></label></p>
<button>{set}</button></form>
"""


async def show_ask(request: Request) -> Response:
    """Show the form that asks for a link."""
    return _page(request, "forgot", _ASK)


async def ask(request: Request) -> Response:
    """Say the same whatever was asked; whether a mail goes out is looked into afterwards."""
    at = desk(request)
    try:
        at.sign_ins.take(address(request))
        form = await form_of(request)
    except LimitReached:
        return _page(request, "refused", "<p>{often}</p>", HTTPStatus.TOO_MANY_REQUESTS)
    except Forbidden:
        return _page(request, "refused", "", HTTPStatus.FORBIDDEN)
    answer = _page(request, "asked", "<p>{asked_why}</p>")
    tenant, email = str(form.get("tenant", "")).strip(), str(form.get("email", ""))
    answer.background = BackgroundTask(at.password_resets.ask, tenant_slug=tenant, email=email)
    return answer


async def show_choose(request: Request) -> Response:
    """Show the form for the new password; changes nothing."""
    return _page(request, "choose", _CHOOSE)


async def choose(request: Request) -> Response:
    """Set the new password, once."""
    at = desk(request)
    try:
        at.sign_ins.take(address(request))
        form = await form_of(request)
        await at.password_resets.reset(
            token=request.path_params["token"], new_password=str(form.get("new_password", ""))
        )
    except LimitReached:
        return _page(request, "refused", "<p>{often}</p>", HTTPStatus.TOO_MANY_REQUESTS)
    except InvalidInput as error:
        reasons = html.escape("; ".join(one.reason for one in error.errors))
        body = f'<p role="alert">{{unfit}} {reasons.replace("{", "").replace("}", "")}</p>{_CHOOSE}'
        return _page(request, "choose", body, HTTPStatus.UNPROCESSABLE_ENTITY)
    except (Unauthenticated, Forbidden):
        return _page(request, "refused", "<p>{refused_why}</p>", HTTPStatus.FORBIDDEN)
    return _page(request, "done", '<p>{done_why}</p><p><a href="/sign-in">{sign_in}</a></p>')


def _page(request: Request, title: str, body: str, status: int = HTTPStatus.OK) -> Response:
    language = spoken(request.headers.get("accept-language", ""))
    words = {name: html.escape(word) for name, word in TEXTS[language].items()}
    return page(language, TEXTS[language][title], body.format(**words), status)


ROUTES: Final = [
    Route(PATH, show_ask, methods=["GET"]),
    Route(PATH, ask, methods=["POST"]),
    Route(f"{PATH}/{{token}}", show_choose, methods=["GET"]),
    Route(f"{PATH}/{{token}}", choose, methods=["POST"]),
]
