"""Signing in over HTTP, and oneself."""

import base64

import pytest
from gateway_doors import PASSWORD, Doors

PASSWORD_FORM = {
    "grant_type": "password",
    "tenant": "acme",
    "username": "agent@acme.example",
    "password": PASSWORD,
}


async def test_a_password_gives_a_pair_of_tokens(doors: Doors) -> None:
    answer = await doors.http.post("/api/v1/auth/token", data=PASSWORD_FORM)
    assert answer.status_code == 200, answer.text
    body = answer.json()
    assert body["token_type"] == "Bearer"
    assert body["expires_in"] == 600
    assert body["refresh_token"]
    assert "tickets.read" in body["scope"].split()
    me = await doors.http.get("/api/v1/me", headers={"authorization": f"Bearer {body['access_token']}"})
    assert me.json()["email"] == "agent@acme.example"
    assert me.json()["tenant"]["key"] == "acme"
    assert me.json()["roles"] == [{"role": "agent", "process": None, "queue": None}]


@pytest.mark.parametrize(
    "wrong",
    [{"password": "wrong"}, {"tenant": "globex"}, {"tenant": "nobody"}, {"username": "x@acme.example"}],
)
async def test_a_wrong_sign_in_is_401_whatever_is_wrong(doors: Doors, wrong: dict[str, str]) -> None:
    answer = await doors.http.post("/api/v1/auth/token", data={**PASSWORD_FORM, **wrong})
    assert answer.status_code == 401
    assert answer.json()["code"] == "invalid_credentials"


@pytest.mark.parametrize(
    ("form", "field"),
    [
        ({"grant_type": "password", "tenant": "acme", "username": "a@acme.example"}, "password"),
        ({"grant_type": "refresh_token"}, "refresh_token"),
        ({"grant_type": "client_credentials"}, "client_id"),
        ({"grant_type": "implicit"}, "grant_type"),
        ({"tenant": "acme"}, "grant_type"),
        ({**PASSWORD_FORM, "otp": "1"}, "otp"),
    ],
)
async def test_a_form_that_lacks_or_adds_a_field_names_it(
    doors: Doors, form: dict[str, str], field: str
) -> None:
    answer = await doors.http.post("/api/v1/auth/token", data=form)
    assert answer.status_code == 422, answer.text
    assert field in {error["field"] for error in answer.json()["errors"]}


async def test_a_sign_in_by_json_is_415(doors: Doors) -> None:
    answer = await doors.http.post("/api/v1/auth/token", json=PASSWORD_FORM)
    assert answer.status_code == 415


async def test_a_refresh_token_is_good_for_one_use(doors: Doors) -> None:
    pair = (await doors.http.post("/api/v1/auth/token", data=PASSWORD_FORM)).json()
    form = {"grant_type": "refresh_token", "refresh_token": pair["refresh_token"]}
    assert (await doors.http.post("/api/v1/auth/token", data=form)).status_code == 200
    again = await doors.http.post("/api/v1/auth/token", data=form)
    assert again.status_code == 401
    assert again.json()["code"] == "invalid_refresh_token"


async def test_a_client_may_sign_in_by_http_basic_and_is_refused_with_a_wrong_secret(doors: Doors) -> None:
    basic = base64.b64encode(b"nobody:wrong").decode()
    answer = await doors.http.post(
        "/api/v1/auth/token",
        data={"grant_type": "client_credentials"},
        headers={"authorization": f"Basic {basic}"},
    )
    assert answer.status_code == 401
    assert answer.json()["code"] == "invalid_credentials"


async def test_one_changes_oneself_but_nothing_that_gives_rights(doors: Doors) -> None:
    headers = await doors.as_("requester@acme.example")
    changed = await doors.http.patch("/api/v1/me", json={"language": "pl", "phone": "+48 1"}, headers=headers)
    assert changed.status_code == 200, changed.text
    assert (changed.json()["language"], changed.json()["phone"]) == ("pl", "+48 1")
    refused = await doors.http.patch("/api/v1/me", json={"roles": [{"role": "admin"}]}, headers=headers)
    assert refused.status_code == 422


async def test_a_stale_change_of_oneself_is_412(doors: Doors) -> None:
    headers = await doors.as_("requester@globex.example")
    etag = (await doors.http.get("/api/v1/me", headers=headers)).headers["etag"]
    first = await doors.http.patch("/api/v1/me", json={"name": "A"}, headers={**headers, "if-match": etag})
    assert first.status_code == 200, first.text
    assert first.headers["etag"] != etag
    second = await doors.http.patch("/api/v1/me", json={"name": "B"}, headers={**headers, "if-match": etag})
    assert second.status_code == 412
    assert second.json()["code"] == "stale"


async def test_a_personal_access_token_opens_the_door_until_it_is_revoked(doors: Doors) -> None:
    headers = await doors.as_("agent@acme.example")
    made = await doors.http.post(
        "/api/v1/me/tokens", json={"name": "export", "scopes": ["tickets.read"]}, headers=headers
    )
    assert made.status_code == 201, made.text
    bearer = {"authorization": f"Bearer {made.json()['token']}"}
    me = await doors.http.get("/api/v1/me", headers=bearer)
    assert me.json()["permissions"] == ["tickets.read"]
    assert (await doors.http.get("/api/v1/users", headers=bearer)).status_code == 403
    listed = (await doors.http.get("/api/v1/me/tokens", headers=headers)).json()["items"]
    assert [one["name"] for one in listed] == ["export"]
    assert "token" not in listed[0]
    gone = await doors.http.delete(f"/api/v1/me/tokens/{made.json()['id']}", headers=headers)
    assert gone.status_code == 204
    assert (await doors.http.get("/api/v1/me", headers=bearer)).status_code == 401


async def test_a_program_makes_no_tokens_of_its_own(doors: Doors) -> None:
    headers = await doors.as_("agent@acme.example")
    made = await doors.http.post("/api/v1/me/tokens", json={"name": "first"}, headers=headers)
    bearer = {"authorization": f"Bearer {made.json()['token']}"}
    answer = await doors.http.post("/api/v1/me/tokens", json={"name": "second"}, headers=bearer)
    assert answer.status_code == 403


async def test_a_token_of_somebody_else_is_404(doors: Doors) -> None:
    made = await doors.http.post(
        "/api/v1/me/tokens", json={"name": "mine"}, headers=await doors.as_("agent@acme.example")
    )
    path = f"/api/v1/me/tokens/{made.json()['id']}"
    for stranger in ("requester@acme.example", "agent@globex.example"):
        assert (await doors.http.delete(path, headers=await doors.as_(stranger))).status_code == 404
    no_id = await doors.http.delete("/api/v1/me/tokens/x", headers=await doors.as_())
    assert no_id.status_code == 404


async def test_after_signing_out_the_access_token_is_refused(doors: Doors) -> None:
    pair = (await doors.http.post("/api/v1/auth/token", data=PASSWORD_FORM)).json()
    headers = {"authorization": f"Bearer {pair['access_token']}"}
    assert (await doors.http.delete("/api/v1/me/session", headers=headers)).status_code == 204
    answer = await doors.http.get("/api/v1/me", headers=headers)
    assert answer.status_code == 401, answer.text
