"""The keys that sign access tokens, and their public halves.

The setting holds one or more RSA private keys in PEM. The first signs; all of them are published, so that a
new key is known to every service before it signs (add it last, then move it first, then drop the old one).
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from joserfc import jwt
from joserfc.jwk import RSAKey

ISSUER = "deskmesh"
_PEM = re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----.+?-----END [A-Z ]*PRIVATE KEY-----", re.DOTALL)
_SMALLEST_BITS = 2048

Claim = str | float | Sequence[str]


@dataclass(frozen=True, slots=True)
class SigningKeys:
    """The signing key and all keys whose signatures hold."""

    signing: RSAKey
    published: tuple[RSAKey, ...]

    @classmethod
    def from_pem(cls, text: str) -> "SigningKeys":
        """Read the keys of a PEM text, the signing key first.

        Raises ValueError when there is none or one is shorter than 2048 bits.
        """
        keys = [RSAKey.import_key(block, {"use": "sig", "alg": "RS256"}) for block in _PEM.findall(text)]
        if not keys:
            raise ValueError("there is no RSA private key in PEM")
        for key in keys:
            if key.private_key is None or key.private_key.key_size < _SMALLEST_BITS:
                raise ValueError(f"an RSA key needs {_SMALLEST_BITS} bits")
            key.ensure_kid()
        return cls(keys[0], tuple(keys))

    def sign(self, claims: Mapping[str, Claim]) -> str:
        """Return a signed access token of these claims."""
        header = {"alg": "RS256", "kid": self.signing.kid, "typ": "JWT"}
        return jwt.encode(header, {"iss": ISSUER, **claims}, self.signing, algorithms=["RS256"])

    def jwks(self) -> dict[str, list[dict[str, str]]]:
        """Return the public keys as a JSON Web Key Set, for `/.well-known/jwks.json`."""
        return {
            "keys": [
                {name: str(value) for name, value in key.as_dict(private=False).items()}
                for key in self.published
            ]
        }
