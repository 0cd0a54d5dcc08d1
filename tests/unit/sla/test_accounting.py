"""Whose the time of a ticket was."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st
from sla_desk import CALENDARS, CATEGORIES, Story, hours, warsaw

from sla.domain import calendar as business
from sla.domain.accounting import Owner, shares, turns

BEGIN = warsaw(16, 9)
OFFICE = CALENDARS[0].calendar
NETWORK, DESK = ["1", "network"], ["2", "service-desk"]
NOBODY, OF_NETWORK, OF_DESK = Owner("team"), Owner("team", "1", "network"), Owner("team", "2", "service-desk")
REQUESTER, SUPPLIER = Owner("requester"), Owner("supplier")


def spent(story: Story, at: datetime) -> dict[Owner, timedelta]:
    return shares(turns(story.events, OFFICE, at))


def test_each_minute_is_a_teams_the_requesters_or_a_suppliers() -> None:
    story = Story(BEGIN).set(warsaw(16, 10), team=NETWORK).state(warsaw(16, 12), "pending_requester")
    story.state(warsaw(16, 13), "open").set(warsaw(16, 14), team=DESK).state(
        warsaw(16, 15), "pending_supplier"
    )
    story.state(warsaw(17, 10), "open").state(warsaw(17, 12), "resolved")
    assert spent(story, warsaw(20, 9)) == {
        NOBODY: hours(1),
        OF_NETWORK: hours(3),
        REQUESTER: hours(1),
        OF_DESK: hours(3),
        SUPPLIER: hours(4),
    }


def test_the_time_until_a_reopening_is_the_requesters() -> None:
    story = Story(BEGIN).state(warsaw(16, 10), "resolved").state(warsaw(16, 14), "open")
    assert spent(story, warsaw(16, 16)) == {NOBODY: hours(3), REQUESTER: hours(4)}


def test_a_ticket_that_was_closed_after_its_resolution_ends_with_the_resolution() -> None:
    story = Story(BEGIN).state(warsaw(16, 11), "resolved").state(warsaw(17, 11), "closed")
    assert spent(story, warsaw(20, 9)) == {NOBODY: hours(2)}


def test_without_a_calendar_the_nights_count() -> None:
    assert shares(turns(Story(BEGIN).events, None, warsaw(17, 9))) == {NOBODY: hours(24)}


def test_nobody_has_a_ticket_before_its_creation() -> None:
    assert turns(Story(BEGIN).events, OFFICE, BEGIN - hours(1)) == []


@given(
    st.lists(
        st.tuples(
            st.integers(0, 20_000),
            st.one_of(st.sampled_from(sorted(CATEGORIES)), st.sampled_from([NETWORK, DESK])),
        ),
        max_size=12,
    ),
    st.integers(0, 25_000),
)
def test_the_sum_of_all_minutes_is_the_time_between(
    life: list[tuple[int, str | list[str]]], now: int
) -> None:
    story = Story(BEGIN)
    for minute, what in life:
        at = BEGIN + timedelta(minutes=minute)
        story = story.state(at, what) if isinstance(what, str) else story.set(at, team=what)
    at = BEGIN + timedelta(minutes=now)
    taken = turns(story.events, OFFICE, at)
    assert all(one.end == other.start for one, other in pairwise(taken))
    lived = sorted((minute, index, what) for index, (minute, what) in enumerate(life) if minute <= now)
    end = at
    for minute, _, what in reversed(lived):
        if isinstance(what, str):
            if CATEGORIES[what] not in {"resolved", "closed", "cancelled"}:
                break
            end = BEGIN + timedelta(minutes=minute)
    assert sum(shares(taken).values(), start=timedelta(0)) == business.elapsed(OFFICE, BEGIN, end)
