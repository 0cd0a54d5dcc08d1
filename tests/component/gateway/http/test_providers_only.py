"""A tenant whose people sign in at providers alone, but for those who may use a password in an emergency."""

from collections.abc import AsyncIterator

import httpx
import pytest
from gateway_doors import PASSWORD, Doors
from gateway_sso import PATH, configured, me, said, signed_in

from chassis.testing.waiting import eventually
from deskmesh.gateway.v1.events_pb2 import BreakGlassUsed, PasswordResetRequested

# The provider's own libraries call what they will drop.
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")

POLICY = "/api/v1/sign-in-policy"
ADMIN = "admin@acme.example"
ONLY = {"second_factor_roles": [], "providers_only": True, "break_glass": [ADMIN]}


@pytest.fixture(scope="module")
def doors(sso_doors: Doors) -> Doors:
    """The gateway that has a provider."""
    return sso_doors


@pytest.fixture
async def shut(doors: Doors) -> AsyncIterator[None]:
    """Acme's people sign in at its provider alone while the test runs."""
    answer = await doors.http.put(POLICY, json=ONLY, headers=await doors.as_())
    assert answer.status_code == 200, answer.text
    doors.forget_tokens()
    yield
    body: dict[str, list[str]] = {"second_factor_roles": []}
    assert (await doors.http.put(POLICY, json=body, headers=await doors.as_())).status_code == 200


async def told(doors: Doors, kind: type[BreakGlassUsed | PasswordResetRequested]) -> list[str]:
    """Whom events of a kind are about, by address."""
    rows = await doors.look(
        "SELECT payload FROM outbox WHERE subject = $1 ORDER BY id", kind.DESCRIPTOR.full_name
    )
    return [kind.FromString(row["payload"]).person.email for row in rows]


async def test_passwords_open_nothing_and_a_right_one_is_refused_like_a_wrong_one(doors: Doors) -> None:
    await doors.person("pat@acme.example", "agent")
    before = (await doors.sign_in("pat@acme.example")).json()
    token = await doors.http.post(
        "/api/v1/me/tokens",
        json={"name": "export"},
        headers={"authorization": f"Bearer {before['access_token']}"},
    )
    put = await doors.http.put(POLICY, json=ONLY, headers=await doors.as_())
    assert put.status_code == 200, put.text
    assert [one["key"] for one in put.json()["break_glass"]] == [ADMIN]
    try:
        right = await doors.sign_in("pat@acme.example")
        nobody = await doors.sign_in("nobody@acme.example")
        assert (right.status_code, right.json()["code"]) == (401, "passwords_off")
        assert right.json() == nobody.json()
        form = {"grant_type": "password", "tenant": "acme", "username": ADMIN, "password": "wrong"}
        assert (await doors.http.post("/api/v1/auth/token", data=form)).json() == nobody.json()
        # The session that a password began is over; what a program holds is not.
        renewal = {"grant_type": "refresh_token", "refresh_token": before["refresh_token"]}
        assert (await doors.http.post("/api/v1/auth/token", data=renewal)).status_code == 401
        bearer = {"authorization": f"Bearer {token.json()['token']}"}

        async def holds() -> bool:
            return (await doors.http.get("/api/v1/me", headers=bearer)).status_code == 200

        await eventually(holds, timeout=5)
        offered = (await doors.http.get("/api/v1/auth/providers/acme")).json()
        assert (offered["passwords"], len(offered["items"])) == (False, 1)
        assert (await doors.sign_in("admin@globex.example")).status_code == 200
    finally:
        doors.forget_tokens()
        back = await doors.http.put(POLICY, json={"second_factor_roles": []}, headers=await doors.as_())
        assert back.status_code == 200, back.text
    assert (await doors.sign_in("pat@acme.example")).status_code == 200


@pytest.mark.usefixtures("shut")
async def test_the_provider_lets_people_in_whose_passwords_no_longer_count(
    doors: Doors, browser: httpx.AsyncClient, issuer: str
) -> None:
    await signed_in(browser, issuer, "p1", **said("petra@acme.example"))
    petra = await me(browser)
    assert petra.json()["email"] == "petra@acme.example"
    token = (await browser.post("/api/v1/auth/session/token")).json()["access_token"]
    own = await doors.http.get("/api/v1/me/second-factor", headers={"authorization": f"Bearer {token}"})
    named = await doors.http.get("/api/v1/me/second-factor", headers=await doors.as_())
    assert (own.json()["password_opens"], named.json()["password_opens"]) == (False, True)
    # What changes of the policy, their session goes on.
    assert (await doors.http.put(POLICY, json=ONLY, headers=await doors.as_())).status_code == 200
    assert (await me(browser)).status_code == 200


