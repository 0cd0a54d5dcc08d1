"""Codes of apps against the vectors of RFC 6238, their windows, and recovery codes."""

import base64
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.domain.second_factors import otpauth_uri, recovery_code, recovery_hash, step_of_code

SECRET = base64.b32encode(b"12345678901234567890").decode()
# RFC 6238, appendix B, the last six of the eight digits.
VECTORS = [
    (59, "287082"),
    (1111111109, "081804"),
    (1111111111, "050471"),
    (1234567890, "005924"),
    (2000000000, "279037"),
    (20000000000, "353130"),
]
PERSON = UUID(int=7)


@pytest.mark.parametrize(("now", "code"), VECTORS)
def test_codes_are_those_of_the_standard(now: int, code: str) -> None:
    assert step_of_code(SECRET, code, now=now, after=None) == now // 30


@given(late=st.integers(-89, 89))
def test_a_clock_may_be_one_step_off_and_no_more(late: int) -> None:
    found = step_of_code(SECRET, "005924", now=1234567890 + late, after=None)
    assert (found is not None) == (abs((1234567890 + late) // 30 - 1234567890 // 30) <= 1)


@pytest.mark.parametrize(
    ("after", "taken"), [(None, True), (41152262, True), (41152263, False), (41152264, False)]
)
def test_a_code_is_taken_once_and_none_before_it(after: int | None, *, taken: bool) -> None:
    found = step_of_code(SECRET, "005924", now=1234567890, after=after)
    assert (found is not None) == taken


@pytest.mark.parametrize("code", ["", "05924", "0059240", "005924 ", "００５９２４", "\ud800", "abcdef"])
def test_what_is_no_code_is_none(code: str) -> None:
    assert step_of_code(SECRET, code, now=1234567890, after=None) is None


def test_apps_are_told_whose_code_it_is() -> None:
    uri = otpauth_uri(SECRET, email="a@acme.example", tenant_name="Acme: North")
    assert uri == (
        "otpauth://totp/Deskmesh%20Acme%20%20North:a%40acme.example?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Deskmesh%20Acme%20%20North"
    )


def test_a_recovery_code_is_the_same_however_it_is_typed_and_another_for_another_person() -> None:
    code = recovery_code(range(20))
    assert code == "abcde-fghjk-mnpqr-stuvw"
    assert recovery_hash(PERSON, f" {code.upper().replace('-', ' ')}") == recovery_hash(PERSON, code)
    assert recovery_hash(UUID(int=8), code) != recovery_hash(PERSON, code)
