"""Risk and windows of changes."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tickets.domain.change_enablement import QUESTIONS, Freeze, Window, freezes_met, risk_of

NOON = datetime(2030, 1, 7, 12, tzinfo=UTC)


def window(start: float, end: float) -> Window:
    return Window(NOON + timedelta(hours=start), NOON + timedelta(hours=end))


@pytest.mark.parametrize(
    ("yes", "risk"),
    [
        ([], "low"),
        (["first_time"], "low"),
        (["critical_service"], "medium"),
        (["critical_service", "hard_to_undo"], "high"),
        (list(QUESTIONS), "high"),
    ],
)
def test_risk_adds_up(yes: list[str], risk: str) -> None:
    answers = dict.fromkeys(QUESTIONS, False) | dict.fromkeys(yes, True)
    assert risk_of(answers) == risk


@given(*(st.integers(0, 8) for _ in range(4)))
def test_windows_meet_exactly_where_they_share_an_hour(a: int, b: int, c: int, d: int) -> None:
    first, second = window(a, a + b + 1), window(c, c + d + 1)
    shared = set(range(a, a + b + 1)) & set(range(c, c + d + 1))
    assert first.meets(second) == second.meets(first) == bool(shared)


@pytest.mark.parametrize(
    ("service", "freezes", "met"),
    [("pay", [[]], 1), ("pay", [["pay"], ["shop"]], 1), ("", [["pay"]], 0), ("", [[]], 1)],
)
def test_a_freeze_holds_for_its_services(service: str, freezes: list[list[str]], met: int) -> None:
    kept = [Freeze("Freeze", window(0, 4), services) for services in freezes]
    assert len(freezes_met(window(3, 5), service, kept)) == met
    assert freezes_met(window(4, 5), service, kept) == []
