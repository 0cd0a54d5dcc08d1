"""Which words of a long text tell what it is about."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping

MOST_WORDS = 8
# A word that stands in very many articles tells little and costs most to look for.
MOST_ARTICLES = 20_000


def telling_words(
    asked: Mapping[str, Collection[str]], articles: Mapping[str, int], *, most: int = MOST_WORDS
) -> list[str]:
    """The words of a text that fewest articles hold, rarest first: those carry the meaning (inverse document frequency).

    :param asked: each word with its forms. :param articles: in how many articles a form stands; absent where in none.
    """
    counts = {
        word: min((articles[form] for form in forms if form in articles), default=math.inf)
        for word, forms in asked.items()
    }
    known = [word for word, count in counts.items() if count <= MOST_ARTICLES]
    return sorted(known, key=lambda word: (counts[word], word))[:most]
