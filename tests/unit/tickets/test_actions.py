"""What macros and rules do: read from what people write, or refused with its place."""

from collections.abc import Mapping

import pytest

from tickets.domain.actions import (
    Ask,
    AskedStep,
    Assign,
    Child,
    Connect,
    Move,
    Notify,
    Say,
    SetValues,
    Tag,
    Watch,
    parse_actions,
)
from tickets.domain.variables import VARIABLES, template_problem


def parse(*written: Mapping[str, object]) -> tuple[list[object], list[tuple[str, str]]]:
    actions, problems = parse_actions(written, slugs=["location"])
    return list(actions), problems


def test_each_type_of_action_is_read() -> None:
    assert parse(
        {"type": "set", "values": {"priority": "high"}, "fields": {"location": None}},
        {"type": "tag", "add": ["vip"]},
        {"type": "assign", "team": "network", "assignee": None},
        {"type": "move", "to": "open"},
        {"type": "reply", "body": "{{ticket.number}} {{fields.location}}"},
        {"type": "note", "body": "Mind this."},
        {"type": "notify", "people": ["a@b.example"], "roles": ["team", "team"], "body": "{{ticket.number}}"},
        {"type": "watch", "add": ["a@b.example"]},
        {"type": "link", "link": "has_problem", "ticket": "PRB-1"},
        {"type": "child", "title": "{{ticket.title}}: cable", "ticket_type": "task", "priority": "low"},
        {
            "type": "approval",
            "steps": [
                {"approvers": ["a@b.example", {"team": "cab"}], "quorum": 2, "expires_after": "P1D"},
                {"approvers": [{"manager": True}], "mode": "any", "stage": 3},
            ],
        },
    ) == (
        [
            SetValues({"priority": "high"}, {"location": None}),
            Tag(["vip"], []),
            Assign(frozenset({"team", "assignee"}), "network", ""),
            Move("open"),
            Say("{{ticket.number}} {{fields.location}}", public=True),
            Say("Mind this.", public=False),
            Notify(["a@b.example"], [], ["team"], "{{ticket.number}}"),
            Watch(["a@b.example"], []),
            Connect("has_problem", "PRB-1"),
            Child("{{ticket.title}}: cable", "", "task", "", "low"),
            Ask(
                "",
                [
                    AskedStep([("person", "a@b.example"), ("team", "cab")], "", "quorum", 2, 0, 0, 86_400),
                    AskedStep([("manager", "")], "", "any", 0, 3, 0, 0),
                ],
                own_allowed=False,
            ),
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
        ({"type": "notify", "body": "Look."}, "actions[0]"),
        ({"type": "notify", "roles": ["boss"], "body": "Look."}, "actions[0].roles[0]"),
        ({"type": "notify", "people": [""], "body": "Look."}, "actions[0].people[0]"),
        ({"type": "notify", "people": [7], "body": "Look."}, "actions[0].people"),
        ({"type": "notify", "roles": ["team"], "body": "{{who}}"}, "actions[0].body"),
        ({"type": "watch"}, "actions[0]"),
        ({"type": "watch", "add": ["a@b.example"] * 51}, "actions[0].add"),
        ({"type": "link", "link": "likes", "ticket": "INC-1"}, "actions[0].link"),
        ({"type": "link", "link": "blocks"}, "actions[0].ticket"),
        ({"type": "child"}, "actions[0].title"),
        ({"type": "child", "title": "Cable", "priority": "now"}, "actions[0].priority"),
        ({"type": "child", "title": "{{who}}"}, "actions[0].title"),
        ({"type": "approval", "steps": {}}, "actions[0].steps"),
        ({"type": "approval", "steps": [1]}, "actions[0].steps[0]"),
        ({"type": "approval", "steps": [{"approvers": [{}]}]}, "actions[0].steps[0].approvers[0]"),
        (
            {"type": "approval", "steps": [{"approvers": [{"manager": False}]}]},
            "actions[0].steps[0].approvers[0].manager",
        ),
        ({"type": "approval", "steps": [{"quorum": 0}]}, "actions[0].steps[0].quorum"),
        ({"type": "approval", "steps": [{"mode": "some"}]}, "actions[0].steps[0].mode"),
        ({"type": "approval", "steps": [{"remind_after": "soon"}]}, "actions[0].steps[0].remind_after"),
        ({"type": "approval", "steps": [{"who": "me"}]}, "actions[0].steps[0].who"),
        ({"type": "approval", "steps": [], "own_allowed": "yes"}, "actions[0].own_allowed"),
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
