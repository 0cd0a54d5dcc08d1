"""Who gets a ticket, as a pure function: held against what must be true of any way to give out tickets."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tickets.domain.routing import (
    REQUIREMENTS,
    STRATEGIES,
    Candidate,
    Need,
    Policy,
    choose,
    give_out,
    is_free,
    judge,
)

NOW = datetime(2026, 3, 2, 8, tzinfo=UTC)
TEAM, OTHER_TEAM = UUID(int=901), UUID(int=902)
ALL = Policy(("last_contact", "skill", "least_loaded"), frozenset(REQUIREMENTS))
READY = Candidate(
    id=UUID(int=1),
    name="Ada",
    email="ada@acme.example",
    team_ids=frozenset({TEAM}),
    may_work=True,
    on_shift=True,
    absent_until=None,
    substitute=None,
    skills={"vpn": 3},
    languages=("en",),
    open=0,
    max_open=5,
    routed_at=None,
)

ids = st.integers(1, 6).map(lambda number: UUID(int=number))
skills = st.dictionaries(st.sampled_from(["vpn", "sap"]), st.integers(1, 5))
candidates = st.lists(
    st.builds(
        replace,
        st.just(READY),
        id=ids,
        team_ids=st.frozensets(st.sampled_from([TEAM, OTHER_TEAM])),
        may_work=st.booleans() | st.just(True),
        on_shift=st.booleans() | st.just(True),
        absent_until=st.none() | st.just(NOW + timedelta(days=1)),
        substitute=st.none() | ids,
        skills=skills,
        languages=st.lists(st.sampled_from(["en", "pl", "pt-BR"]), max_size=2),
        open=st.integers(0, 4),
        max_open=st.integers(0, 5),
        routed_at=st.none() | st.integers(0, 99).map(lambda minutes: NOW - timedelta(minutes=minutes)),
    ),
    max_size=6,
    unique_by=lambda one: one.id,
)
needs = st.builds(
    Need,
    st.sampled_from([TEAM, OTHER_TEAM]),
    skills,
    st.sampled_from(["", "en", "pl", "pt"]),
    st.none() | ids,
)
policies = st.builds(
    Policy,
    st.lists(st.sampled_from(STRATEGIES), unique=True, min_size=1),
    st.frozensets(st.sampled_from(REQUIREMENTS)),
)


def may_get(policy: Policy, need: Need, one: Candidate) -> bool:
    """The requirements once more, in other words."""
    require = policy.require
    spoken = {language.split("-")[0] for language in one.languages}
    return (
        need.team_id in one.team_ids
        and one.may_work
        and (one.on_shift or "on_shift" not in require)
        and (one.absent_until is None or "present" not in require)
        and (one.open < one.max_open or "capacity" not in require)
        and (
            "skills" not in require
            or {skill for skill, level in need.skills.items() if one.skills.get(skill, 0) >= level}
            == set(need.skills)
        )
        and (not need.language or "language" not in require or need.language in spoken)
    )


@given(policies, needs, candidates)
def test_somebody_gets_a_ticket_exactly_where_somebody_may(
    policy: Policy, need: Need, pool: list[Candidate]
) -> None:
    chosen = choose(policy, need, pool)
    eligible = {one.id for one in pool if may_get(policy, need, one)}
    assert chosen.id in eligible if chosen is not None else not eligible


@given(policies, needs, candidates, st.randoms(use_true_random=False))
def test_the_order_in_which_people_are_read_decides_nothing(
    policy: Policy, need: Need, pool: list[Candidate], random: object
) -> None:
    shuffled = list(pool)
    random.shuffle(shuffled)  # type: ignore[attr-defined]  # one of the standard library's
    assert choose(policy, need, shuffled) == choose(policy, need, pool)


@given(policies, needs, candidates)
def test_the_reasons_say_the_same_as_the_choice(policy: Policy, need: Need, pool: list[Candidate]) -> None:
    judgement = judge(policy, need, pool)
    verdicts = judgement.verdicts
    chosen = choose(policy, need, pool)
    assert {one.candidate.id for one in verdicts} == {one.id for one in pool if need.team_id in one.team_ids}
    assert all(one.eligible == may_get(policy, need, one.candidate) for one in verdicts)
    assert all(set(one.preferences) == set(policy.strategies) for one in verdicts)
    unmet = Counter(reason.requirement for one in verdicts for reason in one.reasons if not reason.met)
    assert judgement.lacking == unmet
    assert (judgement.considered, judgement.eligible) == (
        len(verdicts),
        sum(one.eligible for one in verdicts),
    )
    first = verdicts[0].candidate if verdicts and verdicts[0].eligible else None
    assert first == chosen


@given(policies, st.lists(needs, max_size=8), candidates, st.integers(0, 8))
def test_a_round_gives_each_ticket_once_within_the_caps_and_never_past_an_older_one(
    policy: Policy, asked: list[Need], pool: list[Candidate], most: int
) -> None:
    round_ = give_out(policy, list(enumerate(asked)), pool, NOW, most)
    given_to = {one.ticket: one.to for one in round_.given}
    left = [ticket for ticket, _ in round_.left]
    assert len(given_to) == len(round_.given) <= most
    assert sorted([*given_to, *left]) == list(range(len(given_to) + len(left)))
    after = {one.id: one for one in round_.candidates}
    got = Counter(given_to.values())
    for one in pool:
        assert after[one.id].open == one.open + got[one.id]
        if "capacity" in policy.require and got[one.id]:
            assert after[one.id].open <= one.max_open
    for ticket, need in round_.left:
        assert not any(may_get(policy, need, one) for one in after.values())
        same = [later for later in given_to if later > ticket and asked[later] == need]
        assert same == []


@given(st.integers(1, 5), st.integers(0, 30))
def test_turns_go_round(people: int, tickets: int) -> None:
    pool = [replace(READY, id=UUID(int=number), max_open=99) for number in range(1, people + 1)]
    policy = Policy(("round_robin",), frozenset(REQUIREMENTS))
    round_ = give_out(policy, [(number, Need(TEAM)) for number in range(tickets)], pool, NOW, tickets)
    counts = Counter(one.to for one in round_.given)
    assert sum(counts.values()) == tickets
    assert max(counts.values(), default=0) - min((counts[one.id] for one in pool), default=0) <= 1


def two(first: Candidate, second: Candidate) -> Sequence[Candidate]:
    return (replace(first, id=UUID(int=1)), replace(second, id=UUID(int=2)))


@pytest.mark.parametrize(
    ("strategies", "need", "pool", "chosen"),
    [
        (("last_contact", "least_loaded"), Need(TEAM, last_contact=UUID(int=2)), two(READY, replace(READY, open=4)), 2),
        (("least_loaded", "last_contact"), Need(TEAM, last_contact=UUID(int=2)), two(READY, replace(READY, open=4)), 1),
        (("least_loaded",), Need(TEAM), two(replace(READY, open=2, max_open=3), replace(READY, open=3, max_open=9)), 2),
        (("skill",), Need(TEAM, {"vpn": 1}), two(READY, replace(READY, skills={"vpn": 5})), 2),
        (("round_robin",), Need(TEAM), two(replace(READY, routed_at=NOW), replace(READY, routed_at=NOW - timedelta(1))), 2),
        (("skill",), Need(TEAM), two(replace(READY, routed_at=NOW), READY), 2),
    ],
    ids=["contact first", "load first", "relative load", "the more skilled", "the longer without", "else the turn"],
)  # fmt: skip
def test_preferences_count_in_their_order(
    strategies: tuple[str, ...], need: Need, pool: Sequence[Candidate], chosen: int
) -> None:
    best = choose(replace(ALL, strategies=strategies), need, pool)
    assert best is not None
    assert best.id == UUID(int=chosen)


def test_the_substitute_of_an_absent_contact_is_preferred() -> None:
    pool = [
        replace(READY, id=UUID(int=1)),
        replace(READY, id=UUID(int=2), open=4),
        replace(READY, id=UUID(int=3), absent_until=NOW + timedelta(days=1), substitute=UUID(int=2)),
    ]
    best = choose(ALL, Need(TEAM, last_contact=UUID(int=3)), pool)
    assert best is not None
    assert best.id == UUID(int=2)


def test_each_unmet_requirement_is_told_in_words() -> None:
    away = replace(
        READY, may_work=False, on_shift=False, absent_until=NOW, open=5, skills={"vpn": 2}, languages=("en",)
    )
    (verdict,) = judge(ALL, Need(TEAM, {"vpn": 3}, "pl"), [away]).verdicts
    assert [reason.text for reason in verdict.reasons] == [
        "may not work the queue",
        "is not on shift",
        "is absent until 2026-03-02 08:00 UTC",
        "has 5 of at most 5 tickets in hand",
        "lacks vpn at level 3",
        "does not work in pl",
    ]
    assert not any(reason.met for reason in verdict.reasons)


def test_of_many_the_first_fifty_are_told_of_and_all_are_counted() -> None:
    pool = [replace(READY, id=UUID(int=number), on_shift=number % 2 == 0) for number in range(1, 121)]
    judgement = judge(ALL, Need(TEAM), pool)
    assert (judgement.considered, judgement.eligible, judgement.lacking) == (120, 60, {"on_shift": 60})
    assert [one.candidate.id.int for one in judgement.verdicts] == list(range(2, 102, 2))


@pytest.mark.parametrize(
    ("change", "free"),
    [({}, True), ({"open": 5}, False), ({"on_shift": False}, False), ({"languages": ()}, True), ({"skills": {}}, True)],
)  # fmt: skip
def test_whoever_could_get_some_ticket_is_free(change: dict[str, object], free: bool) -> None:
    assert is_free(ALL, replace(READY, **change)) == free  # type: ignore[arg-type]  # fields by name
