"""When a rule runs in circles, and when a condition has held long enough."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from tickets.domain.rules import (
    MAX_CHAIN,
    MAX_REPEATS,
    OFTEN,
    Moment,
    circle_problem,
    due_at,
    frequency_problem,
)

START = datetime(2026, 3, 2, 8, tzinfo=UTC)
RULES = [UUID(int=number) for number in range(1, 4)]


@given(chain=st.lists(st.sampled_from(RULES), max_size=30), rule=st.sampled_from(RULES))
def test_every_chain_comes_to_an_end(chain: list[UUID], rule: UUID) -> None:
    may = circle_problem(rule, chain) is None
    assert may == (chain.count(rule) < MAX_REPEATS and len(chain) < MAX_CHAIN)


def test_a_rule_may_act_only_so_often() -> None:
    assert frequency_problem(OFTEN - 1) is None
    assert frequency_problem(OFTEN) is not None


@given(
    steps=st.lists(st.tuples(st.integers(1, 20), st.booleans()), max_size=20),
    after=st.integers(1, 30),
    tail=st.integers(0, 40),
)
def test_a_condition_is_due_when_it_has_held_for_every_minute_of_the_duration(
    steps: list[tuple[int, bool]], after: int, tail: int
) -> None:
    minutes: list[bool] = []
    moments: list[Moment] = []
    minute = 0
    for pause, holds in steps:
        minutes += [moments[-1].holds if moments else False] * pause
        minute += pause
        moments.append(Moment(START + timedelta(minutes=minute), holds))
    minutes += [moments[-1].holds if moments else False] * tail
    held, expected = 0, None
    for number, holds in enumerate(minutes, start=1):
        held = held + 1 if holds else 0
        if held == after and expected is None:
            expected = START + timedelta(minutes=number)
    now = START + timedelta(minutes=minute + tail)
    assert due_at(moments, timedelta(minutes=after), now=now) == expected
