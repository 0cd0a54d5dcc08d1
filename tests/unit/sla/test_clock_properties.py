"""What holds of the clocks of any life of a ticket."""

from datetime import UTC, datetime, timedelta
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st
from sla_desk import (
    ALWAYS,
    BY_PRIORITY,
    STANDARD,
    Story,
    book,
    hours,
    policy,
    warsaw,
)

from sla.domain.clocks import compute
from sla.domain.ledger import FINISHED

MOVES = st.lists(
    st.tuples(
        st.integers(0, 5 * 1440),
        st.one_of(
            st.sampled_from(["open", "pending_requester", "pending_supplier", "resolved", "closed"]),
            st.sampled_from(
                ["priority:high", "priority:low", "priority:medium", "response", "question", "note"]
            ),
        ),
    ),
    max_size=10,
    unique_by=lambda move: move[0],
)


def tell(moves: list[tuple[int, str]], recorded_at: datetime | None = None) -> Story:
    start = warsaw(20, 15)
    story = Story(start, recorded_at=recorded_at)
    for minute, move in moves:
        at = start + timedelta(minutes=minute)
        if move.startswith("priority:"):
            story.set(at, recorded_at, priority=move.partition(":")[2])
        elif move == "response":
            story.agent_replies(at, recorded_at)
        elif move == "question":
            story.requester_writes(at, recorded_at)
        elif move == "note":
            story.note(at)
        else:
            story.state(at, move, recorded_at)
    return story


@given(MOVES, st.randoms(use_true_random=False), st.integers(0, 6 * 1440))
@settings(max_examples=200)
def test_events_posted_in_any_order_give_the_clocks_of_the_right_order(
    moves: list[tuple[int, str]],
    random: Random,
    minutes: int,
) -> None:
    rules = book(
        policy(("first_response", "", "PT2H"), ("next_response", "", "PT2H"), ("resolution", "", "PT9H"),
               ("resolution", "high", "PT4H"), ("resolution", "low", "PT18H")),
        policy(("resolution", "", "PT12H"), number=2, kind="ola", calendar_id=ALWAYS, pauses=["pending_supplier"]),
    )  # fmt: skip
    now = warsaw(30, 12)
    at = warsaw(20, 15) + timedelta(minutes=minutes)
    shuffled = list(moves)
    random.shuffle(shuffled)
    posted_in_order = compute(tell(sorted(moves), now).events, rules, at, explain=True)
    posted_anyhow = tell(shuffled, now).events
    random.shuffle(posted_anyhow)
    assert compute(posted_anyhow, rules, at, explain=True) == posted_in_order


@given(MOVES, st.integers(0, 6 * 1440))
@settings(max_examples=100)
def test_a_resolution_clock_is_what_a_person_with_a_stopwatch_measures(
    moves: list[tuple[int, str]], minutes: int
) -> None:
    story = tell(sorted(moves))
    start = warsaw(20, 15)
    clock = story.clock("resolution", BY_PRIORITY, start + timedelta(minutes=minutes))
    state, category, priority, counted, pressed = "new", "new", "medium", 0, "running"
    happened = dict(moves)
    stopped_priority = ""
    breached = False
    for minute in range(minutes + 1):
        move = happened.get(minute, "")
        was_finished = category in FINISHED
        if move.startswith("priority:"):
            priority = move.partition(":")[2]
        elif move in {"open", "pending_requester", "pending_supplier", "resolved", "closed"}:
            state, category = move, move if move in FINISHED else "active"
            if category in FINISHED and not was_finished:
                stopped_priority = priority
        pressed = (
            "stopped" if category in FINISHED else "paused" if state == "pending_requester" else "running"
        )
        wall = (start + timedelta(minutes=minute)).astimezone(UTC) + timedelta(hours=1)
        is_open = wall.weekday() < 5 and 9 <= wall.hour < 18
        if minute < minutes and pressed == "running" and is_open:
            counted += 1
    assert clock.state == pressed
    assert clock.elapsed == timedelta(minutes=counted)
    final = stopped_priority if pressed == "stopped" else priority
    assert clock.target == {"high": hours(4), "low": hours(18)}.get(final, hours(9))
    breached = timedelta(minutes=counted) > clock.target
    if timedelta(minutes=counted) != clock.target:
        assert clock.breached == breached


@given(MOVES, st.integers(0, 6 * 1440))
@settings(max_examples=100)
def test_an_explained_clock_adds_up(moves: list[tuple[int, str]], minutes: int) -> None:
    at = warsaw(20, 15) + timedelta(minutes=minutes)
    for clock in compute(tell(sorted(moves)).events, STANDARD, at, explain=True):
        counted = [part.end - part.start for part in clock.intervals if part.counted]
        assert sum(counted, timedelta(0)) == clock.elapsed
        edges = [clock.started_at, *(part.end for part in clock.intervals)]
        assert [part.start for part in clock.intervals] == edges[:-1]
        assert edges[-1] == (clock.stopped_at or at)
