"""The OpenAPI document: what each route looks like to integrators, and what all of them share."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from http import HTTPStatus
from typing import TYPE_CHECKING, TypedDict

from fastapi.openapi.utils import get_openapi
from pydantic import TypeAdapter

from gateway.http.models.common import Problem

if TYPE_CHECKING:
    from collections.abc import Sequence

    from starlette.routing import BaseRoute

TITLE = "Deskmesh"
VERSION = "1.0.0"
"""Of the API, whose first number is in its paths."""
ABOUT = """\
The service desk over HTTP. Bearer tokens from `POST /api/v1/auth/token`, or personal access tokens, name the tenant.

Lists take `page_size`, `page_token` and, where they say so, `filter` (AIP-160) and `order_by`. Writes take an
`Idempotency-Key`: the same key with the same body gives the same answer for 24 hours. Single resources answer an
`ETag`; a change with `If-Match` fails with 412 when somebody else was faster. Errors are RFC 9457 problem details.
Times are RFC 3339 in UTC, durations ISO 8601. Each operation names in `x-permission` the permissions of which it
demands one.
"""

TAGS = (
    ("auth", "Signing in, and who you are."),
    ("push", "Web Push: your devices that are told what your mails tell."),
    ("people", "Users, teams and organisations."),
    ("roles", "What people may."),
    ("branding", "How the desk looks to the people of a tenant."),
    ("audit", "Who changed which setting."),
    ("tickets", "The record of work, and all that belongs to a ticket."),
    ("changes", "Plans, freeze windows and the calendar of changes."),
    ("catalog", "What can be ordered, and what was."),
    ("approvals", "Asking people to agree, and deciding."),
    ("configuration", "What tickets are worked by."),
    ("views", "Saved questions for tickets."),
    ("macros", "Canned replies and actions."),
    ("rules", "What happens to tickets by itself."),
    ("focus", "How an agent gets work."),
    ("routing", "How the desk gives tickets to people."),
    ("sla", "Calendars, policies and clocks."),
    ("reports", "How much there was to do, and how much was done."),
    ("knowledge", "Articles and their search."),
    ("cmdb", "Configuration items and their relations."),
    ("messages", "Mail in and out."),
    ("events", "What happens, as it happens."),
)

_PROBLEM = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}

_PROBLEMS = {
    400: ("MalformedRequest", "The body, the filter or the page token is malformed."),
    401: ("Unauthenticated", "No credential, or one that does not hold."),
    403: ("Forbidden", "You lack the permission."),
    404: ("NotFound", "There is no such resource in your tenant."),
    409: (
        "Conflict",
        "The state does not allow it (`allowed` has the legal moves), it exists, or it is in progress.",
    ),
    412: ("Stale", "`If-Match` is not the current version."),
    413: ("TooLarge", "The body is too large."),
    415: ("UnsupportedMediaType", "The body has another content type."),
    422: ("InvalidInput", "Fields are wrong; `errors` names each with its reason."),
    429: ("LimitReached", "Too many requests; `Retry-After` says when to come back."),
    503: ("Unavailable", "Something needed does not answer now."),
    507: ("StorageFull", "There is no room to store this."),
}

_IF_MATCH = {
    "name": "If-Match",
    "in": "header",
    "required": False,
    "description": "The `ETag` that the change is based on. Without it the last write wins.",
    "schema": {"type": "string"},
    "example": '"3"',
}
_IDEMPOTENCY_KEY = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": "Makes a repetition harmless for 24 hours: the same key and body give the same answer.",
    "schema": {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!-~]+$"},
    "example": "2f1c5a0e-printer",
}


_FORM = {
    "required": True,
    "content": {
        "multipart/form-data": {
            "schema": {
                "type": "object",
                "required": ["file"],
                "properties": {
                    "file": {"type": "string", "format": "binary", "description": "At most 25 MiB."}
                },
                "additionalProperties": False,
            }
        }
    },
}


@dataclass(frozen=True, slots=True)
class Described:
    """What the document says of a route beside its docstring and its parameters."""

    tag: str
    permissions: tuple[str, ...]
    gives: object
    """A model, or the media type of bytes; None for no body."""
    status: int
    versioned: bool
    writes: bool
    accepts: str

    @property
    def takes_if_match(self) -> bool:
        """Whether the route changes something that has a version already."""
        return self.versioned and self.writes and self.status != HTTPStatus.CREATED

    @property
    def streams(self) -> bool:
        """Whether the route reads its body by itself, piece by piece."""
        return self.accepts == "multipart/form-data"


class Keywords(TypedDict):
    """What FastAPI takes for the document."""

    tags: list[str | Enum]
    summary: str
    description: str
    operation_id: str
    responses: dict[int | str, dict[str, object]]
    openapi_extra: dict[str, object]
    response_description: str


def described(endpoint: Callable[..., object], method: str, path: str, looks: Described) -> Keywords:
    """Describe a route; the first line of its docstring is the summary, the rest the description."""
    assert endpoint.__doc__, f"{endpoint.__name__} needs a docstring: integrators read it"
    summary, _, rest = endpoint.__doc__.strip().partition("\n")
    extra: dict[str, object] = {"x-permission": list(looks.permissions)}
    parameters = [_IF_MATCH] * looks.takes_if_match + [_IDEMPOTENCY_KEY] * looks.writes
    if parameters:
        extra["parameters"] = parameters
    if looks.streams:
        extra["requestBody"] = _FORM
    extra["security"] = [] if "anonymous" in looks.permissions else [{"bearer": []}]
    return {
        "tags": [looks.tag],
        "summary": summary.rstrip("."),
        "description": "\n".join(line.strip() for line in rest.splitlines()).strip() or summary,
        "operation_id": endpoint.__name__,
        "responses": _responses(method, path, looks),
        "openapi_extra": extra,
        "response_description": "Done." if looks.gives is None else "The answer.",
    }


def _responses(method: str, path: str, looks: Described) -> dict[int | str, dict[str, object]]:
    success: dict[str, object] = {}
    if isinstance(looks.gives, str):
        success["content"] = {looks.gives: {"schema": {"type": "string", "format": "binary"}}}
    elif looks.gives is not None:
        success["model"] = looks.gives
    if looks.versioned:
        success["headers"] = {
            "ETag": {"description": "The version, in quotes.", "schema": {"type": "string"}}
        }
    has_body = method in {"POST", "PUT", "PATCH"}
    expected = {400, 401, 422, 429, 503}
    if "anonymous" not in looks.permissions:
        expected.add(403)
    if "{" in path:
        expected.add(404)
    if looks.writes:
        expected |= {409, 507}
    if looks.takes_if_match:
        expected.add(412)
    if has_body:
        expected |= {413, 415}
    responses: dict[int | str, dict[str, object]] = {looks.status: success}
    for status in sorted(expected):
        name, text = _PROBLEMS[status]
        responses[status] = {"$ref": f"#/components/responses/{name}", "description": text}
    return responses


def openapi(routes: "Sequence[BaseRoute]") -> dict[str, object]:
    """Write the document of the routes."""
    document: dict[str, object] = get_openapi(
        title=TITLE,
        version=VERSION,
        openapi_version="3.1.0",
        summary="Service desk",
        description=ABOUT,
        license_info={"name": "Apache-2.0", "identifier": "Apache-2.0"},
        routes=routes,
        tags=[{"name": name, "description": about} for name, about in TAGS],
    )
    components = document.setdefault("components", {})
    assert isinstance(components, dict)
    schema = TypeAdapter(Problem).json_schema(
        ref_template="#/components/schemas/{model}", mode="serialization"
    )
    components.setdefault("schemas", {}).update({**schema.pop("$defs", {}), "Problem": schema})
    components["responses"] = {
        name: {"description": text, "content": _PROBLEM} for name, text in _PROBLEMS.values()
    }
    components["securitySchemes"] = {
        "bearer": {
            "type": "http",
            "scheme": "bearer",
            "description": "An access token, or a personal access token.",
        },
    }
    return document
