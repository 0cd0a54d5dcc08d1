"""Access tokens: who signed, what they say, whether they still hold.

A user's token is RS256 by the gateway; its keys are fetched from `<jwks url>/.well-known/jwks.json` and kept when the
gateway is away. A service that works for itself signs HS256 with a key that only it and the gateway know. A
`not_before` (a revocation, a changed role) ends every token that was issued earlier.
"""

from chassis.tokens.keys import Keys, LocalKeys, RemoteKeys
from chassis.tokens.revocations import NOT_BEFORE_SUBJECT, NotBefore, Revocation, revocations
from chassis.tokens.system import SystemTokens
from chassis.tokens.verifier import ISSUER, Verifier

__all__ = [
    "ISSUER",
    "NOT_BEFORE_SUBJECT",
    "Keys",
    "LocalKeys",
    "NotBefore",
    "RemoteKeys",
    "Revocation",
    "SystemTokens",
    "Verifier",
    "revocations",
]
