"""A device with its push service: what the service hears, the device reads, by its own keys and no code of the desk."""

import base64
import json
from dataclasses import dataclass

from cryptography.hazmat.primitives import hashes, hmac
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hook_ear import Heard
from joserfc import jwt
from joserfc.jwk import ECKey

AUTH = b"sixteen bytes..."


@dataclass(frozen=True)
class Device:
    """A browser's subscription."""

    private: ec.EllipticCurvePrivateKey

    @classmethod
    def new(cls) -> "Device":
        return cls(ec.generate_private_key(ec.SECP256R1()))

    @property
    def public(self) -> bytes:
        return self.private.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)

    @property
    def keys(self) -> dict[str, str]:
        return {"p256dh": written(self.public), "auth": written(AUTH)}

    def read(self, heard: Heard) -> dict[str, str]:
        """Decrypt a push as RFC 8291 and RFC 8188 tell receivers to."""
        assert heard.headers["content-encoding"] == "aes128gcm"
        salt, length = heard.body[:16], heard.body[20]
        sender, sealed = heard.body[21 : 21 + length], heard.body[21 + length :]
        shared = self.private.exchange(
            ec.ECDH(), ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), sender)
        )
        secret = _hmac(_hmac(AUTH, shared), b"WebPush: info\0" + self.public + sender + b"\1")
        root = _hmac(salt, secret)
        key = _hmac(root, b"Content-Encoding: aes128gcm\0\1")[:16]
        nonce = _hmac(root, b"Content-Encoding: nonce\0\1")[:12]
        content = AESGCM(key).decrypt(nonce, sealed, None)
        assert content.endswith(b"\2")
        read = json.loads(content[:-1])
        assert isinstance(read, dict)
        return read


def signed_claims(heard: Heard, public_key: str) -> dict[str, object]:
    """What the desk says of itself, checked with its public key as a push service does (RFC 8292)."""
    scheme, _, rest = heard.headers["authorization"].partition(" ")
    said = dict(one.strip().split("=", 1) for one in rest.split(","))
    assert (scheme, said["k"]) == ("vapid", public_key)
    point = read(public_key)
    key = ECKey.import_key({"kty": "EC", "crv": "P-256", "x": written(point[1:33]), "y": written(point[33:])})
    return dict(jwt.decode(said["t"], key, algorithms=["ES256"]).claims)


def written(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def read(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def _hmac(key: bytes, content: bytes) -> bytes:
    made = hmac.HMAC(key, hashes.SHA256())
    made.update(content)
    return made.finalize()
