"""Links in mails, exchanged for an access token that may do one thing."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from chassis.db import Databases
from chassis.links import read_link
from gateway.app.keys import SigningKeys
from gateway.app.minting import mint_for_user

_SIGNER = "notify"


@dataclass(frozen=True, slots=True)
class Links:
    """Believes links that notify has signed. `service_keys` are the services' secrets."""

    databases: Databases
    keys: SigningKeys
    service_keys: Mapping[str, str]

    async def open(
        self, purpose: str, token: str, scopes: list[str], *, about: str
    ) -> tuple[dict[str, str], str]:
        """Return what a link says, and an access token of the person that it is for, with these scopes at most.

        `about` names what in it the person acts on.

        Raises Unauthenticated: the link does not hold, or the person is no longer active.
        """
        said = read_link(self.service_keys.get(_SIGNER, ""), purpose, token, now=datetime.now(UTC))
        tenant_id, person_id, act_id = (UUID(said[name]) for name in ("tenant", "person", about))
        async with self.databases.for_tenant(tenant_id).transaction(tenant_id) as tx:
            access = await mint_for_user(tx, self.keys, user_id=person_id, session_id=act_id, only=scopes)
        return said, access.token
