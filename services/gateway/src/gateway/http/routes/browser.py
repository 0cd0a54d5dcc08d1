"""Signing in with a browser: what renews the session is a cookie that no script can read.

Three things keep other sites out: the cookie is SameSite=Strict, each request carries a header that a browser sends
to another site only after asking it (which is refused), and the bodies are JSON.
"""

from collections.abc import Sequence
from http import HTTPStatus
from typing import Annotated, Final, Literal

from fastapi import Header
from starlette.requests import Request
from starlette.responses import Response

from chassis.errors import Unauthenticated
from gateway.app import auth
from gateway.app.second_step import finish_sign_in
from gateway.http.answers import document, nothing
from gateway.http.desk import desk
from gateway.http.door import ANONYMOUS, API, Door
from gateway.http.models import browser as models
from gateway.http.models.second_factors import SecondStep
from gateway.http.values import JsonObject

door = Door("auth")

COOKIE: Final = "deskmesh_session"
PATH: Final = f"{API}/auth/session"
_COOKIE_SECONDS: Final = 30 * 24 * 3600
"""As long as a refresh token lives."""

FromOurPage = Annotated[
    Literal["deskmesh"],
    Header(
        alias="X-Requested-With",
        description="Always `deskmesh`: pages of other sites cannot send it.",
    ),
]


@door.route("POST", "/auth/session", ANONYMOUS, gives=models.BrowserToken)
async def create_browser_session(
    request: Request, body: models.BrowserSignIn, requested_with: FromOurPage
) -> Response:
    """Sign in with a browser.

    Gives an access token, for ten minutes, and sets an HttpOnly cookie that gives further ones for thirty days. Where
    the password is not enough, the answer is 403 with an `mfa_token` (see `POST /auth/token`).
    """
    del requested_with  # it had to be there
    at = desk(request)
    at.sign_ins.take(address(request))
    pair = await auth.sign_in_with_password(
        at.databases,
        at.keys,
        tenant_slug=body.tenant,
        username=body.username,
        password=body.password,
        user_agent=request.headers.get("user-agent", ""),
        ip=address(request),
    )
    return _begun(request, pair)


@door.route("POST", "/auth/session/second-factor", ANONYMOUS, gives=models.BrowserToken)
async def finish_browser_sign_in(request: Request, body: SecondStep, requested_with: FromOurPage) -> Response:
    """Finish a browser's sign-in by a code of the second factor, or a recovery code."""
    del requested_with
    at = desk(request)
    at.sign_ins.take(address(request))
    signed_in = await finish_sign_in(
        at.databases,
        at.keys,
        at.sealer,
        mfa_token=body.mfa_token,
        code=body.code,
        user_agent=request.headers.get("user-agent", ""),
        ip=address(request),
    )
    return _begun(request, signed_in.pair, signed_in.recovery_codes)


@door.route("POST", "/auth/session/token", ANONYMOUS, gives=models.BrowserToken)
async def continue_browser_session(request: Request, requested_with: FromOurPage) -> Response:
    """Get a new access token for the cookie of the browser's session."""
    del requested_with
    at = desk(request)
    at.sign_ins.take(address(request))
    cookie = request.cookies.get(COOKIE)
    if not cookie:
        raise Unauthenticated("This browser is not signed in.", reason="NO_SESSION")
    return _token(await auth.continue_session(at.databases, at.keys, refresh_token=cookie))


@door.route("DELETE", "/auth/session", ANONYMOUS, status=HTTPStatus.NO_CONTENT)
async def end_browser_session(request: Request, requested_with: FromOurPage) -> Response:
    """Sign out: end the browser's session; its access tokens are refused from then on."""
    del requested_with
    cookie = request.cookies.get(COOKIE)
    if cookie:
        await auth.end_session_by_refresh_token(desk(request).databases, refresh_token=cookie)
    answer = nothing()
    set_cookie(answer, request, "", PATH)
    return answer


@door.route("POST", "/auth/session/sign-out", ANONYMOUS, gives=models.Onward)
async def sign_out_at_provider_too(request: Request, requested_with: FromOurPage) -> Response:
    """Sign out here, and learn where the browser goes to sign out at its identity provider too.

    `url` is null where the session began by a password, or its provider takes no sign-out. The provider sends the
    browser back to `/sign-in` with `state`.
    """
    del requested_with
    at = desk(request)
    cookie = request.cookies.get(COOKIE)
    onward = None
    if cookie:
        back_to = f"{origin(request)}/sign-in"
        onward = await at.provider_sign_out.sign_out(refresh_token=cookie, back_to=back_to)
    found: JsonObject = {"url": onward.url, "state": onward.state} if onward else {"url": None, "state": None}
    answer = document(found)
    set_cookie(answer, request, "", PATH)
    return answer


def _begun(request: Request, pair: auth.TokenPair, recovery_codes: Sequence[str] = ()) -> Response:
    answer = _token(pair, recovery_codes)
    assert pair.refresh_token is not None
    set_cookie(answer, request, pair.refresh_token, PATH)
    return answer


def _token(pair: auth.TokenPair, recovery_codes: Sequence[str] = ()) -> Response:
    body: JsonObject = {
        "access_token": pair.access_token,
        "token_type": "Bearer",
        "expires_in": pair.expires_in,
        "scope": pair.scope,
    }
    if recovery_codes:
        body["recovery_codes"] = list(recovery_codes)
    return document(body)


def set_cookie(answer: Response, request: Request, refresh_token: str, path: str) -> None:
    """Set the cookie of a browser's session for what is below a path; take it away where there is no token."""
    seconds = _COOKIE_SECONDS if refresh_token else 0
    answer.set_cookie(
        COOKIE,
        refresh_token,
        max_age=seconds,
        path=path,
        secure=is_https(request),
        httponly=True,
        samesite="strict",
    )


def is_https(request: Request) -> bool:
    """Whether the browser speaks TLS, to this process or to what stands before it."""
    return "https" in {request.url.scheme, request.headers.get("x-forwarded-proto")}


def origin(request: Request) -> str:
    """The address of this desk as the browser has it, without a path."""
    return f"{'https' if is_https(request) else 'http'}://{request.url.netloc}"


def address(request: Request) -> str:
    """Where a request comes from, as far as that is known."""
    return request.client.host if request.client else ""
