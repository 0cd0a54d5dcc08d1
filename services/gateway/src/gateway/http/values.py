"""Plain values between protobuf and JSON: times, references, free-form values. Absent is null, never missing."""

import math
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Protocol, TypeAlias

from google.protobuf.struct_pb2 import Struct, Value
from google.protobuf.timestamp_pb2 import Timestamp

from chassis.ids import is_id
from deskmesh.common.v1.types_pb2 import Actor, FileRef, PersonRef, Ref

JsonValue: TypeAlias = "bool | int | float | str | Sequence[JsonValue] | Mapping[str, JsonValue] | None"
"""Anything that JSON can say."""
JsonObject: TypeAlias = dict[str, JsonValue]

EXACT_INTEGER = 2**53
"""Numbers of a protobuf Struct are doubles: whole numbers are exact up to here."""
DEEPEST_NESTING = 20
"""Of a free-form value; protobuf itself stops at 100 levels of messages, two for each level of ours."""

_RFC_3339 = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(\.\d{1,9})?([Zz]|[+-]\d\d:\d\d)")


class Slugged(Protocol):
    """A resource that people name by a slug."""

    id: str
    slug: str
    name: str


def moment(value: Timestamp) -> str | None:
    """Say a time in RFC 3339, in UTC: whole seconds without a fraction, all others with microseconds.

    An absent time and the epoch itself, which no record of a service desk bears, are null.
    """
    if not value.seconds and not value.nanos:
        return None
    whole = datetime.fromtimestamp(value.seconds, UTC).isoformat()[:19]
    return f"{whole}.{value.nanos // 1000:06d}Z" if value.nanos else f"{whole}Z"


def parse_moment(text: str) -> datetime:
    """Read an RFC 3339 time with its offset; the answer is aware, in UTC, cut to microseconds.

    Raises:
        ValueError: the text is anything else, or names a time outside the years 1 to 9999 in UTC.
    """
    if _RFC_3339.fullmatch(text) is None:
        raise ValueError("is not an RFC 3339 time with an offset, such as 2026-03-02T09:30:00Z")
    cut = re.sub(r"(\.\d{6})\d+", r"\1", text.upper())
    try:
        return datetime.fromisoformat(cut).astimezone(UTC)
    except (ValueError, OverflowError):
        raise ValueError("is not a time that exists") from None


def timestamp(value: datetime | None) -> Timestamp | None:
    """Turn an aware time into a protobuf one; None, which protobuf takes for absent, stays None."""
    if value is None:
        return None
    result = Timestamp()
    result.FromDatetime(value)
    return result


def text(value: str) -> str | None:
    """Protobuf's empty string is an absent value here."""
    return value or None


def ref(value: Ref) -> JsonObject | None:
    """Answer a reference with all that it has; null when it points nowhere."""
    if not value.id and not value.key:
        return None
    return {"id": value.id, "key": value.key, "name": value.name}


def ref_to(resource: Slugged) -> JsonObject:
    """Refer to a resource that is known by its slug."""
    return {"id": resource.id, "key": resource.slug, "name": resource.name}


def person(value: PersonRef) -> JsonObject | None:
    """Refer to a person, whose key is the e-mail address; null for nobody."""
    if not value.id and not value.email:
        return None
    return {"id": text(value.id), "key": value.email, "name": value.name, "email": value.email}


def person_named(name: str) -> PersonRef:
    """Refer to a person by id or e-mail address, as services take it."""
    return PersonRef(id=name) if is_id(name) else PersonRef(email=name)


def actor(value: Actor) -> JsonObject | None:
    """Say who did something; null when that was not noted."""
    if not value.kind:
        return None
    return {
        "kind": value.kind,
        "id": text(value.id),
        "key": text(value.email) or text(value.id),
        "name": value.name,
        "email": text(value.email),
    }


def file(value: FileRef) -> JsonObject:
    """Describe a stored file; where it lies is nobody's business outside."""
    return {
        "id": text(value.id),
        "name": value.name,
        "size": value.size_bytes,
        "content_type": value.content_type,
        "sha256": value.sha256,
        "content_id": text(value.content_id),
    }


def plain(value: Value) -> JsonValue:
    """Unpack one protobuf value; whole numbers lose the fraction that doubles give them."""
    match value.WhichOneof("kind"):
        case "bool_value":
            return value.bool_value
        case "number_value":
            number = value.number_value
            return int(number) if number.is_integer() and abs(number) <= EXACT_INTEGER else number
        case "string_value":
            return value.string_value
        case "list_value":
            return [plain(item) for item in value.list_value.values]
        case "struct_value":
            return plain_object(value.struct_value)
        case _:
            return None


def plain_object(value: Struct) -> JsonObject:
    """Unpack a protobuf Struct, keys in alphabetical order, so that equal values read equal."""
    return {key: plain(value.fields[key]) for key in sorted(value.fields)}


def struct(values: Mapping[str, JsonValue]) -> Struct:
    """Pack a JSON object that `check_free_form` has passed."""
    result = Struct()
    result.update(values)
    return result


def check_free_form(value: JsonValue, depth: int = 0) -> None:
    """See that a free-form value survives protobuf and PostgreSQL unchanged.

    Raises:
        ValueError: it nests too deep, or holds a character or a number that cannot be kept.
    """
    if depth > DEEPEST_NESTING:
        raise ValueError(f"nests deeper than {DEEPEST_NESTING} levels")
    match value:
        case str():
            check_text(value)
        case bool() | None:
            return
        case int() | float():
            _check_number(value)
        case Mapping():
            for key, item in value.items():
                check_text(key)
                check_free_form(item, depth + 1)
        case _:
            for item in value:
                check_free_form(item, depth + 1)


def _check_number(value: float) -> None:
    if isinstance(value, int) and abs(value) > EXACT_INTEGER:
        raise ValueError(f"holds a whole number beyond {EXACT_INTEGER}, which would lose digits")
    if not math.isfinite(value):
        raise ValueError("holds a number that is not finite")


def check_text(value: str) -> str:
    """See that a text can be stored, and give it back.

    Raises:
        ValueError: it holds a NUL, which PostgreSQL refuses, or half of a surrogate pair, which is no text.
    """
    if "\0" in value:
        raise ValueError("holds a NUL character")
    try:
        value.encode()
    except UnicodeEncodeError:
        raise ValueError("holds half of a surrogate pair") from None
    return value
