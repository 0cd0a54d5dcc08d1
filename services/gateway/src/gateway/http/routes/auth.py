"""Signing in, and oneself."""

import base64
import binascii
from collections.abc import Sequence
from datetime import datetime
from http import HTTPStatus
from typing import Annotated
from uuid import UUID

from fastapi import Form, Query
from google.protobuf.field_mask_pb2 import FieldMask
from starlette.requests import Request
from starlette.responses import Response

from chassis.context import current_caller
from chassis.db import Database
from chassis.errors import FieldError, InvalidInput, NotFound, Unauthenticated
from chassis.ids import is_id
from chassis.paging import Page
from deskmesh.gateway.v1 import directory_service_pb2 as pb
from deskmesh.gateway.v1 import identity_pb2 as nouns
from gateway.app import auth, tokens
from gateway.app.second_step import finish_sign_in
from gateway.clients import gateway as rpcs
from gateway.db.credentials import PersonalAccessToken
from gateway.http.answers import document, listing, nothing, resource
from gateway.http.desk import ask, desk
from gateway.http.door import ANONYMOUS, API, AUTHENTICATED, Door
from gateway.http.headers import expected_version
from gateway.http.models import auth as models
from gateway.http.models.common import PageQuery, list_of
from gateway.http.render import people as render
from gateway.http.values import JsonObject, ref_to, timestamp
from gateway.http.values import moment as said

door = Door("auth")

_NEEDED = {
    "password": ("tenant", "username", "password"),
    "mfa": ("mfa_token", "code"),
    "refresh_token": ("refresh_token",),
}


@door.route(
    "POST", "/auth/token", ANONYMOUS, gives=models.Tokens, accepts="application/x-www-form-urlencoded"
)
async def create_token(request: Request, form: Annotated[models.TokenForm, Form()]) -> Response:
    """Sign in.

    OAuth 2 by form fields: `grant_type=password` with `tenant`, `username` and `password`; `mfa` with
    `mfa_token` and `code`; `refresh_token` with `refresh_token`, which is used up by it; `client_credentials` with `client_id` and `client_secret`, in the form or
    by HTTP Basic. Access tokens live ten minutes.

    A right password of somebody with a second factor is answered 403 with `mfa_required`, and with
    `mfa_setup_required` where their tenant demands one that they have not set up (`POST /auth/second-factor`). The
    `mfa_token` in it holds for ten minutes.
    """
    at = desk(request)
    address = request.client.host if request.client else ""
    at.sign_ins.take(address)
    missing = [name for name in _NEEDED.get(form.grant_type, ()) if not getattr(form, name)]
    if missing:
        raise InvalidInput(
            [FieldError(name, f"is required with grant_type {form.grant_type}") for name in missing]
        )
    recovery_codes: list[str] = []
    match form.grant_type:
        case "password":
            pair = await auth.sign_in_with_password(
                at.databases,
                at.keys,
                tenant_slug=form.tenant or "",
                username=form.username or "",
                password=form.password or "",
                user_agent=request.headers.get("user-agent", ""),
                ip=address,
            )
        case "mfa":
            signed_in = await finish_sign_in(
                at.databases,
                at.keys,
                at.sealer,
                mfa_token=form.mfa_token or "",
                code=form.code or "",
                user_agent=request.headers.get("user-agent", ""),
                ip=address,
            )
            pair, recovery_codes = signed_in.pair, signed_in.recovery_codes
        case "refresh_token":
            pair = await auth.refresh(at.databases, at.keys, refresh_token=form.refresh_token or "")
        case "client_credentials":
            client_id, client_secret = _client(request, form)
            pair = await auth.sign_in_with_client_credentials(
                at.databases, at.keys, client_id=client_id, client_secret=client_secret
            )
    body: JsonObject = {
        "access_token": pair.access_token,
        "token_type": "Bearer",
        "expires_in": pair.expires_in,
        "scope": pair.scope,
    }
    if pair.refresh_token is not None:
        body["refresh_token"] = pair.refresh_token
    if recovery_codes:
        body["recovery_codes"] = recovery_codes
    return document(body)


@door.route("GET", "/me", rpcs.GET_ME, gives=models.Me, versioned=True)
async def get_me(request: Request) -> Response:
    """Read who you are, in which tenant, and what you may."""
    user = (await ask(request, rpcs.GET_ME, pb.GetMeRequest())).user
    return await _me(request, user)


