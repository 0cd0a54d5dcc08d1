"""Kubernetes takes what the charts make, in every version that they are for."""

import json
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from helm_charts import ROOT, SERVICES, Charts, Object, helm, name, of_kind
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


@pytest.mark.parametrize(
    "values", ["ci/needed.yaml", "ci/external.yaml", "values-small.yaml", "values-production.yaml"]
)
def test_charts_pass_the_strict_lint_with_every_set_of_values(charts: Charts, values: str) -> None:
    folder = charts.folder / "deskmesh"
    helm("lint", "--strict", folder, "-f", folder / "ci" / "needed.yaml", "-f", folder / values)


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
