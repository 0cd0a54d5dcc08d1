"""A conversation in pages that fit: long texts are cut into pieces, and as many of them are shown as there is room for."""

import html
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Piece:
    """What somebody said, or a part of it; `heading` and `text` are as people wrote them."""

    heading: str
    text: str

    def written(self) -> str:
        """The piece as HTML."""
        return f"<p>{_text(self.heading)}</p><pre>{_text(self.text)}</pre>\n"


def pieces(heading: str, text: str, most: int) -> Iterator[Piece]:
    """Cut a text into pieces of at most `most` bytes of HTML each."""
    start = size = 0
    for place, character in enumerate(text):
        more = len(_text(character).encode())
        if size + more > most:
            yield Piece(heading, text[start:place])
            start, size = place, 0
        size += more
    yield Piece(heading, text[start:])


def fitting(found: Sequence[Piece], start: int, most: int) -> tuple[str, int]:
    """Write the pieces from `start` on that fit into `most` bytes, and tell where the next page begins.

    At least one piece is written, so that every page leads on.
    """
    written, size = "", 0
    for place, piece in enumerate(found[start:], start):
        one = piece.written()
        size += len(one.encode())
        if size > most and written:
            return written, place
        written += one
    return written, len(found)


def cut(text: str, most: int) -> str:
    """A line of at most so many characters."""
    line = " ".join(text.split())
    return line if len(line) <= most else line[: most - 1] + "…"


def joined(parts: Iterable[str]) -> str:
    """What is known of something, in one line."""
    return " · ".join(part for part in parts if part)


def _text(text: str) -> str:
    return html.escape(text, quote=False)
