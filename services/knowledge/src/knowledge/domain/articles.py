"""What an article may be, and who may see it."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass

DRAFT, PUBLISHED, ARCHIVED = "draft", "published", "archived"
STATES = (DRAFT, PUBLISHED, ARCHIVED)
PUBLIC, REQUESTERS, AGENTS, TEAMS = "public", "requesters", "agents", "teams"
VISIBILITIES = (PUBLIC, REQUESTERS, AGENTS, TEAMS)
MAX_TITLE = 250
MAX_BODY = 200_000
MAX_TEAMS = 100
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*")

_FENCE = re.compile(r"^\s*(```|~~~).*$", re.MULTILINE)
_LINK = re.compile(r"!?\[([^\]]*)\]\([^)]*\)")
_LINE_MARK = re.compile(r"^\s{0,3}(#{1,6}\s+|>\s?|[-*+]\s+|\d+[.)]\s+)", re.MULTILINE)
_INLINE_MARK = re.compile(r"[*_`~]{1,3}(?=\S)|(?<=\S)[*_`~]{1,3}")


@dataclass(frozen=True, slots=True)
class Content:
    """What a person writes of an article; references are resolved already."""

    title: str
    body: str
    language: str
    visibility: str
    state: str
    team_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Reader:
    """What decides which articles somebody may see."""

    reads_agents: bool
    writes: bool
    team_ids: frozenset[str]


def problems(content: Content, *, languages: Collection[str]) -> list[tuple[str, str]]:
    """What is wrong with an article, as (field, reason); nothing when it may be kept.

    :param languages: those of the tenant (BCP 47); an article is written in one of them.
    """
    return [
        *_text_problems("title", content.title, MAX_TITLE),
        *_text_problems("body", content.body, MAX_BODY),
        *_language_problems(content.language, languages),
        *_choice_problems("visibility", content.visibility, VISIBILITIES),
        *_choice_problems("state", content.state, STATES),
        *_team_problems(content),
    ]


def _text_problems(name: str, text: str, most: int) -> list[tuple[str, str]]:
    if not text.strip():
        return [(name, "must not be empty")]
    if "\0" in text:
        return [(name, "must not hold the character NUL")]
    return [(name, f"must have at most {most} characters")] if len(text) > most else []


def _language_problems(language: str, languages: Collection[str]) -> list[tuple[str, str]]:
    if not _LANGUAGE.fullmatch(language):
        return [("language", "must be a language tag such as en or pl")]
    if languages and language not in languages:
        return [("language", f"must be one of {', '.join(sorted(languages))}")]
    return []


def _choice_problems(name: str, value: str, choices: Collection[str]) -> list[tuple[str, str]]:
    return [] if value in choices else [(name, f"must be one of {', '.join(choices)}")]


def _team_problems(content: Content) -> list[tuple[str, str]]:
    if content.visibility == TEAMS and not content.team_ids:
        return [("team_ids", "must name at least one team when the visibility is teams")]
    if content.visibility != TEAMS and content.team_ids:
        return [("team_ids", "go only with the visibility teams")]
    return [("team_ids", f"must be at most {MAX_TEAMS}")] if len(content.team_ids) > MAX_TEAMS else []


def may_see(reader: Reader, *, state: str, visibility: str, team_ids: Collection[str]) -> bool:
    """Whether a reader may see an article: who writes sees all, others what is published for them."""
    if reader.writes:
        return True
    if state != PUBLISHED:
        return False
    if visibility in {PUBLIC, REQUESTERS}:
        return True
    if visibility == AGENTS:
        return reader.reads_agents
    return bool(reader.team_ids & set(team_ids))


def plain(markdown: str) -> str:
    """The words of a Markdown text, without its marks, for search and snippets."""
    text = _FENCE.sub("", markdown)
    text = _LINK.sub(r"\1", text)
    text = _LINE_MARK.sub("", text)
    return _INLINE_MARK.sub("", text)
