"""Which template a mail is written by: the tenant's own, else the shipped one, in the nearest language."""

import tomllib
from functools import cache
from importlib.resources import files

from sqlalchemy import select

from chassis.db import Tx
from notify.db.tables import Template
from notify.domain.rendering import Source

FALLBACK = "en"


async def find_template(tx: Tx, *, purpose: str, language: str) -> tuple[Source, str]:
    """Return the tenant's template for a purpose, else the shipped one, and the language that it is in.

    A language is looked for as it is ("pt-BR"), then by its main part ("pt"), then English is taken.
    """
    wanted = _candidates(language)
    rows = await tx.scalars(
        select(Template).where(
            Template.tenant_id == tx.tenant_id, Template.purpose == purpose, Template.language.in_(wanted)
        )
    )
    own = {row.language: row for row in rows}
    for candidate in wanted:
        if candidate in own:
            return Source(own[candidate].text, own[candidate].html), candidate
        if candidate in shipped():
            return shipped_template(purpose, candidate), candidate
    return shipped_template(purpose, FALLBACK), FALLBACK


def shipped_template(purpose: str, language: str) -> Source:
    """Return the shipped template; the language must be one that is shipped, else English is taken."""
    return Source(shipped().get(language, shipped()[FALLBACK])[purpose])


@cache
def shipped() -> dict[str, dict[str, str]]:
    """All shipped texts, by language and purpose."""
    return {
        file.name.removesuffix(".toml"): tomllib.loads(file.read_text("utf-8"))
        for file in files("notify").joinpath("texts").iterdir()
        if file.name.endswith(".toml")
    }


def _candidates(language: str) -> list[str]:
    tag = language.strip().replace("_", "-")
    main = tag.split("-")[0].lower()
    return list(dict.fromkeys(each for each in (tag, main, FALLBACK) if each))
