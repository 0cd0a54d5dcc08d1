"""A client of the REST API that signs in as demo people and can be interrupted and run again."""

import asyncio
import hashlib
import json
import time
from pathlib import Path
from typing import Any

import httpx

from embedded.demo.content import PASSWORD

_PATIENCE_SECONDS = 60.0
# The services hear of people, teams and queues through events: a reference may be unknown for a moment.
LAG_SECONDS = 20.0
"""How long they may take."""


class LoadError(Exception):
    """The API refused something that the demo needs."""


class Journal:
    """What was already made, by a name of our own, kept in a file of one line each."""

    def __init__(self, path: Path) -> None:
        lines = path.read_text().splitlines() if path.exists() else []
        self._made: dict[str, Any] = {}
        for line in lines:
            try:
                name, value = json.loads(line)
            except ValueError:
                continue  # the line that an interruption cut; what it told is found again by its idempotency key
            self._made[name] = value
        self._file = path.open("a")
        if lines:
            self._file.write("\n")

    def get(self, name: str) -> Any:  # noqa: ANN401 - what the API answered
        """Give what was noted under a name, or None."""
        return self._made.get(name)

    def note(self, name: str, value: Any) -> None:  # noqa: ANN401
        """Note something for this run and the next."""
        self._made[name] = value
        self._file.write(json.dumps([name, value]) + "\n")
        self._file.flush()

    def close(self) -> None:
        """Close the file."""
        self._file.close()


class Api:
    """The API as the people of one tenant use it."""

    def __init__(self, http: httpx.AsyncClient, tenant: str, journal: Journal) -> None:
        self._http = http
        self._tenant = tenant
        self._journal = journal
        self._tokens: dict[str, str] = {}
        self._signing_in = asyncio.Lock()

    async def make(
        self, name: str, method: str, path: str, body: dict[str, Any], *, by: str
    ) -> dict[str, Any]:
        """Send a write once: `name` is remembered over runs, with the id and key of what was made.

        Raises LoadError when the API refuses it for good.
        """
        full_name = f"{self._tenant}/{name}"
        known = self._journal.get(full_name)
        if known is not None:
            return dict(known)
        answer = await self.send(method, path, body, by=by, key=f"demo/{full_name}")
        made: dict[str, Any] = {
            field: answer[field] for field in ("id", "key", "number", "state") if field in answer
        }
        self._journal.note(full_name, made)
        return made

    def made(self, name: str) -> dict[str, Any]:
        """Give what `make` made under a name, in this run or an earlier one."""
        return dict(self._journal.get(f"{self._tenant}/{name}"))

    async def get(self, path: str, *, by: str) -> dict[str, Any]:
        """Read a resource."""
        return await self.send("GET", path, None, by=by)

    async def send(
        self, method: str, path: str, body: dict[str, Any] | None, *, by: str, key: str | None = None
    ) -> dict[str, Any]:
        """Send a request, again while the services are starting, busy, or behind with events."""
        began = time.monotonic()
        pause = 0.05
        while True:
            response = await self._try(method, path, body, by=by, key=key)
            if response is not None and response.is_success:
                return dict(response.json()) if response.content else {}
            waited = time.monotonic() - began
            if response is not None and not _passes(response, waited):
                message = f"{method} {path} by {by}: {response.status_code} {response.text[:500]}"
                raise LoadError(message)
            if waited > _PATIENCE_SECONDS:
                message = f"{method} {path}: no answer in {waited:.0f} s"
                raise LoadError(message)
            asked = response.headers.get("retry-after", "") if response is not None else ""
            await asyncio.sleep(min(float(asked), 5.0) if asked.isdigit() else pause)
            pause = min(pause * 2, 1.0)

    async def _try(
        self, method: str, path: str, body: dict[str, Any] | None, *, by: str, key: str | None
    ) -> httpx.Response | None:
        """Send a request once; None where no answer came."""
        try:
            headers = {"authorization": f"Bearer {await self._token(by)}"}
            if key is not None:
                headers["idempotency-key"] = hashlib.sha256(key.encode()).hexdigest()
            response = await self._http.request(method, f"/api/v1{path}", json=body, headers=headers)
        except httpx.TransportError:
            return None
        if response.status_code == httpx.codes.UNAUTHORIZED:
            self._tokens.pop(by, None)
        return response

    async def _token(self, email: str) -> str:
        async with self._signing_in:
            if email not in self._tokens:
                form = {
                    "grant_type": "password",
                    "tenant": self._tenant,
                    "username": email,
                    "password": PASSWORD,
                }
                self._tokens[email] = await self._sign_in(form)
            return self._tokens[email]

    async def _sign_in(self, form: dict[str, str]) -> str:
        began = time.monotonic()
        while True:
            response = await self._http.post("/api/v1/auth/token", data=form)
            if response.is_success:
                return str(response.json()["access_token"])
            if not _passes(response, time.monotonic() - began):
                message = f"{form['username']} cannot sign in: {response.status_code} {response.text[:300]}"
                raise LoadError(message)
            await asyncio.sleep(0.3)


def _passes(response: httpx.Response, waited: float) -> bool:
    """Say whether a refusal may pass by itself."""
    match response.status_code:
        case 429 | 502 | 503 | 504:
            return True
        case 409:
            return "retry-after" in response.headers
        case 401 | 403 | 404 | 422:
            return waited < LAG_SECONDS
        case _:
            return False
