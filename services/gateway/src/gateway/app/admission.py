"""Who stands at a public door: an access token or a personal access token becomes a Caller."""

from dataclasses import replace

from chassis.context import Caller
from chassis.errors import Unauthenticated
from chassis.tokens import Verifier
from gateway.app.auth import Exchange
from gateway.app.limits import Limiter
from gateway.domain.secrets import PERSONAL_ACCESS_TOKEN


class Admission:
    """Checks the credentials of both public doors."""

    def __init__(self, verifier: Verifier, exchange: Exchange, *, clients: Limiter, tenants: Limiter) -> None:
        """Take the limits of each client and of each tenant."""
        self._verifier = verifier
        self._exchange = exchange
        self._clients = clients
        self._tenants = tenants

    async def admit(self, authorization: str | None, cause: str) -> Caller:
        """Say who sends a request with this `Authorization` value, and count it.

        Raises:
            Unauthenticated, Unavailable: as `caller`.
            LimitReached: the client or the tenant sends too many.
        """
        caller = await self.caller(authorization, cause)
        self._clients.take(f"{caller.tenant_id}/{caller.subject}")
        self._tenants.take(str(caller.tenant_id))
        return caller

    async def admit_browser(self, refresh_token: str, cause: str) -> Caller:
        """Say who sends a request with the cookie of a browser's session, and count it.

        Raises:
            Unauthenticated, Unavailable, LimitReached: as `admit`.
        """
        return await self.admit(f"Bearer {await self._exchange.renew(refresh_token)}", cause)

    def leave_browser(self, refresh_token: str) -> None:
        """Trust nothing kept for a browser's session, which has been ended."""
        self._exchange.forget(refresh_token)

    async def caller(self, authorization: str | None, cause: str) -> Caller:
        """Say who sends this `Authorization` value; `cause` is the door's name, "rest" or "grpc".

        A personal access token is exchanged for an access token, which is what travels on. Tokens with which
        services work for themselves do not hold here: they are for the inner doors.

        Raises:
            Unauthenticated: there is no credential, or it does not hold (any more).
            Unavailable: that cannot be told now.
        """
        scheme, _, credential = (authorization or "").partition(" ")
        credential = credential.strip()
        if scheme.lower() != "bearer" or not credential:
            raise Unauthenticated
        if credential.startswith(PERSONAL_ACCESS_TOKEN):
            credential = await self._exchange.exchange(credential)
        caller = await self._verifier.verify(credential)
        if caller.kind not in {"user", "service_account"}:
            raise Unauthenticated("The access token does not hold.", reason="TOKEN_INVALID")
        return replace(caller, cause=cause)
