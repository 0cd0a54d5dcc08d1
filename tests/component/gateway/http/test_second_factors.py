"""A second factor over HTTP: set up, asked for at each sign-in, lost, demanded, and its guessing."""

import zlib

import httpx
import pytest
from gateway_codes import ME, App, finish, with_second_factor
from gateway_doors import PASSWORD, Doors

from chassis.testing.waiting import eventually

POLICY = "/api/v1/sign-in-policy"
PAGE = {"x-requested-with": "deskmesh"}


@pytest.fixture
async def owner(doors: Doors, request: pytest.FixtureRequest) -> str:
    """A new requester of acme, named after the test."""
    email = f"{zlib.crc32(request.node.name.encode())}@acme.example"
    await doors.person(email, "requester")
    return email


async def refused_soon(doors: Doors, headers: dict[str, str]) -> None:
    """Wait until an access token is refused: at most the five seconds that are promised."""

    async def refused() -> bool:
        return (await doors.http.get("/api/v1/me", headers=headers)).status_code == 401

    await eventually(refused, timeout=5)


async def test_with_a_second_factor_a_password_is_not_enough_and_a_code_of_the_app_is(
    doors: Doors, owner: str
) -> None:
    app, codes = await with_second_factor(doors, owner)
    assert len(set(codes)) == 10
    refused = await doors.sign_in(owner)
    assert (refused.status_code, refused.json()["code"]) == (403, "mfa_required")
    assert refused.json()["error"] == "mfa_required"
    assert refused.json()["expires_in"] == 600
    assert "access_token" not in refused.text
    answer = await finish(doors, refused, app.code())
    assert answer.status_code == 200, answer.text
    assert "recovery_codes" not in answer.json()
    bearer = {"authorization": f"Bearer {answer.json()['access_token']}"}
    state = (await doors.http.get(ME, headers=bearer)).json()
    assert state["confirmed_at"]
    assert (state["recovery_codes_left"], state["required"]) == (10, False)


async def test_a_code_is_taken_once_and_so_is_the_token_of_a_sign_in(doors: Doors, owner: str) -> None:
    app, _ = await with_second_factor(doors, owner)
    first, second = await doors.sign_in(owner), await doors.sign_in(owner)
    code = app.code()
    assert (await finish(doors, first, code)).status_code == 200
    replayed = await finish(doors, second, code)
    assert (replayed.status_code, replayed.json()["code"]) == (401, "wrong_code")
    again = await finish(doors, first, app.code())
    assert (again.status_code, again.json()["code"]) == (401, "invalid_mfa_token")


async def test_a_recovery_code_stands_in_for_the_app_once(doors: Doors, owner: str) -> None:
    _, codes = await with_second_factor(doors, owner)
    typed = codes[3].upper().replace("-", " ")
    assert (await finish(doors, await doors.sign_in(owner), typed)).status_code == 200
    assert (await finish(doors, await doors.sign_in(owner), typed)).status_code == 401
    state = (await doors.http.get(ME, headers=await doors.as_(owner))).json()
    assert state["recovery_codes_left"] == 9


async def test_new_recovery_codes_make_the_old_ones_worthless(doors: Doors, owner: str) -> None:
    app, old = await with_second_factor(doors, owner)
    proof = {"password": PASSWORD, "code": app.code()}
    renewed = await doors.http.post(f"{ME}/recovery-codes", json=proof, headers=await doors.as_(owner))
    assert renewed.status_code == 200, renewed.text
    new = renewed.json()["recovery_codes"]
    assert not set(new) & set(old)
    assert (await finish(doors, await doors.sign_in(owner), old[0])).status_code == 401
    assert (await finish(doors, await doors.sign_in(owner), new[0])).status_code == 200


async def test_after_ten_wrong_codes_the_account_waits_whatever_the_sign_in(doors: Doors, owner: str) -> None:
    _, codes = await with_second_factor(doors, owner)
    for _ in range(10):
        assert (await finish(doors, await doors.sign_in(owner), "000000")).status_code == 401
    answer = await finish(doors, await doors.sign_in(owner), codes[0])
    assert (answer.status_code, answer.json()["code"]) == (429, "too_many_sign_ins")
    assert int(answer.headers["retry-after"]) > 800


