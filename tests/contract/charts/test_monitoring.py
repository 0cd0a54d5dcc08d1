"""Alert rules and dashboards become objects as they are written, and no alert is without a runbook."""

import json
import shutil
from pathlib import Path

import yaml
from helm_charts import ROOT, Charts, Object, name, of_kind

RULES = ROOT / "deploy/helm/deskmesh/rules"
DASHBOARDS = ROOT / "deploy/helm/deskmesh/dashboards"


def test_every_file_of_rules_becomes_a_rule_object(objects: dict[str, list[Object]]) -> None:
    written = {path.stem: yaml.safe_load(path.read_text()) for path in RULES.glob("*.yaml")}
    made = {name(one): one["spec"] for one in of_kind(objects["external"], "PrometheusRule")}
    assert made == {f"desk-{stem.replace('_', '-')}": spec for stem, spec in written.items()}
    for one in of_kind(objects["external"], "PrometheusRule"):
        assert one["metadata"]["labels"]["release"] == "prometheus"


def test_every_dashboard_becomes_a_config_map_that_grafana_finds(objects: dict[str, list[Object]]) -> None:
    written = {path.name: json.loads(path.read_text()) for path in DASHBOARDS.glob("*.json")}
    made: Object = {}
    for one in of_kind(objects["external"], "ConfigMap"):
        if one["metadata"]["labels"].get("grafana_dashboard") == "1":
            made |= {file: json.loads(text) for file, text in one["data"].items()}
    assert made == written


def test_every_alert_has_a_runbook(objects: dict[str, list[Object]]) -> None:
    for one in of_kind(objects["external"], "PrometheusRule"):
        for rule in (rule for group in one["spec"]["groups"] for rule in group["rules"] if "alert" in rule):
            runbook = rule["annotations"]["runbook_url"].rsplit("/", 1)[1]
            assert (ROOT / "docs" / "runbooks" / runbook).is_file(), rule["alert"]


def test_alerts_lead_to_where_runbooks_can_be_read(charts: Charts) -> None:
    where = "https://git.example/desk/docs/runbooks"
    words = f"monitoring.prometheusRules.enabled=true,monitoring.prometheusRules.runbooks={where}"
    runbooks = {
        rule["annotations"]["runbook_url"]
        for one in of_kind(charts.desk("small", arguments=("--set", words)), "PrometheusRule")
        for group in one["spec"]["groups"]
        for rule in group["rules"]
        if "alert" in rule
    }
    assert {runbook.rpartition("/")[0] for runbook in runbooks} == {where}
    assert f"{where}/deskmesh-service-down.md" in runbooks


def test_what_prometheus_and_grafana_fill_in_is_left_alone(charts: Charts, tmp_path: Path) -> None:
    """Both write {{ … }}, as Helm does."""
    shutil.copytree(charts.folder, tmp_path, dirs_exist_ok=True)
    rule = {"alert": "Late", "expr": "up == 0", "annotations": {"summary": "{{ $labels.job }} is late"}}
    group = {"groups": [{"name": "g", "rules": [rule]}]}
    (tmp_path / "deskmesh/rules").mkdir(exist_ok=True)
    (tmp_path / "deskmesh/rules/probe_of_this.yaml").write_text(yaml.safe_dump(group))
    (tmp_path / "deskmesh/dashboards").mkdir(exist_ok=True)
    (tmp_path / "deskmesh/dashboards/probe.json").write_text(
        '{\n  "legendFormat": "{{service}}",\n  "x": []\n}\n'
    )
    made = Charts(tmp_path).desk("production")
    (found,) = [one for one in made if name(one) == "desk-probe-of-this"]
    assert found["kind"] == "PrometheusRule"
    assert found["spec"] == group
    (dashboard,) = [one for one in made if name(one) == "desk-dashboard-probe"]
    assert json.loads(dashboard["data"]["probe.json"])["legendFormat"] == "{{service}}"


def test_nothing_of_it_is_made_where_nobody_wants_it(objects: dict[str, list[Object]]) -> None:
    assert not of_kind(objects["small"], "PrometheusRule", "ServiceMonitor", "ScaledObject")
