"""Expected failures: a kind with a stable reason, carried without loss over gRPC.

Anything that is not a `DeskmeshError` is a bug: it ends as INTERNAL, without a word to the caller.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Final

import grpc
from google.protobuf import any_pb2
from google.rpc import error_details_pb2, status_pb2
from grpc_status import rpc_status

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

DOMAIN = "deskmesh"


@dataclass(frozen=True, slots=True)
class FieldError:
    """What is wrong with one field: its path ("requester.email") and the reason, for people."""

    field: str
    reason: str


class DeskmeshError(Exception):
    """An expected failure. `reason` is upper snake case and stable; `detail` is for people and may change."""

    kind: ClassVar[str] = "internal"
    code: ClassVar[grpc.StatusCode] = grpc.StatusCode.INTERNAL

    def __init__(self, detail: str, *, reason: str) -> None:
        super().__init__(detail)
        self.detail = detail
        self.reason = reason
        self.metadata: dict[str, str] = {}
        """What travels beside reason and detail, as strings."""


class BadRequest(DeskmeshError):
    """Malformed before any field is looked at: JSON, filter, page token (HTTP 400)."""

    kind = "bad_request"
    code = grpc.StatusCode.INVALID_ARGUMENT

    def __init__(self, detail: str, *, reason: str = "BAD_REQUEST") -> None:
        super().__init__(detail, reason=reason)


class InvalidInput(DeskmeshError):
    """Well formed, but fields are wrong: each with its reason (HTTP 422)."""

    kind = "invalid_input"
    code = grpc.StatusCode.INVALID_ARGUMENT

    def __init__(
        self,
        errors: Sequence[FieldError],
        *,
        detail: str = "Some fields are invalid.",
        reason: str = "INVALID_INPUT",
    ) -> None:
        super().__init__(detail, reason=reason)
        self.errors = list(errors)

    def __str__(self) -> str:
        return "; ".join([self.detail, *(f"{error.field}: {error.reason}" for error in self.errors)])


class Unauthenticated(DeskmeshError):
    """Nobody is signed in, or the credential does not hold (HTTP 401)."""

    kind = "unauthenticated"
    code = grpc.StatusCode.UNAUTHENTICATED

    def __init__(self, detail: str = "Sign in first.", *, reason: str = "UNAUTHENTICATED") -> None:
        super().__init__(detail, reason=reason)


class Forbidden(DeskmeshError):
    """The caller is known and may not (HTTP 403)."""

    kind = "forbidden"
    code = grpc.StatusCode.PERMISSION_DENIED

    def __init__(self, detail: str = "You may not do this.", *, reason: str = "FORBIDDEN") -> None:
        super().__init__(detail, reason=reason)


class NotFound(DeskmeshError):
    """There is no such thing for this caller; another tenant's is the same as none (HTTP 404)."""

    kind = "not_found"
    code = grpc.StatusCode.NOT_FOUND

    def __init__(self, what: str = "resource", *, reason: str = "NOT_FOUND") -> None:
        super().__init__(f"No such {what}.", reason=reason)
        self.what = what
        self.metadata = {"what": self.what}


class AlreadyExists(DeskmeshError):
    """Something with this key is there already (HTTP 409)."""

    kind = "already_exists"
    code = grpc.StatusCode.ALREADY_EXISTS

    def __init__(self, detail: str, *, reason: str = "ALREADY_EXISTS") -> None:
        super().__init__(detail, reason=reason)


class WrongState(DeskmeshError):
    """The thing is in a state that does not allow this; `allowed` names the legal moves (HTTP 409)."""

    kind = "wrong_state"
    code = grpc.StatusCode.FAILED_PRECONDITION

    def __init__(self, reason: str, detail: str, allowed: Sequence[str] = ()) -> None:
        super().__init__(detail, reason=reason)
        self.allowed = list(allowed)
        self.metadata = {"allowed": json.dumps(self.allowed)}


class Stale(DeskmeshError):
    """The caller's version is not the current one (HTTP 412)."""

    kind = "stale"
    code = grpc.StatusCode.ABORTED

    def __init__(
        self, detail: str = "It has changed since you read it. Read it again.", *, reason: str = "STALE"
    ) -> None:
        super().__init__(detail, reason=reason)


class TooLarge(DeskmeshError):
    """More bytes than are accepted (HTTP 413)."""

    kind = "too_large"
    code = grpc.StatusCode.OUT_OF_RANGE

    def __init__(self, detail: str, *, reason: str = "TOO_LARGE") -> None:
        super().__init__(detail, reason=reason)


class LimitReached(DeskmeshError):
    """Too much at a time; try again after `retry_after_seconds` (HTTP 429)."""

    kind = "limit_reached"
    code = grpc.StatusCode.RESOURCE_EXHAUSTED

    def __init__(
        self, retry_after_seconds: float, detail: str = "Too many requests.", *, reason: str = "LIMIT_REACHED"
    ) -> None:
        super().__init__(detail, reason=reason)
        self.retry_after_seconds = retry_after_seconds
        self.metadata = {"retry_after_seconds": repr(self.retry_after_seconds)}


