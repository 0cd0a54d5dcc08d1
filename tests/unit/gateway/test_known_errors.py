"""The text of an article of a known error."""

import pytest

from deskmesh.tickets.v1.problem_service_pb2 import KnownError
from gateway.http.render.known_errors import article_body


@pytest.mark.parametrize(
    ("language", "headings"),
    [
        ("en", ["## Symptoms", "## Cause", "## Workaround"]),
        ("pl-PL", ["## Objawy", "## Przyczyna", "## Obejście"]),
        ("ru", ["## Симптомы", "## Причина", "## Обходное решение"]),
        ("de", ["## Symptoms", "## Cause", "## Workaround"]),
        ("", ["## Symptoms", "## Cause", "## Workaround"]),
    ],
)
def test_each_part_stands_under_a_heading_in_the_language_of_the_problem(
    language: str, headings: list[str]
) -> None:
    known = KnownError(
        description="It stops.", root_cause="A leak.", workaround="Restart.", language=language
    )
    lines = article_body(known).splitlines()
    assert [line for line in lines if line.startswith("#")] == headings
    assert [line for line in lines if line and not line.startswith("#")] == [
        "It stops.",
        "A leak.",
        "Restart.",
    ]


def test_what_is_not_known_has_no_heading() -> None:
    assert article_body(KnownError(description=" ", workaround="Restart.")) == "## Workaround\n\nRestart.\n"
