"""What a requester reads when a request is turned down, by language."""

from typing import Final

_REFUSED: Final = {
    "en": {"rejected": "The request was not approved.", "expired": "The request was not decided in time."},
    "pl": {
        "rejected": "Wniosek nie został zatwierdzony.",
        "expired": "Wniosek nie został rozpatrzony na czas.",
    },
    "ru": {"rejected": "Заявка не согласована.", "expired": "Решение по заявке не принято вовремя."},
}


def refusal_text(language: str, state: str, reasons: list[str]) -> str:
    """The comment that ends a request whose approval ended as `state`, with what the approvers said."""
    texts = _REFUSED.get(language.partition("-")[0].lower(), _REFUSED["en"])
    return "\n\n".join([texts.get(state, texts["rejected"]), *reasons])
