"""Whose word on a client's address the HTTP door takes."""

from typing import Any

import httpx
import pytest

from chassis.serving import HttpDoor


@pytest.mark.parametrize(
    ("believed", "forwarded", "seen"),
    [
        ("127.0.0.0/8", "203.0.113.7", "203.0.113.7"),
        ("127.0.0.0/8,10.1.0.0/16", "203.0.113.7, 10.1.2.3", "203.0.113.7"),
        ("127.0.0.0/8", "192.0.2.1, 203.0.113.7", "203.0.113.7"),
        ("10.1.0.0/16", "203.0.113.7", "127.0.0.1"),
    ],
)
async def test_the_address_of_a_client_is_what_believed_proxies_say(
    monkeypatch: pytest.MonkeyPatch, believed: str, forwarded: str, seen: str
) -> None:
    """What a client writes itself stands before what the nearest proxy adds, and is not believed."""
    monkeypatch.setenv("FORWARDED_ALLOW_IPS", believed)
    door = HttpDoor(_tell_address, "127.0.0.1:0", lifespan=False, grace_seconds=1)
    await door.start()
    try:
        async with httpx.AsyncClient() as client:
            answer = await client.get(
                f"http://127.0.0.1:{door.port}/", headers={"X-Forwarded-For": forwarded}
            )
    finally:
        await door.stop()
    assert answer.text == seen


async def _tell_address(scope: Any, _receive: Any, send: Any) -> None:  # noqa: ANN401 - ASGI
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": scope["client"][0].encode()})