@pytest.mark.parametrize(
    ("proof", "field"), [({"password": "wrong"}, "password"), ({"code": "000000"}, "code")]
)
async def test_a_second_factor_is_taken_away_by_password_and_code_alone(
    doors: Doors, owner: str, proof: dict[str, str], field: str
) -> None:
    app, codes = await with_second_factor(doors, owner)
    headers = await doors.as_(owner)
    right = {"password": PASSWORD, "code": app.code()}
    wrong = await doors.http.post(f"{ME}/removal", json={**right, **proof}, headers=headers)
    assert (wrong.status_code, wrong.json()["code"]) == (422, "wrong_proof")
    assert wrong.json()["errors"] == [{"field": field, "reason": "is wrong"}]
    assert (await doors.sign_in(owner)).status_code == 403
    gone = await doors.http.post(f"{ME}/removal", json={**right, "code": codes[0]}, headers=headers)
    assert gone.status_code == 204, gone.text
    assert (await doors.sign_in(owner)).status_code == 200


async def test_a_write_sent_again_gives_no_secret_again(doors: Doors, owner: str) -> None:
    headers = {**await doors.as_(owner), "idempotency-key": "start-once"}
    first, again = [await doors.http.post(ME, json={"password": PASSWORD}, headers=headers) for _ in "ab"]
    assert len(first.json()["secret"]) == 32
    assert (again.status_code, again.json()["secret"]) == (200, "")


async def test_nothing_is_asked_for_until_a_code_has_confirmed_the_app(doors: Doors, owner: str) -> None:
    headers = await doors.as_(owner)
    await doors.http.post(ME, json={"password": PASSWORD}, headers=headers)
    wrong = await doors.http.post(f"{ME}/confirmation", json={"code": "12345"}, headers=headers)
    assert wrong.status_code == 422
    assert (await doors.sign_in(owner)).status_code == 200
    assert (await doors.http.get(ME, headers=headers)).json()["confirmed_at"] is None


async def test_a_leaked_personal_access_token_reaches_nothing_of_it(doors: Doors, owner: str) -> None:
    made = await doors.http.post("/api/v1/me/tokens", json={"name": "x"}, headers=await doors.as_(owner))
    bearer = {"authorization": f"Bearer {made.json()['token']}"}
    for answer in (
        await doors.http.get(ME, headers=bearer),
        await doors.http.post(ME, json={"password": PASSWORD}, headers=bearer),
        await doors.http.get("/api/v1/me/sessions", headers=bearer),
        await doors.http.delete("/api/v1/me/sessions", headers=bearer),
    ):
        assert (answer.status_code, answer.json()["code"]) == (403, "needs_sign_in")


async def test_an_administrator_resets_it_which_signs_the_person_out(doors: Doors, owner: str) -> None:
    await with_second_factor(doors, owner)
    headers = await doors.as_(owner)
    path = f"/api/v1/users/{owner}/second-factor"
    assert (await doors.http.delete(path, headers=headers)).status_code == 403
    foreign = await doors.http.delete(path, headers=await doors.as_("admin@globex.example"))
    assert (foreign.status_code, foreign.json()["code"]) == (404, "not_found")
    assert (await doors.http.delete(path, headers=await doors.as_())).status_code == 204
    await refused_soon(doors, headers)
    assert (await doors.sign_in(owner)).status_code == 200
    again = await doors.http.delete(path, headers=await doors.as_())
    assert (again.status_code, again.json()["code"]) == (409, "no_second_factor")


async def test_whoever_needs_one_sets_it_up_at_the_sign_in(doors: Doors) -> None:
    await doors.person("needs@globex.example", "supervisor")
    admin = await doors.as_("admin@globex.example")
    read = await doors.http.get(POLICY, headers=admin)
    passwords = {"providers_only": False, "break_glass": []}
    assert read.json() == {"second_factor_roles": [], **passwords, "version": 1}
    body = {"second_factor_roles": ["supervisor"]}
    changed = await doors.http.put(POLICY, json=body, headers={**admin, "if-match": read.headers["etag"]})
    assert changed.json() == {"second_factor_roles": ["supervisor"], **passwords, "version": 2}
    stale = await doors.http.put(POLICY, json=body, headers={**admin, "if-match": read.headers["etag"]})
    assert stale.status_code == 412
    refused = await doors.sign_in("needs@globex.example")
    assert refused.json()["code"] == "mfa_setup_required"
    token = {"mfa_token": refused.json()["mfa_token"]}
    early = await finish(doors, refused, "123456")
    assert (early.status_code, early.json()["code"]) == (409, "nothing_to_confirm")
    shared = (await doors.http.post("/api/v1/auth/second-factor", json=token)).json()
    assert shared["otpauth_uri"].startswith("otpauth://totp/Deskmesh%20Globex:needs%40globex.example?")
    app = App(shared["secret"])
    answer = await finish(doors, refused, app.code())
    assert answer.status_code == 200, answer.text
    assert len(answer.json()["recovery_codes"]) == 10
    bearer = {"authorization": f"Bearer {answer.json()['access_token']}"}
    proof = {"password": PASSWORD, "code": app.code()}
    kept = await doors.http.post(f"{ME}/removal", json=proof, headers=bearer)
    assert (kept.status_code, kept.json()["code"]) == (409, "second_factor_required")
    assert (await doors.sign_in("agent@globex.example")).status_code == 200
    # The other tenant's supervisors are asked for nothing.
    await doors.person("needs@acme.example", "supervisor")
    assert (await doors.sign_in("needs@acme.example")).status_code == 200


