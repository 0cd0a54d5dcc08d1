"""What Helm does with the charts: install, upgrade, roll back, uninstall, against a Kubernetes API in memory."""

import json
import os
import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml
from helm_charts import (
    ROOT,
    SERVICES,
    Charts,
    Object,
    RefusedError,
    containers,
    environment,
    helm,
    name,
    pods,
)
from kube_api import KubeApi, Write

Key = tuple[str, str]
"""Kind and name."""
MODES_OUTSIDE = ("--set", "global.postgresql.mode=external,global.nats.mode=external")
TAG = "9.8.7"


@dataclass(frozen=True)
class Cluster:
    """A cluster with the Secrets of a desk in it, and the chart that is to be released there."""

    api: KubeApi
    charts: Charts
    variables: dict[str, str]
    release: tuple[str, ...]

    def rendered(self, *arguments: str) -> dict[Key, Object]:
        """What the chart makes as an install; as an upgrade with --is-upgrade."""
        return {key(one): one for one in self.charts.render(*self.release, *arguments)}

    def install(self, *arguments: str) -> None:
        """Install the release."""
        self.apply("install", "desk", *self.release, *arguments)

    def upgrade(self, *arguments: str) -> None:
        """Upgrade the release to another image."""
        self.apply("upgrade", "desk", *self.release, "--set", f"global.image.tag={TAG}", *arguments)

    def apply(self, command: str, release: str, chart: str, *arguments: str) -> None:
        """Let Helm release a chart."""
        self.helm(command, release, str(self.charts.folder / chart), *arguments)

    def helm(self, *arguments: str) -> str:
        """What a command of Helm prints on this cluster."""
        return helm(*arguments, environment=self.variables)

    def objects(self) -> dict[Key, Object]:
        """What there is now, without Helm's own notes and the versions that change with each write."""
        found = {
            (kind, one): body
            for kind in {kind for kind, _ in self.api.objects}
            for one, body in self.api.of_kind(kind).items()
            if body.get("type") != "helm.sh/release.v1"
        }
        for body in found.values():
            del body["metadata"]["resourceVersion"]
        return found

    def writes(self) -> list[Write]:
        """What was done, without Helm's own notes."""
        return [one for one in self.api.writes if not one.name.startswith("sh.helm.release.")]


BOTH = ("desk", "tickets alone")


@pytest.fixture
def cluster(charts: Charts, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Cluster]:
    release = {
        "desk": charts.desk_release("small"),
        "desk on databases outside": (*charts.desk_release("small"), *MODES_OUTSIDE),
        "tickets alone": charts.service_release("tickets"),
    }[request.param]
    with KubeApi() as api:
        api.write_kubeconfig(tmp_path / "config", "desks")
        variables = {**os.environ, "HOME": str(tmp_path), "KUBECONFIG": str(tmp_path / "config")}
        variables |= {f"HELM_{one}_HOME": str(tmp_path / one) for one in ("CACHE", "CONFIG", "DATA")}
        for secret in secrets():
            api.create("Secret", secret)
        yield Cluster(api, charts, variables, release)


def secrets() -> list[Object]:
    """What make-secrets prints, and the addresses of what is outside."""
    printed = subprocess.run(
        [ROOT / "deploy/helm/make-secrets", "desk"], capture_output=True, check=True
    ).stdout
    made: list[Object] = list(yaml.safe_load_all(printed))
    for one in made:
        if name(one) in {f"desk-{service}" for service in SERVICES}:
            for address in ("database-url", "relay-database-url", "owner-database-url", "nats-url"):
                one["stringData"][address] = "somewhere"
    return made


def key(one: Object) -> Key:
    return one["kind"], name(one)


def hooks(rendered: dict[Key, Object]) -> dict[Key, Object]:
    """What Helm makes before the release and takes away after it."""
    return {
        of: one for of, one in rendered.items() if "helm.sh/hook" in one["metadata"].get("annotations", {})
    }


