"""Calls of webhooks and push services: to the public internet, or where the operator allows more (`chassis.guarded_http`)."""

import asyncio
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus

import httpx

from chassis.guarded_http import Network, check_url, guarded_client
from notify.clients.outgoing import NotSent

CALL_SECONDS = 10.0
"""From looking up the name to the head of the answer."""

_OK = range(200, 300)


@dataclass(frozen=True, slots=True)
class Call:
    """A signed call, ready to go."""

    url: str
    headers: Mapping[str, str]
    body: bytes


class Caller:
    """Calls them. Redirects are not followed, and of an answer only its status is looked at."""

    def __init__(
        self, allowed: Sequence[Network], *, gone: Collection[int] = frozenset({HTTPStatus.GONE})
    ) -> None:
        """Everything in the networks `allowed` may be called too; by a status in `gone` the other side is no more."""
        self._gone = gone
        self._client = guarded_client(allowed, timeout_seconds=CALL_SECONDS)

    async def call(self, call: Call) -> None:
        """Send it; return when the other side has said that it took it. Raises NotSent, permanent where it is gone."""
        try:
            async with (
                asyncio.timeout(CALL_SECONDS),
                self._client.stream("POST", call.url, headers=call.headers, content=call.body) as response,
            ):
                status = response.status_code
        except (TimeoutError, httpx.TimeoutException) as error:
            raise NotSent(f"no answer within {CALL_SECONDS:.0f} seconds", permanent=False) from error
        except (httpx.HTTPError, httpx.InvalidURL, OSError) as error:
            raise NotSent(f"{type(error).__name__}: {error}"[:300], permanent=False) from error
        if status not in _OK:
            raise NotSent(f"answered {status}", permanent=status in self._gone)


def problem_with(url: str, allowed: Sequence[Network]) -> str | None:
    """Say why the address may not be called, or None. What its name means is looked at with each call."""
    try:
        check_url(url, allowed)
    except ValueError as error:
        return str(error)
    # Where nobody listens in between, the desk may speak in the clear.
    return None if url.startswith("https://") or allowed else "must begin with https://"
