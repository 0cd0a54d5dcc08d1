"""JSON documents of the gateway's HTTP door."""

import json
import urllib.request
from typing import Final

_HTTP_SECONDS: Final = 2.0
_HTTP_BYTES: Final = 4_000_000


def http_base(url: str) -> str:
    """The address without a slash at its end. Raises ValueError where it is not HTTP."""
    if not url.startswith(("http://", "https://")):
        raise ValueError(f"{url} is not an HTTP address")
    return url.rstrip("/")


def get_json(url: str) -> object:
    """The JSON document there. Blocking; raises OSError or ValueError."""
    with urllib.request.urlopen(url, timeout=_HTTP_SECONDS) as answer:  # noqa: S310 (checked by http_base)
        document: object = json.loads(answer.read(_HTTP_BYTES))
        return document
