"""Templates of tenants: what they show, and that they reach nothing else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis import templates
from chassis.templates import Named


def test_sections_show_only_where_there_is_a_value() -> None:
    template = "a\n{{#x}}\nhas {{x}}\n{{/x}}\n{{^x}}\nhas none\n{{/x}}\n{{! a remark }}b"
    assert templates.fill(template, {"x": "1"}) == "a\nhas 1\nb"
    assert templates.fill(template, {}) == "a\nhas none\nb"


@pytest.mark.parametrize("template", ["{{#x}}", "{{/x}}", "{{#x}}{{#y}}{{/x}}{{/y}}", "x" * 70_000])
def test_a_broken_template_is_said_to_be_broken(template: str) -> None:
    with pytest.raises(templates.BrokenTemplate):
        templates.fill(template, {})


@pytest.mark.parametrize(
    "template",
    [
        "{{name.__class__}}",
        "{{> /etc/passwd}}",
        "{{name.upper}}",
        "{{=<% %>=}}<%name%>",
        "{{#name.__class__}}x{{/name.__class__}}",
    ],
)
def test_a_template_reaches_nothing_but_the_given_values(template: str) -> None:
    assert "secret" not in templates.fill(template, {"name": "secret"})
    assert "class" not in templates.fill(template, {"name": "secret"}).replace("name", "")


@given(st.text(max_size=200), st.dictionaries(st.text(max_size=10), st.text(max_size=20)))
def test_filling_raises_nothing_but_broken(template: str, values: dict[str, str]) -> None:
    try:
        templates.fill("{{#a}}" + template + "{{/a}}", values | {"a": "x"})
    except templates.BrokenTemplate:
        return


def test_the_names_of_a_template_are_told_with_their_places() -> None:
    assert templates.names_in("Hi {{who}},{{! x }}{{#a.b}} {{&c}} {{/a.b}}") == [
        Named("who", 4),
        Named("a.b", 20),
        Named("c", 29),
    ]


def test_what_a_value_holds_is_no_template() -> None:
    assert templates.fill("{{a}} {{b}}", {"a": "{{b}}", "b": "secret"}) == "{{b}} secret"
