"""A Kubernetes API in memory, of one namespace: what Helm needs to install, upgrade, roll back and uninstall.

It keeps objects, refuses to change what never changes, finishes a Job once somebody watches it, and writes down all
changes in their order. It says that Deployments are ready, volumes bound and Services have addresses, unless told
otherwise. It admits everything, fills in no defaults, and neither schedules nor runs a pod.
"""

from __future__ import annotations

import copy
import itertools
import json
import re
import threading
from dataclasses import dataclass
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any, NamedTuple, Self
from urllib.parse import parse_qsl, urlsplit

if TYPE_CHECKING:
    from pathlib import Path

    from helm_charts import Object

VERSION = "1.32.0"
KINDS = {
    "v1": ("ConfigMap", "PersistentVolumeClaim", "Secret", "Service", "ServiceAccount"),
    "apps/v1": ("Deployment", "ReplicaSet", "StatefulSet"),
    "autoscaling/v2": ("HorizontalPodAutoscaler",),
    "batch/v1": ("Job",),
    "networking.k8s.io/v1": ("Ingress", "NetworkPolicy"),
    "policy/v1": ("PodDisruptionBudget",),
    "external-secrets.io/v1": ("ExternalSecret",),
    "gateway.networking.k8s.io/v1": ("GRPCRoute", "HTTPRoute"),
    "keda.sh/v1alpha1": ("ScaledObject",),
    "monitoring.coreos.com/v1": ("PrometheusRule", "ServiceMonitor"),
    "postgresql.cnpg.io/v1": ("Cluster", "Database", "ScheduledBackup"),
}
_MAY_CHANGE = {
    "Deployment": {"minReadySeconds", "paused", "progressDeadlineSeconds", "replicas", "revisionHistoryLimit"}
    | {"strategy", "template"},
    "StatefulSet": {"minReadySeconds", "ordinals", "persistentVolumeClaimRetentionPolicy", "replicas"}
    | {"revisionHistoryLimit", "template", "updateStrategy"},
    "Job": {"activeDeadlineSeconds", "backoffLimit", "parallelism", "suspend", "ttlSecondsAfterFinished"},
}
"""What of a spec may change, where the rest may not."""
_PATH = re.compile(r"/(?:api|apis/[^/]+)/[^/]+(?:/namespaces/[^/]+)?/(?P<plural>[a-z]+)(?:/(?P<name>[^/]+))?")
_ORDER = "$setElementOrder/"


class Write(NamedTuple):
    """One change: create, patch, replace, delete, or that a Job finishes."""

    verb: str
    kind: str
    name: str


