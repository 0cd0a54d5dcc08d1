"""Generates proto/gen/python from proto/deskmesh; with --check it only says whether that was forgotten."""

import argparse
import filecmp
import shutil
import sys
import tempfile
from importlib.util import find_spec
from pathlib import Path

from grpc_tools import protoc

ROOT = Path(__file__).resolve().parents[1]
SOURCE = ROOT / "proto"
GENERATED = SOURCE / "gen/python"


def generate(target: Path) -> None:
    """Write the Python modules and their types for every message into `target`."""
    sources = sorted(str(path.relative_to(SOURCE)) for path in (SOURCE / "deskmesh").rglob("*.proto"))
    include = [f"-I{folder}" for folder in (SOURCE, _well_known(), _google_apis())]
    plugin = f"--plugin=protoc-gen-mypy={Path(sys.executable).parent / 'protoc-gen-mypy'}"
    failed = protoc.main(
        ["protoc", *include, plugin, f"--python_out={target}", f"--mypy_out=quiet:{target}", *sources]
    )
    if failed:
        sys.exit(failed)


def _well_known() -> Path:
    spec = find_spec("grpc_tools")
    assert spec is not None
    assert spec.origin is not None
    return Path(spec.origin).parent / "_proto"


def _google_apis() -> Path:
    spec = find_spec("google.rpc")
    assert spec is not None
    assert spec.submodule_search_locations is not None
    return Path(spec.submodule_search_locations[0]).parents[1]


def differences(fresh: Path) -> list[str]:
    """Name the generated files that are missing, left over or not what the .proto files give."""
    wanted = {path.relative_to(fresh) for path in fresh.rglob("*.py*") if path.is_file()}
    present = {
        path.relative_to(GENERATED)
        for path in GENERATED.rglob("*.py*")
        if path.is_file() and path.suffix in {".py", ".pyi"}
    }
    same = {path for path in wanted & present if filecmp.cmp(fresh / path, GENERATED / path, shallow=False)}
    return sorted(str(path) for path in (wanted | present) - same)


def main() -> None:
    """Run the command."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true")
    check = parser.parse_args().check
    with tempfile.TemporaryDirectory() as folder:
        fresh = Path(folder)
        generate(fresh)
        stale = differences(fresh)
        if check and stale:
            sys.exit(
                "proto/gen/python is not what proto/deskmesh gives; run `make proto`:\n  "
                + "\n  ".join(stale)
            )
        if not check:
            shutil.rmtree(GENERATED, ignore_errors=True)
            shutil.copytree(fresh, GENERATED)


if __name__ == "__main__":
    main()
