"""Makes the root of the images out of the Debian packages of the machine it runs on: root.py <folder>.

Python, the libraries that it and the wheels of others load, and certificates. No shell, no package tools, nothing that
sets its user id; scanners find the packages under /var/lib/dpkg/status.d, as in other images of this kind.
"""

import compileall
import os
import py_compile
import re
import shutil
import subprocess
import sys
from pathlib import Path

# With all that they depend on; libstdc++6 is what compiled wheels load.
ROOTS = ("python3", "libstdc++6", "ca-certificates")
# Tools of the package manager that dependencies name but programs do not call.
LEFT_OUT = {"debconf", "debconf-2.0", "dpkg", "openssl"}
# Programs that stay; libraries are never in such a folder.
PROGRAM = re.compile(r"usr/bin/python3(\.\d+)?")
PROGRAMS = re.compile(r"(usr/)?s?bin/")
UNUSED = re.compile(
    r"usr/share/(doc|man|lintian|locale|info|bug|pixmaps|applications|binfmts|debhelper|python3)/"
)
UNUSED_MODULES = re.compile(
    r"usr/lib/python3[.\d]*/(ensurepip|idlelib|lib2to3|pydoc_data|test|tkinter|turtledemo)/"
)
BY_THE_MACHINE = ("etc/ssl/certs/ca-certificates.crt", "usr/lib/locale/C.utf8", "usr/lib/os-release")
ACCOUNTS = {
    "etc/passwd": "root:x:0:0:root:/root:/nonexistent\ndeskmesh:x:65532:65532:deskmesh:/tmp:/nonexistent\n",
    "etc/group": "root:x:0:\ndeskmesh:x:65532:\n",
    "etc/nsswitch.conf": "passwd: files\ngroup: files\nhosts: files dns\n",
}


def query(form: str, *packages: str) -> str:
    """Ask dpkg about installed packages."""
    command = ["dpkg-query", "--show", f"--showformat={form}", *packages]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout  # noqa: S603 - dpkg's own names


def needed() -> list[str]:
    """Give the packages to take, by name: the roots and what they depend on, of alternatives the installed one."""
    installed = set(query("${db:Status-Status} ${Package}\n").split("\n"))
    found: set[str] = set()
    waiting = list(ROOTS)
    while waiting:
        name = waiting.pop()
        if name in found or name in LEFT_OUT or f"installed {name}" not in installed:
            continue
        found.add(name)
        depends = query("${Pre-Depends}, ${Depends}", name)
        waiting += [re.split(r"[\s:(]", one.strip())[0] for one in re.split(r"[,|]", depends) if one.strip()]
    missing = [name for name in ROOTS if name not in found]
    if missing:
        sys.exit(f"not installed: {', '.join(missing)}")
    return sorted(found)


def place(path: Path, root: Path) -> Path:
    """Where a file of this machine stands in the new root: in the folder behind /lib and the like."""
    return root / path.parent.resolve().relative_to("/") / path.name


def take(path: Path, root: Path) -> None:
    """Copy a file or link of this machine."""
    target = place(path, root)
    target.parent.mkdir(parents=True, exist_ok=True)
    if path.is_dir() and not path.is_symlink():
        shutil.copytree(path, target, symlinks=True, dirs_exist_ok=True)
    elif not target.is_symlink():
        shutil.copy2(path, target, follow_symlinks=False)
        if not path.is_symlink():
            target.chmod(target.stat().st_mode & 0o755)


def is_wanted(path: Path) -> bool:
    """Whether a file of a package is of use to a service."""
    name = str(path).removeprefix("/")
    if PROGRAMS.match(name):
        return PROGRAM.fullmatch(name) is not None
    if path.parent == Path("/") or UNUSED.match(name) or UNUSED_MODULES.match(name):
        return False
    return path.is_symlink() or path.is_file()


def link_old_folders(root: Path) -> None:
    """/lib and the like lead into /usr, as on this machine."""
    for link in (Path("/lib"), Path("/lib64"), Path("/lib32"), Path("/libx32")):
        if link.is_symlink() and (root / link.readlink()).is_dir():
            (root / link.name).symlink_to(link.readlink())


def control(package: str) -> str:
    """What dpkg knows of a package, in the form in which scanners expect it."""
    fields = ("Package", "Version", "Architecture", "Source", "Maintainer", "Homepage")
    form = "".join(f"${{{field}}}\n" for field in fields)
    values = query(form, package).split("\n")
    return "".join(f"{field}: {value}\n" for field, value in zip(fields, values, strict=False) if value)


def main() -> None:
    """Run the command."""
    root = Path(sys.argv[1])
    status = root / "var/lib/dpkg/status.d"
    status.mkdir(parents=True)
    packages = needed()
    for package in packages:
        for line in subprocess.run(  # noqa: S603 - dpkg's own names
            ["/usr/bin/dpkg-query", "--listfiles", package], check=True, capture_output=True, text=True
        ).stdout.splitlines():
            if is_wanted(Path(line)):
                take(Path(line), root)
        (status / package).write_text(control(package))
    for name in BY_THE_MACHINE:
        take(Path("/", name), root)
    (root / "etc/os-release").unlink(missing_ok=True)
    (root / "etc/os-release").symlink_to("../usr/lib/os-release")
    for name, text in ACCOUNTS.items():
        (root / name).write_text(text)
    (root / "tmp").mkdir()
    (root / "tmp").chmod(0o1777)
    link_old_folders(root)
    for library in sorted((root / "usr/lib").glob("python3.*")):
        shutil.rmtree(library / "__pycache__", ignore_errors=True)
        compileall.compile_dir(
            library,
            quiet=1,
            stripdir=str(root),
            prependdir="/",
            invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH,
        )
    moment = int(os.environ["SOURCE_DATE_EPOCH"])
    for path in [root, *root.rglob("*")]:
        os.utime(path, (moment, moment), follow_symlinks=False)
    print(f"{len(packages)} packages: {' '.join(packages)}")  # noqa: T201 - the builder's log


if __name__ == "__main__":
    main()
