"""Words of a text, and the forms under which a word is found."""

from __future__ import annotations

import re
import unicodedata
from functools import cache, lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING, Protocol

import snowballstemmer

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

MAX_WORD = 64
# A run without spaces that holds several words: INC-1042, db01.acme.example, 10.0.0.7, anna@acme.example.
_RUN = re.compile(r"[^\W_]+(?:['\u2019][^\W_]+)*(?:[-._@/:+]+[^\W_]+)*")
_PART = re.compile(r"[^\W_]+(?:['\u2019][^\W_]+)*")

# Letters that Unicode does not take apart into a base and a mark.
_UNMARKED = str.maketrans(
    {"ł": "l", "đ": "d", "ø": "o", "\u0131": "i", "æ": "ae", "œ": "oe", "ß": "ss", "þ": "th"}
)

_ALGORITHMS = {
    "ar": "arabic",
    "cs": "czech",
    "da": "danish",
    "de": "german",
    "en": "english",
    "es": "spanish",
    "fi": "finnish",
    "fr": "french",
    "hu": "hungarian",
    "it": "italian",
    "nl": "dutch",
    "no": "norwegian",
    "pl": "polish",
    "pt": "portuguese",
    "ro": "romanian",
    "ru": "russian",
    "sv": "swedish",
    "tr": "turkish",
}

# Words that say nothing alone, so that a question does not insist on them.
STOP_WORDS = frozenset(files(__package__).joinpath("stop_words.txt").read_text(encoding="utf-8").split())


class _Stemmer(Protocol):
    def stemWord(self, word: str) -> str: ...  # noqa: N802 - the library's name


@cache
def _stemmer(language: str) -> _Stemmer | None:
    name = _ALGORITHMS.get(language.split("-", maxsplit=1)[0].lower())
    if name is None or name not in snowballstemmer.algorithms():
        return None
    stemmer: _Stemmer = snowballstemmer.stemmer(name)
    return stemmer


def fold(word: str) -> str:
    """A lower-case word without diacritics: "drukarkę" and "drukarke" are one."""
    if word.isascii():
        return word
    marked = unicodedata.normalize("NFD", word.translate(_UNMARKED))
    return "".join(character for character in marked if not unicodedata.combining(character))


def lower(text: str) -> str:
    """Compatibility-normalised, case-folded text; "ß" stays one word with "ss"."""
    return unicodedata.normalize("NFKC", text).casefold()


@lru_cache(maxsize=65_536)
def forms(word: str, languages: tuple[str, ...]) -> frozenset[str]:
    """The forms of a lower-case word: itself and, of letters alone, its stem in each language, without diacritics."""
    found = {fold(word)}
    for language in languages if word.isalpha() or "'" in word or "\u2019" in word else ():
        stemmer = _stemmer(language)
        if stemmer is not None:
            found.add(fold(stemmer.stemWord(word)))
    found.discard("")
    return frozenset(found)


def spans(text: str) -> Iterator[tuple[int, int]]:
    """Where the words of a text begin and end."""
    for match in _PART.finditer(text):
        yield match.span()


def words(text: str) -> Iterator[str]:
    """The words of a text in order, lower case; a run of several (INC-1042) comes whole first, then in parts."""
    for match in _RUN.finditer(lower(text)):
        run = match.group()
        parts = _PART.findall(run)
        if len(parts) > 1:
            yield run[:MAX_WORD]
        for part in parts:
            yield part[:MAX_WORD]


def asked_words(text: str) -> list[str]:
    """The words of a question: runs kept whole, stop words left out unless there is nothing else, each word once."""
    runs = list(dict.fromkeys(match.group()[:MAX_WORD] for match in _RUN.finditer(lower(text))))
    telling = [run for run in runs if run not in STOP_WORDS]
    return telling or runs


def parts_of(run: str) -> Sequence[str]:
    """The words of a run."""
    return [part[:MAX_WORD] for part in _PART.findall(run)]
