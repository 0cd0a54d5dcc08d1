"""Somebody's app for codes, as the tests of a second factor hold it."""

import time
from dataclasses import dataclass

import httpx
import pyotp
from gateway_doors import PASSWORD, Doors

ME = "/api/v1/me/second-factor"


@dataclass
class App:
    """Makes codes, each once. Three hold at any time: of this step, the one before and the next."""

    secret: str
    _last: int = 0

    def code(self) -> str:
        """Give the earliest code that holds and was not given before."""
        self._last = max(int(time.time()) // 30 - 1, self._last + 1)
        return pyotp.TOTP(self.secret).generate_otp(self._last)


async def with_second_factor(doors: Doors, email: str) -> tuple[App, list[str]]:
    """Set a second factor up for somebody who has none; gives their app and their recovery codes."""
    headers = await doors.as_(email)
    started = await doors.http.post(ME, json={"password": PASSWORD}, headers=headers)
    assert started.status_code == 200, started.text
    app = App(started.json()["secret"])
    confirmed = await doors.http.post(f"{ME}/confirmation", json={"code": app.code()}, headers=headers)
    assert confirmed.status_code == 200, confirmed.text
    return app, confirmed.json()["recovery_codes"]


async def finish(doors: Doors, refused: httpx.Response, code: str) -> httpx.Response:
    """Finish by a code the sign-in that was refused."""
    assert refused.status_code == 403, refused.text
    form = {"grant_type": "mfa", "mfa_token": refused.json()["mfa_token"], "code": code}
    return await doors.http.post("/api/v1/auth/token", data=form)