def without(objects: dict[Key, Object], *others: dict[Key, Object]) -> dict[Key, Object]:
    return {of: one for of, one in objects.items() if not any(of in other for other in others)}


def images(objects: dict[Key, Object]) -> set[str]:
    """The tags of the images of all Deployments."""
    return {
        container["image"].rsplit(":", 1)[1]
        for (kind, _), one in objects.items()
        if kind == "Deployment"
        for container in containers(one["spec"]["template"])
    }


def needs(pod: Object) -> Iterator[Key]:
    """What must be there before a container of the pod starts."""
    yield "ServiceAccount", pod["spec"]["serviceAccountName"]
    for volume in pod["spec"]["volumes"]:
        if "persistentVolumeClaim" in volume:
            yield "PersistentVolumeClaim", volume["persistentVolumeClaim"]["claimName"]
    for container in containers(pod):
        for entry in environment(container).values():
            if "secretKeyRef" in entry.get("valueFrom", {}):
                yield "Secret", entry["valueFrom"]["secretKeyRef"]["name"]


def missing_keys(objects: dict[Key, Object]) -> list[dict[str, str]]:
    """References to keys that their Secrets do not have."""
    references = [
        entry["valueFrom"]["secretKeyRef"]
        for pod in pods(list(objects.values()))
        for container in containers(pod)
        for entry in environment(container).values()
        if "secretKeyRef" in entry.get("valueFrom", {})
    ]
    assert references
    return [one for one in references if one["key"] not in objects["Secret", one["name"]]["stringData"]]


@pytest.mark.parametrize("cluster", BOTH, indirect=True)
def test_an_install_makes_what_the_chart_renders_and_nothing_else(cluster: Cluster) -> None:
    outside = cluster.objects()
    cluster.install()
    rendered = cluster.rendered()
    made = without(cluster.objects(), outside)
    assert made.keys() == without(rendered, hooks(rendered)).keys()
    for of, one in made.items():
        assert _as_rendered(one) == rendered[of]
    assert missing_keys(cluster.objects()) == []


def _as_rendered(one: Object) -> Object:
    """An object without what Helm and the API add."""
    meta: dict[str, Any] = {of: value for of, value in one["metadata"].items() if of != "uid"}
    notes = {of: text for of, text in meta.pop("annotations").items() if not of.startswith("meta.helm.sh/")}
    return {**one, "metadata": {**meta, "annotations": notes} if notes else meta}


@pytest.mark.parametrize(
    ("cluster", "command"),
    [
        # A desk that makes its databases itself migrates beside its first install: nothing runs yet.
        ("desk", "upgrade"),
        ("desk on databases outside", "install"),
        ("desk on databases outside", "upgrade"),
        ("tickets alone", "install"),
        ("tickets alone", "upgrade"),
    ],
    indirect=["cluster"],
)
def test_migrations_are_done_before_anything_else_is_touched(cluster: Cluster, command: str) -> None:
    begins = len(cluster.writes())
    cluster.install()
    if command == "upgrade":
        begins = len(cluster.writes())
        cluster.upgrade()
    hooked = hooks(cluster.rendered(*(["--is-upgrade"] if command == "upgrade" else [])))
    jobs = {of: one for of, one in hooked.items() if of[0] == "Job"}
    assert len(jobs) == (1 if cluster.release[0] == "service" else 6)
    writes = cluster.writes()
    ends = max(writes.index(Write("complete", *of), begins) for of in jobs)
    assert {(one.kind, one.name) for one in writes[begins:ends]} <= hooked.keys()
    assert {one.kind for one in writes[ends:]} >= {"Deployment", "Service"}
    for of, job in jobs.items():
        at = writes.index(Write("create", *of), begins)
        assert set(needs(job["spec"]["template"])) <= _standing(writes[:at])


