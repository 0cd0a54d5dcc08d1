"""Every route under /api/v1: what it demands, and what the OpenAPI document says of it."""

import json
import re
from collections import Counter
from collections.abc import Iterator

import pytest
from pydantic import TypeAdapter
from pydantic.config import JsonDict

from gateway.domain.permissions import PERMISSIONS
from gateway.http.app import declared_routes
from gateway.http.documented import openapi
from gateway.http.door import Declared, GuardedRoute

ROUTES = declared_routes()
NAMES = [f"{route.method} {route.path}" for route in ROUTES]

OPEN_TO_ANYBODY = {
    # A calendar program can send no header: the credential is a parameter, and without one nobody is believed.
    "GET /api/v1/changes/calendar.ics",
    "POST /api/v1/auth/token",
    # A browser signs in, goes on and out: the credential is the password in the body, or the cookie.
    "POST /api/v1/auth/session",
    "POST /api/v1/auth/session/token",
    "DELETE /api/v1/auth/session",
    # The second step of a sign-in: the credential is what the first step gave, and a code.
    "POST /api/v1/auth/second-factor",
    "POST /api/v1/auth/session/second-factor",
    # Who has forgotten the password: asking tells nothing, and the credential is the link's token.
    "POST /api/v1/auth/password-reset",
    "POST /api/v1/auth/password",
    # Signing in at a provider: what is on the page before anybody is known, and a browser's way there and back.
    "GET /api/v1/auth/providers/{tenant}",
    # What the sign-in page looks like before anybody is known.
    "GET /api/v1/branding/{tenant}",
    "GET /api/v1/branding/{tenant}/logo/{sha256}",
    "GET /api/v1/auth/providers/{tenant}/{provider}",
    "GET /api/v1/auth/providers/{tenant}/{provider}/callback",
    # Signing out both ways: the credential is the browser's cookie, or the token that the provider has signed.
    "POST /api/v1/auth/session/sign-out",
    "POST /api/v1/auth/providers/{tenant}/{provider}/logout",
}
"""A route is added here only together with a reason in its review."""

