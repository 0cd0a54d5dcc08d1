"""What every image promises, looked at from inside and by what the engine knows of it."""

import json
import re
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from containers import LOCKED_DOWN, SERVICES, engine, image_of, inspect, python_in

ROOT = Path(__file__).resolve().parents[2]
LOOK = """
import importlib, importlib.metadata, json, os, pkgutil

files, writable, setid = [], [], []
for folder, folders, names in os.walk("/"):
    folders[:] = [one for one in folders if os.path.join(folder, one) not in ("/proc", "/sys", "/dev", "/run")]
    for path in [folder, *(os.path.join(folder, name) for name in names)]:
        seen = os.lstat(path)
        files.append(path)
        if not os.path.islink(path):
            if seen.st_uid != 0 or seen.st_mode & 0o022:
                writable.append(path)
            if seen.st_mode & 0o6000:
                setid.append(path)
unimported = []
ours = sorted(one.name for one in importlib.metadata.distributions() if one.name.startswith("deskmesh-"))
packages = ["chassis", *(name.removeprefix("deskmesh-") for name in ours if name.removeprefix("deskmesh-") not in ("chassis", "proto"))]
modules = []
for package in packages:
    for found in pkgutil.walk_packages(importlib.import_module(package).__path__, package + ".", onerror=lambda _: None):
        if found.name.startswith("chassis.testing") or ".migrations" in found.name or found.name.endswith("__main__"):
            continue
        modules.append(found.name)
        try:
            importlib.import_module(found.name)
        except ImportError as error:
            unimported.append(f"{found.name}: {error}")
print(json.dumps({
    "user": [os.getuid(), os.getgid()],
    "files": files, "writable": writable, "setid": setid, "ours": ours, "packages": packages,
    "modules": len(modules), "unimported": unimported,
    "distributions": {one.name: one.version for one in importlib.metadata.distributions()},
    "bills": [json.load(open(path)) for path in files if path.endswith(".cdx.json")],
}))
"""


@cache
def look(service: str) -> dict[str, Any]:
    seen: dict[str, Any] = python_in(image_of(service), LOOK)
    return seen


def locked(service: str) -> dict[str, str]:
    lock = (ROOT / "requirements" / f"{service}.lock").read_text()
    return {
        name.lower(): version for name, version in re.findall(r"^([\w.-]+)==([\w.]+)", lock, re.MULTILINE)
    }


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


each_service = pytest.mark.parametrize("service", SERVICES)


@each_service
def test_it_runs_as_nobody_in_particular_and_can_write_nothing_but_temporary_files(service: str) -> None:
    seen = look(service)
    assert seen["user"] == [65532, 65532]
    assert seen["writable"] == ["/tmp"]
    assert seen["setid"] == []


@each_service
def test_it_has_neither_shell_nor_package_tools(service: str) -> None:
    programs = [path for path in look(service)["files"] if "bin" in path.split("/")[:-1]]
    expected = r"/opt/deskmesh/bin/(deskmesh-\w+|python[\d.]*)|/usr/bin/python3(\.\d+)?"
    assert programs
    assert [path for path in programs if not re.fullmatch(expected, path)] == []
    assert f"/opt/deskmesh/bin/deskmesh-{service}" in programs
    loose = [
        path
        for path in look(service)["files"]
        if re.search(r"/(sh|bash|dash|busybox|apt|dpkg|pip|uv)$", path)
    ]
    assert loose == ["/var/lib/dpkg"]  # the folder in which scanners look for the list of packages


@each_service
def test_it_holds_its_own_service_and_what_that_is_locked_to(service: str) -> None:
    seen = look(service)
    assert seen["ours"] == sorted(["deskmesh-chassis", "deskmesh-proto", f"deskmesh-{service}"])
    assert sorted(seen["packages"]) == sorted(["chassis", service])
    others = {name: version for name, version in seen["distributions"].items() if name not in seen["ours"]}
    lock = {normal(name): version for name, version in locked(service).items()}
    assert {normal(name): version for name, version in others.items()}.items() <= lock.items()