def _standing(writes: list[Write]) -> set[Key]:
    """What is there after some writes."""
    found: set[Key] = set()
    for one in writes:
        (found.discard if one.verb == "delete" else found.add)((one.kind, one.name))
    return found


@pytest.mark.parametrize("cluster", ["desk on databases outside", "tickets alone"], indirect=True)
def test_a_migration_that_fails_stops_the_install_and_stays_to_be_read(cluster: Cluster) -> None:
    outside = cluster.objects()
    cluster.api.failing_jobs.add("desk-tickets-migrate")
    with pytest.raises(RefusedError, match="job failed"):
        cluster.install()
    made = without(cluster.objects(), outside)
    assert made.keys() <= hooks(cluster.rendered()).keys()
    assert ("Job", "desk-tickets-migrate") in made

    cluster.api.failing_jobs.clear()
    cluster.upgrade()
    assert images(cluster.objects()) == {TAG}


@pytest.mark.parametrize("cluster", BOTH, indirect=True)
def test_a_migration_that_fails_leaves_what_runs_alone_until_it_succeeds(cluster: Cluster) -> None:
    cluster.install()
    hooked = hooks(cluster.rendered("--is-upgrade"))
    before = without(cluster.objects(), hooked)
    begins = len(cluster.writes())
    cluster.api.failing_jobs.add("desk-tickets-migrate")
    with pytest.raises(RefusedError, match="job failed"):
        cluster.upgrade()
    assert without(cluster.objects(), hooked) == before
    assert {(one.kind, one.name) for one in cluster.writes()[begins:]} <= hooked.keys()

    cluster.api.failing_jobs.clear()
    cluster.upgrade()
    assert images(cluster.objects()) == {TAG}


@pytest.mark.parametrize("cluster", BOTH, indirect=True)
def test_an_upgrade_changes_images_and_the_label_of_the_version_and_makes_nothing_anew(
    cluster: Cluster,
) -> None:
    cluster.install()
    hooked = hooks(cluster.rendered("--is-upgrade"))
    before = without(cluster.objects(), hooked)
    (old,) = images(before)
    cluster.upgrade()
    after = cluster.objects()
    assert images(after) == {TAG}
    assert not hooked.keys() & after.keys()
    # The Job beside the first install belongs to that revision alone.
    assert {of for of in before.keys() - after.keys() if "-migrate-" not in of[1]} == set()
    for of, one in after.items():
        assert json.loads(json.dumps(one).replace(TAG, old)) == before[of]


@pytest.mark.parametrize("cluster", ["desk"], indirect=True)
def test_the_notes_say_what_is_to_be_done_now(cluster: Cluster) -> None:
    chart, *values = cluster.release
    release = ("desk", str(cluster.charts.folder / chart), *values)
    said = cluster.helm("install", *release)
    assert "deskmesh-gateway tenant create" in said
    assert "port-forward service/desk-gateway" in said
    changing = "gateway.door.ingress.enabled=true,gateway.door.ingress.host=desk.example,global.nextPasswords.nats=true"
    said = cluster.helm("upgrade", *release, "--set", changing)
    assert "tenant create" not in said
    assert "port-forward service/desk-gateway" not in said
    assert "reached at http://desk.example" in said
    assert "global.nextPasswords" in said


@pytest.mark.parametrize("cluster", ["desk"], indirect=True)
def test_an_upgrade_that_cannot_be_or_would_begin_anew_is_refused_before_anything_is_touched(
    cluster: Cluster,
) -> None:
    cluster.install()
    before = cluster.objects()
    for wrong, said in (
        ("nats.storage.size=30Gi", "the volumes of desk-nats have 20Gi"),
        ("global.postgresql.perService=true", "desk-postgres-cmdb would begin empty"),
    ):
        with pytest.raises(RefusedError, match=said):
            cluster.upgrade("--set", wrong)
    assert cluster.objects() == before


