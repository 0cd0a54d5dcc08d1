"""Writes what an image holds as a CycloneDX bill of materials: Python packages, Debian packages, those of the web UI.

The Python part is cyclonedx-py's reading of the installed environment, with licences; the Debian part are the packages
that root.py took; that of the web UI are the packages of npm whose code is in what was built. The same image gives the
same bill: no time, no random number.
"""

import argparse
import json
import subprocess
import sys
from pathlib import Path
from typing import Any
from urllib.parse import quote

from cyclonedx.schema import OutputFormat, SchemaVersion
from cyclonedx.validation import make_schemabased_validator

Json = dict[str, Any]
BUNDLER = "vite"
"""Stands among the web UI's dependencies, so that building it needs no others; nothing of it is in what was built."""


def python_packages(environment: Path) -> Json:
    """The bill of a virtual environment."""
    command = [sys.executable, "-m", "cyclonedx_py", "environment", "--output-reproducible", "--no-validate"]
    options = ["--spec-version", "1.6", "--output-format", "JSON", "--output-file", "-"]
    done = subprocess.run(  # noqa: S603 - our own arguments
        [*command, *options, str(environment / "bin" / "python")], check=True, capture_output=True, text=True
    )
    bill: Json = json.loads(done.stdout)
    return bill


def debian_package(status: Path, release: str) -> Json:
    """A component for a package, from the fields that dpkg kept of it."""
    fields = dict(line.split(": ", 1) for line in status.read_text().splitlines())
    name, version = fields["Package"], fields["Version"]
    where = f"arch={fields['Architecture']}&distro=debian-{release}"
    purl = f"pkg:deb/debian/{quote(name)}@{quote(version, safe='')}?{where}"
    return {
        "bom-ref": purl,
        "type": "library",
        "name": name,
        "version": version,
        "purl": purl,
        "supplier": {"name": fields["Maintainer"]},
    }


def web_packages(web: Path) -> list[Json]:
    """Components for what the web UI depends on, by its lock; none where there is no web UI."""
    if not web.is_dir():
        return []
    locked = json.loads((web / "package-lock.json").read_text())["packages"]
    wanted = [("", name) for name in locked[""]["dependencies"] if name != BUNDLER]
    found: dict[str, Json] = {}
    while wanted:
        place = _place(locked, *wanted.pop())
        package = locked[place]
        name = place.rpartition("node_modules/")[2]
        purl = f"pkg:npm/{quote(name)}@{package['version']}"
        if purl not in found:
            component = {
                "bom-ref": purl,
                "type": "library",
                "name": name,
                "version": package["version"],
                "purl": purl,
            }
            found[purl] = component | {"licenses": [{"expression": package["license"]}]}
            wanted += [(place, other) for other in package.get("dependencies", {})]
    return [found[purl] for purl in sorted(found)]


def _place(locked: Json, place: str, name: str) -> str:
    """Where Node.js finds a package from another's place: beside it, or further out."""
    while f"{place}/node_modules/{name}".lstrip("/") not in locked:
        place = place.rpartition("/node_modules/")[0]
    return f"{place}/node_modules/{name}".lstrip("/")


def main() -> None:
    """Run the command; fails where the result is not valid by the standard's schema."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--name", required=True)
    parser.add_argument("--version", required=True)
    parser.add_argument("--environment", required=True, type=Path)
    parser.add_argument("--debian", required=True, type=Path)
    parser.add_argument("--web", required=True, type=Path)
    parser.add_argument("--output", required=True, type=Path)
    arguments = parser.parse_args()
    release = Path("/etc/debian_version").read_text().strip().partition(".")[0]
    bill = python_packages(arguments.environment)
    debian = [debian_package(status, release) for status in sorted(arguments.debian.iterdir())]
    image = {
        "bom-ref": arguments.name,
        "type": "container",
        "name": arguments.name,
        "version": arguments.version,
    }
    bill["metadata"]["component"] = image
    bill["components"] += debian + web_packages(arguments.web)
    bill.setdefault("dependencies", []).append(
        {"ref": arguments.name, "dependsOn": [one["bom-ref"] for one in bill["components"]]}
    )
    text = json.dumps(bill, indent=1, sort_keys=True)
    wrong = make_schemabased_validator(OutputFormat.JSON, SchemaVersion.V1_6).validate_str(text)
    if wrong:
        sys.exit(f"not a valid bill: {wrong}")
    arguments.output.parent.mkdir(parents=True)
    arguments.output.write_text(text)


if __name__ == "__main__":
    main()
