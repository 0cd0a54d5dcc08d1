"""The charts, rendered by the real Helm into plain objects."""

import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[2]
HELM = ROOT / "tools" / "helm" / "helm"
SERVICES = ("gateway", "tickets", "sla", "knowledge", "cmdb", "notify")

Object = dict[str, Any]


class RefusedError(Exception):
    """Helm does not render these values; the text says why."""


@dataclass(frozen=True)
class Charts:
    """A copy of deploy/helm with its dependencies built."""

    folder: Path

    def service(self, service: str, *arguments: str) -> list[Object]:
        """One service alone, as its own release."""
        return self.render(*self.service_release(service), *arguments)

    def service_release(self, service: str) -> tuple[str, ...]:
        """The chart of one service and what it cannot do without, as arguments for Helm."""
        needed = f"service={service},global.objectStore.url=s3://bucket/deskmesh,mail.relay=mail.example:587"
        return "service", "--set", needed

    def desk(self, *value_files: str, arguments: tuple[str, ...] = ()) -> list[Object]:
        """The whole installation with sets of values by name: "small", "production", "ci/external"."""
        return self.render(*self.desk_release(*value_files), *arguments)

    def desk_release(self, *value_files: str) -> tuple[str, ...]:
        """The chart of the whole installation and its values, as arguments for Helm."""
        files = ["ci/needed.yaml", *(f if "/" in f else f"values-{f}.yaml" for f in value_files)]
        paths = [str(self.folder / "deskmesh" / name) for name in files]
        return "deskmesh", *(part for path in paths for part in ("-f", path))

    def render(
        self, chart: str, *arguments: str, kubernetes: str = "1.32.0", release: str = "desk"
    ) -> list[Object]:
        """What `helm template` makes of a release. Raises RefusedError with what Helm says."""
        options = ["--namespace", "desks", "--kube-version", kubernetes, *arguments]
        text = helm("template", release, self.folder / chart, *options)
        return [one for one in yaml.safe_load_all(text) if one]


def helm(*arguments: str | Path, environment: dict[str, str] | None = None) -> str:
    """What a Helm command prints. Raises RefusedError where it fails."""
    done = subprocess.run([HELM, *arguments], capture_output=True, text=True, check=False, env=environment)
    if done.returncode:
        raise RefusedError(done.stderr)
    return done.stdout


def copy_charts(folder: Path) -> Charts:
    """Copy the charts into a folder and build their dependencies there."""
    shutil.copytree(ROOT / "deploy" / "helm", folder, dirs_exist_ok=True)
    helm("dependency", "build", folder / "deskmesh")
    return Charts(folder)


def of_kind(objects: list[Object], *kinds: str) -> list[Object]:
    """The objects of some kinds."""
    return [one for one in objects if one["kind"] in kinds]


def name(one: Object) -> str:
    """An object's name."""
    return str(one["metadata"]["name"])


def pods(objects: list[Object]) -> list[Object]:
    """The pod templates of everything that starts pods, each with the name of what starts it."""
    return [
        {"owner": name(one), **one["spec"]["template"]}
        for one in of_kind(objects, "Deployment", "StatefulSet", "Job", "DaemonSet")
    ]


def containers(pod: Object) -> list[Object]:
    """All containers of a pod template."""
    return [*pod["spec"].get("initContainers", []), *pod["spec"]["containers"]]


def environment(container: Object) -> dict[str, Object]:
    """A container's environment by name."""
    return {entry["name"]: entry for entry in container.get("env", [])}
