"""Definitions of workflows: the shipped ones, what is written of one, and what is wrong with others, by place."""

from copy import deepcopy
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis.durations import LONGEST, parse_duration
from tickets.domain import shipped
from tickets.domain.definitions import MalformedWorkflow, parse_workflow, write_workflow
from tickets.domain.durations import write_duration
from tickets.domain.shipped_workflows import workflow_definition
from tickets.domain.workflow import Mover, moves_for
from tickets.domain.workflow_check import Known, faults_of

Document = dict[str, Any]
KNOWN = Known(
    fields={"location"},
    permissions={"tickets.transition", "tickets.close_own"},
    roles={"agent"},
    filter_problem=lambda text: None if text == "tags:tested" else "makes no sense",
)
PLACES = [(process, kind) for process, *_ in shipped.PROCESSES for kind, *_ in shipped.TYPES]


def small() -> Document:
    """A life cycle without a fault."""
    move = {"name": "Move", "permission": "tickets.transition"}
    return {
        "initial": "new",
        "states": [
            {"slug": "new", "name": "New", "category": "new"},
            {"slug": "open", "name": "Open", "category": "active"},
            {"slug": "closed", "name": "Closed", "category": "closed"},
        ],
        "moves": [{"from": "new", "to": "open", **move}, {"from": "open", "to": "closed", **move}],
        "automatic": [{"on": "assigned", "from": ["new"], "to": "open"}],
    }


def faults(document: Document) -> dict[str, str]:
    try:
        return {fault.place: fault.reason for fault in faults_of(parse_workflow(document), KNOWN)}
    except MalformedWorkflow as error:
        return {fault.place: fault.reason for fault in error.faults}


@pytest.mark.parametrize(("process", "kind"), PLACES)
def test_every_shipped_life_cycle_is_without_fault_and_written_as_it_is_read(process: str, kind: str) -> None:
    document = workflow_definition(process, kind)
    assert faults(document) == {}
    assert write_workflow(parse_workflow(document)) == document


@pytest.mark.parametrize("kind", ["incident", "service_request", "question", "task"])
@pytest.mark.parametrize("process", ["it", "hr", "facilities"])
def test_everyday_types_have_the_states_and_moves_that_all_share(process: str, kind: str) -> None:
    shared, own = parse_workflow(workflow_definition()), parse_workflow(workflow_definition(process, kind))
    assert set(shared.states) <= set(own.states)
    assert {(move.source, move.to) for move in shared.moves} <= {(move.source, move.to) for move in own.moves}


def test_the_example_has_no_fault() -> None:
    assert faults(small()) == {}


def changed(path: str, value: object) -> Document:
    document = deepcopy(small())
    *steps, last = path.split(".")
    place: Any = document
    for step in steps:
        place = place[int(step) if step.isdigit() else step]
    place[int(last) if last.isdigit() else last] = value
    return document


LOST = {"slug": "lost", "name": "Lost", "category": "active"}
MOVE = {"name": "Move", "permission": "tickets.transition"}


