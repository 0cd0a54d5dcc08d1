"""The fields that every tenant starts with are called something in each language of the desk."""

import pytest

from tickets.domain.layouts import LANGUAGES
from tickets.domain.shipped import FIELDS
from tickets.domain.shipped_titles import shipped_titles


@pytest.mark.parametrize(("slug", "name"), [(slug, name) for slug, name, *_ in FIELDS])
def test_each_shipped_field_has_a_title_in_each_language(slug: str, name: str) -> None:
    titles = shipped_titles(slug, name)
    assert set(titles) == set(LANGUAGES)
    assert titles["en"] == name


def test_what_a_tenant_named_itself_is_called_so_in_all_languages() -> None:
    assert shipped_titles("device_kind", "Gadget") == {}
    assert shipped_titles("own_field", "Own field") == {}
