"""The rules of the service catalogue."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tickets.domain.catalog import (
    Entitlement,
    Price,
    TaskTemplate,
    may_order,
    price_problems,
    ready_tasks,
    task_problems,
)

KEYS = "abcde"


def task(key: str, *depends_on: str) -> TaskTemplate:
    return TaskTemplate(key, key.upper(), depends_on=depends_on)


@pytest.mark.parametrize(
    ("tasks", "problem"),
    [
        ([task("a", "b"), task("b", "c"), task("c", "a")], ("tasks[0].depends_on", "a → b → c → a")),
        ([task("a"), task("b", "b")], ("tasks[1].depends_on", "b → b")),
        ([task("a"), task("a")], ("tasks[1].key", "there already")),
        ([task("a", "z")], ("tasks[0].depends_on[0]", "no such task")),
        ([task("A b")], ("tasks[0].key", "must begin")),
    ],
)
def test_a_graph_of_tasks_that_cannot_end_is_refused_with_its_place(
    tasks: list[TaskTemplate], problem: tuple[str, str]
) -> None:
    ((path, reason),) = task_problems(tasks)
    assert path == problem[0]
    assert problem[1] in reason


@given(st.dictionaries(st.sampled_from(KEYS), st.lists(st.sampled_from(KEYS), max_size=3), min_size=1))
def test_tasks_come_to_their_end_exactly_where_there_is_no_circle(graph: dict[str, list[str]]) -> None:
    """The oracle works the graph off: what never gets ready is held by a circle."""
    depends_on = {key: [other for other in others if other in graph] for key, others in graph.items()}
    states = dict.fromkeys(depends_on, "waiting")
    while ready := ready_tasks(depends_on, states):
        states |= dict.fromkeys(ready, "done")
    problems = task_problems([task(key, *others) for key, others in depends_on.items()])
    assert bool(problems) == ("waiting" in states.values())


@pytest.mark.parametrize(
    ("entitlement", "allowed"),
    [
        (Entitlement(), True),
        (Entitlement(roles=["requester"]), True),
        (Entitlement(roles=["admin"]), False),
        (Entitlement(teams=["t1"], roles=["admin"]), True),
        (Entitlement(organizations=["o2"]), False),
    ],
)
def test_one_of_what_entitles_is_enough(entitlement: Entitlement, *, allowed: bool) -> None:
    assert may_order(entitlement, teams=["t1"], organizations=["o1"], roles=["requester"]) is allowed


@pytest.mark.parametrize(
    ("price", "fields"),
    [
        (Price(), []),
        (Price("1299.00", "EUR", "once"), []),
        (Price("-1", "EUR", "once"), ["price.amount"]),
        (Price("NaN", "EUR", "once"), ["price.amount"]),
        (Price("1.00001", "EUR", "once"), ["price.amount"]),
        (Price("1e99", "euro", "week"), ["price.amount", "price.currency", "price.period"]),
    ],
)
def test_a_price_is_an_amount_in_a_currency(price: Price, fields: list[str]) -> None:
    assert [field for field, _ in price_problems(price)] == fields