SERVED = """
POST /auth/token
POST /auth/session  POST /auth/session/token  DELETE /auth/session
GET /me  GET /me/second-factor  POST /me/second-factor  POST /me/second-factor/confirmation
POST /me/second-factor/recovery-codes  POST /me/second-factor/removal  DELETE /users/{}/second-factor
POST /auth/second-factor  POST /auth/session/second-factor  GET /sign-in-policy  PUT /sign-in-policy
GET /identity-providers  GET /identity-providers/{}  PUT /identity-providers/{}  DELETE /identity-providers/{}
GET /auth/providers/{}  GET /auth/providers/{}/{}  GET /auth/providers/{}/{}/callback
GET /branding  PUT /branding  GET /branding/{}  GET /branding/{}/logo/{}
POST /auth/session/sign-out  POST /auth/providers/{}/{}/logout
GET /me/sessions  DELETE /me/sessions  DELETE /me/sessions/{}
POST /tickets  GET /tickets  GET /tickets/{}  PATCH /tickets/{}
GET /tickets/{}/comments  POST /tickets/{}/comments
GET /tickets/{}/transitions  POST /tickets/{}/transitions
PUT /tickets/{}/assignment
GET /tickets/{}/attachments  POST /tickets/{}/attachments  GET /tickets/{}/attachments/{}
GET /tickets/{}/watchers  POST /tickets/{}/watchers  DELETE /tickets/{}/watchers/{}
GET /tickets/{}/links  POST /tickets/{}/links  DELETE /tickets/{}/links/{}
POST /tickets/{}/merge  DELETE /tickets/{}/merge/{}  POST /tickets/{}/split
POST /tickets/bulk  GET /tickets/bulk/{}  DELETE /tickets/bulk/{}
POST /tickets/{}/article  GET /tickets/{}/article
POST /scheduled-tickets  GET /scheduled-tickets  DELETE /scheduled-tickets/{}
GET /tickets/{}/children  POST /tickets/{}/children
GET /tickets/{}/history  GET /tickets/{}/suggestions  GET /tickets/{}/sla
GET /users  POST /users  GET /users/{}  PATCH /users/{}
GET /users/{}/work-profile  PUT /users/{}/work-profile
GET /teams  POST /teams  GET /teams/{}  PATCH /teams/{}
GET /organizations  POST /organizations  GET /organizations/{}  PATCH /organizations/{}
GET /queues  POST /queues  GET /queues/{}  PATCH /queues/{}
GET /processes  POST /processes  GET /processes/{}  PATCH /processes/{}
GET /ticket-types  POST /ticket-types  GET /ticket-types/{}  PATCH /ticket-types/{}
GET /workflows  POST /workflows  GET /workflows/{}  PATCH /workflows/{}  DELETE /workflows/{}
GET /workflows/{}/versions  POST /workflows/validate
GET /problems/candidates  POST /problems/candidates/{}/problem
PUT /problems/candidates/{}/dismissal  DELETE /problems/candidates/{}/dismissal
GET /filter-fields
GET /layouts  POST /layouts  GET /layouts/{}  PATCH /layouts/{}  DELETE /layouts/{}
GET /layouts/{}/versions  POST /layouts/{}/restore  GET /layout  GET /tickets/{}/layout
GET /fields  POST /fields  GET /fields/{}  PATCH /fields/{}  DELETE /fields/{}
GET /priority-matrix  PATCH /priority-matrix
GET /views  POST /views  GET /views/{}  PATCH /views/{}  DELETE /views/{}  GET /views/{}/tickets  GET /views/counts
GET /macros  POST /macros  GET /macros/{}  PATCH /macros/{}  DELETE /macros/{}
GET /queues/{}/routing  PUT /queues/{}/routing  GET /tickets/{}/routing  POST /tickets/{}/routing
GET /me/focus  PUT /me/focus  POST /me/next-ticket
GET /rules  POST /rules  GET /rules/{}  PATCH /rules/{}  DELETE /rules/{}
GET /rules/{}/executions  POST /rules/dry-run  POST /rules/{}/dry-run
GET /tickets/{}/macros/{}  POST /tickets/{}/macros/{}
GET /sla/calendars  POST /sla/calendars  GET /sla/calendars/{}  PATCH /sla/calendars/{}  DELETE /sla/calendars/{}
POST /sla/calendars/{}/calculate  GET /sla/calendars/{}/versions
PUT /sla/calendars/{}/feeds/{}  DELETE /sla/calendars/{}/feeds/{}
GET /sla/agreements  POST /sla/agreements  GET /sla/agreements/{}  PATCH /sla/agreements/{}
DELETE /sla/agreements/{}  GET /tickets/{}/entitlement
POST /sla/policies/what-if  GET /tickets/{}/sla/accounting
GET /reports/volume  GET /reports/volume/export
GET /sla/compliance  GET /sla/compliance/export  GET /sla/compliance/at-risk
GET /sla/policies  POST /sla/policies  GET /sla/policies/{}  PATCH /sla/policies/{}  DELETE /sla/policies/{}
GET /kb/articles  POST /kb/articles  GET /kb/articles/{}  PATCH /kb/articles/{}  GET /kb/search
GET /cmdb/items  POST /cmdb/items  GET /cmdb/items/{}  PATCH /cmdb/items/{}
GET /cmdb/relations  POST /cmdb/relations  GET /cmdb/relations/{}  DELETE /cmdb/relations/{}
GET /deliveries  GET /deliveries/{}
GET /inbound-messages  GET /inbound-messages/{}  GET /inbound-messages/{}/raw
GET /events
GET /tickets/{}/approvals  POST /tickets/{}/approvals  GET /tickets/{}/approvals/{}
POST /tickets/{}/approvals/{}/decisions  POST /tickets/{}/approvals/{}/delegations
POST /tickets/{}/approvals/{}/withdrawal
GET /tickets/{}/change  PUT /tickets/{}/change  GET /changes  GET /changes/risk-questions  GET /changes/calendar.ics
GET /changes/freezes  POST /changes/freezes  DELETE /changes/freezes/{}
GET /changes/templates  POST /changes/templates  DELETE /changes/templates/{}  POST /changes/templates/{}/changes
GET /catalog/items  POST /catalog/items  GET /catalog/items/{}  PATCH /catalog/items/{}
POST /catalog/items/{}/requests  GET /catalog/requests/{}
GET /me/approvals  GET /me/substitute  PUT /me/substitute  DELETE /me/substitute
"""


@pytest.fixture(scope="module")
def document() -> JsonDict:
    written: JsonDict = json.loads(json.dumps(openapi([GuardedRoute(route) for route in ROUTES])))
    return written


def operations(document: JsonDict) -> Iterator[tuple[str, JsonDict]]:
    paths = document["paths"]
    assert isinstance(paths, dict)
    for path, methods in paths.items():
        assert isinstance(methods, dict)
        for method, operation in methods.items():
            assert isinstance(operation, dict)
            yield f"{method.upper()} {path}", operation


@pytest.mark.parametrize("route", ROUTES, ids=NAMES)
def test_every_route_declares_permissions_that_exist(route: Declared) -> None:
    assert route.permissions
    assert set(route.permissions) <= {*PERMISSIONS, "authenticated", "anonymous"}


def test_only_the_named_routes_are_open_to_anybody() -> None:
    assert {
        name for name, route in zip(NAMES, ROUTES, strict=True) if "anonymous" in route.permissions
    } == OPEN_TO_ANYBODY