@pytest.mark.parametrize(
    ("document", "place"),
    [
        (changed("initial", "nowhere"), "definition.initial"),
        (changed("initial", "closed"), "definition.initial"),
        (changed("states.1.slug", "Open!"), "definition.states[1].slug"),
        (changed("states.1.category", "fresh"), "definition.states[1].category"),
        (changed("states.2.category", "waiting"), "definition.states"),
        ({**small(), "states": [*small()["states"], small()["states"][0]]}, "definition.states[3].slug"),
        ({**small(), "states": [*small()["states"], LOST]}, "definition.states[3]"),
        (
            {
                **small(),
                "states": [*small()["states"], LOST],
                "moves": [*small()["moves"], {"from": "open", "to": "lost", **MOVE}],
            },
            "definition.states[3]",
        ),
        (changed("moves.1.to", "gone"), "definition.moves[1].to"),
        (changed("moves.1.to", "open"), "definition.moves[1].to"),
        (changed("moves.0.permission", "tickets.fly"), "definition.moves[0].permission"),
        (changed("moves.0.own_permission", "tickets.fly"), "definition.moves[0].own_permission"),
        (changed("moves.0.roles", ["agent", "king"]), "definition.moves[0].roles[1]"),
        (changed("moves.0.only", ["watcher"]), "definition.moves[0].only[0]"),
        (changed("moves.0.required_fields", ["colour"]), "definition.moves[0].required_fields[0]"),
        (changed("moves.0.comment_required", "yes"), "definition.moves[0].comment_required"),
        (changed("moves.0.note", "?"), "definition.moves[0].note"),
        (changed("moves.0.guards", [{"kind": "magic"}]), "definition.moves[0].guards[0].kind"),
        (changed("moves.0.guards", [{"kind": "condition"}]), "definition.moves[0].guards[0].filter"),
        (
            changed("moves.0.guards", [{"kind": "condition", "filter": "?"}]),
            "definition.moves[0].guards[0].filter",
        ),
        ({**small(), "moves": [*small()["moves"], small()["moves"][0]]}, "definition.moves[2]"),
        (changed("automatic.0.on", "full_moon"), "definition.automatic[0].on"),
        (changed("automatic.0.from", []), "definition.automatic[0].from"),
        (changed("automatic.0.from", ["new", "gone"]), "definition.automatic[0].from[1]"),
        (
            changed("automatic.0", {"after": "P1M", "from": ["open"], "to": "closed"}),
            "definition.automatic[0].after",
        ),
        (
            changed("automatic.0", {"after": "P1D", "from": ["new"], "to": "open"}),
            "definition.automatic[0].from[0]",
        ),
        ({**small(), "automatic": small()["automatic"] * 2}, "definition.automatic[1].from[0]"),
        ({**small(), "colour": "red"}, "definition.colour"),
    ],
)
def test_a_fault_is_told_with_its_place(document: Document, place: str) -> None:
    assert place in faults(document)


def test_a_circle_without_an_end_is_told_for_each_state_in_it() -> None:
    document = small()
    document["states"].append(LOST)
    document["moves"] += [{"from": "open", "to": "lost", **MOVE}, {"from": "lost", "to": "open", **MOVE}]
    assert faults(document) == {}
    document["moves"] = [move for move in document["moves"] if move["to"] != "closed"]
    document["moves"].append({"from": "new", "to": "closed", **MOVE})
    assert faults(document) == {
        "definition.states[1]": "no end can be reached from open",
        "definition.states[3]": "no end can be reached from lost",
    }


def test_all_faults_are_told_at_once() -> None:
    document = changed("moves.0.roles", ["king"])
    document["moves"][1]["permission"] = "tickets.fly"
    assert set(faults(document)) == {"definition.moves[0].roles[0]", "definition.moves[1].permission"}


@pytest.mark.parametrize(
    ("rights", "mover", "allowed"),
    [
        ({}, Mover({"tickets.transition"}.__contains__), True),
        ({}, Mover({"tickets.close_own"}.__contains__, own=True), False),
        ({"roles": ["agent"]}, Mover({"tickets.transition"}.__contains__), False),
        ({"roles": ["agent"]}, Mover({"tickets.transition"}.__contains__, roles=["agent"]), True),
        ({"only": ["assignee"]}, Mover({"tickets.transition"}.__contains__, own=True), False),
        ({"only": ["assignee"]}, Mover({"tickets.transition"}.__contains__, assigned=True), True),
        ({"only": ["requester", "assignee"]}, Mover({"tickets.transition"}.__contains__, own=True), True),
        ({"only": ["assignee"]}, Mover(frozenset().__contains__, assigned=True), False),
    ],
)
def test_who_may_make_a_move(rights: Document, mover: Mover, allowed: bool) -> None:
    document = small()
    document["moves"][0] |= rights
    assert bool(moves_for(parse_workflow(document), "new", mover)) == allowed


@given(st.timedeltas(min_value=parse_duration("PT1S"), max_value=LONGEST))
def test_a_length_is_read_as_it_was_written(length: timedelta) -> None:
    whole = timedelta(days=length.days, seconds=length.seconds)
    assert parse_duration(write_duration(whole)) == whole
