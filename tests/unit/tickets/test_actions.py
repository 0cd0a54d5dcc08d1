"""What macros and rules do: read from what people write, or refused with its place."""

from collections.abc import Mapping

import pytest

from tickets.domain.actions import MACRO_ACTIONS, Assign, Move, Say, SetValues, Tag, parse_actions
from tickets.domain.variables import VARIABLES, template_problem


def parse(*written: Mapping[str, object]) -> tuple[list[object], list[tuple[str, str]]]:
    actions, problems = parse_actions(written, types=MACRO_ACTIONS, slugs=["location"])
    return list(actions), problems


def test_each_type_of_action_is_read() -> None:
    assert parse(
        {"type": "set", "values": {"priority": "high"}, "fields": {"location": None}},
        {"type": "tag", "add": ["vip"]},
        {"type": "assign", "team": "network", "assignee": None},
        {"type": "move", "to": "open"},
        {"type": "reply", "body": "{{ticket.number}} {{fields.location}}"},
        {"type": "note", "body": "Mind this."},
    ) == (
        [
            SetValues({"priority": "high"}, {"location": None}),
            Tag(["vip"], []),
            Assign(frozenset({"team", "assignee"}), "network", ""),
            Move("open"),
            Say("{{ticket.number}} {{fields.location}}", public=True),
            Say("Mind this.", public=False),
        ],
        [],
    )


@pytest.mark.parametrize(
    ("written", "path"),
    [
        ({}, "actions[0].type"),
        ({"type": "delete"}, "actions[0].type"),
        ({"type": "set"}, "actions[0]"),
        ({"type": "set", "values": {"state": "closed"}}, "actions[0].values.state"),
        ({"type": "set", "values": {"priority": 1}}, "actions[0].values.priority"),
        ({"type": "set", "values": "high"}, "actions[0].values"),
        ({"type": "tag"}, "actions[0]"),
        ({"type": "tag", "add": "vip"}, "actions[0].add"),
        ({"type": "tag", "add": [""]}, "actions[0].add"),
        ({"type": "assign"}, "actions[0]"),
        ({"type": "assign", "team": 1}, "actions[0].team"),
        ({"type": "move"}, "actions[0].to"),
        ({"type": "move", "to": "open", "when": "now"}, "actions[0].when"),
        ({"type": "reply", "body": " "}, "actions[0].body"),
        ({"type": "reply", "body": "{{ticket.secret}}"}, "actions[0].body"),
        ({"type": "reply", "body": "{{fields.colour}}"}, "actions[0].body"),
        ({"type": "note", "body": "{{#ticket.title}}"}, "actions[0].body"),
    ],
)
def test_what_cannot_be_right_is_refused_with_its_place(written: Mapping[str, object], path: str) -> None:
    _, problems = parse(written)
    assert path in [field for field, _ in problems]


def test_no_action_and_too_many_are_refused() -> None:
    assert parse()[1] == [("actions", "must hold at least one action")]
    assert ("actions", "must be at most 20") in parse(*[{"type": "move", "to": "open"}] * 21)[1]


def test_an_unknown_variable_is_told_with_its_place() -> None:
    assert (template_problem("Dear {{who}}", []) or "").startswith("there is no variable who (character 6)")
    assert template_problem("".join(f"{{{{{name}}}}}" for name in VARIABLES), []) is None
