"""A forgotten password: asked for without a word about whom, mailed once a day, set once."""

from datetime import UTC, timedelta

import httpx
import pytest
from gateway_doors import PASSWORD, Doors

from chassis.links import sign_link
from chassis.testing.identity import SERVICE_KEYS
from chassis.testing.waiting import eventually
from deskmesh.gateway.v1.events_pb2 import PasswordResetRequested

NEW = "another-password"


class Forgetful:
    """People who have forgotten their passwords, and the links that notify would mail them."""

    def __init__(self, doors: Doors) -> None:
        self.doors = doors

    async def ask(self, email: str, tenant: str = "acme") -> httpx.Response:
        body = {"tenant": tenant, "email": email}
        return await self.doors.http.post("/api/v1/auth/password-reset", json=body)

    async def asked(self, email: str, count: int = 1) -> list[PasswordResetRequested]:
        """What notify is told for an address, once it is so much."""

        async def look() -> tuple[list[PasswordResetRequested]]:
            rows = await self.doors.look(
                "SELECT payload FROM outbox WHERE subject = $1 ORDER BY id",
                PasswordResetRequested.DESCRIPTOR.full_name,
            )
            told = [PasswordResetRequested.FromString(row["payload"]) for row in rows]
            mine = [one for one in told if one.person.email == email]
            assert len(mine) == count
            return (mine,)

        return (await eventually(look, 15))[0]

    async def link(self, email: str, **claims: str) -> str:
        """Ask, and sign what notify would."""
        assert (await self.ask(email)).status_code == 204
        (told,) = await self.asked(email)
        said = {"tenant": str(self.doors.tenants["acme"]), "person": told.person.id, "reset": told.reset_id}
        return sign_link(
            SERVICE_KEYS["notify"],
            "password_reset",
            {**said, **claims},
            expires_at=told.expires_at.ToDatetime(tzinfo=UTC),
        )

    async def set(self, token: str, password: str = NEW) -> httpx.Response:
        body = {"token": token, "new_password": password}
        return await self.doors.http.post("/api/v1/auth/password", json=body)

    async def signs_in(self, email: str, password: str) -> int:
        form = {"grant_type": "password", "tenant": "acme", "username": email, "password": password}
        return (await self.doors.http.post("/api/v1/auth/token", data=form)).status_code


@pytest.fixture
def forgetful(doors: Doors) -> Forgetful:
    return Forgetful(doors)


async def test_who_has_the_link_sets_a_password_once_and_every_session_ends(
    doors: Doors, forgetful: Forgetful
) -> None:
    email = "forgot@acme.example"
    await doors.person(email, "agent")
    before = await doors.as_(email)
    token = await forgetful.link(email)
    assert (await forgetful.set(token, "short")).status_code == 422
    assert (await forgetful.set(token)).status_code == 204
    assert await forgetful.signs_in(email, NEW) == 200
    assert await forgetful.signs_in(email, PASSWORD) == 401

    async def signed_out() -> bool:
        return (await doors.http.get("/api/v1/me", headers=before)).status_code == 401

    await eventually(signed_out)
    again = await forgetful.set(token, "a-third-password")
    assert (again.status_code, again.json()["code"]) == (401, "link_expired")
    assert await forgetful.signs_in(email, NEW) == 200


async def test_the_answer_tells_nothing_and_a_person_gets_one_mail_a_day(
    doors: Doors, forgetful: Forgetful
) -> None:
    email = "flooded@acme.example"
    await doors.person(email, "agent")
    answers = [
        await forgetful.ask(*asked)
        for asked in [
            (email,),
            (email.upper(),),
            ("nobody@acme.example",),
            (email, "globex"),
            ("a\u200bb@acme.example",),
        ]
    ]
    assert {(one.status_code, one.content) for one in answers} == {(204, b"")}
    await forgetful.asked(email)
    await doors.look(
        "UPDATE password_resets SET asked_at = asked_at - $1::interval WHERE email = $2",
        timedelta(days=1),
        email,
    )
    await forgetful.ask(email)
    first, second = await forgetful.asked(email, 2)
    assert first.reset_id != second.reset_id


@pytest.mark.parametrize(
    "claims",
    [
        {"reset": "01a20461-fad2-73a7-b994-0b8026c0f2a5"},
        {"tenant": "globex"},
        {"person": "01a20461-fad2-73a7-b994-0b8026c0f2a5"},
    ],
    ids=["another request", "another tenant", "another person"],
)
async def test_a_link_is_for_its_request_person_and_tenant_alone(
    doors: Doors, forgetful: Forgetful, claims: dict[str, str], request: pytest.FixtureRequest
) -> None:
    email = f"bound{request.node.callspec.indices['claims']}@acme.example"
    await doors.person(email, "agent")
    named = {name: str(doors.tenants.get(value, value)) for name, value in claims.items()}
    assert (await forgetful.set(await forgetful.link(email, **named))).status_code == 401
    assert await forgetful.signs_in(email, PASSWORD) == 200


async def test_a_link_is_worth_nothing_once_its_reader_has_changed_the_password(
    doors: Doors, forgetful: Forgetful
) -> None:
    email = "remembered@acme.example"
    await doors.person(email, "agent")
    token = await forgetful.link(email)
    body = {"current_password": PASSWORD, "new_password": NEW}
    changed = await doors.http.put("/api/v1/me/password", json=body, headers=await doors.as_(email))
    assert changed.status_code == 204
    assert (await forgetful.set(token, "a-third-password")).status_code == 401


@pytest.mark.parametrize(
    "patch", [{"email": "moved@acme.example"}, {"active": False}], ids=["address", "deactivated"]
)
async def test_a_link_is_worth_nothing_once_the_account_has_changed(
    doors: Doors, forgetful: Forgetful, patch: dict[str, str | bool]
) -> None:
    email = f"changed-{next(iter(patch))}@acme.example"
    await doors.person(email, "agent")
    token = await forgetful.link(email)
    (told,) = await forgetful.asked(email)
    headers = await doors.as_("admin@acme.example")
    changed = await doors.http.patch(f"/api/v1/users/{told.person.id}", json=patch, headers=headers)
    assert changed.status_code == 200, changed.text
    assert (await forgetful.set(token)).status_code == 401


async def test_the_pages_lead_from_the_address_to_the_new_password(
    doors: Doors, forgetful: Forgetful
) -> None:
    email = "paged@acme.example"
    await doors.person(email, "requester")
    page = await doors.http.get("/password-reset", headers={"accept-language": "pl"})
    assert ("Nie pamiętasz hasła?" in page.text, len(page.content) < 10 * 1024) == (True, True)
    asked = [
        await doors.http.post("/password-reset", data={"tenant": "acme", "email": one})
        for one in (email, "nobody@acme.example")
    ]
    assert asked[0].text == asked[1].text
    token = await forgetful.link(email)
    shown = await doors.http.get(f"/password-reset/{token}")
    assert 'name="new_password"' in shown.text
    refused = await doors.http.post(f"/password-reset/{token}", data={"new_password": "{x}"})
    assert (refused.status_code, 'name="new_password"' in refused.text) == (422, True)
    foreign = await doors.http.post(
        f"/password-reset/{token}",
        data={"new_password": NEW},
        headers={"origin": "https://elsewhere.example"},
    )
    assert foreign.status_code == 403
    done = await doors.http.post(f"/password-reset/{token}", data={"new_password": NEW})
    assert "The password is set" in done.text
    assert (await doors.http.post(f"/password-reset/{token}", data={"new_password": NEW})).status_code == 403
    assert await forgetful.signs_in(email, NEW) == 200
