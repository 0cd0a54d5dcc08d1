"""The text of an article of a known error."""

from collections.abc import Mapping
from typing import Final

from deskmesh.tickets.v1 import problem_service_pb2 as problems

_HEADINGS: Final[Mapping[str, tuple[str, str, str]]] = {
    "en": ("Symptoms", "Cause", "Workaround"),
    "pl": ("Objawy", "Przyczyna", "Obejście"),
    "ru": ("Симптомы", "Причина", "Обходное решение"),
}


def article_body(known: problems.KnownError) -> str:
    """Markdown with a section each of what is known, in the problem's language or in English."""
    headings = _HEADINGS.get(known.language.partition("-")[0].lower(), _HEADINGS["en"])
    texts = (known.description, known.root_cause, known.workaround)
    said = [(heading, text.strip()) for heading, text in zip(headings, texts, strict=True) if text.strip()]
    return "\n\n".join(f"## {heading}\n\n{text}" for heading, text in said) + "\n"
