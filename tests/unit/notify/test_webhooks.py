"""Secrets of webhooks, and how long one is tried."""

import base64
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from standardwebhooks.webhooks import Webhook

from notify.domain.webhooks import (
    PATIENCE,
    SECRET_BYTES,
    SECRET_PREFIX,
    is_hopeless,
    rest_after,
    secret_problem,
)

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


def secret_of(content: bytes) -> str:
    return SECRET_PREFIX + base64.b64encode(content).decode()


@given(st.binary(max_size=100))
def test_a_secret_has_the_length_that_the_specification_allows(content: bytes) -> None:
    shortest, longest = SECRET_BYTES
    assert (secret_problem(secret_of(content)) is None) == (shortest <= len(content) <= longest)


@given(st.binary(min_size=SECRET_BYTES[0], max_size=SECRET_BYTES[1]))
def test_a_good_secret_signs_as_programs_verify(content: bytes) -> None:
    secret = secret_of(content)
    assert secret_problem(secret) is None
    now = datetime.now(UTC).replace(microsecond=0)
    headers = {
        "webhook-id": "msg_1",
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": Webhook(secret).sign("msg_1", now, "{}"),
    }
    assert Webhook(secret).verify("{}", headers) == {}


@pytest.mark.parametrize(
    "secret",
    ["", SECRET_PREFIX, "secret", base64.b64encode(b"x" * 32).decode(), SECRET_PREFIX + "?" * 44],
)
def test_what_is_no_secret_is_refused_with_how_one_looks(secret: str) -> None:
    problem = secret_problem(secret)
    assert problem is not None
    assert SECRET_PREFIX in problem


def test_a_webhook_is_left_alone_longer_with_each_round_and_never_for_good() -> None:
    rests = [rest_after(failures) for failures in range(1, 20)]
    assert rests == sorted(rests)
    assert rests[0] == timedelta(seconds=10)
    assert rests[-1] == timedelta(minutes=15)


@pytest.mark.parametrize(
    ("failing", "hopeless"),
    [(None, False), (timedelta(0), False), (PATIENCE - timedelta(seconds=1), False), (PATIENCE, True)],
)
def test_a_webhook_is_given_up_when_nothing_succeeded_for_days(
    failing: timedelta | None, hopeless: bool
) -> None:
    assert is_hopeless(None if failing is None else NOW - failing, NOW) is hopeless
