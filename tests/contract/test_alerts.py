"""Alert rules and dashboards: they parse, fire when they should, stay silent when not, and use what services export."""

import importlib
import json
import re
import shutil
import subprocess
from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from prometheus_client import REGISTRY

from embedded.databases import SERVICES

ROOT = Path(__file__).parents[2]
CHART = ROOT / "deploy/helm/deskmesh"
RULES = sorted((CHART / "rules").glob("*.yaml"))
FIXTURES = sorted((ROOT / "tests/contract/alerts").glob("*.yaml"))
DASHBOARDS = sorted((CHART / "dashboards").glob("*.json"))
RUNBOOKS = ROOT / "docs/runbooks"

PROMTOOL = shutil.which("promtool")
needs_promtool = pytest.mark.skipif(PROMTOOL is None, reason="there is no promtool")

_METRIC = re.compile(r"[a-zA-Z_:][a-zA-Z0-9_:]*")
_SCRAPED = {"up"}
"""Prometheus makes it itself."""
_TARGET_LABELS = {"namespace", "service", "pod"}
_UNITS = {"none", "short", "s", "percentunit", "percent", "reqps", "ops", "bytes", "cps", "dateTimeFromNow"}

Json = dict[str, Any]


def groups() -> Iterator[Json]:
    for path in RULES:
        yield from yaml.safe_load(path.read_text())["groups"]


@cache
def rules() -> list[Json]:
    return [rule for group in groups() for rule in group["rules"]]


def alerts() -> list[Json]:
    return [rule for rule in rules() if "alert" in rule]


def kebab(name: str) -> str:
    return re.sub(r"(?<!^)(?=[A-Z])", "-", name).lower()


@cache
def exported() -> dict[str, set[str]]:
    """The names of all samples that the six services can export, each with its labels where they are known."""
    for service in SERVICES:
        importlib.import_module(f"{service}.main")
    found: dict[str, set[str]] = {}
    for family, names in REGISTRY._collector_to_names.items():
        labels = set(getattr(family, "_labelnames", ()))
        for name in names:
            found[name] = labels | ({"le"} if name.endswith("_bucket") else set())
    for metric in REGISTRY.collect():
        for sample in metric.samples:
            found.setdefault(sample.name, set()).update(sample.labels)
    return found


def names_in(query: str) -> set[str]:
    """The metrics that a query selects."""
    bare = re.sub(r'"[^"]*"', "", query)
    bare = re.sub(r"\{[^}]*\}|\[[^\]]*\]", " ", bare)
    bare = re.sub(r"\b(by|without|on|ignoring|group_left|group_right)\s*\([^)]*\)", " ", bare)
    words = set(_METRIC.findall(re.sub(r"\b\d[\w.]*", " ", bare)))
    functions = set(re.findall(r"([a-z_0-9]+)\s*\(", bare))
    operators = {
        "or",
        "and",
        "unless",
        "bool",
        "offset",
        "inf",
        "nan",
        "sum",
        "max",
        "min",
        "avg",
        "count",
        "topk",
    }
    return words - functions - operators


def labels_in(query: str) -> dict[str, set[str]]:
    """The labels that are asked of each metric in its braces."""
    found: dict[str, set[str]] = defaultdict(set)
    for name, matchers in re.findall(r"([a-zA-Z_:][\w:]*)\{([^}]*)\}", query):
        found[name] |= set(re.findall(r"(\w+)\s*(?:=~|!~|!=|=)", re.sub(r'"[^"]*"', "", matchers)))
    return found


def panels(dashboard: Json) -> list[Json]:
    """The panels with queries, those inside of rows too."""
    found = []
    for panel in dashboard["panels"]:
        found += panel.get("panels", [])
        if panel["type"] not in {"row", "text"}:
            found.append(panel)
    return found


def queries() -> list[tuple[str, str]]:
    """Every query of every panel with where it stands, variables replaced by what Grafana may put there."""
    found = []
    for path in DASHBOARDS:
        for panel in panels(json.loads(path.read_text())):
            for target in panel["targets"]:
                query = target["expr"].replace("$__rate_interval", "5m").replace("$__range", "1h")
                found.append((f"{path.name}: {panel['title']}", re.sub(r"\$\w+", "x", query)))
    return found


