"""Conversations in pages that fit: nothing is lost, nothing is too large, every page leads on."""

import html
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.http.plain.conversation import Piece, cut, fitting, pieces
from gateway.http.plain.words import CLOCKS, MOVES, PRIORITIES, STATES, TEXTS

LOCALES = Path("services/gateway/web/src/shared/locales")
TEXT = st.text(st.sampled_from("a &<>\"'ąж😀\n"), max_size=300)


@given(TEXT, st.integers(8, 60))
def test_the_pieces_of_a_text_are_the_text_and_each_fits(text: str, most: int) -> None:
    found = list(pieces("Anna", text, most))
    assert "".join(one.text for one in found) == text
    assert all(len(html.escape(one.text, quote=False).encode()) <= most for one in found)


@given(st.lists(TEXT, max_size=12), st.integers(50, 400))
def test_page_after_page_shows_everything_once(texts: list[str], most: int) -> None:
    found = [Piece("Anna", text) for text in texts]
    shown, at = "", 0
    while at < len(found):
        written, following = fitting(found, at, most)
        assert following > at
        assert len(written.encode()) <= most or following == at + 1
        shown, at = shown + written, following
    assert shown == "".join(one.written() for one in found)


def test_a_line_is_cut_where_it_is_too_long() -> None:
    assert cut("one\n two", 80) == "one two"
    assert cut("abcdef", 4) == "abc…"


@pytest.mark.parametrize("language", ["en", "pl", "ru"])
def test_the_words_are_complete_and_those_of_the_web_ui(language: str) -> None:
    web = json.loads((LOCALES / f"{language}.json").read_text())
    shipped = {"states": STATES, "moves": MOVES, "priorities": PRIORITIES, "clocks": CLOCKS}
    assert {name: words[language] for name, words in shipped.items()} == {name: web[name] for name in shipped}
    assert TEXTS[language].keys() == TEXTS["en"].keys()
    assert all(TEXTS[language].values())