@each_service
def test_every_module_finds_what_it_imports(service: str) -> None:
    assert look(service)["modules"] > 30
    assert look(service)["unimported"] == []


@each_service
def test_its_bill_of_materials_names_all_that_is_inside(service: str) -> None:
    seen = look(service)
    (bill,) = seen["bills"]
    assert (bill["bomFormat"], bill["specVersion"]) == ("CycloneDX", "1.6")
    assert bill["metadata"]["component"]["name"] == f"deskmesh-{service}"
    listed = {
        (one["purl"].split(":")[1].split("/")[0], one["name"]): one["version"]
        for one in bill["components"]
        if "purl" in one
    }
    python = {
        normal(one["name"]): one["version"]
        for one in bill["components"]
        if not one.get("purl", "").startswith(("pkg:deb", "pkg:npm"))
    }
    assert python == {normal(name): version for name, version in seen["distributions"].items()}
    taken = {Path(path).name for path in seen["files"] if path.startswith("/var/lib/dpkg/status.d/")}
    assert {name for kind, name in listed if kind == "deb"} == taken
    assert {"libc6", "libssl3", "python3.11-minimal"} <= taken


def test_the_bill_of_the_gateway_names_the_packages_of_the_web_ui_and_no_other_does() -> None:
    lock = json.loads((ROOT / "services/gateway/web/package-lock.json").read_text())["packages"]
    for service in SERVICES:
        (bill,) = look(service)["bills"]
        npm = {
            one["name"]: one["version"]
            for one in bill["components"]
            if one.get("purl", "").startswith("pkg:npm")
        }
        if service != "gateway":
            assert npm == {}
            continue
        direct = lock[""]["dependencies"].keys() - {"vite"}
        assert direct <= npm.keys()
        assert {"scheduler", "zrender"} <= npm.keys(), "what react-dom and echarts stand on"
        assert not {"vite", "esbuild", "rollup", "postcss"} & npm.keys()
        assert all(lock[f"node_modules/{name}"]["version"] == npm[name] for name in direct)


def test_the_gateway_holds_the_web_ui_and_nothing_that_made_it() -> None:
    files = look("gateway")["files"]
    assert any(path.endswith("/gateway/web_ui/index.html") for path in files)
    assert [path for path in files if "node_modules" in path or path.endswith("package-lock.json")] == []


@each_service
def test_its_configuration_says_what_it_is(service: str) -> None:
    config = inspect("image", image_of(service))["Config"]
    assert config["User"] == "65532:65532"
    assert config["Entrypoint"] == [f"deskmesh-{service}"]
    assert config["Cmd"] == ["serve"]
    labels = {
        name.removeprefix("org.opencontainers.image."): value for name, value in config["Labels"].items()
    }
    assert labels["title"] == f"deskmesh-{service}"
    assert labels["licenses"] == "Apache-2.0"
    assert re.fullmatch(r"[0-9a-f]{40}", labels["revision"])
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", labels["created"])


@each_service
def test_nothing_of_the_machine_that_built_it_is_inside(service: str) -> None:
    files = look(service)["files"]
    assert [
        path
        for path in files
        if re.search(r"index\.env|ca\.crt$|pip\.conf|uv\.toml|direct_url\.json|\.netrc", path)
    ] == []
    variables = dict(one.split("=", 1) for one in inspect("image", image_of(service))["Config"]["Env"])
    expected = {
        "PATH",
        "LANG",
        "PYTHONDONTWRITEBYTECODE",
        "PYTHONUNBUFFERED",
        "MALLOC_ARENA_MAX",
        "container",
    }
    assert variables.keys() <= expected


@each_service
def test_without_settings_it_says_all_that_is_missing(service: str) -> None:
    with pytest.raises(AssertionError) as refused:
        engine("run", "--rm", *LOCKED_DOWN, "--network=none", image_of(service))
    assert f"{service.upper()}_DATABASE_URL: missing" in str(refused.value)
    assert "DESKMESH_NATS_URL: missing" in str(refused.value)