async def test_a_policy_names_roles_of_the_tenant_and_only_administrators_set_it(doors: Doors) -> None:
    unknown = await doors.http.put(
        POLICY, json={"second_factor_roles": ["admin", "wizard"]}, headers=await doors.as_()
    )
    assert unknown.status_code == 422
    assert unknown.json()["errors"] == [
        {"field": "second_factor_roles[1]", "reason": "is no role of this tenant"}
    ]
    agent = await doors.as_("agent@acme.example")
    assert (await doors.http.put(POLICY, json={"second_factor_roles": []}, headers=agent)).status_code == 403


async def test_a_browser_finishes_its_sign_in_by_a_code_and_gets_its_cookie_then(
    doors: Doors, owner: str
) -> None:
    app, _ = await with_second_factor(doors, owner)
    async with httpx.AsyncClient(base_url=doors.http.base_url, headers=PAGE) as browser:
        body = {"tenant": "acme", "username": owner, "password": PASSWORD}
        refused = await browser.post("/api/v1/auth/session", json=body)
        assert refused.status_code == 403
        assert not browser.cookies
        step = {"mfa_token": refused.json()["mfa_token"], "code": app.code()}
        answer = await browser.post("/api/v1/auth/session/second-factor", json=step)
        assert answer.status_code == 200, answer.text
        assert (await browser.post("/api/v1/auth/session/token")).status_code == 200


async def test_the_plain_page_asks_for_the_code_too(doors: Doors, owner: str) -> None:
    app, _ = await with_second_factor(doors, owner)
    async with httpx.AsyncClient(base_url=doors.http.base_url) as browser:
        asked = await browser.post("/plain", data={"tenant": "acme", "email": owner, "password": PASSWORD})
        assert 'name="code"' in asked.text
        assert not browser.cookies
        token = asked.text.partition('name="mfa_token" value="')[2].partition('"')[0]
        wrong = await browser.post("/plain", data={"mfa_token": token, "code": "000000"})
        assert (wrong.status_code, "The code is wrong." in wrong.text) == (401, True)
        assert token in wrong.text
        right = await browser.post("/plain", data={"mfa_token": token, "code": app.code()})
        assert (right.status_code, right.headers["location"]) == (303, "/plain")


async def test_one_sees_where_one_is_signed_in_and_signs_out_there(doors: Doors, owner: str) -> None:
    pairs = [(await doors.sign_in(owner)).json() for _ in range(4)]
    here, there, third, _ = [{"authorization": f"Bearer {pair['access_token']}"} for pair in pairs]
    first = await doors.http.get("/api/v1/me/sessions?page_size=3", headers=here)
    assert first.status_code == 200, first.text
    rest = await doors.http.get(
        "/api/v1/me/sessions", params={"page_token": first.json()["next_page_token"]}, headers=here
    )
    sessions = [*first.json()["items"], *rest.json()["items"]]
    assert [one["current"] for one in sessions] == [False, False, False, True]
    assert {one["user_agent"] for one in sessions} == {doors.http.headers["user-agent"]}
    assert {one["address"] for one in sessions} == {"127.0.0.1"}
    path = f"/api/v1/me/sessions/{sessions[2]['id']}"
    foreign = await doors.http.delete(path, headers=await doors.as_("agent@acme.example"))
    assert foreign.status_code == 404
    assert (await doors.http.delete(path, headers=here)).status_code == 204
    await refused_soon(doors, there)
    assert (await doors.http.get("/api/v1/me", headers=third)).status_code == 200
    ended = await doors.http.delete("/api/v1/me/sessions", headers=here)
    assert ended.json() == {"ended": 2}
    await refused_soon(doors, third)
    left = (await doors.http.get("/api/v1/me/sessions", headers=here)).json()["items"]
    assert [one["current"] for one in left] == [True]
