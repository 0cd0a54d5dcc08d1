"""OpenID providers: how they are configured, and how a browser signs in there.

What a browser keeps while it is at the provider is a cookie of these paths alone. It is SameSite=Lax, since it comes
back from another site; the session's own cookie stays Strict.
"""

import re
from http import HTTPStatus
from typing import Annotated, Final
from urllib.parse import urlencode

from fastapi import Form, Query
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from chassis.errors import DeskmeshError
from deskmesh.gateway.v1 import identity_provider_service_pb2 as pb
from gateway.app.single_sign_on import SIGN_IN_SECONDS
from gateway.clients import gateway as rpcs
from gateway.http.answers import document, listing, nothing, resource
from gateway.http.desk import ask, desk
from gateway.http.door import ANONYMOUS, API, Door
from gateway.http.headers import expected_version
from gateway.http.models import identity_providers as models
from gateway.http.models.common import PageQuery, Text, list_of
from gateway.http.routes.browser import PATH as SESSION_PATH
from gateway.http.routes.browser import address, is_https, origin, set_cookie
from gateway.http.values import JsonObject

door = Door("auth")

_CONFIGURED: Final = "/identity-providers/{provider}"
_OFFERED: Final = "/auth/providers/{tenant}"
_WAY: Final = f"{_OFFERED}/{{provider}}"
_COOKIE: Final = "deskmesh_provider"
_COOKIE_PATH: Final = f"{API}/auth/providers"
_OWN_PATH: Final = re.compile(r"/(?![/\\])[\x21-\x5b\x5d-\x7e]{0,1000}")


@door.route(
    "GET", "/identity-providers", rpcs.LIST_IDENTITY_PROVIDERS, gives=list_of(models.IdentityProvider)
)
async def list_identity_providers(request: Request, query: Annotated[PageQuery, Query()]) -> Response:
    """List the OpenID providers at which people sign in."""
    question = pb.ListIdentityProvidersRequest(page_size=query.page_size, page_token=query.page_token)
    found = await ask(request, rpcs.LIST_IDENTITY_PROVIDERS, question)
    return listing([_shown(one) for one in found.identity_providers], found.next_page_token)


@door.route("GET", _CONFIGURED, rpcs.GET_IDENTITY_PROVIDER, gives=models.IdentityProvider, versioned=True)
async def get_identity_provider(request: Request, provider: str) -> Response:
    """Read an OpenID provider, by its slug."""
    question = pb.GetIdentityProviderRequest(slug=provider)
    found = (await ask(request, rpcs.GET_IDENTITY_PROVIDER, question)).identity_provider
    return resource(_shown(found), found.version)


@door.route("PUT", _CONFIGURED, rpcs.SET_IDENTITY_PROVIDER, gives=models.IdentityProvider, versioned=True)
async def set_identity_provider(
    request: Request, provider: str, body: models.IdentityProviderInput
) -> Response:
    """Make an OpenID provider, or replace its configuration.

    Its redirect address is `/api/v1/auth/providers/{tenant}/{provider}/callback` at this desk. People are known by the
    provider's subject; the first time, a verified address of one of `domains` finds them or has them made. Another issuer
    needs its secret anew, and knows nobody.
    """
    written = body.model_dump(exclude={"client_secret"})
    question = pb.SetIdentityProviderRequest(
        identity_provider=pb.IdentityProvider(slug=provider, **written),
        client_secret=body.client_secret,
        expected_version=expected_version(request),
    )
    kept = (await ask(request, rpcs.SET_IDENTITY_PROVIDER, question)).identity_provider
    return resource(_shown(kept), kept.version)


@door.route("DELETE", _CONFIGURED, rpcs.DELETE_IDENTITY_PROVIDER, status=HTTPStatus.NO_CONTENT)
async def delete_identity_provider(request: Request, provider: str) -> Response:
    """Delete an OpenID provider; the people whom it has signed in stay."""
    await ask(request, rpcs.DELETE_IDENTITY_PROVIDER, pb.DeleteIdentityProviderRequest(slug=provider))
    return nothing()


