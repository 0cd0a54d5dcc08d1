"""A forgotten password, by mail."""

from http import HTTPStatus

from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.responses import Response

from gateway.http.answers import nothing
from gateway.http.desk import desk
from gateway.http.door import ANONYMOUS, Door
from gateway.http.models import auth as models
from gateway.http.routes.browser import address

door = Door("auth")


@door.route("POST", "/auth/password-reset", ANONYMOUS, status=HTTPStatus.NO_CONTENT)
async def ask_for_password_reset(request: Request, body: models.ForgottenPassword) -> Response:
    """Have a link mailed to whoever has forgotten their password.

    The answer is the same whatever the address. A mail goes out when it is that of somebody who signs in with a
    password, once a day at most; its link holds an hour.
    """
    at = desk(request)
    at.sign_ins.take(address(request))
    answer = nothing()
    answer.background = BackgroundTask(at.password_resets.ask, tenant_slug=body.tenant, email=body.email)
    return answer


@door.route("POST", "/auth/password", ANONYMOUS, status=HTTPStatus.NO_CONTENT)
async def reset_password(request: Request, body: models.PasswordReset) -> Response:
    """Give yourself another password by the token in the link of a mail. It works once; all your sessions end."""
    at = desk(request)
    at.sign_ins.take(address(request))
    await at.password_resets.reset(token=body.token, new_password=body.new_password)
    return nothing()