class InProgress(DeskmeshError):
    """The first use of the idempotency key still runs; try again (HTTP 409 with Retry-After)."""

    kind = "in_progress"
    code = grpc.StatusCode.ABORTED

    def __init__(
        self,
        retry_after_seconds: float = 1.0,
        detail: str = "The first request with this key is still running.",
        *,
        reason: str = "IN_PROGRESS",
    ) -> None:
        super().__init__(detail, reason=reason)
        self.retry_after_seconds = retry_after_seconds
        self.metadata = {"retry_after_seconds": repr(self.retry_after_seconds)}


class Unavailable(DeskmeshError):
    """Something needed does not answer now; trying again may help (HTTP 503)."""

    kind = "unavailable"
    code = grpc.StatusCode.UNAVAILABLE

    def __init__(self, detail: str = "Try again later.", *, reason: str = "UNAVAILABLE") -> None:
        super().__init__(detail, reason=reason)


class StorageFull(DeskmeshError):
    """There is no room to store this (HTTP 507)."""

    kind = "storage_full"
    code = grpc.StatusCode.RESOURCE_EXHAUSTED

    def __init__(self, detail: str = "The storage is full.", *, reason: str = "STORAGE_FULL") -> None:
        super().__init__(detail, reason=reason)


class Internal(DeskmeshError):
    """A bug on the other side of a call (HTTP 500). Never raised on purpose; `from_status` gives it."""

    def __init__(self, detail: str = "Internal error.", *, reason: str = "INTERNAL") -> None:
        super().__init__(detail, reason=reason)


def to_status(error: DeskmeshError) -> status_pb2.Status:
    """The error as a rich gRPC status: ErrorInfo always, BadRequest for the fields of an InvalidInput."""
    info = error_details_pb2.ErrorInfo(
        reason=error.reason, domain=DOMAIN, metadata={"kind": error.kind, **error.metadata}
    )
    details = [_packed(info)]
    if isinstance(error, InvalidInput):
        violations = [
            error_details_pb2.BadRequest.FieldViolation(field=item.field, description=item.reason)
            for item in error.errors
        ]
        details.append(_packed(error_details_pb2.BadRequest(field_violations=violations)))
    return status_pb2.Status(code=error.code.value[0], message=error.detail, details=details)


GONE: Final = frozenset({grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.CANCELLED})
"""How a call ends whose server was not there, or left before it had answered."""


def from_status(error: grpc.aio.AioRpcError) -> DeskmeshError:
    """The error that the other side raised. A status without our ErrorInfo becomes the nearest kind."""
    rich = rpc_status.from_call(error)
    return (None if rich is None else restored(rich)) or _nearest(error.code(), error.details() or "")


def restored(status: status_pb2.Status) -> DeskmeshError | None:
    """The error that `to_status` made this of; None where it did not."""
    info = error_details_pb2.ErrorInfo()
    fields: list[FieldError] = []
    for item in status.details:
        bad_request = error_details_pb2.BadRequest()
        if item.Unpack(bad_request):
            fields = [FieldError(v.field, v.description) for v in bad_request.field_violations]
        elif item.Is(info.DESCRIPTOR):
            item.Unpack(info)
    if info.domain != DOMAIN:
        return None
    return _restored(info.metadata, info.reason, status.message, fields)


def _packed(message: error_details_pb2.ErrorInfo | error_details_pb2.BadRequest) -> any_pb2.Any:
    packed = any_pb2.Any()
    packed.Pack(message)
    return packed


def _restored(  # noqa: PLR0911 (one return per shape of constructor)
    metadata: Mapping[str, str], reason: str, detail: str, fields: list[FieldError]
) -> DeskmeshError:
    match metadata.get("kind", ""):
        case "invalid_input":
            return InvalidInput(fields, detail=detail, reason=reason)
        case "not_found":
            return NotFound(metadata.get("what", "resource"), reason=reason)
        case "wrong_state":
            return WrongState(reason, detail, json.loads(metadata.get("allowed", "[]")))
        case "limit_reached":
            return LimitReached(float(metadata["retry_after_seconds"]), detail, reason=reason)
        case "in_progress":
            return InProgress(float(metadata["retry_after_seconds"]), detail, reason=reason)
        case kind if kind in _PLAIN:
            return _PLAIN[kind](detail, reason=reason)
        case _:
            return Internal(detail, reason=reason)


def _nearest(code: grpc.StatusCode, detail: str) -> DeskmeshError:
    if code is grpc.StatusCode.DEADLINE_EXCEEDED:
        return Unavailable("The answer did not come in time.", reason="DEADLINE_EXCEEDED")
    if code in GONE:
        # The transport's own words name addresses inside the installation.
        return Unavailable()
    if code is grpc.StatusCode.NOT_FOUND:
        return NotFound()
    plain = _BY_CODE.get(code)
    return Internal(reason=code.name) if plain is None else plain(detail)


_PLAIN: dict[
    str,
    type[
        BadRequest
        | Unauthenticated
        | Forbidden
        | AlreadyExists
        | Stale
        | TooLarge
        | Unavailable
        | StorageFull
    ],
] = {
    cls.kind: cls
    for cls in (
        BadRequest,
        Unauthenticated,
        Forbidden,
        AlreadyExists,
        Stale,
        TooLarge,
        Unavailable,
        StorageFull,
    )
}
_BY_CODE: dict[grpc.StatusCode, type[BadRequest | Unauthenticated | Forbidden | AlreadyExists | Stale]] = {
    cls.code: cls for cls in (BadRequest, Unauthenticated, Forbidden, AlreadyExists, Stale)
}
