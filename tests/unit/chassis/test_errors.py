import grpc
import pytest
from grpc.aio import AioRpcError, Metadata

from chassis import errors
from chassis.errors import DeskmeshError, FieldError, from_status, to_status

EVERY_KIND: list[DeskmeshError] = [
    errors.BadRequest("The filter ends too soon.", reason="FILTER_MALFORMED"),
    errors.InvalidInput([FieldError("requester.email", "is no address"), FieldError("title", "is missing")]),
    errors.Unauthenticated("The token has expired.", reason="TOKEN_EXPIRED"),
    errors.Forbidden(),
    errors.NotFound("ticket"),
    errors.AlreadyExists("This slug is taken."),
    errors.WrongState("TICKET_CLOSED", "It is closed.", ["open", "cancelled"]),
    errors.Stale(),
    errors.TooLarge("25 MiB is the most."),
    errors.LimitReached(2.5),
    errors.InProgress(),
    errors.Unavailable("Later.", reason="DATABASE_BUSY"),
    errors.StorageFull(),
    errors.Internal(),
]


def carried(error: DeskmeshError) -> DeskmeshError:
    """The error as the other side of a call sees it."""
    status = to_status(error)
    trailing = Metadata(("grpc-status-details-bin", status.SerializeToString()))
    code = next(code for code in grpc.StatusCode if code.value[0] == status.code)
    return from_status(AioRpcError(code, Metadata(), trailing, status.message))


@pytest.mark.parametrize("error", EVERY_KIND, ids=lambda error: error.kind)
def test_an_error_crosses_a_call_without_loss(error: DeskmeshError) -> None:
    arrived = carried(error)
    assert type(arrived) is type(error)
    assert vars(arrived) == vars(error)


def test_every_kind_is_tried() -> None:
    kinds = {kind for kind in DeskmeshError.__subclasses__() if kind.__module__ == DeskmeshError.__module__}
    assert {type(error) for error in EVERY_KIND} == kinds
    assert len({error.kind for error in EVERY_KIND}) == len(EVERY_KIND)


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        (grpc.StatusCode.UNAVAILABLE, errors.Unavailable),
        (grpc.StatusCode.DEADLINE_EXCEEDED, errors.Unavailable),
        (grpc.StatusCode.NOT_FOUND, errors.NotFound),
        (grpc.StatusCode.UNAUTHENTICATED, errors.Unauthenticated),
        (grpc.StatusCode.UNKNOWN, errors.Internal),
        (grpc.StatusCode.CANCELLED, errors.Unavailable),
        (grpc.StatusCode.RESOURCE_EXHAUSTED, errors.Internal),
    ],
)
def test_a_status_of_others_becomes_the_nearest_kind(
    code: grpc.StatusCode, kind: type[DeskmeshError]
) -> None:
    assert type(from_status(AioRpcError(code, Metadata(), Metadata(), "words"))) is kind


def test_an_invalid_input_names_its_fields_in_its_text() -> None:
    assert "title: is missing" in str(errors.InvalidInput([FieldError("title", "is missing")]))