@door.route("GET", _OFFERED, ANONYMOUS, gives=models.OfferedProviders)
async def list_offered_providers(request: Request, tenant: str) -> Response:
    """List the providers at which a tenant's people may sign in; none for a tenant that does not exist."""
    at = desk(request)
    at.sign_ins.take(address(request))
    found = await at.single_sign_on.ways_in(tenant)
    items = [{"name": one.name, "path": f"{_COOKIE_PATH}/{tenant}/{one.slug}"} for one in found.providers]
    return document({"items": [*items], "passwords": found.passwords})


@door.route("GET", _WAY, ANONYMOUS, status=HTTPStatus.SEE_OTHER)
async def sign_in_at_provider(
    request: Request, tenant: str, provider: str, to: Annotated[Text, Query()] = "/"
) -> Response:
    """Send a browser to the provider, to sign in there; `to` is a path of this desk."""
    at = desk(request)
    try:
        at.sign_ins.take(address(request))
        begun = await at.single_sign_on.begin(
            tenant_slug=tenant,
            provider_slug=provider,
            redirect_uri=_callback(request, tenant, provider),
            back_to=to if _OWN_PATH.fullmatch(to) else "/",
        )
    except DeskmeshError as error:
        return _refused(error.reason)
    answer = _see(begun.url)
    _keep(answer, request, begun.browser)
    return answer


@door.route("GET", f"{_WAY}/callback", ANONYMOUS, status=HTTPStatus.SEE_OTHER)
async def come_back_from_provider(
    request: Request,
    tenant: str,
    provider: str,
    state: Annotated[Text, Query()] = "",
    code: Annotated[Text, Query()] = "",
) -> Response:
    """Take a browser back from the provider: sets the cookie of its session, and leads to where it was to go."""
    at = desk(request)
    try:
        at.sign_ins.take(address(request))
        came = await at.single_sign_on.finish(
            tenant_slug=tenant,
            provider_slug=provider,
            redirect_uri=_callback(request, tenant, provider),
            state=state,
            browser=request.cookies.get(_COOKIE, ""),
            code=code,
            user_agent=request.headers.get("user-agent", ""),
            ip=address(request),
        )
    except DeskmeshError as error:
        answer = _refused(error.reason)
    else:
        answer = _see(came.back_to)
        set_cookie(answer, request, came.pair.refresh_token or "", SESSION_PATH)
    _keep(answer, request, "")
    return answer


@door.route(
    "POST",
    f"{_WAY}/logout",
    ANONYMOUS,
    status=HTTPStatus.NO_CONTENT,
    accepts="application/x-www-form-urlencoded",
)
async def hear_logout_at_provider(
    request: Request, tenant: str, provider: str, form: Annotated[models.LogoutForm, Form()]
) -> Response:
    """Hear from the provider that somebody has signed out there: their sessions that began there end here too.

    OpenID Connect Back-Channel Logout 1.0. The token is signed by the provider, and is taken once.
    """
    at = desk(request)
    at.sign_ins.take(address(request))
    await at.provider_sign_out.hear(
        tenant_slug=tenant, provider_slug=provider, logout_token=form.logout_token
    )
    return nothing()


def _callback(request: Request, tenant: str, provider: str) -> str:
    return f"{origin(request)}{_COOKIE_PATH}/{tenant}/{provider}/callback"


def _see(url: str) -> Response:
    return RedirectResponse(url, HTTPStatus.SEE_OTHER, {"cache-control": "no-store"})


def _refused(reason: str) -> Response:
    return _see(f"/sign-in?{urlencode({'refused': reason.lower()})}")


def _keep(answer: Response, request: Request, browser: str) -> None:
    answer.set_cookie(
        _COOKIE,
        browser,
        max_age=SIGN_IN_SECONDS if browser else 0,
        path=_COOKIE_PATH,
        secure=is_https(request),
        httponly=True,
        samesite="lax",
    )


def _shown(provider: pb.IdentityProvider) -> JsonObject:
    return {
        "id": provider.id,
        "slug": provider.slug,
        "name": provider.name,
        "issuer": provider.issuer,
        "client_id": provider.client_id,
        "scopes": list(provider.scopes),
        "email_claim": provider.email_claim,
        "name_claim": provider.name_claim,
        "groups_claim": provider.groups_claim,
        "domains": list(provider.domains),
        "creates_people": provider.creates_people,
        "role_mapping": dict(provider.role_mapping),
        "active": provider.active,
        "version": provider.version,
    }
