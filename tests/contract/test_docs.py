"""What the documents name exists."""

import ast
import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
_LINE = re.compile(r"`([\w./-]+\.py)`(?: · ((?:`[\w.]+`(?:, )?)+))?")
_LINK = re.compile(r"\]\((?!https?:|#)([^)#]+)")


def _names(path: Path) -> set[str]:
    """Functions and classes of a file, methods as Class.method."""
    found = set()
    for node in ast.parse(path.read_text()).body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            found.add(node.name)
        if isinstance(node, ast.ClassDef):
            methods = (one for one in node.body if isinstance(one, ast.FunctionDef | ast.AsyncFunctionDef))
            found |= {f"{node.name}.{method.name}" for method in methods}
    return found


def test_every_function_on_the_way_of_a_request_exists() -> None:
    text = (ROOT / "docs" / "life-of-a-request.md").read_text()
    named = [(path, re.findall(r"`([\w.]+)`", names)) for path, names in _LINE.findall(text)]
    assert len(named) > 20
    missing = []
    for path, names in named:
        if not (ROOT / path).is_file():
            missing.append(path)
        else:
            missing += [f"{path} · {name}" for name in names if name not in _names(ROOT / path)]
    assert missing == []


def test_every_event_is_described() -> None:
    protos = ROOT.glob("proto/deskmesh/*/v1/events.proto")
    published = {
        name
        for proto in protos
        for name in re.findall(r"^message (\w+)", proto.read_text(), re.MULTILINE)
        if name != "TicketFacts"  # a part of the clock events
    }
    described = set(re.findall(r"^\| `(\w+)` \|", (ROOT / "docs" / "events.md").read_text(), re.MULTILINE))
    assert described == published


def test_every_link_between_documents_leads_somewhere() -> None:
    documents = [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("services/*/README.md")]
    dead = [
        f"{document.relative_to(ROOT)} → {target}"
        for document in documents
        for target in _LINK.findall(document.read_text())
        if not (document.parent / target).exists()
    ]
    assert dead == []
