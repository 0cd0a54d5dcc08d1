"""How a route is declared and guarded: identity, limits and permission first, then the body.

A route says which RPC it stands for, and demands what the RPC's rule demands; a route of the gateway's own names its
permissions. What is declared is enforced here, and is written into the OpenAPI document as `x-permission`.
"""

from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import Final, TypeAlias, TypeVar

from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Message, Receive

from chassis.context import Caller, use_caller
from chassis.errors import FieldError, Forbidden, InvalidInput, NotFound
from gateway.clients.calling import Answer, Question, Rpc
from gateway.http.desk import Desk, desk
from gateway.http.documented import Described, described
from gateway.http.headers import idempotency_key
from gateway.http.problems import UnsupportedMediaType

API: Final = "/api/v1"
ANONYMOUS: Final = "anonymous"
AUTHENTICATED: Final = "authenticated"
MOST_BYTES: Final = 1024 * 1024
"""Of a request's body, where the route does not allow more."""

Endpoint: TypeAlias = Callable[..., Awaitable[Response]]
Handler = TypeVar("Handler", bound=Endpoint)


@dataclass(frozen=True, slots=True)
class Declared:
    """A route: what it demands, what it does, what it looks like to integrators."""

    method: str
    path: str
    endpoint: Endpoint
    permissions: tuple[str, ...]
    most_bytes: int
    looks: Described


class Door:
    """Collects the routes of one subject."""

    def __init__(self, tag: str) -> None:
        self.tag = tag
        self.declared: list[Declared] = []

    def route(
        self,
        method: str,
        path: str,
        demands: Rpc[Question, Answer] | str,
        *,
        gives: object = None,
        status: int = HTTPStatus.OK,
        versioned: bool = False,
        writes: bool | None = None,
        accepts: str = "application/json",
        most_bytes: int = MOST_BYTES,
    ) -> Callable[[Handler], Handler]:
        """Declare the decorated function as a route under /api/v1; its docstring describes it to integrators.

        `demands` is the RPC whose rule holds for the route, or a permission. `gives` is the model of the answer, or
        the media type of its bytes. `versioned` routes answer an ETag, and take If-Match where they write. `writes`
        says so where no RPC does: a write takes an Idempotency-Key.
        """
        permissions: tuple[str, ...]
        if isinstance(demands, str):
            permissions, changes = (demands,), bool(writes)
        else:
            permissions, changes = tuple(demands.rule.permissions), demands.rule.write

        def declare(endpoint: Handler) -> Handler:
            looks = Described(self.tag, permissions, gives, int(status), versioned, changes, accepts)
            self.declared.append(Declared(method, API + path, endpoint, permissions, most_bytes, looks))
            return endpoint

        return declare


class GuardedRoute(APIRoute):
    """Lets in who holds one of the declared permissions, as often as the limits allow, with a body that fits."""

    def __init__(self, declared: Declared) -> None:
        self._declared = declared
        looks = declared.looks
        super().__init__(
            declared.path,
            declared.endpoint,
            methods=[declared.method],
            response_class=Response,
            response_model=None,
            status_code=looks.status,
            **described(declared.endpoint, declared.method, declared.path, looks),
        )

    def get_route_handler(self) -> Callable[[Request], Coroutine[object, object, Response]]:
        """Put the guard before FastAPI's own handling, which reads the body first."""
        handle = super().get_route_handler()
        declared = self._declared
        takes_query = bool(self.dependant.query_params)
        accepts = declared.looks.accepts if self.body_field is not None or declared.looks.streams else None

        async def guarded(request: Request) -> Response:
            if "\0" in request.scope["path"]:
                raise NotFound
            caller = await _admitted(desk(request), request, declared.permissions)
            if accepts is not None:
                _check_media_type(request, accepts)
            if not takes_query and request.query_params:
                raise InvalidInput([FieldError(name, "is not known here") for name in request.query_params])
            within = Request(request.scope, bounded(request, declared.most_bytes))
            if caller is None:
                return await handle(within)
            with use_caller(replace(caller, idempotency_key=idempotency_key(request))):
                return await handle(within)

        return guarded


async def _admitted(at: Desk, request: Request, permissions: tuple[str, ...]) -> Caller | None:
    """Identify the caller and see that it may come in; None where nobody need be signed in."""
    if ANONYMOUS in permissions:
        return None
    caller = await at.admission.admit(request.headers.get("authorization"), "rest")
    if AUTHENTICATED not in permissions and not any(map(caller.may_somewhere, permissions)):
        raise Forbidden(f"This needs the permission {' or '.join(permissions)}.")
    return caller


def _check_media_type(request: Request, accepted: str) -> None:
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type != accepted:
        raise UnsupportedMediaType(accepted)


def bounded(request: Request, most: int) -> Receive:
    """Receive at most so many bytes of the body.

    Raises:
        HTTPException: 413, at once when the announced length is too much, else when it is exceeded. (FastAPI takes
            any other exception while it reads a body for a broken body.)
    """
    announced = request.headers.get("content-length", "")
    if announced.isdecimal() and int(announced) > most:
        raise HTTPException(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
    taken = 0

    async def receive() -> Message:
        nonlocal taken
        message = await request.receive()
        taken += len(message.get("body", b""))
        if taken > most:
            raise HTTPException(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        return message

    return receive
