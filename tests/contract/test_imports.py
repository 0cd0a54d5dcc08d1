"""Import rules that import-linter cannot see, since generated packages share one namespace."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from chassis.revisions import revisions

ROOT = Path(__file__).resolve().parents[2]
SERVICES = ("gateway", "tickets", "sla", "knowledge", "cmdb", "notify")


def _imported(source: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(source.read_text())):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
    return names


def test_the_chassis_imports_no_message_of_a_service() -> None:
    wrong = {
        f"{source.relative_to(ROOT)}: {name}"
        for source in (ROOT / "libs/chassis/src").rglob("*.py")
        for name in _imported(source)
        if name.startswith("deskmesh.") and not name.startswith("deskmesh.common.")
    }
    assert wrong == set()


def test_only_doors_import_messages() -> None:
    wrong = {
        f"{source.relative_to(ROOT)}: {name}"
        for service in SERVICES
        for layer in ("app", "db", "domain")
        for source in _layer(ROOT / "services" / service / "src" / service, layer)
        for name in _imported(source)
        if name.startswith(("deskmesh.", "google.", "grpc"))
    }
    assert wrong == set()


def _layer(package: Path, layer: str) -> list[Path]:
    file, folder = package / f"{layer}.py", package / layer
    return [file] if file.exists() else sorted(folder.rglob("*.py"))


def test_rules_ask_neither_the_clock_nor_chance() -> None:
    """`now` and ids are arguments of a rule."""
    forbidden = {"now", "utcnow", "today", "uuid1", "uuid4", "uuid7", "new_id", "monotonic", "perf_counter"}
    wrong = {
        f"{source.relative_to(ROOT)}:{node.lineno}"
        for service in SERVICES
        for source in _layer(ROOT / "services" / service / "src" / service, "domain")
        for node in ast.walk(ast.parse(source.read_text()))
        if isinstance(node, ast.Call) and _called(node) in forbidden
    }
    assert wrong == set()


def _called(call: ast.Call) -> str:
    match call.func:
        case ast.Attribute(attr=name) | ast.Name(id=name):
            return name
        case _:
            return ""


@pytest.mark.parametrize("service", SERVICES)
def test_a_serving_process_does_without_alembic(service: str) -> None:
    code = f"import sys, {service}.main; sys.exit('alembic' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.mark.parametrize("service", SERVICES)
def test_revisions_are_named_by_their_files_and_follow_each_other(service: str) -> None:
    known = revisions(f"{service}.migrations")
    folder = ROOT / "services" / service / "src" / service / "migrations" / "versions"
    said = {}
    for file in sorted(folder.glob("0*.py")):
        module: dict[str, object] = {}
        for node in ast.parse(file.read_text()).body:
            if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
                name = node.targets[0].id
                if name in {"revision", "down_revision"}:
                    module[name] = ast.literal_eval(node.value)
        said[file.name[:4]] = module
    assert known == sorted(said)
    for before, revision in zip([None, *known], known, strict=False):
        assert said[revision] == {"revision": revision, "down_revision": before}
