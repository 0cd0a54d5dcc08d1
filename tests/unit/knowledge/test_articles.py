"""What an article may be, and who may see it."""

from dataclasses import replace

import pytest

from knowledge.domain.articles import Content, Reader, may_see, plain, problems
from knowledge.domain.suggesting import telling_words

GOOD = Content("VPN drops", "Restart the client.", "en", "requesters", "draft", ())
REQUESTER = Reader(reads_agents=False, writes=False, team_ids=frozenset())
AGENT = Reader(reads_agents=True, writes=False, team_ids=frozenset({"network"}))
AUTHOR = Reader(reads_agents=True, writes=True, team_ids=frozenset())


def test_a_good_article_has_no_problem() -> None:
    assert problems(GOOD, languages=["en", "pl"]) == []


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"title": " "}, "title"),
        ({"title": "x" * 251}, "title"),
        ({"title": "a\0b"}, "title"),
        ({"body": ""}, "body"),
        ({"body": "x" * 200_001}, "body"),
        ({"language": "english"}, "language"),
        ({"language": "de"}, "language"),
        ({"visibility": "secret"}, "visibility"),
        ({"visibility": "teams"}, "team_ids"),
        ({"team_ids": ("network",)}, "team_ids"),
        ({"state": "shiny"}, "state"),
    ],
)
def test_a_wrong_field_is_named(change: dict[str, str], field: str) -> None:
    assert [name for name, _ in problems(replace(GOOD, **change), languages=["en", "pl"])] == [field]  # type: ignore[arg-type] # one field a case


@pytest.mark.parametrize(
    ("reader", "state", "visibility", "teams", "seen"),
    [
        (REQUESTER, "published", "public", [], True),
        (REQUESTER, "published", "requesters", [], True),
        (REQUESTER, "published", "agents", [], False),
        (REQUESTER, "published", "teams", ["network"], False),
        (REQUESTER, "draft", "public", [], False),
        (REQUESTER, "archived", "public", [], False),
        (AGENT, "published", "agents", [], True),
        (AGENT, "published", "teams", ["network", "hr"], True),
        (AGENT, "published", "teams", ["hr"], False),
        (AGENT, "draft", "agents", [], False),
        (AUTHOR, "draft", "teams", ["hr"], True),
    ],
)
def test_an_article_is_seen_by_whom_it_is_for(
    reader: Reader, state: str, visibility: str, teams: list[str], *, seen: bool
) -> None:
    assert may_see(reader, state=state, visibility=visibility, team_ids=teams) is seen


def test_markdown_gives_its_words() -> None:
    text = "# Printers\n\n- **Switch** it _off_\n> see [the manual](https://example.com/x_y)\n```\nlpstat -t\n```\n1. done"
    assert plain(text).split() == [
        "Printers",
        "Switch",
        "it",
        "off",
        "see",
        "the",
        "manual",
        "lpstat",
        "-t",
        "done",
    ]


def test_the_rarest_words_tell_most_and_unknown_ones_nothing() -> None:
    asked = {"the": {"the"}, "vpn": {"vpn"}, "certificates": {"certificates", "certif"}, "qwxz": {"qwxz"}}
    counts = {"the": 900, "vpn": 40, "certif": 3, "certificates": 1}
    assert telling_words(asked, counts, most=2) == ["certificates", "vpn"]
