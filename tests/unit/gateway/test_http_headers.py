"""Request headers that carry a meaning."""

import pytest
from starlette.requests import Request

from chassis.errors import BadRequest, InvalidInput, Stale
from gateway.http.headers import expected_version, idempotency_key


def request(name: str, value: str | None) -> Request:
    headers = [] if value is None else [(name.encode(), value.encode("latin-1"))]
    return Request({"type": "http", "headers": headers})


@pytest.mark.parametrize(("value", "version"), [(None, 0), ("*", 0), ('"7"', 7), (' "12" ', 12)])
def test_if_match_names_the_version_that_is_expected(value: str | None, version: int) -> None:
    assert expected_version(request("if-match", value)) == version


@pytest.mark.parametrize("value", ['"0"', '"07"', '"abc"', '""', 'W/"7"'])
def test_an_entity_tag_that_is_none_of_ours_cannot_be_current(value: str) -> None:
    with pytest.raises(Stale):
        expected_version(request("if-match", value))


@pytest.mark.parametrize("value", ["7", '"7', '"7", "8"', "", "'7'"])
def test_a_malformed_if_match_is_refused(value: str) -> None:
    with pytest.raises(BadRequest):
        expected_version(request("if-match", value))


@pytest.mark.parametrize("key", ["a", "!~", "x" * 255])
def test_an_idempotency_key_is_up_to_255_visible_characters(key: str) -> None:
    assert idempotency_key(request("idempotency-key", key)) == key


def test_without_the_header_there_is_no_key() -> None:
    assert idempotency_key(request("idempotency-key", None)) is None


@pytest.mark.parametrize("key", ["", "x" * 256, "with space", "tab\t", "żółw".encode().decode("latin-1")])
def test_any_other_key_is_refused(key: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        idempotency_key(request("idempotency-key", key))
    assert refused.value.errors[0].field == "Idempotency-Key"
