"""``tsvector`` and ``tsquery`` literals of texts."""

from __future__ import annotations

import base64
from itertools import islice
from typing import TYPE_CHECKING

from chassis.search.words import asked_words, forms, parts_of, words

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from uuid import UUID

MAX_WORDS = 20_000
MAX_ASKED = 16
MAX_SUGGESTED_FROM = 64
# PostgreSQL keeps positions up to 16383 and 256 of one lexeme; later ones tell nothing more.
_LAST_POSITION = 16_383
_POSITIONS_KEPT = 16


def tenant_key(tenant_id: UUID) -> str:
    """Eight characters that all lexemes of a tenant begin with.

    Made of the id's random end. Two tenants may share one: rows are always asked with the tenant's id as well.
    """
    return base64.b32encode(tenant_id.bytes[-5:]).decode().lower()


def vector(tenant_id: UUID, texts: Mapping[str, str], languages: Iterable[str]) -> str:
    """The literal of a ``tsvector`` of texts by weight ("A", the heaviest, to "D"), for a cast ``::tsvector``.

    At most the first 20,000 words count, so that a vector stays under PostgreSQL's megabyte.
    """
    key = tenant_key(tenant_id)
    spoken = tuple(sorted(set(languages)))
    places: dict[str, list[str]] = {}
    position = 0
    for weight, text in sorted(texts.items()):
        mark = "" if weight == "D" else weight
        for word in words(text):
            position += 1
            if position > MAX_WORDS:
                break
            place = f"{min(position, _LAST_POSITION)}{mark}"
            for form in forms(word, spoken):
                found = places.setdefault(form, [])
                if len(found) < _POSITIONS_KEPT:
                    found.append(place)
    return " ".join(f"{_quoted(key + form)}:{','.join(found)}" for form, found in sorted(places.items()))


def terms(texts: Iterable[str], languages: Iterable[str]) -> frozenset[str]:
    """All forms of the words of texts, without the tenant's key: what a table of terms counts."""
    spoken = tuple(sorted(set(languages)))
    return frozenset(
        form for text in texts for word in islice(words(text), MAX_WORDS) for form in forms(word, spoken)
    )


def asked_forms(text: str, languages: Iterable[str]) -> dict[str, frozenset[str]]:
    """The words of what a person typed, each with its forms, in order; at most 64."""
    spoken = tuple(sorted(set(languages)))
    asked = asked_words(text)[:MAX_SUGGESTED_FROM]
    return {run: frozenset().union(*(forms(word, spoken) for word in (run, *parts_of(run)))) for run in asked}


def question(
    tenant_id: UUID,
    text: str,
    languages: Iterable[str],
    *,
    spelled: Mapping[str, Sequence[str]] | None = None,
    any_word: bool = False,
) -> str | None:
    """The literal of a ``tsquery`` for what a person typed, for a cast ``::tsquery``; None where it holds no word.

    Every word must be found (``any_word``: at least one) in one of its forms; the last may be the beginning of a word.

    :param spelled: other spellings of words, lower case, from ``closest``.
    """
    key = tenant_key(tenant_id)
    spoken = tuple(sorted(set(languages)))
    asked = asked_words(text)[: MAX_SUGGESTED_FROM if any_word else MAX_ASKED]
    clauses = []
    for number, run in enumerate(asked):
        is_last = number == len(asked) - 1 and not any_word
        clauses.append(_clause(key, run, spoken, (spelled or {}).get(run, ()), is_open=is_last))
    return (" | " if any_word else " & ").join(clauses) or None


def _clause(
    key: str, run: str, languages: tuple[str, ...], spellings: Sequence[str], *, is_open: bool
) -> str:
    parts = parts_of(run)
    ways = [_word(key, run, languages, is_open=is_open)]
    if len(parts) > 1:
        ways.append("(" + " & ".join(_word(key, part, languages, is_open=False) for part in parts) + ")")
    ways.extend(_word(key, other, languages, is_open=False) for other in spellings)
    return ways[0] if len(ways) == 1 else "(" + " | ".join(ways) + ")"


def _word(key: str, word: str, languages: tuple[str, ...], *, is_open: bool) -> str:
    suffix = ":*" if is_open else ""
    ways = sorted(f"{_quoted(key + form)}{suffix}" for form in forms(word, languages))
    return ways[0] if len(ways) == 1 else "(" + " | ".join(ways) + ")"


def _quoted(lexeme: str) -> str:
    return "'" + lexeme.replace("\\", "\\\\").replace("'", "''") + "'"
