"""Secrets that must be read again, encrypted at rest: by AES-256-GCM, bound to whose they are."""

import os
from collections.abc import Sequence

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

_NONCE_BYTES = 12


class Sealer:
    """Encrypts with the first of its keys, and decrypts what any of them has encrypted."""

    def __init__(self, service: str, keys: Sequence[str]) -> None:
        """One of several services that are given the same key reads nothing of the others."""
        self._ciphers = [AESGCM(_derived(service, key)) for key in keys]

    @property
    def can_seal(self) -> bool:
        """Whether there is a key."""
        return bool(self._ciphers)

    def seal(self, text: str, *, about: bytes) -> bytes:
        """Encrypt a text; it can be read for the same `about` alone, so that rows can't be exchanged."""
        nonce = os.urandom(_NONCE_BYTES)
        return nonce + self._ciphers[0].encrypt(nonce, text.encode(), about)

    def unseal(self, sealed: bytes, *, about: bytes) -> str:
        """Decrypt a text. Raises ValueError when no key of ours has encrypted it for this."""
        for cipher in self._ciphers:
            try:
                return cipher.decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], about).decode()
            except InvalidTag:
                continue
        raise ValueError("none of the encryption keys fits")


def _derived(service: str, key: str) -> bytes:
    info = f"deskmesh {service}".encode()
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=info).derive(key.encode())