class RefusedError(Exception):
    """An answer that is no success."""

    def __init__(self, code: int, reason: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.status: Object = {
            "apiVersion": "v1", "kind": "Status", "metadata": {}, "status": "Failure",
            "code": code, "reason": reason, "message": message,
        }  # fmt: skip


@dataclass(frozen=True)
class Request:
    """What is asked of the objects of a kind, or of the one named."""

    method: str
    kind: str
    name: str | None
    query: dict[str, str]
    body: Any


class KubeApi:
    """The objects, and the door to them while the block lasts."""

    def __init__(self) -> None:
        self.objects: dict[tuple[str, str], Object] = {}
        self.writes: list[Write] = []
        self.failing_jobs: set[str] = set()
        self.broken_tags: set[str] = set()
        """Tags of images that never become ready."""
        self._lock = threading.RLock()
        self._numbers = itertools.count(1)
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Door, self))
        self.closed = threading.Event()

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.closed.set()
        self._server.shutdown()
        self._server.server_close()

    def write_kubeconfig(self, path: Path, namespace: str) -> None:
        """Write the file that leads a client here."""
        path.touch(0o600)
        path.write_text(
            json.dumps(
                {
                    "apiVersion": "v1",
                    "kind": "Config",
                    "clusters": [
                        {
                            "name": "memory",
                            "cluster": {"server": f"http://127.0.0.1:{self._server.server_port}"},
                        }
                    ],
                    "contexts": [
                        {
                            "name": "memory",
                            "context": {"cluster": "memory", "user": "", "namespace": namespace},
                        }
                    ],
                    "current-context": "memory",
                }
            )
        )

    def of_kind(self, kind: str) -> dict[str, Object]:
        """Copies of the objects of a kind by name."""
        with self._lock:
            return {name: copy.deepcopy(one) for (of, name), one in self.objects.items() if of == kind}

    def create(self, kind: str, one: Object) -> Object:
        """Keep a new object."""
        name = one["metadata"]["name"]
        with self._lock:
            if (kind, name) in self.objects:
                raise RefusedError(409, "AlreadyExists", f'{kind} "{name}" already exists')
            one["metadata"]["uid"] = str(next(self._numbers))
            return self._keep("create", kind, name, one)

    def answer(self, asked: Request) -> Object:
        """Answer a request."""
        with self._lock:
            if asked.method == "POST":
                return self.create(asked.kind, asked.body)
            if asked.name is None:
                return self._list(asked)
            old = self._get(asked.kind, asked.name)
            if asked.method == "GET":
                return _working(old)
            if asked.method == "DELETE":
                del self.objects[asked.kind, asked.name]
                self.writes.append(Write("delete", asked.kind, asked.name))
            elif asked.method == "PATCH":
                return self._change("patch", asked.kind, old, merged(old, asked.body))
            elif asked.method == "PUT":
                return self._change("replace", asked.kind, old, asked.body)
            return old

    def finish_job(self, name: str) -> Object:
        """Let a Job come to its end: well, unless it is among those that fail."""
        with self._lock:
            job = self._get("Job", name)
            ends = "Failed" if name in self.failing_jobs else "Complete"
            job["status"] = {"conditions": [{"type": ends, "status": "True", "reason": "MadeUp"}]}
            return self._keep(ends.lower(), "Job", name, job)

    def _get(self, kind: str, name: str) -> Object:
        if (kind, name) not in self.objects:
            raise RefusedError(404, "NotFound", f'{kind} "{name}" not found')
        return self.objects[kind, name]

    def _list(self, asked: Request) -> Object:
        labels = _equalities(asked.query.get("labelSelector", ""))
        name = _equalities(asked.query.get("fieldSelector", "")).get("metadata.name")
        objects = self._replica_sets() if asked.kind == "ReplicaSet" else self.objects
        found = [
            one
            for (kind, known), one in objects.items()
            if kind == asked.kind
            and name in {None, known}
            and labels.items() <= one["metadata"].get("labels", {}).items()
        ]
        version = {"resourceVersion": str(next(self._numbers))}
        return {
            "apiVersion": _api_version(asked.kind),
            "kind": f"{asked.kind}List",
            "metadata": version,
            "items": found,
        }

    def _replica_sets(self) -> dict[tuple[str, str], Object]:
        """One for each Deployment as it is now, with all pods ready or none."""
        made = {}
        for name, one in self.of_kind("Deployment").items():
            spec = one["spec"]
            tags = {
                container["image"].rsplit(":", 1)[1] for container in spec["template"]["spec"]["containers"]
            }
            owner = {"apiVersion": "apps/v1", "kind": "Deployment", "name": name, "controller": True}
            made["ReplicaSet", name] = {
                "metadata": {
                    "name": name,
                    "labels": spec["template"]["metadata"]["labels"],
                    "ownerReferences": [owner | {"uid": one["metadata"]["uid"]}],
                },
                "spec": {of: spec[of] for of in ("replicas", "selector", "template")},
                "status": {"readyReplicas": 0 if tags & self.broken_tags else spec["replicas"]},
            }
        return made

    def _change(self, verb: str, kind: str, old: Object, new: Object) -> Object:
        name = old["metadata"]["name"]
        if new["metadata"].get("resourceVersion") not in {None, old["metadata"]["resourceVersion"]}:
            raise RefusedError(409, "Conflict", f'{kind} "{name}" has changed meanwhile')
        fixed = [_fixed(kind, one) for one in (old, new)]
        if fixed[0] != fixed[1]:
            raise RefusedError(422, "Invalid", f'{kind} "{name}": field is immutable')
        new["metadata"]["uid"] = old["metadata"]["uid"]
        return self._keep(verb, kind, name, new)

    def _keep(self, verb: str, kind: str, name: str, one: Object) -> Object:
        one["metadata"]["resourceVersion"] = str(next(self._numbers))
        self.objects[kind, name] = one
        self.writes.append(Write(verb, kind, name))
        return one