@pytest.mark.parametrize("cluster", BOTH, indirect=True)
def test_a_rollback_brings_back_what_was_and_migrates_nothing(cluster: Cluster) -> None:
    cluster.install()
    hooked = hooks(cluster.rendered("--is-upgrade"))
    before = cluster.objects()
    cluster.upgrade()
    begins = len(cluster.writes())
    cluster.helm("rollback", "desk")
    after = cluster.objects()
    assert after.keys() == before.keys()
    assert _lasting(without(after, hooked)) == _lasting(without(before, hooked))
    assert "complete" not in {one.verb for one in cluster.writes()[begins:]}


@pytest.mark.parametrize("cluster", BOTH, indirect=True)
def test_waiting_ends_once_everything_is_ready(cluster: Cluster) -> None:
    cluster.install("--wait", "--timeout", "30s")
    cluster.upgrade("--wait", "--timeout", "30s")
    assert images(cluster.objects()) == {TAG}


@pytest.mark.parametrize("cluster", ["tickets alone"], indirect=True)
def test_waiting_gives_up_on_an_image_that_does_not_become_ready_and_atomic_brings_back_what_was(
    cluster: Cluster,
) -> None:
    cluster.install("--wait", "--timeout", "30s")
    hooked = hooks(cluster.rendered("--is-upgrade"))
    before = _lasting(without(cluster.objects(), hooked))
    cluster.api.broken_tags.add(TAG)
    with pytest.raises(RefusedError, match="timed out waiting for the condition"):
        cluster.upgrade("--atomic", "--timeout", "3s")
    assert _lasting(without(cluster.objects(), hooked)) == before


def _lasting(objects: dict[Key, Object]) -> dict[Key, Object]:
    """All but Jobs, which are never the same again."""
    return {of: one for of, one in objects.items() if of[0] != "Job"}


@pytest.mark.parametrize("cluster", BOTH, indirect=True)
def test_uninstalling_leaves_data_and_what_came_from_outside(cluster: Cluster) -> None:
    outside = cluster.objects()
    cluster.install()
    cluster.upgrade()
    made = cluster.objects()
    cluster.helm("uninstall", "desk")
    left = cluster.objects()
    assert without(outside, left) == {}
    kinds = {"Cluster", "Database", "PersistentVolumeClaim"}
    assert left == {of: one for of, one in made.items() if of in outside or of[0] in kinds}

    cluster.install()
    for of, one in without(left, outside).items():
        assert cluster.objects()[of]["metadata"]["uid"] == one["metadata"]["uid"]


@pytest.mark.parametrize("cluster", ["desk"], indirect=True)
def test_six_releases_and_their_ground_make_what_one_release_makes(cluster: Cluster) -> None:
    """Each of them is then upgraded alone."""
    nobody = ",".join(f"{service}.enabled=false" for service in SERVICES)
    shared = (
        "global.instance=desk,global.postgresql.mode=cnpg,global.nats.mode=cluster,"
        "global.objectStore.url=file:///objects,global.objectStore.claim=deskmesh-objects"
    )
    cluster.apply("install", "desk-ground", *cluster.release, "--set", f"global.instance=desk,{nobody}")
    for service in SERVICES:
        chart, *arguments = cluster.charts.service_release(service)
        more = (
            "--set",
            f"{shared},api.podDisruptionBudget.enabled=false,worker.podDisruptionBudget.enabled=false",
        )
        cluster.apply("install", f"desk-{service}", chart, *arguments, *more)
    outside = {key(one): one for one in secrets()}
    assert without(cluster.objects(), outside).keys() == cluster.rendered().keys()
    assert missing_keys(cluster.objects()) == []

    begins = len(cluster.writes())
    chart, *arguments = cluster.charts.service_release("sla")
    cluster.apply("upgrade", "desk-sla", chart, *arguments, "--set", f"{shared},global.image.tag={TAG}")
    touched = {one.name for one in cluster.writes()[begins:]}
    assert touched
    assert all(re.match("desk-sla(-|$)", one) for one in touched)
