"""What agents are told of files that a mail had and that the tenant does not take."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

_TEXTS: Final = {
    "en": "Left out of this mail, as files of these types are not taken (they are kept with the mail as it came):",
    "pl": "Pominięto w tej wiadomości, bo pliki tych typów nie są przyjmowane (pozostają w wiadomości, jaka przyszła):",
    "ru": "Не принято из этого письма, потому что файлы таких типов не принимаются (они остаются в исходном письме):",  # noqa: RUF001
}


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A file by its name, and why it is not taken."""

    name: str
    reason: str


def left_out_text(language: str, files: Sequence[LeftOut]) -> str:
    """A line for each file, in one of the desk's languages; in English where the text is not translated."""
    return "\n".join([_TEXTS.get(language, _TEXTS["en"]), *(f"- {file.name}" for file in files)])
