"""The tokens that services call each other with."""

from __future__ import annotations

import time
from collections import OrderedDict
from typing import TYPE_CHECKING, Final

from joserfc import jwt
from joserfc.jwk import OctKey

if TYPE_CHECKING:
    from uuid import UUID

SYSTEM_TOKEN_SECONDS: Final = 300


class SystemTokens:
    """Signs the tokens with which a service calls others for itself. One lives five minutes and is used again."""

    def __init__(self, service: str, key: str) -> None:
        self._service = service
        self._key = OctKey.import_key(key)
        self._signed: OrderedDict[tuple[UUID, str, str | None], tuple[float, str]] = OrderedDict()

    def token(self, tenant_id: UUID, cause: str, on_behalf_of: str | None = None) -> str:
        """A token for work in this tenant with this cause, valid for at least one more minute."""
        now = time.time()
        wanted = (tenant_id, cause, on_behalf_of)
        signed = self._signed.get(wanted)
        if signed is not None and signed[0] - now > 60:
            return signed[1]
        claims: dict[str, object] = {
            "iss": self._service,
            "sub": self._service,
            "tenant": str(tenant_id),
            "kind": "system",
            "cause": cause,
            "iat": now,
            "exp": now + SYSTEM_TOKEN_SECONDS,
        }
        if on_behalf_of is not None:
            claims["on_behalf_of"] = on_behalf_of
        token = jwt.encode({"alg": "HS256", "kid": self._service}, claims, self._key, algorithms=["HS256"])
        self._signed[wanted] = (now + SYSTEM_TOKEN_SECONDS, token)
        self._signed.move_to_end(wanted)
        if len(self._signed) > 1_024:
            self._signed.popitem(last=False)
        return token
