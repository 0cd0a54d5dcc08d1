"""The application: all routes behind one guard, all errors as problems, one middleware around."""

from functools import cache
from typing import Final

import orjson
from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.routing import BaseRoute
from starlette.types import ASGIApp

from chassis.errors import DeskmeshError
from gateway.http import approval_page, password_page, problems, rating_page
from gateway.http.desk import Desk
from gateway.http.documented import openapi
from gateway.http.door import Declared, GuardedRoute
from gateway.http.pages import pages
from gateway.http.plain import routes as plain
from gateway.http.routes import (
    agreements,
    approvals,
    attachments,
    audit,
    auth,
    branding,
    browser,
    bulk,
    calendars,
    catalog,
    changes,
    children,
    cmdb,
    compliance,
    configuration,
    conversation,
    drafts,
    events,
    fields,
    focus,
    identity_providers,
    knowledge,
    known_errors,
    layouts,
    links,
    macros,
    major_incidents,
    mentions,
    merging,
    messages,
    password_resets,
    people,
    presence,
    problem_candidates,
    push,
    ratings,
    recurrences,
    replay,
    reports,
    roles,
    routing,
    rules,
    second_factors,
    sessions,
    sla,
    tickets,
    time_entries,
    views,
    webhooks,
    work_profiles,
    workflows,
)
from gateway.http.telemetry import Telemetry
from gateway.http.web import web_ui

DOORS: Final = (
    tickets.door,
    conversation.door,
    major_incidents.door,
    mentions.door,
    presence.door,
    drafts.door,
    layouts.door,
    links.door,
    children.door,
    bulk.door,
    merging.door,
    attachments.door,
    approvals.door,
    calendars.door,
    catalog.door,
    replay.door,
    reports.door,
    changes.door,
    sla.door,
    agreements.door,
    compliance.door,
    auth.door,
    browser.door,
    second_factors.door,
    sessions.door,
    password_resets.door,
    push.door,
    identity_providers.door,
    events.door,
    people.door,
    roles.door,
    audit.door,
    branding.door,
    work_profiles.door,
    configuration.door,
    fields.door,
    workflows.door,
    views.door,
    macros.door,
    rules.door,
    focus.door,
    time_entries.door,
    problem_candidates.door,
    known_errors.door,
    ratings.door,
    routing.door,
    recurrences.door,
    webhooks.door,
    knowledge.door,
    cmdb.door,
    messages.door,
)
"""The most used come first: routes are tried in order."""


def declared_routes() -> list[Declared]:
    """List what all routes under /api/v1 declare."""
    return [declared for door in DOORS for declared in door.declared]


@cache
def api_document() -> bytes:
    """Write the OpenAPI document of all routes."""
    return orjson.dumps(openapi([GuardedRoute(declared) for declared in declared_routes()]))


def create_app(desk: Desk) -> ASGIApp:
    """Make the ASGI application of the HTTP door."""
    app = FastAPI(
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        # FastAPI's own costs more than the request; a span is written by hand.
        telemetry={"tracing": False, "metrics": False, "logs": False},
        exception_handlers={
            DeskmeshError: problems.on_expected,
            RequestValidationError: problems.on_invalid,
            HTTPException: problems.on_http,
            Exception: problems.on_fault,
        },
    )
    app.state.desk = desk
    routes: list[BaseRoute] = [GuardedRoute(declared) for declared in declared_routes()]

    app.router.routes += [
        *routes,
        *approval_page.ROUTES,
        *rating_page.ROUTES,
        *password_page.ROUTES,
        *plain.ROUTES,
        *web_ui(desk.web_folder),
        *pages(api_document),
    ]
    return Telemetry(app)
