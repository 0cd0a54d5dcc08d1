"""Calls to addresses that tenants wrote: only to the public internet, or where the operator allows more.

A name is resolved once for each request, all its addresses are checked, and the connection is made to what was checked: a
name that means another address a moment later gains nothing. Redirects are requests like any other. No proxy is used, since
nobody could check where it connects to.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Awaitable, Callable, Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Final

import httpx

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network
Resolve = Callable[[str, int], Awaitable[Sequence[str]]]

MOST_REDIRECTS: Final = 5

_RESOLVE_SECONDS: Final = 5.0
_LONGEST_URL: Final = 2000
_PORTS: Final = range(1, 65_536)
_NAT64: Final = IPv6Network("64:ff9b::/96")
_LOCAL_NAMES: Final = ("localhost", ".localhost", ".local", ".internal", ".home.arpa")


class ForbiddenAddressError(httpx.TransportError):
    """The request would have left for an address that is not public; nothing was sent."""


class TooLongError(httpx.TransportError):
    """The answer is longer than it may be; the rest was not read."""


def networks(written: Sequence[str]) -> tuple[Network, ...]:
    """Networks such as "10.20.0.0/16". Raises ValueError."""
    return tuple(ip_network(one) for one in written)


def check_url(url: str, allowed: Sequence[Network]) -> None:
    """Refuses by ValueError what can't be called: no HTTP address, one with a password in it, or one within.

    Names are not resolved here: what they mean is checked with each request.
    """
    try:
        parsed = httpx.URL(url)
    except (httpx.InvalidURL, TypeError) as error:
        raise ValueError("must be an address, https://…") from error
    told = parsed.scheme in {"http", "https"} and parsed.host and (parsed.port or 1) in _PORTS
    if not told or len(url) > _LONGEST_URL:
        raise ValueError(f"must be an address, https://…, of at most {_LONGEST_URL} characters")
    if parsed.userinfo:
        raise ValueError("must not hold a name or a password")
    host = parsed.host.lower().rstrip(".")
    literal = _literal(host)
    if literal is None:
        if not allowed and f".{host}".endswith(_LOCAL_NAMES):
            raise ValueError("must not lie in a private network")
    elif not is_allowed(literal, allowed):
        raise ValueError("must not lie in a private network")


def is_allowed(address: Address, allowed: Sequence[Network]) -> bool:
    """Whether it is an address of the public internet, or lies in one of the allowed networks."""
    inner = _within(address)
    if any(one in network for network in allowed for one in (address, inner) if one is not None):
        return True
    if inner is not None:
        return _is_public(inner)
    return _is_public(address)


def guarded_client(
    allowed: Sequence[Network], *, timeout_seconds: float, resolve: Resolve | None = None
) -> httpx.AsyncClient:
    """A client for addresses of tenants; it follows no redirect unless a request says so, and then at most five.

    It raises ForbiddenAddressError where a request would leave for an address within. Certificates are checked with the
    roots in SSL_CERT_FILE or SSL_CERT_DIR, else with those of Mozilla.
    """
    return httpx.AsyncClient(
        transport=_Guarded(allowed, resolve or _resolved),
        timeout=timeout_seconds,
        max_redirects=MOST_REDIRECTS,
        trust_env=False,
    )


async def read_bounded(response: httpx.Response, most_bytes: int) -> bytes:
    """The body of a streamed answer. Raises TooLongError, also for one that is packed: what it unpacks to is not known."""
    if response.headers.get("content-encoding", "identity").lower() != "identity":
        raise TooLongError("the answer is compressed")
    read = bytearray()
    async for chunk in response.aiter_raw():
        read += chunk
        if len(read) > most_bytes:
            raise TooLongError(f"the answer is longer than {most_bytes} bytes")
    return bytes(read)


class _Guarded(httpx.AsyncBaseTransport):
    """Sends each request to an address that was checked, under the name that was asked for."""

    def __init__(self, allowed: Sequence[Network], resolve: Resolve) -> None:
        self._allowed = allowed
        self._resolve = resolve
        # Connections are not kept: one to an address would serve every name that means it, whosever certificate it showed.
        self._sending = httpx.AsyncHTTPTransport(
            verify=httpx.create_ssl_context(),
            limits=httpx.Limits(max_keepalive_connections=0),
            trust_env=False,
        )

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        host = request.url.host
        addresses = await self._checked(host, request.url.port or _port_of(request.url))
        for number, address in enumerate(addresses, 1):
            sent = httpx.Request(
                request.method,
                request.url.copy_with(host=str(address)),
                headers=request.headers,  # with the Host that was asked for
                stream=request.stream,
                extensions={**request.extensions, "sni_hostname": host},
            )
            try:
                return await self._sending.handle_async_request(sent)
            except (httpx.ConnectError, httpx.ConnectTimeout):
                if number == len(addresses):
                    raise
        raise httpx.ConnectError(f"{host} has no address")

    async def _checked(self, host: str, port: int) -> list[Address]:
        literal = _literal(host)
        if literal is None:
            try:
                async with asyncio.timeout(_RESOLVE_SECONDS):
                    addresses = [ip_address(one) for one in await self._resolve(host, port)]
            except TimeoutError as error:
                raise httpx.ConnectTimeout(f"{host} was not resolved in time") from error
            except (OSError, UnicodeError) as error:
                raise httpx.ConnectError(f"{host} can't be resolved") from error
        else:
            addresses = [literal]
        if not all(is_allowed(one, self._allowed) for one in addresses):
            raise ForbiddenAddressError(f"{host} lies in a private network")
        return addresses

    async def aclose(self) -> None:
        await self._sending.aclose()


def _port_of(url: httpx.URL) -> int:
    return 443 if url.scheme == "https" else 80


async def _resolved(host: str, port: int) -> list[str]:
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(address[0]) for *_, address in found))


def _literal(host: str) -> Address | None:
    try:
        return ip_address(host.strip("[]"))
    except ValueError:
        return None


def _within(address: Address) -> IPv4Address | None:
    """The IPv4 address that an IPv6 address stands for: mapped, 6to4 or NAT64."""
    if isinstance(address, IPv4Address):
        return None
    if address in _NAT64:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour


def _is_public(address: Address) -> bool:
    if isinstance(address, IPv6Address) and (address.is_site_local or address.teredo is not None):
        return False
    return address.is_global and not address.is_multicast and not address.is_reserved