def test_every_path_that_users_hold_on_to_is_served() -> None:
    wanted = set(re.findall(r"[A-Z]+ /\S*", SERVED))
    served = {re.sub(r"\{\w+\}", "{}", name).replace("/api/v1", "") for name in NAMES}
    assert wanted - served == set()


def test_no_route_is_declared_twice() -> None:
    twice = [
        name for name, count in Counter(re.sub(r"\{\w+\}", "{}", name) for name in NAMES).items() if count > 1
    ]
    assert twice == []


def test_no_route_is_hidden_behind_an_earlier_one() -> None:
    """Routes are tried in order: `/things/{thing}` takes all that is asked of a later `/things/all`."""
    earlier: list[tuple[Declared, re.Pattern[str]]] = []
    hidden = []
    for route in ROUTES:
        path = re.sub(r"\{[^}]+\}", "01a200f6", route.path)
        hidden += [
            f"{route.method} {route.path} behind {other.path}"
            for other, pattern in earlier
            if other.method == route.method and pattern.fullmatch(path)
        ]
        earlier.append((route, re.compile(re.sub(r"\{[^}]+\}", "[^/]+", route.path))))
    assert hidden == []


def test_every_operation_is_described(document: JsonDict) -> None:
    for name, operation in operations(document):
        for part in (
            "summary",
            "description",
            "operationId",
            "tags",
            "security",
            "x-permission",
            "responses",
        ):
            assert part in operation, f"{name} lacks {part}"
        assert operation["summary"], name
        assert operation["description"], name


def test_operation_ids_are_unique(document: JsonDict) -> None:
    ids = Counter(str(operation["operationId"]) for _, operation in operations(document))
    assert [one for one, count in ids.items() if count > 1] == []


def test_every_body_has_an_example(document: JsonDict) -> None:
    components = document["components"]
    assert isinstance(components, dict)
    schemas = components["schemas"]
    assert isinstance(schemas, dict)
    text = json.dumps([operation for _, operation in operations(document)])
    without = [
        name for name in re.findall(r'"#/components/schemas/(\w+)"', text) if not _examples(schemas[name])
    ]
    assert without == []


def _examples(schema: object) -> object:
    assert isinstance(schema, dict)
    return schema.get("examples") or schema["properties"].get("items", {}).get("examples", [[]])[0]


def test_every_example_fits_its_model() -> None:
    for route in ROUTES:
        model = route.looks.gives
        if model is None or isinstance(model, str):
            continue
        assert isinstance(model, type)
        adapter = TypeAdapter[object](model)
        schema = adapter.json_schema(mode="serialization")
        for example in schema.get("examples", []):
            adapter.validate_python(example)


def test_references_in_the_document_lead_somewhere(document: JsonDict) -> None:
    for reference in set(re.findall(r'"\$ref": "#/([^"]+)"', json.dumps(document))):
        place: object = document
        for step in reference.split("/"):
            assert isinstance(place, dict)
            assert step in place, reference
            place = place[step]


def test_errors_are_problems(document: JsonDict) -> None:
    for name, operation in operations(document):
        responses = operation["responses"]
        assert isinstance(responses, dict)
        for status, response in responses.items():
            if int(status) >= 400:
                assert isinstance(response, dict)
                assert str(response.get("$ref", "")).startswith("#/components/responses/"), f"{name} {status}"


def test_what_needs_a_signature_says_so(document: JsonDict) -> None:
    for name, operation in operations(document):
        expected: list[dict[str, list[str]]] = [] if name in OPEN_TO_ANYBODY else [{"bearer": []}]
        assert operation["security"] == expected, name


def unbounded(schemas: JsonDict, schema: object, place: str, seen: set[str]) -> Iterator[str]:
    """The integers in a schema, and in what it refers to, that have no bound above or below."""
    if isinstance(schema, list):
        for one in schema:
            yield from unbounded(schemas, one, place, seen)
    if not isinstance(schema, dict):
        return
    if isinstance(reference := schema.get("$ref"), str) and reference not in seen:
        seen.add(reference)
        *_, name = reference.split("/")
        yield from unbounded(schemas, schemas[name], name, seen)
    below, above = ({f"{bound}imum", f"exclusive{bound.title()}imum"} for bound in ("min", "max"))
    if schema.get("type") == "integer" and not (below & schema.keys() and above & schema.keys()):
        yield place
    for name, part in schema.items():
        if name not in {"example", "examples", "default"}:
            yield from unbounded(schemas, part, f"{place}.{name}", seen)


def test_every_number_that_a_caller_writes_has_bounds(document: JsonDict) -> None:
    """One that fits no column is refused with its field, and not met as a fault of ours."""
    seen: set[str] = set()
    components = document["components"]
    assert isinstance(components, dict)
    schemas = components["schemas"]
    assert isinstance(schemas, dict)
    assert not [
        place
        for name, operation in operations(document)
        for place in unbounded(
            schemas, [operation.get("requestBody"), operation.get("parameters")], name, seen
        )
    ]
