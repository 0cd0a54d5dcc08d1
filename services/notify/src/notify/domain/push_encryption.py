"""Message encryption for Web Push (RFC 8291): "aes128gcm" content (RFC 8188) that the device alone can read."""

import base64
import binascii
import re
from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric.ec import (
    ECDH,
    SECP256R1,
    EllipticCurvePrivateKey,
    EllipticCurvePublicKey,
)
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

SALT_BYTES = 16
_AUTH_BYTES = 16
_RECORD_BYTES = 4096
_BASE64URL = re.compile(r"[A-Za-z0-9_-]*")
# Ends the last record.
_DELIMITER = b"\x02"


@dataclass(frozen=True, slots=True)
class DeviceKeys:
    """A device's public key, an uncompressed point of P-256, and the secret that it shares with the desk."""

    public: bytes
    secret: bytes


def read_public_key(text: str) -> bytes:
    """Read a device's public key from base64url. Raises ValueError, for people."""
    read = _from_base64url(text)
    try:
        EllipticCurvePublicKey.from_encoded_point(SECP256R1(), read)
    except ValueError as error:
        raise ValueError("must be a public key of P-256 in base64url") from error
    return read


def read_secret(text: str) -> bytes:
    """Read the secret that a device shares with the desk from base64url. Raises ValueError, for people."""
    read = _from_base64url(text)
    if len(read) != _AUTH_BYTES:
        raise ValueError(f"must be {_AUTH_BYTES} bytes in base64url")
    return read


def to_base64url(content: bytes) -> str:
    """Write bytes without padding, as Web Push does."""
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def point_of(key: EllipticCurvePublicKey) -> bytes:
    """A public key as an uncompressed point."""
    return key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def encrypted(content: bytes, keys: DeviceKeys, *, one_time: EllipticCurvePrivateKey, salt: bytes) -> bytes:
    """Encrypt what fits a record; `one_time` and `salt` are made for this message alone."""
    sender = point_of(one_time.public_key())
    receiver = EllipticCurvePublicKey.from_encoded_point(SECP256R1(), keys.public)
    shared = one_time.exchange(ECDH(), receiver)
    secret = _derived(shared, keys.secret, b"WebPush: info\0" + keys.public + sender, 32)
    key = _derived(secret, salt, b"Content-Encoding: aes128gcm\0", 16)
    nonce = _derived(secret, salt, b"Content-Encoding: nonce\0", 12)
    sealed = AESGCM(key).encrypt(nonce, content + _DELIMITER, None)
    head = salt + _RECORD_BYTES.to_bytes(4, "big") + bytes([len(sender)]) + sender
    if len(sealed) > _RECORD_BYTES:
        raise ValueError("longer than a record")
    return head + sealed


def _derived(secret: bytes, salt: bytes, info: bytes, length: int) -> bytes:
    return HKDF(algorithm=SHA256(), length=length, salt=salt, info=info).derive(secret)


def _from_base64url(text: str) -> bytes:
    bare = text.rstrip("=")
    if not _BASE64URL.fullmatch(bare):
        return b""
    try:
        return base64.urlsafe_b64decode(bare + "=" * (-len(bare) % 4))
    except binascii.Error:
        return b""
