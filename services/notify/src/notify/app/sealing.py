"""Secrets that must be read again, closed by a key that the database does not hold."""

import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from chassis.errors import WrongState

_NONCE_BYTES = 12


class UnreadableError(Exception):
    """A secret was closed by another key, or belongs elsewhere."""


class Seal:
    """Closes secrets by AES-256-GCM, with a key derived from the service's own (HKDF, RFC 5869)."""

    def __init__(self, service_key: str) -> None:
        """An empty key closes nothing."""
        self._able = bool(service_key)
        derived = HKDF(SHA256(), length=32, salt=None, info=b"deskmesh notify secrets")
        self._cipher = AESGCM(derived.derive(service_key.encode()))

    def close(self, secret: str, owner: str) -> bytes:
        """Return the secret closed; only for this owner can it be opened. Raises WrongState without a key."""
        if not self._able:
            raise WrongState("NO_SERVICE_KEY", "The operator must set NOTIFY_SERVICE_KEY first.")
        nonce = os.urandom(_NONCE_BYTES)
        return nonce + self._cipher.encrypt(nonce, secret.encode(), owner.encode())

    def open(self, closed: bytes, owner: str) -> str:
        """Return the secret. Raises UnreadableError."""
        try:
            opened = self._cipher.decrypt(closed[:_NONCE_BYTES], closed[_NONCE_BYTES:], owner.encode())
        except InvalidTag as error:
            raise UnreadableError from error
        return opened.decode()
