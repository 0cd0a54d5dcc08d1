"""Plain values between protobuf and JSON."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from google.protobuf.struct_pb2 import Struct
from google.protobuf.timestamp_pb2 import Timestamp
from hypothesis import given
from hypothesis import strategies as st

from deskmesh.common.v1.types_pb2 import PersonRef, Ref
from gateway.http.values import (
    DEEPEST_NESTING,
    EXACT_INTEGER,
    JsonValue,
    check_free_form,
    moment,
    parse_moment,
    person,
    plain_object,
    ref,
    struct,
    timestamp,
)

# Hypothesis takes the bounds naive and adds the zones.
NAIVE_FIRST = datetime(1971, 1, 1)  # noqa: DTZ001
NAIVE_LAST = datetime(9998, 1, 1)  # noqa: DTZ001
zones = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
times = st.datetimes(NAIVE_FIRST, NAIVE_LAST, timezones=zones)
scalars = (
    st.none()
    | st.booleans()
    | st.integers(-EXACT_INTEGER, EXACT_INTEGER)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]))
)
keys = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=5)
free_form: st.SearchStrategy[JsonValue] = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(keys, inner, max_size=4),
    max_leaves=12,
)


def said(time: datetime) -> str | None:
    """What is answered for a time."""
    stamp = timestamp(time)
    assert stamp is not None
    return moment(stamp)


@given(times)
def test_a_time_survives_the_way_in_and_out(time: datetime) -> None:
    assert datetime.fromisoformat(said(parse_moment(time.isoformat())) or "") == time


@given(times)
def test_times_are_answered_in_utc(time: datetime) -> None:
    answered = said(time) or ""
    assert answered.endswith("Z")
    assert datetime.fromisoformat(answered) == time.astimezone(UTC)


def test_whole_seconds_have_no_fraction() -> None:
    assert said(datetime(2026, 3, 2, 8, tzinfo=UTC)) == "2026-03-02T08:00:00Z"
    assert said(datetime(2026, 3, 2, 8, 0, 0, 120, UTC)) == "2026-03-02T08:00:00.000120Z"


def test_an_absent_time_is_null() -> None:
    assert moment(Timestamp()) is None
    assert timestamp(None) is None


@pytest.mark.parametrize(
    "text",
    [
        "2026-03-02",
        "2026-03-02T08:00:00",
        "2026-03-02T08:00Z",
        "1772438400",
        "2026-02-30T08:00:00Z",
        "2026-03-02T25:00:00Z",
        "0001-01-01T00:00:00+14:00",
        "2026-03-02T08:00:00Z\n",
        "",
    ],
)
def test_what_is_no_rfc_3339_time_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is not"):
        parse_moment(text)


def test_nanoseconds_are_cut_to_microseconds() -> None:
    assert parse_moment("2026-03-02T08:00:00.123456789Z").microsecond == 123456


@given(st.dictionaries(keys, free_form, max_size=4))
def test_a_free_form_object_survives_protobuf(value: dict[str, JsonValue]) -> None:
    check_free_form(value)
    wire = Struct.FromString(struct(value).SerializeToString())
    assert plain_object(wire) == value


def test_whole_numbers_keep_no_fraction() -> None:
    assert repr(plain_object(struct({"count": 5, "share": 0.5}))) == "{'count': 5, 'share': 0.5}"


def _nested(levels: int) -> JsonValue:
    value: JsonValue = "leaf"
    for _ in range(levels):
        value = {"in": value}
    return value


def test_a_value_at_the_greatest_depth_survives_protobuf() -> None:
    deepest = _nested(DEEPEST_NESTING)
    check_free_form(deepest)
    assert isinstance(deepest, dict)
    assert plain_object(Struct.FromString(struct(deepest).SerializeToString())) == deepest


@pytest.mark.parametrize(
    "value",
    [
        {"text": "a\0b"},
        {"a\0b": 1},
        {"text": "half \ud800"},
        {"number": 2**53 + 1},
        {"number": float("nan")},
        {"number": [float("inf")]},
        _nested(DEEPEST_NESTING + 1),
    ],
)
def test_what_would_not_survive_is_refused(value: JsonValue) -> None:
    with pytest.raises(ValueError, match=r"holds|nests"):
        check_free_form(value)


def test_references_have_id_key_and_name_and_people_their_address() -> None:
    assert ref(Ref(id="1", key="network", name="Network")) == {"id": "1", "key": "network", "name": "Network"}
    assert person(PersonRef(id="2", email="a@acme.example", name="A")) == {
        "id": "2",
        "key": "a@acme.example",
        "name": "A",
        "email": "a@acme.example",
    }


def test_a_reference_to_nothing_is_null() -> None:
    assert ref(Ref()) is None
    assert person(PersonRef()) is None
