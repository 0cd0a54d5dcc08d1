"""What a search finds, as HTML that is safe to show."""

import html
import re

from hypothesis import given
from hypothesis import strategies as st

from gateway.http.render.knowledge import snippet


@given(st.text())
def test_a_snippet_holds_no_markup_but_marks(text: str) -> None:
    bare = re.sub("</?mark>", "", snippet(text))
    assert "<" not in bare
    assert ">" not in bare
    assert '"' not in bare


@given(st.text(st.characters(exclude_characters="\ue000\ue001")))
def test_a_snippet_reads_as_the_text(text: str) -> None:
    assert html.unescape(snippet(text)) == html.unescape(html.escape(text)) == text


def test_matched_words_are_marked() -> None:
    assert (
        snippet("the \ue000printer\ue001 <b>burns</b>") == "the <mark>printer</mark> &lt;b&gt;burns&lt;/b&gt;"
    )
