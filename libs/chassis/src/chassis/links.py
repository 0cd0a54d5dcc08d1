"""Links in mails, by which somebody does one thing without signing in: signed by a service, bound to a purpose, expiring.

Each purpose has a key of its own, derived (HKDF, RFC 5869) from the secret with which the service signs its calls: a
link is no token of the service, and none of another purpose. That a link works once is for what it leads to: what was
done cannot be done again.
"""

from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import OctKey

from chassis.errors import Unauthenticated

_MOST_CHARACTERS = 2_000


def sign_link(secret: str, purpose: str, claims: Mapping[str, str], *, expires_at: datetime) -> str:
    """The token of a link that says `claims` until `expires_at` (aware); letters, digits, dots, - and _ only."""
    body = {**claims, "exp": expires_at.timestamp()}
    return jwt.encode({"alg": "HS256"}, body, _key(secret, purpose), algorithms=["HS256"])


def read_link(secrets: str, purpose: str, token: str, *, now: datetime) -> dict[str, str]:
    """What the token of a link says. `secrets` may be several, parted by blanks, while they are changed.

    Raises Unauthenticated: LINK_INVALID where it was not signed for this purpose, LINK_EXPIRED.
    """
    for secret in secrets.split():
        with suppress(JoseError, ValueError, TypeError):
            if len(token) > _MOST_CHARACTERS:
                break
            claims = jwt.decode(token, _key(secret, purpose), algorithms=["HS256"]).claims
            if float(claims["exp"]) <= now.timestamp():
                raise Unauthenticated("The link has expired.", reason="LINK_EXPIRED")
            return {name: value for name, value in claims.items() if isinstance(value, str)}
    raise Unauthenticated("The link does not hold.", reason="LINK_INVALID")


def _key(secret: str, purpose: str) -> OctKey:
    derived = HKDFExpand(SHA256(), 32, f"deskmesh link {purpose}".encode()).derive(secret.encode())
    return OctKey.import_key(derived)
