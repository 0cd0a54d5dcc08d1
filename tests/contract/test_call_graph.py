"""Services call each other exactly as docs/call-graph.yaml says."""

import re
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[2]
GRAPH = yaml.safe_load((ROOT / "docs" / "call-graph.yaml").read_text())
SERVICES = ["gateway", "tickets", "sla", "knowledge", "cmdb", "notify"]
_TARGET = re.compile(r"\b(gateway|tickets|sla|knowledge|cmdb|notify)_target\b")


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_has_an_address_of_those_it_may_call_and_of_nobody_else(service: str) -> None:
    settings = (ROOT / "services" / service / "src" / service / "settings.py").read_text()
    assert set(_TARGET.findall(settings)) == {
        call["to"] for call in GRAPH["calls"] if call["from"] == service
    }


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_uses_the_messages_only_of_rpcs_it_may_call(service: str) -> None:
    used = set()
    for path in (ROOT / "services" / service / "src").rglob("*.py"):
        used |= set(re.findall(r"from deskmesh\.(\w+)\.v1 import \w*service_pb2", path.read_text()))
    may_call = {call["to"] for call in GRAPH["calls"] if call["from"] == service}
    assert used - {service} <= may_call
