"""Clocks that a policy defines, pauses for a reason, windings anew, and counting from a change."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sla_desk import ALWAYS, LONG_AGO, Story, book, hours, policy, warsaw

from chassis.errors import InvalidInput
from sla.app.policy_draft import PolicyDraft
from sla.domain.clocks import Clock, compute, compute_cycles
from sla.domain.policies import PolicyVersion, RuleBook

BEGIN = warsaw(16, 9)
SUPPLIER: Mapping[str, object] = {
    "name": "supplier",
    "start": 'state = "pending_supplier"',
    "stop": 'state != "pending_supplier"',
    "pause": "",
    "goes_on": False,
}


def drafted(**values: object) -> PolicyVersion:
    """A policy around the clock, as an administrator writes it."""
    given = {"name": "own", "kind": "ola", "calendar_id": str(ALWAYS), **values}
    draft = PolicyDraft(**given)  # type: ignore[arg-type]  # its fields
    return PolicyVersion(UUID(int=9), LONG_AGO, draft.ruled(id_=UUID(int=9), version=1, calendar_id=ALWAYS))


def windings(story: Story, rules: RuleBook, name: str, at: datetime) -> list[Clock]:
    return [one for one in compute_cycles(story.events, rules, at) if one.name == name]


def supplier(**values: object) -> RuleBook:
    return book(drafted(clocks=[{**SUPPLIER, **values}], targets=[["supplier", "", "PT2H"]]))


def with_supplier() -> Story:
    story = Story(BEGIN).state(warsaw(16, 10), "pending_supplier").state(warsaw(16, 11), "open")
    return story.state(warsaw(16, 14), "pending_supplier")


def test_an_own_clock_does_not_run_before_it_starts() -> None:
    assert compute(Story(BEGIN).events, supplier(), warsaw(16, 12)) == []


def test_an_own_clock_starts_and_stops_by_its_conditions() -> None:
    story = Story(BEGIN).state(warsaw(16, 10), "pending_supplier").state(warsaw(16, 13), "open")
    clock = story.clock("supplier", supplier(), warsaw(16, 15))
    assert (clock.started_at, clock.stopped_at) == (warsaw(16, 10), warsaw(16, 13))
    assert (clock.elapsed, clock.breached_at) == (hours(3), warsaw(16, 12))


def test_an_own_clock_is_wound_anew() -> None:
    first, second = windings(with_supplier(), supplier(), "supplier", warsaw(16, 15))
    assert (first.state, first.elapsed, first.is_latest) == ("stopped", hours(1), False)
    assert (second.started_at, second.elapsed, second.is_latest) == (warsaw(16, 14), hours(1), True)


def test_an_own_clock_that_goes_on_keeps_its_time() -> None:
    [clock] = windings(with_supplier(), supplier(goes_on=True), "supplier", warsaw(16, 15))
    assert (clock.started_at, clock.elapsed) == (warsaw(16, 10), hours(2))


def test_an_own_clock_stops_with_the_ticket() -> None:
    story = Story(BEGIN).agent_replies(warsaw(16, 10)).state(warsaw(16, 12), "resolved")
    clocks = [
        {**SUPPLIER, "name": "follow_up", "start": 'comment = "response"', "stop": 'comment = "question"'}
    ]
    rules = book(drafted(clocks=clocks, targets=[["follow_up", "", "P1D"]]))
    clock = story.clock("follow_up", rules, warsaw(16, 15))
    assert (clock.started_at, clock.stopped_at) == (warsaw(16, 10), warsaw(16, 12))


def test_an_own_clock_pauses_by_its_own_condition() -> None:
    story = with_supplier().set(warsaw(16, 15), priority="low")
    clock = story.clock("supplier", supplier(pause='priority = "low"'), warsaw(16, 17))
    assert (clock.state, clock.paused_at, clock.elapsed) == ("paused", warsaw(16, 15), hours(1))


def test_clocks_pause_for_a_reason_and_say_it() -> None:
    rules = book(drafted(targets=[["resolution", "", "PT8H"]], pause_when='fields.pending_reason = "parts"'))
    story = Story(BEGIN).set(warsaw(16, 10), None, **{"fields.pending_reason": "parts"})
    story.set(warsaw(16, 12), None, **{"fields.pending_reason": "other"})
    clock = story.clock("resolution", rules, warsaw(16, 13), explain=True)
    assert clock.elapsed == hours(2)
    assert 'paused: fields.pending_reason = "parts"' in [part.reason for part in clock.intervals]


@pytest.mark.parametrize("name", ["first_response", "resolution", "time_to_own"])
def test_clocks_of_a_team_are_wound_anew_when_another_gets_the_ticket(name: str) -> None:
    rules = book(drafted(targets=[[name, "", "PT4H"]], restart_on=["team"]))
    story = Story(BEGIN).set(warsaw(16, 10), team=["1", "network"]).set(warsaw(16, 15), team=["2", "desk"])
    unassigned, network, desk = windings(story, rules, name, warsaw(16, 16))
    assert (unassigned.elapsed, network.elapsed, desk.elapsed) == (hours(1), hours(5), hours(1))
    assert (network.breached, desk.breached, desk.state) == (True, False, "running")
    assert [one.facts.get("team") for one in (network, desk)] == [["1", "network"], ["2", "desk"]]


def test_a_reopened_ticket_of_another_team_is_wound_anew() -> None:
    rules = book(drafted(targets=[["resolution", "", "PT4H"]], restart_on=["team"]))
    story = Story(BEGIN).state(warsaw(16, 12), "resolved").set(warsaw(16, 13), team=["2", "desk"])
    story.state(warsaw(16, 14), "open")
    first, second = windings(story, rules, "resolution", warsaw(16, 15))
    assert (first.stopped_at, second.started_at) == (warsaw(16, 12), warsaw(16, 14))


@pytest.mark.parametrize(("recompute", "elapsed"), [("creation", hours(5)), ("change", hours(2))])
def test_a_changed_target_counts_from_the_creation_or_from_the_change(
    recompute: str, elapsed: object
) -> None:
    targets = [["resolution", "", "PT8H"], ["resolution", "high", "PT3H"]]
    rules = book(drafted(targets=targets, recompute=recompute))
    story = Story(BEGIN).set(warsaw(16, 12), priority="high")
    clock = story.clock("resolution", rules, warsaw(16, 14), explain=True)
    assert clock.elapsed == elapsed
    assert clock.started_at == BEGIN
    assert clock.breached == (recompute == "creation")


def test_pauses_before_a_change_are_no_pause_after_it() -> None:
    rules = book(
        drafted(
            targets=[["resolution", "", "PT8H"], ["resolution", "high", "PT3H"]],
            recompute="change",
            pause_states=["pending_requester"],
        )
    )
    story = Story(BEGIN).state(warsaw(16, 10), "pending_requester").set(warsaw(16, 12), priority="high")
    assert story.clock("resolution", rules, warsaw(16, 14)).paused_at == warsaw(16, 12)


def test_each_kind_has_the_clocks_of_its_own_policy() -> None:
    rules = book(
        policy(("resolution", "", "PT8H"), number=1, kind="sla"),
        policy(("resolution", "", "PT4H"), number=2, kind="ola"),
        policy(("resolution", "", "PT2H"), number=3, kind="uc", order=20),
        policy(("resolution", "", "PT1H"), number=4, kind="uc", order=30),
    )
    assert [(one.kind, one.target) for one in compute(Story(BEGIN).events, rules, BEGIN)] == [
        ("sla", hours(8)),
        ("ola", hours(4)),
        ("uc", hours(2)),
    ]


@given(st.permutations(range(5)))
def test_windings_do_not_depend_on_the_order_in_which_events_come(order: list[int]) -> None:
    story = with_supplier().set(warsaw(16, 15), team=["1", "network"]).agent_replies(warsaw(16, 16))
    rules = book(
        drafted(
            clocks=[SUPPLIER],
            targets=[["supplier", "", "PT2H"], ["resolution", "", "PT8H"], ["update", "", "PT1H"]],
            restart_on=["team"],
        )
    )
    mixed = [story.events[index] for index in order] + story.events[5:]
    assert compute_cycles(mixed, rules, warsaw(17, 9)) == compute_cycles(story.events, rules, warsaw(17, 9))


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"clocks": [{**SUPPLIER, "name": "resolution"}]}, "clocks[0].name"),
        ({"clocks": [{**SUPPLIER, "name": "Supplier!"}]}, "clocks[0].name"),
        ({"clocks": [SUPPLIER, SUPPLIER]}, "clocks[1].name"),
        ({"clocks": [{**SUPPLIER, "start": " "}]}, "clocks[0].start"),
        ({"clocks": [{**SUPPLIER, "stop": "colour = 1"}]}, "clocks[0].stop"),
        ({"clocks": [{**SUPPLIER, "pause": "("}]}, "clocks[0].pause"),
        ({"pause_when": 'comment = "question"'}, "pause_when"),
        ({"restart_on": ["title"]}, "restart_on[0]"),
        ({"restart_on": ["team", "team"]}, "restart_on[1]"),
        ({"recompute": "never"}, "recompute"),
        ({"targets": [["supplier", "", "PT1H"]]}, "targets[0].clock"),
    ],
)
def test_what_a_policy_must_not_say_is_refused_by_its_field(values: dict[str, object], field: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        drafted(**{"targets": [["resolution", "", "PT1H"]], **values})
    assert [error.field for error in refused.value.errors] == [field]
