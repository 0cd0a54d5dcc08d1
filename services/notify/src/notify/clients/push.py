"""The way out for pushes: encrypted for the device, signed as the desk's (VAPID, RFC 8292), to its push service (RFC 8030)."""

import os
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Self
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.asymmetric.ec import (
    SECP256R1,
    EllipticCurvePrivateKey,
    generate_private_key,
)
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from joserfc import jwt
from joserfc.jwk import ECKey

from chassis.guarded_http import Network
from notify.clients.calling_out import Call, Caller
from notify.domain.push_encryption import SALT_BYTES, DeviceKeys, encrypted, point_of, to_base64url

# So long a push service keeps a push for a device that is away.
_KEPT_SECONDS = 24 * 3600
# At most a day (RFC 8292, 2).
_TOKEN_SECONDS = 12 * 3600


@dataclass(frozen=True, slots=True)
class Push:
    """A push ready to go: to which endpoint, for whose eyes, and what."""

    endpoint: str
    keys: DeviceKeys
    content: bytes


class PushKey:
    """The desk's key pair: devices take pushes that are signed by it."""

    def __init__(self, private: EllipticCurvePrivateKey) -> None:
        self._key = ECKey.import_key(private)
        self.public = to_base64url(point_of(private.public_key()))

    @classmethod
    def from_pem(cls, pem: str) -> Self:
        """Read an EC private key of P-256. Raises ValueError."""
        private = load_pem_private_key(pem.encode(), password=None)
        if not isinstance(private, EllipticCurvePrivateKey) or not isinstance(private.curve, SECP256R1):
            raise ValueError("must be a private key of P-256 in PEM")  # noqa: TRY004 (a setting that will not do)
        return cls(private)

    def authorization(self, endpoint: str, *, contact: str) -> str:
        """The header by which a push service knows the desk; `contact` is whom it may write to."""
        address = urlsplit(endpoint)
        claims = {
            "aud": f"{address.scheme}://{address.netloc}",
            "exp": int(time.time()) + _TOKEN_SECONDS,
            "sub": contact,
        }
        token = jwt.encode({"alg": "ES256", "typ": "JWT"}, claims, self._key)
        return f"vapid t={token}, k={self.public}"


class Pusher:
    """Sends pushes to the public internet, or where the operator allows more."""

    def __init__(self, allowed: Sequence[Network], key: PushKey, *, contact: str) -> None:
        self._caller = Caller(allowed, gone={HTTPStatus.NOT_FOUND, HTTPStatus.GONE})
        self._key = key
        self._contact = contact

    async def send(self, push: Push) -> None:
        """Send it. Raises NotSent, permanent where the subscription is no more."""
        one_time, salt = generate_private_key(SECP256R1()), os.urandom(SALT_BYTES)
        headers: Mapping[str, str] = {
            "authorization": self._key.authorization(push.endpoint, contact=self._contact),
            "content-encoding": "aes128gcm",
            "content-type": "application/octet-stream",
            "ttl": str(_KEPT_SECONDS),
            "urgency": "normal",
        }
        body = encrypted(push.content, push.keys, one_time=one_time, salt=salt)
        await self._caller.call(Call(push.endpoint, headers, body))
