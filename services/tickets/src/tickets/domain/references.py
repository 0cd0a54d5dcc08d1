"""References to other things, and who did something."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from uuid import UUID


@dataclass(frozen=True, slots=True)
class Reference:
    """A thing by id, key (slug, number; of a person the e-mail address) and name."""

    id: UUID
    key: str
    name: str


@dataclass(frozen=True, slots=True)
class Actor:
    """Who did something: kind "user", "service_account" or "system"; `id` is the service's name for "system"."""

    kind: str
    id: str
    name: str = ""
    email: str = ""
