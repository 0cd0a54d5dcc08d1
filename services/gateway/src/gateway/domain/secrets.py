"""Bearer secrets: random, shown once, kept as SHA-256. Their prefix tells leak scanners what they found."""

import hashlib

PERSONAL_ACCESS_TOKEN = "dm_pat_"  # noqa: S105 (a prefix)
REFRESH_TOKEN = "dm_rt_"  # noqa: S105 (a prefix)
CLIENT_SECRET = "dm_cs_"  # noqa: S105 (a prefix)
CLIENT_ID = "dm_ci_"
MFA_TOKEN = "dm_mfa_"  # noqa: S105 (a prefix)


def digest(secret: str) -> bytes:
    """Return the SHA-256 of a secret, whatever text it is; random secrets need no slow hash."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).digest()
