"""How the desk looks to the people of a tenant: its colour and its logo."""

import base64
import binascii
import re
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from chassis.errors import FieldError, InvalidInput, NotFound
from deskmesh.gateway.v1 import branding_service_pb2 as pb
from gateway.app.branding import logo_of, look_of
from gateway.clients import gateway as rpcs
from gateway.http.answers import document, resource
from gateway.http.desk import ask, desk
from gateway.http.door import ANONYMOUS, API, Door
from gateway.http.headers import expected_version
from gateway.http.models import branding as models
from gateway.http.values import JsonObject, text

door = Door("branding")

_OWN: Final = "/branding"
_LOGO: Final = "/branding/{tenant}/logo/{sha256}"
_DATA = re.compile(r"data:[\w/.+-]{1,100};base64,([A-Za-z0-9+/=\s]*)\Z")
_SHORT_WHILE: Final = "public, max-age=60"
_FOR_GOOD: Final = "public, max-age=31536000, immutable"


@door.route("GET", _OWN, rpcs.GET_BRANDING, gives=models.Branding, versioned=True)
async def get_branding(request: Request) -> Response:
    """Read how the desk looks to the people of your tenant."""
    return _branding((await ask(request, rpcs.GET_BRANDING, pb.GetBrandingRequest())).branding)


@door.route("PUT", _OWN, rpcs.SET_BRANDING, gives=models.Branding, versioned=True)
async def set_branding(request: Request, body: models.BrandingInput) -> Response:
    """Say how the desk looks to the people of your tenant.

    The web UI draws with shades of the colour that are as bright as those of the desk's own, so that everything can be
    read in any colour. What a logo is, is told by its bytes; SVG is not taken, because it may hold scripts.
    """
    question = pb.SetBrandingRequest(
        accent=body.accent or "",
        logo=_bytes_of(body.logo) if body.logo else b"",
        remove_logo="logo" in body.model_fields_set and body.logo is None,
        expected_version=expected_version(request),
    )
    return _branding((await ask(request, rpcs.SET_BRANDING, question)).branding)


@door.route("GET", "/branding/{tenant}", ANONYMOUS, gives=models.Look)
async def get_look(request: Request, tenant: str) -> Response:
    """Read what the sign-in page shows of a tenant; the desk's own look for a tenant that does not exist."""
    look = await look_of(desk(request).databases, tenant)
    body: JsonObject = {"shades": [*look.shades], "logo": _path(tenant, look.logo_sha256)}
    return document(body, headers={"cache-control": _SHORT_WHILE})


@door.route("GET", _LOGO, ANONYMOUS, gives="image/*")
async def get_logo(request: Request, tenant: str, sha256: str) -> Response:
    """Read a tenant's logo: of this hash, and so for good."""
    logo = await logo_of(desk(request).databases, tenant, sha256)
    if logo is None:
        raise NotFound("logo")
    return Response(logo.content, headers={"cache-control": _FOR_GOOD}, media_type=logo.content_type)


def _branding(found: pb.Branding) -> Response:
    body: JsonObject = {
        "accent": text(found.accent),
        "shades": [*found.shades],
        "logo": _path(found.tenant, found.logo_sha256),
        "version": found.version,
    }
    return resource(body, found.version)


def _path(tenant: str, sha256: str) -> str | None:
    return API + _LOGO.format(tenant=tenant, sha256=sha256) if sha256 else None


def _bytes_of(url: str) -> bytes:
    found = _DATA.match(url)
    try:
        if found is not None:
            return base64.b64decode(found[1], validate=False)
    except binascii.Error:
        pass
    raise InvalidInput([FieldError("logo", "must be a picture as a data: URL in base64")])
