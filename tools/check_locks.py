"""Checks the locks: each package pinned with hashes, no address named, and under a licence that we may ship with."""

import json
import re
import sys
import tomllib
from importlib.metadata import PackageMetadata, PackageNotFoundError, metadata
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[1]
SERVICES = ("gateway", "tickets", "sla", "knowledge", "cmdb", "notify")

# Permissive, or weak copyleft that binds only changes of the package itself.
ALLOWED = re.compile(
    r"apache|\bmit\b|bsd|\bisc\b|python software foundation|psf-2|mozilla|mpl-2|unlicense|zlib|postgresql"
    r"|cc0|0bsd|public domain|lgpl|python-2\.0|blueoak",
    re.IGNORECASE,
)
# Packages whose metadata name no licence, with what their source says.
READ_BY_HAND: dict[str, str] = {}


def locked(path: Path) -> list[Requirement]:
    """Read a lock's requirements; exits where one is not pinned by version and hashes or names an address."""
    text = path.read_text()
    if re.search(r"://|^\s*(-i|-f|--index-url|--extra-index-url|--find-links)\b", text, re.MULTILINE):
        sys.exit(f"{path.name} names an address; locks hold names, versions and hashes alone")
    entries = [line.strip() for line in text.replace("\\\n", " ").splitlines()]
    requirements = []
    for entry in entries:
        if not entry or entry.startswith("#"):
            continue
        stated, *hashes = entry.split(" --hash=")
        requirement = Requirement(stated)
        if not hashes or not re.fullmatch(r"==[^*,]+", str(requirement.specifier)):
            sys.exit(f"{path.name}: {stated.strip()} is not pinned by version and hash")
        requirements.append(requirement)
    return requirements


def licence(found: PackageMetadata) -> str:
    """Give what a package says of its licence: the SPDX expression, else its classifiers, else its free text."""
    expression = found.get_all("License-Expression")
    if expression:
        return str(expression[0])
    classifiers = [line for line in found.get_all("Classifier") or [] if line.startswith("License ::")]
    free_text = "".join(found.get_all("License") or []).strip()
    return "; ".join(classifiers) or free_text.partition("\n")[0]


def licence_problem(requirement: Requirement) -> str | None:
    """Say what is wrong with a package's licence; None where nothing is, or where this machine does not use it."""
    if requirement.marker is not None and not requirement.marker.evaluate():
        return None
    if requirement.name in READ_BY_HAND:
        return None
    try:
        stated = licence(metadata(requirement.name))
    except PackageNotFoundError:
        return f"{requirement.name} is locked but not installed: run tools/install dev"
    return None if ALLOWED.search(stated) else f"{requirement.name}: licence {stated or 'not stated'!r}"


def npm_problems(path: Path) -> list[str]:
    """Say what is wrong with an npm lock: an address, a missing hash, a licence."""
    problems = []
    for name, package in json.loads(path.read_text())["packages"].items():
        if not name:
            continue
        if "resolved" in package:
            problems.append(f"{path.parent.name}: {name} names an address")
        if "integrity" not in package:
            problems.append(f"{path.parent.name}: {name} has no hash")
        if not ALLOWED.search(package.get("license", "")):
            problems.append(f"{path.parent.name}: {name}: licence {package.get('license')!r}")
    return problems


def asked_for(service: str) -> set[str]:
    """Give the names of the packages that the members in a service's image ask for, ours left out."""
    asked = []
    for member in ("proto", "libs/chassis", f"services/{service}"):
        project = tomllib.loads((ROOT / member / "pyproject.toml").read_text())["project"]
        asked += [*project["dependencies"], *project.get("optional-dependencies", {}).get("otlp", ())]
    names = {canonicalize_name(Requirement(one).name) for one in asked}
    return {name for name in names if not name.startswith("deskmesh-")}


def service_problems(service: str, lock: list[Requirement], run: dict[str, str]) -> list[str]:
    """Say what is wrong with a service's lock: a package that a member asks for and it lacks, a version of its own."""
    problems = [
        f"{one.name} is {one.specifier} in {service}.lock but {run.get(one.name)} in run.lock: run `make lock`"
        for one in lock
        if str(one.specifier) != run.get(one.name)
    ]
    missing = asked_for(service) - {canonicalize_name(one.name) for one in lock}
    return problems + [f"{service}.lock lacks {name}: run `make lock`" for name in sorted(missing)]


def main() -> None:
    """Run the check over every lock of the repository."""
    locks = {path.stem: locked(path) for path in sorted((ROOT / "requirements").glob("*.lock"))}
    problems = [problem for one in locks["dev"] if (problem := licence_problem(one))]
    for path in sorted(
        [*ROOT.glob("tools/*/package-lock.json"), ROOT / "services/gateway/web/package-lock.json"]
    ):
        problems += npm_problems(path)
    run, dev = ({one.name: str(one.specifier) for one in locks[name]} for name in ("run", "dev"))
    problems += [
        f"{name} is {version} in run.lock but {dev.get(name)} in dev.lock"
        for name, version in run.items()
        if dev.get(name) != version
    ]
    for service in SERVICES:
        problems += service_problems(service, locks[service], run)
    if problems:
        sys.exit("\n".join(problems))


if __name__ == "__main__":
    main()
