"""What the fields that every tenant starts with are called in each language of the desk."""

from collections.abc import Mapping
from typing import Final

_TITLES: Final[Mapping[str, Mapping[str, str]]] = {
    "location": {"en": "Location", "pl": "Lokalizacja", "ru": "Местоположение"},
    "contact_phone": {"en": "Contact phone", "pl": "Telefon kontaktowy", "ru": "Контактный телефон"},
    "needed_by": {"en": "Needed by", "pl": "Potrzebne do", "ru": "Нужно к"},
    "affected_users": {
        "en": "Affected users",
        "pl": "Liczba dotkniętych osób",
        "ru": "Затронуто пользователей",
    },
    "works_remotely": {"en": "Works remotely", "pl": "Pracuje zdalnie", "ru": "Работает удалённо"},
    "device_kind": {"en": "Kind of device", "pl": "Rodzaj urządzenia", "ru": "Вид устройства"},
    "on_behalf_of": {"en": "On behalf of", "pl": "W imieniu", "ru": "От имени"},
    "known_error": {"en": "Known error", "pl": "Znany błąd", "ru": "Известная ошибка"},
    "root_cause": {"en": "Root cause", "pl": "Przyczyna źródłowa", "ru": "Коренная причина"},
    "workaround": {"en": "Workaround", "pl": "Obejście", "ru": "Обходное решение"},
}


def shipped_titles(slug: str, name: str) -> Mapping[str, str]:
    """The titles of a shipped field by language, as long as it has its first name; none for one that a tenant named."""
    titles = _TITLES.get(slug, {})
    return titles if titles.get("en") == name else {}
