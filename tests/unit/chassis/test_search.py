"""Search without an extension: forms of words, literals, spelling and snippets."""

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis.search import (
    MARK_END,
    MARK_START,
    closest,
    question,
    snippet,
    tenant_key,
    trigrams,
    vector,
    vocabulary,
)
from chassis.search.words import forms

ACME = UUID("0197a000-0000-7000-8000-0000000000aa")
GLOBEX = UUID("0197a000-0000-7000-8000-0000000000bb")


@pytest.mark.parametrize(
    ("language", "one", "other"),
    [
        ("en", "printing", "printed"),
        ("pl", "drukarki", "drukarkę"),
        ("pl", "drukarkę", "drukarke"),
        ("ru", "принтеры", "принтером"),
        ("de", "drucker", "druckern"),
    ],
)
def test_two_forms_of_a_word_meet(language: str, one: str, other: str) -> None:
    assert forms(one, (language,)) & forms(other, (language,))


def test_lexemes_of_two_tenants_never_meet() -> None:
    assert tenant_key(ACME) != tenant_key(GLOBEX)
    assert vector(ACME, {"A": "vpn"}, ["en"]) == f"'{tenant_key(ACME)}vpn':1A"


def test_a_heavier_text_comes_first_and_keeps_its_weight() -> None:
    made = vector(ACME, {"D": "vpn", "A": "printer"}, [])
    assert made == f"'{tenant_key(ACME)}printer':1A '{tenant_key(ACME)}vpn':2"


def test_every_word_of_a_question_is_asked_and_the_last_may_be_unfinished() -> None:
    key = tenant_key(ACME)
    assert question(ACME, "the vpn pri", []) == f"'{key}vpn' & '{key}pri':*"


def test_a_number_is_asked_whole_or_in_parts() -> None:
    key = tenant_key(ACME)
    assert (
        question(ACME, "INC-1042 vpn", []) == f"('{key}inc-1042' | ('{key}inc' & '{key}1042')) & '{key}vpn':*"
    )


def test_a_suggestion_asks_for_any_word() -> None:
    key = tenant_key(ACME)
    assert question(ACME, "vpn down", [], any_word=True) == f"'{key}vpn' | '{key}down'"


def test_other_spellings_are_asked_beside_the_word() -> None:
    key = tenant_key(ACME)
    asked = question(ACME, "pritner", [], spelled={"pritner": ["printer"]})
    assert asked == f"('{key}pritner':* | '{key}printer')"


@pytest.mark.parametrize("text", ["", "  ", "!?", "'", "\\"])
def test_a_question_without_a_word_is_none(text: str) -> None:
    assert question(ACME, text, ["en"]) is None


def test_a_question_of_stop_words_alone_is_still_asked() -> None:
    assert question(ACME, "who is it", []) is not None


def test_a_slip_is_mended_and_a_short_word_is_left() -> None:
    assert closest("pritner", ["printer", "router", "laptop"]) == ["printer"]
    assert closest("vpn", ["vpns"]) == []
    assert closest("printer", ["printer"]) == []


def test_words_near_each_other_share_trigrams() -> None:
    assert set(trigrams(ACME, "pritner")) & set(trigrams(ACME, "printer"))
    assert not set(trigrams(ACME, "printer")) & set(trigrams(GLOBEX, "printer"))


def test_the_vocabulary_holds_words_alone() -> None:
    assert vocabulary(["Drukarkę INC-1042 x9 vpn printer"]) == {"drukarke", "printer"}


def test_a_snippet_marks_what_was_asked() -> None:
    text = "Before you call: switch the printers off. " + "Nothing here. " * 40
    made = snippet(text, "printer", ["en"])
    assert f"{MARK_START}printers{MARK_END}" in made
    assert len(made) < 230


def test_a_text_cannot_forge_a_mark() -> None:
    assert MARK_START not in snippet(f"a {MARK_START}b{MARK_END} c", "zebra", ["en"])


@given(st.text(max_size=400), st.text(max_size=40))
def test_any_text_gives_a_snippet_of_itself(text: str, asked: str) -> None:
    made = snippet(text, asked, ["en", "pl"], length=80)
    bare = made.replace(MARK_START, "").replace(MARK_END, "").removeprefix("… ").removesuffix(" …")
    assert bare in " ".join(text.replace(MARK_START, "").replace(MARK_END, "").split())
