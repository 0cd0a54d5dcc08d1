"""Passwords and keys of a run: random, made once, readable by their owner alone."""

import json
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from embedded.databases import SERVICES, RolePasswords


@dataclass(frozen=True, slots=True)
class Credentials:
    """All secrets of a run. `signing_key` is the file of the RSA key under access tokens, `push_key` of that of pushes."""

    postgres: str
    nats: str
    roles: Mapping[str, RolePasswords]
    service_keys: Mapping[str, str]
    signing_key: Path
    encryption_key: str
    push_key: Path


def load_credentials(home: Path) -> Credentials:
    """Read the run's secrets, making those that are missing."""
    path = home / "credentials.json"
    kept: dict[str, str] = json.loads(path.read_text()) if path.exists() else {}

    def secret(name: str) -> str:
        return kept.setdefault(name, secrets.token_urlsafe(32))

    known = dict(kept)
    credentials = Credentials(
        postgres=secret("postgres"),
        nats=secret("nats"),
        roles={
            service: RolePasswords(
                owner=secret(f"{service}.owner"),
                app=secret(f"{service}.app"),
                relay=secret(f"{service}.relay"),
            )
            for service in SERVICES
        },
        service_keys={service: secret(f"{service}.key") for service in SERVICES if service != "gateway"},
        signing_key=home / "signing-key.pem",
        encryption_key=secret("gateway.encryption"),
        push_key=home / "push-key.pem",
    )
    if kept != known:
        write_private(path, json.dumps(kept, indent=1).encode())
    if not credentials.signing_key.exists():
        write_private(credentials.signing_key, _rsa_key())
    if not credentials.push_key.exists():
        write_private(credentials.push_key, _p256_key())
    return credentials


def _rsa_key() -> bytes:
    from cryptography.hazmat.primitives import serialization  # noqa: PLC0415 - only the first start pays for it
    from cryptography.hazmat.primitives.asymmetric import rsa  # noqa: PLC0415

    return rsa.generate_private_key(public_exponent=65537, key_size=2048).private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def _p256_key() -> bytes:
    from cryptography.hazmat.primitives import serialization  # noqa: PLC0415 - as above
    from cryptography.hazmat.primitives.asymmetric import ec  # noqa: PLC0415

    return ec.generate_private_key(ec.SECP256R1()).private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def write_private(path: Path, content: bytes) -> None:
    """Write a file that only its owner reads, whole or not at all."""
    write_whole(path, content, mode=0o600)


def write_whole(path: Path, content: bytes, *, mode: int = 0o644) -> None:
    """Write a file so that a reader sees the old content or the new, also after a crash."""
    fresh = path.with_name(f".{path.name}.new")
    fresh.unlink(missing_ok=True)
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)
