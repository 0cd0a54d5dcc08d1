"""What the histories of tickets hold has words in the web UI, whatever has happened to the tickets of the desk."""

import json
import re
from collections import defaultdict
from pathlib import Path

import pytest

from embedded.demo.content import TENANTS
from embedded.testing import Desk

WEB = Path("services/gateway/web/src")
OWN = "fields."
"""Before the slug of a field of the tenant's own, which has its name for words."""


def words() -> tuple[set[str], set[str]]:
    """The actions and the fields that the English texts of the web UI have words for; other languages have the same."""
    desk = json.loads((WEB / "shared/locales/desk.en.json").read_text())
    first = json.loads((WEB / "shared/locales/en.json").read_text())
    source = (WEB / "workspace/history-words.ts").read_text()
    told = source.partition("const TOLD")[2].partition("\n};")[0]
    left_out = source.partition("LEFT_OUT")[2].partition(";")[0]
    fields = set(re.findall(r"^  (\w+): \(", told, re.MULTILINE)) | set(re.findall(r'"(\w+)"', left_out))
    assert {"comment", "state_category"} <= fields
    return set(desk["history"]), fields | set(first["field"]) | set(desk["history_field"])


@pytest.mark.parametrize("slug", TENANTS)
def test_every_entry_has_words(desk: Desk, slug: str) -> None:
    actions, fields = words()
    admin = desk.sign_in(f"admin@{slug}.example")
    unsaid: dict[str, set[str]] = defaultdict(set)
    for ticket in admin.all("/tickets"):
        for entry in admin.all(f"/tickets/{ticket['number']}/history"):
            field = entry["field"]
            if not field and entry["action"] not in actions:
                unsaid[entry["action"]].add(ticket["number"])
            elif field and not field.startswith(OWN) and field not in fields:
                unsaid[field].add(ticket["number"])
    assert unsaid == {}
