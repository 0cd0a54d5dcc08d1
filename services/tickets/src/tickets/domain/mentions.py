"""Who is named in a text: @address, or @name-before-the-at."""

import re
from collections.abc import Iterable, Mapping
from uuid import UUID

MAX_MENTIONS = 50
"""People whom one comment names; those after them are not told."""

_MENTION = re.compile(r"(?<![\w@.])@([\w.+-]{1,64}(?:@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8})?)")


def handles_in(text: str) -> list[str]:
    """What follows each @ of a text, lower case, each once, in their order."""
    return list(dict.fromkeys(handle.lower().rstrip(".-") for handle in _MENTION.findall(text)))


def bearers(handles: Iterable[str], emails: Mapping[UUID, str]) -> list[UUID]:
    """The people, by their addresses, whom handles name; a name before the at that two people share is nobody's."""
    named: dict[str, set[UUID]] = {}
    for id_, email in emails.items():
        for handle in (email.lower(), email.lower().partition("@")[0]):
            named.setdefault(handle, set()).add(id_)
    found = [next(iter(people)) for handle in handles if len(people := named.get(handle, set())) == 1]
    return list(dict.fromkeys(found))
