"""Mending misspelt words with the words that a tenant's documents use."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rapidfuzz.distance import DamerauLevenshtein

from chassis.search.lexemes import tenant_key
from chassis.search.words import MAX_WORD, fold, words

if TYPE_CHECKING:
    from collections.abc import Iterable
    from uuid import UUID

SHORTEST = 4
_SPELLINGS = 3
# Up to this length one slip is forgiven, above it two.
_ONE_SLIP_UP_TO = 5


def vocabulary(texts: Iterable[str]) -> set[str]:
    """The words of texts that are worth a row in the table of words: letters only, four to 64 of them, folded."""
    return {word for word in (fold(word) for text in texts for word in words(text)) if is_mendable(word)}


def is_mendable(word: str) -> bool:
    """Whether a word is one that a slip can be mended to: letters only, four to 64 of them."""
    return word.isalpha() and SHORTEST <= len(word) <= MAX_WORD


def trigrams(tenant_id: UUID, word: str) -> list[str]:
    """The three-letter pieces of a word with its ends marked, each with the tenant's key, sorted.

    Stored beside the word under a GIN index on the array, and asked with ``&&``.
    """
    key = tenant_key(tenant_id)
    padded = f" {fold(word)} "
    return sorted({key + padded[start : start + 3] for start in range(len(padded) - 2)})


def closest(word: str, candidates: Iterable[str]) -> list[str]:
    """At most three words that this one may have been meant to be, nearest first; none for a word shorter than four letters.

    Nearness is the Damerau-Levenshtein distance: a letter more, less, other, or two changed about count one each.
    """
    asked = fold(word)
    if len(asked) < SHORTEST:
        return []
    allowed = 1 if len(asked) <= _ONE_SLIP_UP_TO else 2
    ranked = []
    for candidate in set(candidates):
        distance = DamerauLevenshtein.distance(asked, candidate, score_cutoff=allowed)
        if 0 < distance <= allowed:
            ranked.append((distance, candidate))
    return [candidate for _, candidate in sorted(ranked)[:_SPELLINGS]]
