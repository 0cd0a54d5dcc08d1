"""A short piece of a text around the words that were asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chassis.search.words import asked_words, fold, forms, lower, parts_of, spans

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

# Private-use characters, so that no text can forge a mark: they are taken out of the text first.
MARK_START = "\ue000"
MARK_END = "\ue001"
_WITHOUT_MARKS = str.maketrans("", "", MARK_START + MARK_END)
_READ = 20_000


def snippet(
    text: str,
    asked: str,
    languages: Iterable[str],
    *,
    spelled: Mapping[str, Sequence[str]] | None = None,
    length: int = 200,
) -> str:
    """About `length` characters of a plain text where most of the asked words stand together, each between marks.

    A text without any of the words gives its beginning. Only the first 20,000 characters are looked at.
    """
    plain = " ".join(text[:_READ].translate(_WITHOUT_MARKS).split())
    spoken = tuple(sorted(set(languages)))
    wanted, beginning = _wanted(asked, spoken, spelled or {})
    hits = [span for span in spans(plain) if _is_hit(plain[slice(*span)], spoken, wanted, beginning)]
    start, end = _window(plain, hits, length)
    pieces = ["… " if start else ""]
    at = start
    for hit_start, hit_end in hits:
        if start <= hit_start and hit_end <= end:
            pieces += [plain[at:hit_start], MARK_START, plain[hit_start:hit_end], MARK_END]
            at = hit_end
    pieces += [plain[at:end], " …" if end < len(plain) else ""]
    return "".join(pieces)


def _wanted(
    asked: str, languages: tuple[str, ...], spelled: Mapping[str, Sequence[str]]
) -> tuple[frozenset[str], str]:
    """All forms asked for, and the last word, which may be the beginning of one."""
    runs = asked_words(asked)
    all_words = [part for run in runs for part in (run, *parts_of(run), *spelled.get(run, ()))]
    found = frozenset(form for word in all_words for form in forms(word, languages))
    return found, fold(parts_of(runs[-1])[-1]) if runs else ""


def _is_hit(word: str, languages: tuple[str, ...], wanted: frozenset[str], beginning: str) -> bool:
    normal = lower(word)
    if forms(normal, languages) & wanted:
        return True
    return bool(beginning) and fold(normal).startswith(beginning)


def _window(text: str, hits: Sequence[tuple[int, int]], length: int) -> tuple[int, int]:
    """Where to cut: the window that begins a little before a hit and holds the most of them, at word ends."""
    if len(text) <= length:
        return 0, len(text)
    begins = [max(0, hit_start - length // 4) for hit_start, _ in hits] or [0]
    best = max(begins, key=lambda begin: (sum(begin <= s and e <= begin + length for s, e in hits), -begin))
    start = 0 if best == 0 else text.rfind(" ", 0, best + 1) + 1
    end = min(len(text), start + length)
    cut = text.rfind(" ", start, end)
    return start, end if end == len(text) or cut <= start else cut