class _Door(BaseHTTPRequestHandler):
    """HTTP of the API."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def __init__(self, api: KubeApi, *arguments: Any) -> None:  # noqa: ANN401 - the base's
        self._api = api
        super().__init__(*arguments)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base's name
        """Say nothing."""

    def do_GET(self) -> None:
        """Answer, whatever the method."""
        address = urlsplit(self.path)
        try:
            if address.path == "/openapi/v2":
                # A document of protobuf without any schema: clients check nothing by themselves.
                self._send(200, "application/com.github.proto-openapi.spec.v2.v1.0+protobuf", b"")
                return
            found = _discovery(address.path)
            if found is None:
                asked = self._asked(address.path, dict(parse_qsl(address.query)))
                if "watch" in asked.query:
                    self._watch(asked)
                    return
                found = self._api.answer(asked)
            self._say(201 if self.command == "POST" else 200, found)
        except RefusedError as refused:
            self._say(refused.code, refused.status)

    do_POST = do_PATCH = do_PUT = do_DELETE = do_GET  # noqa: N815 - the base's names

    def _asked(self, path: str, query: dict[str, str]) -> Request:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        parts = _PATH.fullmatch(path)
        kind = parts and _PLURALS.get(parts["plural"])
        if not parts or not kind:
            raise RefusedError(404, "NotFound", f"no such path: {path}")
        return Request(self.command, kind, parts["name"], query, json.loads(body) if body else None)

    def _say(self, code: int, found: Object) -> None:
        self._send(code, "application/json", json.dumps(found).encode())

    def _send(self, code: int, media_type: str, body: bytes) -> None:
        self.send_response(code)
        self.send_header("Content-Type", media_type)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _watch(self, asked: Request) -> None:
        """Finish the Job that is watched, tell of it, and keep the line open."""
        name = _equalities(asked.query.get("fieldSelector", "")).get("metadata.name", "")
        event = {"type": "MODIFIED", "object": self._api.finish_job(name)}
        line = json.dumps(event).encode() + b"\n"
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        self.wfile.write(b"%x\r\n%s\r\n" % (len(line), line))
        self._api.closed.wait()
        self.close_connection = True


def merged(old: Any, patch: Any) -> Any:  # noqa: ANN401 - JSON
    """What a patch makes of a value: RFC 7386, and the directives of a strategic merge."""
    if not isinstance(patch, dict):
        return patch
    kept = patch.get("$retainKeys")
    result = {key: one for key, one in (old or {}).items() if kept is None or key in kept}
    orders = {key.removeprefix(_ORDER): order for key, order in patch.items() if key.startswith(_ORDER)}
    for key, order in orders.items():
        if isinstance(order[0], dict):
            result[key] = _merged_list(result.get(key, []), patch.get(key, []), order)
    for key, change in patch.items():
        if key.startswith("$"):
            assert key == "$retainKeys" or key.startswith(_ORDER), f"{key} is not known here"
        elif change is None:
            result.pop(key, None)
        elif key not in orders:
            result[key] = merged(result.get(key), change)
    return result


def _merged_list(old: list[Object], changes: list[Object], order: list[Object]) -> list[Object]:
    """Merge by the one key that the order names."""
    (key,) = order[0]
    items = {one[key]: one for one in old}
    for change in changes:
        if change.get("$patch") == "delete":
            del items[change[key]]
        else:
            items[change[key]] = merged(items.get(change[key]), change)
    return [items[place[key]] for place in order]


def _working(one: Object) -> Object:
    """An object with what a cluster fills in once it works; what is kept stays as it was written."""
    if one["kind"] == "PersistentVolumeClaim":
        return {**one, "status": {"phase": "Bound"}}
    if one["kind"] == "Service":
        return {**one, "spec": {"clusterIP": "10.96.0.1", **one["spec"]}}
    return one


def _plural(kind: str) -> str:
    word = kind.lower()
    return word[:-1] + "ies" if word.endswith("y") else word + ("es" if word.endswith("s") else "s")


_PLURALS = {_plural(kind): kind for kinds in KINDS.values() for kind in kinds}


def _api_version(kind: str) -> str:
    return next(version for version, kinds in KINDS.items() if kind in kinds)


def _equalities(selector: str) -> dict[str, str]:
    """Read a selector of labels or fields, of the form a=b,c=d."""
    return dict(part.split("=", 1) for part in selector.split(",") if part)


def _fixed(kind: str, one: Object) -> Object:
    """What of an object's spec may never change."""
    if kind not in _MAY_CHANGE:
        return {}
    return {key: value for key, value in one["spec"].items() if key not in _MAY_CHANGE[kind]}


def _discovery(path: str) -> Object | None:
    """What the API says of itself, or None where the path is none of that."""
    if path == "/version":
        major, minor, _ = VERSION.split(".")
        return {"major": major, "minor": minor, "gitVersion": f"v{VERSION}"}
    if path == "/api":
        return {"kind": "APIVersions", "versions": ["v1"]}
    if path == "/apis":
        groups = [
            {"name": version.split("/")[0], "versions": [both], "preferredVersion": both}
            for version in KINDS
            if "/" in version
            for both in [{"groupVersion": version, "version": version.split("/")[1]}]
        ]
        return {"kind": "APIGroupList", "apiVersion": "v1", "groups": groups}
    version = re.sub("^/apis?/", "", path)
    if version not in KINDS:
        return None
    verbs = ["create", "delete", "get", "list", "patch", "update", "watch"]
    resources = [
        {
            "name": _plural(kind),
            "singularName": kind.lower(),
            "kind": kind,
            "namespaced": True,
            "verbs": verbs,
        }
        for kind in KINDS[version]
    ]
    return {"kind": "APIResourceList", "apiVersion": "v1", "groupVersion": version, "resources": resources}
