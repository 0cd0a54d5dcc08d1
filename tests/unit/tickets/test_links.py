"""Kinds of links, and ways along them."""

from itertools import pairwise, product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tickets.domain.links import KINDS, WORDS, kind_of, type_problem, way

NODES = range(6)


@given(st.sets(st.tuples(st.sampled_from(NODES), st.sampled_from(NODES))), st.sampled_from(NODES))
def test_a_way_is_found_where_there_is_one_and_none_is_shorter(
    edges: set[tuple[int, int]], start: int
) -> None:
    distance = {pair: 0 if pair[0] == pair[1] else 99 for pair in product(NODES, NODES)}
    distance |= {(a, b): 1 for a, b in edges if a != b}
    for middle, a, b in product(NODES, NODES, NODES):  # Floyd and Warshall
        distance[a, b] = min(distance[a, b], distance[a, middle] + distance[middle, b])
    for goal in NODES:
        found = way(edges, start, goal)
        if distance[start, goal] == 99:
            assert found == ()
        else:
            assert (found[0], found[-1], len(found) - 1) == (start, goal, distance[start, goal])
            assert all(step in edges for step in pairwise(found))


@pytest.mark.parametrize("word", WORDS)
def test_each_word_names_one_kind_from_one_end(word: str) -> None:
    kind, inverted = kind_of(word)
    assert word == (kind.inverse if inverted else kind.name)
    assert sum(word in (other.name, other.inverse) for other in KINDS) == 1


def test_only_problems_are_problems_of_incidents() -> None:
    kind, _ = kind_of("problem_of")
    assert type_problem(kind, "problem", "incident") is None
    assert "only a ticket of type problem" in (type_problem(kind, "incident", "incident") or "")
    assert "only a ticket of type incident" in (type_problem(kind, "problem", "question") or "")