@pytest.mark.usefixtures("shut")
async def test_each_use_of_a_password_in_an_emergency_is_told_and_audited(doors: Doors) -> None:
    before = len(await told(doors, BreakGlassUsed))
    assert (await doors.sign_in(ADMIN)).status_code == 200
    assert (await told(doors, BreakGlassUsed))[before:] == [ADMIN]

    async def audited() -> bool:
        answer = await doors.http.get("/api/v1/audit", headers=await doors.as_())
        return any(
            (one["kind"], one["cause"]) == ("break_glass", "break_glass") for one in answer.json()["items"]
        )

    await eventually(audited, timeout=10)


async def test_a_password_where_passwords_count_raises_no_alarm(doors: Doors) -> None:
    before = await told(doors, BreakGlassUsed)
    assert (await doors.sign_in(ADMIN)).status_code == 200
    assert await told(doors, BreakGlassUsed) == before


@pytest.mark.usefixtures("shut")
async def test_a_forgotten_password_is_mailed_only_to_whom_it_would_serve(doors: Doors) -> None:
    await doors.person("resetless@acme.example", "agent")
    for email in ("resetless@acme.example", ADMIN):
        body = {"tenant": "acme", "email": email}
        assert (await doors.http.post("/api/v1/auth/password-reset", json=body)).status_code == 204

    async def mailed() -> bool:
        return ADMIN in await told(doors, PasswordResetRequested)

    await eventually(mailed, timeout=10)
    assert "resetless@acme.example" not in await told(doors, PasswordResetRequested)


@pytest.mark.usefixtures("shut")
async def test_nobody_changes_a_password_that_opens_nothing(
    doors: Doors, browser: httpx.AsyncClient, issuer: str
) -> None:
    await doors.person("change@acme.example", "agent")
    await signed_in(browser, issuer, "p2", **said("change@acme.example"))
    token = (await browser.post("/api/v1/auth/session/token")).json()["access_token"]
    body = {"current_password": PASSWORD, "new_password": "another-password"}
    answer = await doors.http.put(
        "/api/v1/me/password", json=body, headers={"authorization": f"Bearer {token}"}
    )
    assert (answer.status_code, answer.json()["code"]) == (409, "passwords_off")


@pytest.mark.parametrize(
    ("named", "reason"),
    [
        ([], "is required with providers_only"),
        (["nobody@acme.example"], "is no person of this tenant"),
        (["admin@globex.example"], "is no person of this tenant"),
        (["helper@acme.example"], "is nobody who administers the tenant"),
        (["keyless@acme.example"], "has no password"),
    ],
)
async def test_a_policy_that_lets_nobody_in_in_an_emergency_is_refused(
    doors: Doors, named: list[str], reason: str
) -> None:
    admin = await doors.as_()
    for email, role in (("helper", "agent"), ("keyless", "admin")):
        body = {"email": f"{email}@acme.example", "name": email, "roles": [{"role": role}]}
        await doors.http.post("/api/v1/users", json=body, headers=admin)
    before = (await doors.http.get(POLICY, headers=admin)).json()
    answer = await doors.http.put(POLICY, json={**ONLY, "break_glass": named}, headers=admin)
    assert answer.status_code == 422, answer.text
    assert [one["reason"] for one in answer.json()["errors"]] == [reason]
    assert (await doors.http.get(POLICY, headers=admin)).json() == before


@pytest.mark.parametrize(
    "changed", [{"active": False}, {"issuer": "http://localhost:9", "client_secret": "x"}]
)
async def test_a_policy_without_a_provider_that_answers_is_refused(
    doors: Doors, issuer: str, changed: dict[str, object]
) -> None:
    there = {"issuer": issuer, **changed}
    await configured(doors, str(there.pop("issuer")), **there)
    try:
        answer = await doors.http.put(POLICY, json=ONLY, headers=await doors.as_())
        assert answer.status_code == 422
        assert answer.json()["errors"] == [
            {"field": "providers_only", "reason": "needs an active identity provider that answers"}
        ]
    finally:
        await configured(doors, issuer)


@pytest.mark.usefixtures("shut")
async def test_the_last_way_in_is_not_taken_away(doors: Doors) -> None:
    await doors.person("second@acme.example", "admin")
    admin = await doors.as_()
    own = (await doors.http.get("/api/v1/me", headers=admin)).json()["id"]
    provider = (await doors.http.get(f"{PATH}/directory", headers=admin)).json()
    body = {key: value for key, value in provider.items() if key not in {"id", "slug", "version"}}
    for refused, code in (
        (await doors.http.delete(f"{PATH}/directory", headers=admin), "last_provider"),
        (
            await doors.http.put(f"{PATH}/directory", json={**body, "active": False}, headers=admin),
            "last_provider",
        ),
        (
            await doors.http.patch(
                f"/api/v1/users/{own}", json={"roles": [{"role": "agent"}]}, headers=admin
            ),
            "last_break_glass",
        ),
    ):
        assert (refused.status_code, refused.json()["code"]) == (409, code)
    assert (await doors.http.get(f"{PATH}/directory", headers=admin)).json() == provider
    assert (await doors.sign_in(ADMIN)).status_code == 200
