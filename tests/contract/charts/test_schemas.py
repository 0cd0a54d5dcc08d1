"""Kubernetes takes what the charts make, in every version that they are for; and the charts refuse nonsense."""

import json
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from helm_charts import ROOT, SERVICES, Charts, Object, RefusedError, helm, name, of_kind
from jsonschema import Draft202012Validator
from kubernetes_validate.utils import all_versions
from referencing import Registry, Resource

VERSIONS = [version for version in all_versions() if int(version.split(".")[1]) >= 29]
CUSTOM = {path.stem: json.loads(path.read_text()) for path in Path(__file__).parent.glob("schemas/*.json")}
BUILT_IN = {"v1", "apps/v1", "batch/v1", "autoscaling/v2", "policy/v1", "networking.k8s.io/v1"}
VALUE_SETS = ("default", "small", "production", "external", *SERVICES)


@pytest.mark.parametrize("version", VERSIONS)
def test_each_version_of_kubernetes_knows_every_field(
    charts: Charts, objects: dict[str, list[Object]], version: str
) -> None:
    """By the strict schemas, which refuse a field that the version does not have."""
    alone = charts.service("gateway", "--kube-version", version)
    for one in (*objects["production"], *objects["external"], *of_kind(alone, "Deployment")):
        if one["apiVersion"] in BUILT_IN:
            _validator(version, one["kind"], one["apiVersion"]).validate(one)


def test_the_versions_begin_where_the_charts_do() -> None:
    assert VERSIONS[0].startswith("1.29")
    for chart in ("service", "deskmesh"):
        assert 'kubeVersion: ">=1.29.0-0"' in (ROOT / "deploy/helm" / chart / "Chart.yaml").read_text()


@pytest.mark.parametrize("values", VALUE_SETS)
def test_custom_resources_fit_what_their_operators_document(
    objects: dict[str, list[Object]], values: str
) -> None:
    for one in objects[values]:
        if one["apiVersion"] not in BUILT_IN:
            schema = CUSTOM[one["kind"]]
            assert one["apiVersion"] == schema["properties"]["apiVersion"]["const"]
            jsonschema.validate(one, schema)


def test_every_schema_of_a_custom_resource_is_used(objects: dict[str, list[Object]]) -> None:
    made = {one["kind"] for values in VALUE_SETS for one in objects[values]}
    assert CUSTOM.keys() <= made | {"ScheduledBackup", "PrometheusRule"}


@pytest.mark.parametrize("values", VALUE_SETS)
def test_no_two_objects_have_one_name(objects: dict[str, list[Object]], values: str) -> None:
    names = [(one["apiVersion"], one["kind"], name(one)) for one in objects[values]]
    assert len(names) == len(set(names))
    assert all(len(found[2]) <= 63 for found in names)


NONSENSE = [
    "service=billing",
    "service=",
    "tickets.api.replicas=3",
    "api.replicas=-1",
    "api.replicas=many",
    "api.replica=3",
    "api.resources.requests.cpu=lots",
    "api.resources.limit.memory=1Gi",
    "api.podDisruptionBudget.maxUnavailable=0",
    "worker.keda.enabled=true,worker.autoscaling.enabled=true,global.nats.mode=cluster",
    "worker.keda.enabled=true",
    "worker.keda.lagThreshold=0",
    "image.tag=a b",
    "image.digest=sha256:123",
    "image.pullPolicy=Sometimes",
    "global.instance=Desk",
    "global.logLevel=LOUD",
    "global.objectStore.url=",
    "global.objectStore.url=ftp://files",
    "global.objectStore.url=file:///objects",
    "global.objectStore.url=file:///var/lib,global.objectStore.claim=files",
    "global.postgresql.mode=mysql",
    "global.nats.streamReplicas=2",
    "global.externalSecrets.enabled=true",
    "global.otlp.endpoint=collector:4317",
    "global.networkPolicy.postgresql.port=0",
    "global.networkPolicy.prometheus.from[0].podselector.matchLabels.a=b",
    "existingSecret=Not A Name",
    "settings.SLA_DATABASE_POOL_SIZE=20",
    "settings.lower_case=1",
    "extraEnv[0].name=TICKETS_DATABASE_URL,extraEnv[0].value=postgresql://x",
    "door.ingress.enabled=true,door.ingress.host=desk.example",
    "mail.service.type=Carrier",
    "migration.onInstall=later",
    "drainSeconds=-5",
    "drainSeconds=20",
    "terminationGracePeriodSeconds=1",
    "listenAddress=everywhere",
]


