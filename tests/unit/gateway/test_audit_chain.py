"""A log that was edited, cut, reordered or forked is found out."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.domain.audit import (
    FIRST,
    Chain,
    Change,
    Content,
    Link,
    chain_hash,
    changes_between,
    changes_text,
)

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)


def _content(sequence: int, actor_id: str = "u1", occurred_at: datetime = NOON) -> Content:
    return Content(
        tenant_id="018f0000-0000-7000-8000-000000000001",
        sequence=sequence,
        event_id=f"018f0000-0000-7000-8000-{sequence:012}",
        service="tickets",
        kind="queue",
        target_id="q1",
        target_name="network",
        changes=changes_text([Change(field="name", old="Network", new=f"Network {sequence}")]),
        actor_kind="user",
        actor_id=actor_id,
        cause="rest",
        occurred_at=occurred_at,
        recorded_at=NOON + timedelta(seconds=sequence),
    )


def _log(length: int) -> list[Link]:
    links: list[Link] = []
    previous = FIRST
    for sequence in range(1, length + 1):
        content = _content(sequence)
        links.append(Link(content, previous, chain_hash(previous, content)))
        previous = links[-1].hash
    return links


def _break_at(links: list[Link], head: Link | None, chain: Chain | None = None) -> int | None:
    chain = chain or Chain()
    for link in links:
        if not chain.holds(link):
            break
    sequence, last_hash = (head.content.sequence, head.hash) if head else (0, FIRST)
    return chain.break_at(last_sequence=sequence, last_hash=last_hash)


@given(st.integers(0, 8))
def test_a_log_as_it_was_written_is_sound(length: int) -> None:
    links = _log(length)
    assert _break_at(links, links[-1] if links else None) is None


@given(length=st.integers(1, 8), data=st.data())
def test_an_edited_entry_breaks_the_log_at_itself(length: int, data: st.DataObject) -> None:
    links = _log(length)
    place = data.draw(st.integers(0, length - 1))
    content = links[place].content
    edited = [*links]
    forged = data.draw(
        st.sampled_from(
            [
                replace(content, actor_id="somebody else"),
                replace(content, changes="[]"),
                replace(content, occurred_at=NOON - timedelta(days=1)),
                replace(content, target_id="q2"),
                replace(content, cause="timer:1"),
            ]
        )
    )
    edited[place] = replace(links[place], content=forged)
    assert _break_at(edited, links[-1]) == place + 1


@given(length=st.integers(2, 8), data=st.data())
def test_a_missing_entry_breaks_the_log_at_its_place(length: int, data: st.DataObject) -> None:
    links = _log(length)
    place = data.draw(st.integers(0, length - 1))
    assert _break_at(links[:place] + links[place + 1 :], links[-1]) == place + 1


def test_a_fork_breaks_the_log_where_it_leaves_it() -> None:
    links = _log(5)
    content = _content(4, actor_id="forger")
    fork = Link(content, links[2].hash, chain_hash(links[2].hash, content))
    assert _break_at([*links[:3], fork], links[-1]) == 5
    assert _break_at([*links[:4], fork], links[-1]) == 5


def test_a_log_made_anew_as_a_whole_is_found_by_an_end_that_was_kept_elsewhere() -> None:
    links = _log(5)
    content = _content(3, actor_id="forger")
    forged = [*links[:2], Link(content, links[1].hash, chain_hash(links[1].hash, content))]
    assert _break_at(forged, forged[-1]) is None
    assert _break_at(forged, forged[-1], Chain(3, links[2].hash)) == 3
    assert _break_at(links[:2], links[1], Chain(3, links[2].hash)) == 3
    assert _break_at(links, links[-1], Chain(3, links[2].hash)) is None


def test_the_zone_in_which_a_time_is_written_does_not_change_the_hash() -> None:
    there = NOON.astimezone(timezone(timedelta(hours=5)))
    assert chain_hash(FIRST, _content(1)) == chain_hash(FIRST, _content(1, occurred_at=there))


@pytest.mark.parametrize(
    ("before", "after", "changes"),
    [
        ({}, {"name": "a"}, [Change(field="name", old=None, new="a")]),
        ({"name": "a", "active": True}, {"name": "a", "active": True}, []),
        (
            {"name": "a", "active": True},
            {"name": "b", "active": False},
            [Change(field="name", old="a", new="b"), Change(field="active", old=True, new=False)],
        ),
    ],
)
def test_only_fields_that_differ_are_changes(
    before: dict[str, str | bool], after: dict[str, str | bool], changes: list[Change]
) -> None:
    assert changes_between(before, after) == changes
