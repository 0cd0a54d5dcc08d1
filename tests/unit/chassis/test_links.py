"""Links in mails: signed for one purpose, for a time."""

from datetime import UTC, datetime, timedelta

import pytest

from chassis.errors import Unauthenticated
from chassis.links import read_link, sign_link

NOW = datetime(2030, 1, 7, 9, tzinfo=UTC)
OLD, NEW = "o" * 40, "n" * 40


def test_a_link_says_what_was_signed_while_secrets_change() -> None:
    token = sign_link(OLD, "approval", {"vote": "v1"}, expires_at=NOW + timedelta(days=1))
    assert read_link(f"{NEW} {OLD}", "approval", token, now=NOW) == {"vote": "v1"}


@pytest.mark.parametrize(
    ("secrets", "purpose", "now", "reason"),
    [
        (OLD, "approval", NOW + timedelta(days=1), "LINK_EXPIRED"),
        (OLD, "rating", NOW, "LINK_INVALID"),
        (NEW, "approval", NOW, "LINK_INVALID"),
        ("", "approval", NOW, "LINK_INVALID"),
    ],
)
def test_a_link_holds_for_its_purpose_its_secret_and_its_time_alone(
    secrets: str, purpose: str, now: datetime, reason: str
) -> None:
    token = sign_link(OLD, "approval", {"vote": "v1"}, expires_at=NOW + timedelta(days=1))
    with pytest.raises(Unauthenticated) as caught:
        read_link(secrets, purpose, token, now=now)
    assert caught.value.reason == reason


@pytest.mark.parametrize("token", ["", "x", "a.b.c", "é" * 10, "a" * 5_000])
def test_what_was_never_signed_is_no_link(token: str) -> None:
    with pytest.raises(Unauthenticated):
        read_link(OLD, "approval", token, now=NOW)
