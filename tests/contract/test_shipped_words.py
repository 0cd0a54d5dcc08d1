"""The web UI knows the words of the life cycles that every tenant starts with, and of what mail is for."""

import json
from itertools import product
from pathlib import Path

from notify.domain.audience import Purpose
from tickets.domain import shipped
from tickets.domain.shipped_workflows import workflow_definition

WORDS = Path("services/gateway/web/src/shared/locales/en.json")
ADMINISTRATION = WORDS.with_name("admin.en.json")


def test_the_states_and_moves_of_shipped_workflows_can_be_translated() -> None:
    words = json.loads(WORDS.read_text())
    for (process, *_), (kind, *_) in product(shipped.PROCESSES, shipped.TYPES):
        definition = workflow_definition(process, kind)
        states = {state["slug"] for state in definition["states"]}  # type: ignore[attr-defined] # a list, as it is stored
        moves = {move["name"].lower().replace(" ", "_") for move in definition["moves"]}  # type: ignore[attr-defined]
        assert states <= words["states"].keys()
        assert moves <= words["moves"].keys()


def test_what_a_mail_is_for_can_be_said() -> None:
    words = json.loads(ADMINISTRATION.read_text())["purposes"]
    assert {purpose.value for purpose in Purpose} == words.keys()
