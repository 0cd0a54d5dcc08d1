"""Request headers that carry a meaning: what version is expected, what key makes a repetition harmless."""

import re

from starlette.requests import Request

from chassis.errors import BadRequest, FieldError, InvalidInput, Stale

_VISIBLE = re.compile(r"[\x21-\x7e]{1,255}")
_ENTITY_TAG = re.compile(r'(?:W/)?"[\x21\x23-\x7e\x80-\xff]*"')
_VERSION = re.compile(r'"([1-9][0-9]{0,17})"')


def expected_version(request: Request) -> int:
    """Read the version that If-Match expects; 0, which is any, without the header or with `*`.

    Raises:
        BadRequest: the header is malformed, or names several entity tags.
        Stale: the entity tag is none that this API gives, so it cannot be the current one.
    """
    header = request.headers.get("if-match")
    if header is None or header.strip() == "*":
        return 0
    tag = header.strip()
    if _ENTITY_TAG.fullmatch(tag) is None:
        raise BadRequest("If-Match takes one entity tag in quotes.", reason="MALFORMED_IF_MATCH")
    version = _VERSION.fullmatch(tag)
    if version is None:
        raise Stale
    return int(version[1])


def idempotency_key(request: Request) -> str | None:
    """Read the Idempotency-Key: 1 to 255 visible ASCII characters; None without the header.

    Raises:
        InvalidInput: it is anything else.
    """
    header = request.headers.get("idempotency-key")
    if header is not None and _VISIBLE.fullmatch(header) is None:
        raise InvalidInput([FieldError("Idempotency-Key", "is not 1 to 255 visible ASCII characters")])
    return header