def promtool(*arguments: str | Path) -> str:
    """What promtool says. Raises AssertionError with it where it is not content."""
    assert PROMTOOL is not None
    done = subprocess.run([PROMTOOL, *arguments], check=False, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def unknown(query: str) -> list[str]:
    """What a query asks for and no service or rule gives: metrics, and labels of metrics."""
    known = exported()
    recorded = {rule["record"] for rule in rules() if "record" in rule}
    found = sorted(names_in(query) - known.keys() - recorded - _SCRAPED)
    for name, labels in labels_in(query).items():
        if name in known:
            found += [f"{name}{{{label}}}" for label in sorted(labels - known[name] - _TARGET_LABELS)]
    return found


@needs_promtool
def test_the_rules_are_valid() -> None:
    assert len(RULES) > 3
    promtool("check", "rules", *RULES)


@needs_promtool
@pytest.mark.parametrize("fixture", FIXTURES, ids=lambda path: path.stem)
def test_alerts_fire_when_they_should_and_are_silent_when_not(fixture: Path) -> None:
    promtool("test", "rules", fixture)


def test_every_alert_is_seen_firing_and_silent() -> None:
    seen: dict[str, set[bool]] = defaultdict(set)
    for path in FIXTURES:
        for case in yaml.safe_load(path.read_text())["tests"]:
            for check in case["promql_expr_test"]:
                (name,) = re.findall(r'alertname="(\w+)"', check["expr"])
                severity = re.findall(r'severity="(\w+)"', check["expr"])
                for one in severity or [
                    rule["labels"]["severity"] for rule in alerts() if rule["alert"] == name
                ]:
                    seen[f"{name} {one}"].add(bool(check["exp_samples"]))
    wanted = {f"{rule['alert']} {rule['labels']['severity']}" for rule in alerts()}
    assert {name for name in wanted if seen[name] != {True, False}} == set()


def test_every_alert_says_what_it_is_how_bad_and_what_to_do() -> None:
    for rule in alerts():
        name = rule["alert"]
        assert name.startswith("Deskmesh"), name
        assert rule["labels"]["severity"] in {"critical", "warning"}, name
        assert rule["annotations"]["summary"], name
        assert rule["annotations"]["description"].endswith("."), name
        assert rule["annotations"]["runbook_url"] == f"docs/runbooks/{kebab(name)}.md", name


def test_every_alert_has_its_runbook_and_every_runbook_its_place_in_the_index() -> None:
    index = (RUNBOOKS / "README.md").read_text()
    for rule in alerts():
        file = RUNBOOKS / f"{kebab(rule['alert'])}.md"
        text = file.read_text()
        assert f"]({file.name})" in index, file.name
        assert text.startswith(f"# {rule['alert']}\n"), file.name
        parts = re.findall(r"^## (.+)$", text, re.MULTILINE)
        assert parts == ["What it means", "Who feels it", "Look at", "Do", "Afterwards"], file.name
    for file in RUNBOOKS.glob("deskmesh-*.md"):
        assert file.stem in {kebab(rule["alert"]) for rule in alerts()}, f"{file.name} is of no alert"


def test_the_rules_use_only_what_services_export() -> None:
    missing = {rule.get("alert") or rule["record"]: unknown(rule["expr"]) for rule in rules()}
    assert {name: what for name, what in missing.items() if what} == {}


def test_the_dashboards_use_only_what_services_export() -> None:
    missing = {f"{where}: {query}": unknown(query) for where, query in queries()}
    assert {query: what for query, what in missing.items() if what} == {}


@needs_promtool
def test_every_query_of_the_dashboards_is_valid(tmp_path: Path) -> None:
    found = queries()
    assert len(found) > 60
    rules = [
        {"record": "dashboard:query", "expr": query, "labels": {"number": str(number)}}
        for number, (_, query) in enumerate(found)
    ]
    file = tmp_path / "queries.yaml"
    file.write_text(yaml.safe_dump({"groups": [{"name": "dashboards", "rules": rules}]}))
    promtool("check", "rules", file)


def test_the_dashboards_are_whole() -> None:
    assert len(DASHBOARDS) == 5
    identities = set()
    for path in DASHBOARDS:
        board = json.loads(path.read_text())
        identities.add(board["uid"])
        assert board["uid"] == path.stem
        assert board["id"] is None
        assert board["schemaVersion"] >= 36
        assert "deskmesh" in board["tags"]
        variables = {one["name"]: one["type"] for one in board["templating"]["list"]}
        assert variables["datasource"] == "datasource"
        ids = [panel["id"] for panel in board["panels"]]
        assert len(set(ids)) == len(ids), path.name
        used = {name for _, query in re.findall(r'("expr": )"((?:[^"\\]|\\.)*)"', path.read_text()) for name in
                re.findall(r"\$(\w+)", query)} - {"__rate_interval", "__range"}  # fmt: skip
        assert used <= variables.keys(), path.name
        for panel in panels(board):
            where = f"{path.name}: {panel['title']}"
            assert panel["datasource"] == {"type": "prometheus", "uid": "${datasource}"}, where
            assert panel["fieldConfig"]["defaults"]["unit"] in _UNITS, where
            assert panel["description"], where
            assert panel["gridPos"]["x"] + panel["gridPos"]["w"] <= 24, where
            references = [target["refId"] for target in panel["targets"]]
            assert len(set(references)) == len(references) > 0, where
            assert all(target["datasource"] == panel["datasource"] for target in panel["targets"]), where


def test_panels_do_not_lie_over_each_other() -> None:
    for path in DASHBOARDS:
        taken: dict[tuple[int, int], str] = {}
        for panel in json.loads(path.read_text())["panels"]:
            grid = panel["gridPos"]
            for x in range(grid["x"], grid["x"] + grid["w"]):
                for y in range(grid["y"], grid["y"] + grid["h"]):
                    assert (x, y) not in taken, f"{path.name}: {panel['title']} over {taken[x, y]}"
                    taken[x, y] = panel["title"]


def test_no_metric_names_a_tenant_or_a_thing() -> None:
    forbidden = {"tenant", "tenant_id", "id", "ticket", "user", "email", "address", "aggregate", "path"}
    assert {name: labels & forbidden for name, labels in exported().items() if labels & forbidden} == {}
