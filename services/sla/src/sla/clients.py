"""Calls to other services, and to the addresses of holiday feeds."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from uuid import UUID

import httpx

from chassis.context import Caller
from chassis.grpc_client import Channel, Client
from chassis.guarded_http import ForbiddenAddressError, Network, TooLongError, guarded_client, read_bounded
from deskmesh.gateway.v1 import directory_service_pb2 as pb

_PAGE_SIZE = 200
_FEED_SECONDS = 20.0
_FEED_BYTES = 512 * 1024


@dataclass(frozen=True, slots=True)
class KnownTenant:
    """A tenant as the gateway knows it."""

    id: UUID
    version: int
    time_zone: str
    country: str


class Directory:
    """The gateway's directory, asked by this service for itself."""

    def __init__(self, channel: Channel) -> None:
        self._client = Client(pb.DESCRIPTOR.services_by_name["DirectoryService"], channel)

    async def tenants(self) -> AsyncIterator[KnownTenant]:
        """All active tenants. Raises the failures of a call, Unavailable among them."""
        caller = Caller.of_installation("sla", "backfill")
        request = pb.ListTenantsRequest(page_size=_PAGE_SIZE)
        async for page in self._client.pages("ListTenants", request, pb.ListTenantsResponse, caller=caller):
            for tenant in page.tenants:
                yield KnownTenant(UUID(tenant.id), tenant.version, tenant.time_zone, tenant.country)


class FeedError(Exception):
    """A feed could not be fetched; says why in words."""


@dataclass(frozen=True, slots=True)
class Fetched:
    """A feed as it was fetched; no text: it is the same as the one that was asked about."""

    text: str | None
    etag: str = ""
    last_modified: str = ""


class Feeds:
    """The addresses of holiday feeds; only public ones, and those in networks that the operator allows."""

    def __init__(self, allowed: Sequence[Network]) -> None:
        self._allowed = allowed

    async def fetch(self, url: str, etag: str, last_modified: str) -> Fetched:
        """What is there, unless it is what the server named so before. At most 512 KiB, 20 seconds and five redirects.

        Raises FeedError.
        """
        headers = {"Accept": "text/calendar, */*;q=0.1", "Accept-Encoding": "identity"}
        headers |= {"If-None-Match": etag} if etag else {}
        headers |= {"If-Modified-Since": last_modified} if last_modified else {}
        try:
            async with (
                asyncio.timeout(_FEED_SECONDS),
                guarded_client(self._allowed, timeout_seconds=_FEED_SECONDS) as client,
                client.stream("GET", url, headers=headers, follow_redirects=True) as answer,
            ):
                return await _fetched(answer)
        except ForbiddenAddressError as error:
            raise FeedError("the address lies in a private network") from error
        except TooLongError as error:
            raise FeedError(str(error)) from error
        except (TimeoutError, httpx.TimeoutException) as error:
            raise FeedError(f"the server did not answer within {_FEED_SECONDS:.0f} seconds") from error
        except httpx.TooManyRedirects as error:
            raise FeedError("the server leads on from address to address") from error
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise FeedError("the server can't be reached") from error


async def _fetched(answer: httpx.Response) -> Fetched:
    if answer.status_code == httpx.codes.NOT_MODIFIED:
        return Fetched(None)
    if answer.status_code != httpx.codes.OK:
        raise FeedError(f"the server answered {answer.status_code}")
    try:
        text = (await read_bounded(answer, _FEED_BYTES)).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise FeedError("the answer is not in UTF-8") from error
    return Fetched(text, answer.headers.get("etag", ""), answer.headers.get("last-modified", ""))
