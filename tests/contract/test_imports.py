"""Import rules that import-linter cannot see, since generated packages share one namespace."""

import ast
from pathlib import Path

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