@pytest.mark.parametrize("nonsense", NONSENSE)
def test_a_service_refuses_nonsense(charts: Charts, nonsense: str) -> None:
    with pytest.raises(RefusedError):
        charts.service("tickets", "--set", nonsense)


def test_a_word_says_what_is_wrong(charts: Charts) -> None:
    for chart, wrong, said in (
        ("notify", "mail.relay=", "mail.relay is missing"),
        ("tickets", "global.objectStore.url=", "global.objectStore.url is missing"),
        ("gateway", "door.ingress.enabled=true", "door.ingress.host is missing"),
        ("tickets", "settings.SLA_DATABASE_POOL_SIZE=20", "no setting of tickets"),
        ("tickets", "service=billing", "service must be one of"),
    ):
        with pytest.raises(RefusedError, match=said):
            charts.service(chart, "--set", wrong)


@pytest.mark.parametrize(
    "nonsense",
    [
        "nats.replicas=2",
        "nats.replicas=1",
        "nats.maxFileStore=18Gi",
        "postgresql.instances=0",
        "postgresql.instances=1",
        "postgresql.scheduledBackup.schedule=0 3 * * *",
        "postgres.instances=3",
        "global.postgres.mode=cnpg",
        "tickets.service=sla",
        "tickets.service=billing",
        "tickets.api.replicas=many",
        "objectStore.persistence.enabled=true",
        "objectStore.persistence.accessMode=ReadSometimes",
        "networkPolicy.natsMonitoringFrom[0].nothing=1",
        "monitoring.dashboards.enabled=perhaps",
    ],
)
def test_the_installation_refuses_nonsense(charts: Charts, nonsense: str) -> None:
    with pytest.raises(RefusedError):
        charts.desk(arguments=("--set", nonsense))


@pytest.mark.parametrize("values", ["small", "production"])
def test_charts_pass_the_strict_lint_with_every_set_of_values(charts: Charts, values: str) -> None:
    folder = charts.folder / "deskmesh"
    helm(
        "lint",
        "--strict",
        folder,
        "-f",
        folder / "ci" / "needed.yaml",
        "-f",
        folder / f"values-{values}.yaml",
    )


def test_the_charts_go_into_packages(charts: Charts, tmp_path: Path) -> None:
    for chart in ("service", "deskmesh"):
        helm("package", charts.folder / chart, "--destination", tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == {"service-0.1.0.tgz", "deskmesh-0.1.0.tgz"}


@cache
def _registry(version: str) -> Registry[Any]:
    """The definitions that all schemas of a version refer to; they are large, so they are read once."""
    return Resource.from_contents(_read(version, "_definitions")) @ Registry()


@cache
def _validator(version: str, kind: str, api_version: str) -> Draft202012Validator:
    group, _, number = api_version.rpartition("/")
    name_of_file = "-".join(part for part in (kind.lower(), group.split(".")[0], number) if part)
    schema = _read(version, name_of_file)
    return Draft202012Validator(schema, registry=Resource.from_contents(schema) @ _registry(version))


def _read(version: str, schema: str) -> Any:  # noqa: ANN401 - a JSON schema
    folder = files("kubernetes_validate") / "kubernetes-json-schema" / f"v{version}-local-strict"
    return json.loads((folder / f"{schema}.json").read_text())