@door.route("PATCH", "/me", rpcs.UPDATE_ME, gives=models.Me, versioned=True)
async def update_me(request: Request, body: models.MyPatch) -> Response:
    """Change your name, language, time zone or phone."""
    patch = nouns.User(
        name=body.name or "",
        language=body.language or "",
        time_zone=body.time_zone or "",
        phone=body.phone or "",
    )
    question = pb.UpdateMeRequest(
        patch=patch,
        update_mask=FieldMask(paths=body.named()),
        expected_version=expected_version(request),
    )
    user = (await ask(request, rpcs.UPDATE_ME, question)).user
    return await _me(request, user)


@door.route("PUT", "/me/password", rpcs.CHANGE_MY_PASSWORD, status=HTTPStatus.NO_CONTENT)
async def change_my_password(request: Request, body: models.NewPassword) -> Response:
    """Change your password.

    All your sessions end, this one too: sign in anew. Only a session that began with a sign-in may do this.
    """
    question = pb.ChangeMyPasswordRequest(
        current_password=body.current_password, new_password=body.new_password
    )
    await ask(request, rpcs.CHANGE_MY_PASSWORD, question)
    return nothing()


@door.route("DELETE", "/me/session", AUTHENTICATED, status=HTTPStatus.NO_CONTENT)
async def sign_out(request: Request) -> Response:
    """Sign out: end the session of your access token, which is refused from then on."""
    async with _database(request).transaction(current_caller().tenant_id) as tx:
        await auth.sign_out(tx)
    return nothing()


@door.route("POST", "/me/tokens", AUTHENTICATED, gives=models.MadeToken, status=HTTPStatus.CREATED)
async def create_personal_access_token(request: Request, body: models.NewToken) -> Response:
    """Make a personal access token for a program.

    The secret is shown this once. It may do what you may, or only some scopes of it.
    """
    async with _database(request).transaction(current_caller().tenant_id) as tx:
        made = await tokens.create_personal_access_token(
            tx, name=body.name, scopes=body.scopes, expires_at=body.expires_at
        )
        await tx.session.refresh(made.row)
        answer: JsonObject = {**_token(made.row), "token": made.secret}
    return document(answer, HTTPStatus.CREATED, {"location": f"{API}/me/tokens/{made.row.id}"})


@door.route("GET", "/me/tokens", AUTHENTICATED, gives=list_of(models.PersonalAccessToken))
async def list_personal_access_tokens(request: Request, query: Annotated[PageQuery, Query()]) -> Response:
    """List your personal access tokens, the latest first; their secrets can't be read again."""
    async with _database(request).transaction(current_caller().tenant_id) as tx:
        rows, next_page_token = await tokens.list_personal_access_tokens(
            tx, page=Page(query.page_size, query.page_token)
        )
        items: Sequence[JsonObject] = [_token(row) for row in rows]
    return listing(items, next_page_token)


@door.route("DELETE", "/me/tokens/{token}", AUTHENTICATED, status=HTTPStatus.NO_CONTENT)
async def revoke_personal_access_token(request: Request, token: str) -> Response:
    """Revoke one of your personal access tokens."""
    if not is_id(token):
        raise NotFound("personal access token")
    async with _database(request).transaction(current_caller().tenant_id) as tx:
        await tokens.revoke_personal_access_token(tx, token_id=UUID(token))
    return nothing()


def _database(request: Request) -> Database:
    return desk(request).databases.for_tenant(current_caller().tenant_id)


async def _me(request: Request, user: nouns.User) -> Response:
    tenant = (await ask(request, rpcs.GET_TENANT, pb.GetTenantRequest())).tenant
    permissions = sorted(current_caller().scopes)
    body = {**render.user(user), "tenant": ref_to(tenant), "permissions": permissions}
    return resource(body, user.version)


def _token(row: PersonalAccessToken) -> JsonObject:
    return {
        "id": str(row.id),
        "name": row.name,
        "scopes": row.scopes,
        "created_at": _said(row.created_at),
        "expires_at": _said(row.expires_at),
        "last_used_at": _said(row.last_used_at),
    }


def _said(time: datetime | None) -> str | None:
    stamp = timestamp(time)
    return None if stamp is None else said(stamp)


def _client(request: Request, form: models.TokenForm) -> tuple[str, str]:
    """Take the client's credentials from HTTP Basic, else from the form."""
    scheme, _, encoded = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "basic":
        try:
            client_id, _, secret = base64.b64decode(encoded.strip(), validate=True).decode().partition(":")
        except (binascii.Error, UnicodeDecodeError):
            raise Unauthenticated("The client id or secret is wrong.", reason="INVALID_CREDENTIALS") from None
        return client_id, secret
    missing = [name for name in ("client_id", "client_secret") if not getattr(form, name)]
    if missing:
        raise InvalidInput(
            [FieldError(name, f"is required with grant_type {form.grant_type}") for name in missing]
        )
    return form.client_id or "", form.client_secret or ""
