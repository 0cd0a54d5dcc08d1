"""Signing in at a tenant's OpenID provider, which is a real one, and what must not lead to an account."""

import httpx
import pytest
from gateway_doors import PASSWORD, Doors
from gateway_sso import PATH, WAY, at_provider, configured, me, said, signed_in

# The provider's own libraries call what they will drop.
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")


@pytest.fixture(scope="module")
def doors(sso_doors: Doors) -> Doors:
    """The gateway that has a provider."""
    return sso_doors


async def test_a_new_person_is_made_and_their_groups_give_and_take_roles(
    browser: httpx.AsyncClient, issuer: str
) -> None:
    assert (
        await signed_in(browser, issuer, "n1", **said("nina@acme.example", groups=["desk", "x"])) == "/portal"
    )
    nina = (await me(browser)).json()
    assert (nina["email"], nina["name"]) == ("nina@acme.example", "Nina")
    assert {one["role"] for one in nina["roles"]} == {"agent", "requester"}
    # The subject is who they are: the address may change, or be none of the provider's.
    await signed_in(browser, issuer, "n1", **said("married@elsewhere.example", groups=[]))
    again = (await me(browser)).json()
    assert again["id"] == nina["id"]
    assert {one["role"] for one in again["roles"]} == {"requester"}


async def test_whoever_was_made_by_the_provider_has_no_password_that_opens(
    doors: Doors, browser: httpx.AsyncClient, issuer: str
) -> None:
    async def opens() -> bool:
        token = (await browser.post("/api/v1/auth/session/token")).json()["access_token"]
        answer = await browser.get("/api/v1/me/second-factor", headers={"authorization": f"Bearer {token}"})
        return bool(answer.json()["password_opens"])

    await doors.person("both@acme.example", "agent")
    await signed_in(browser, issuer, "b1", **said("both@acme.example"))
    assert await opens()
    await signed_in(browser, issuer, "b2", **said("alone@acme.example"))
    assert not await opens()


async def test_a_person_who_is_there_is_found_by_their_verified_address(
    doors: Doors, browser: httpx.AsyncClient, issuer: str
) -> None:
    await doors.person("old@acme.example", "supervisor")
    await signed_in(browser, issuer, "o1", **said("OLD@acme.example"))
    found = (await me(browser)).json()
    assert (found["email"], [one["role"] for one in found["roles"]]) == ("old@acme.example", ["supervisor"])


@pytest.mark.parametrize(
    "claims",
    [
        {"email": "admin@acme.example"},
        {"email": "admin@acme.example", "email_verified": False},
        {"email": "admin@acme.example", "email_verified": "true"},
        said("admin@globex.example"),
        said("admin@acme.example.evil.example"),
        {"name": "Nobody"},
    ],
)
async def test_nobody_takes_an_account_over_by_an_address_that_is_not_proven(
    browser: httpx.AsyncClient, issuer: str, claims: dict[str, object]
) -> None:
    led = await signed_in(browser, issuer, "thief", **claims)
    assert led == "/sign-in?refused=address_not_believed"
    assert (await browser.post("/api/v1/auth/session/token")).status_code == 401


async def test_another_browser_a_second_time_and_another_tenant_are_refused(
    doors: Doors, browser: httpx.AsyncClient, issuer: str
) -> None:
    sent = await browser.get(WAY)
    back = await at_provider(issuer, sent.headers["location"], "t1", **said("t1@acme.example"))
    async with httpx.AsyncClient() as another:
        assert (await another.get(back)).headers["location"] == "/sign-in?refused=sign_in_over"
    # Whoever came with the wrong cookie has used it up.
    assert (await browser.get(back)).headers["location"] == "/sign-in?refused=sign_in_over"
    foreign = await doors.http.get(WAY.replace("acme", "globex"))
    assert foreign.headers["location"] == "/sign-in?refused=no_such_provider"
    sent = await browser.get(WAY)
    elsewhere = await at_provider(issuer, sent.headers["location"], "t1", **said("t1@acme.example"))
    answer = await browser.get(elsewhere.replace("/acme/", "/globex/"))
    assert answer.headers["location"] == "/sign-in?refused=no_such_provider"


async def test_the_request_has_pkce_state_and_nonce_and_leads_to_no_other_site(
    browser: httpx.AsyncClient, issuer: str
) -> None:
    for to in ("https://evil.example/", "//evil.example", "/\\evil.example"):
        sent = await browser.get(WAY, params={"to": to})
        url = httpx.URL(sent.headers["location"])
        assert url.params["code_challenge_method"] == "S256"
        assert min(len(url.params[name]) for name in ("code_challenge", "state", "nonce")) == 43
        assert url.params["redirect_uri"].endswith(f"{WAY}/callback")
        back = await at_provider(issuer, str(url), "l1", **said("l1@acme.example"))
        assert (await browser.get(back)).headers["location"] == "/"
        assert "samesite=lax" in sent.headers["set-cookie"].lower()


async def test_the_code_of_another_sign_in_is_refused(browser: httpx.AsyncClient, issuer: str) -> None:
    first = await browser.get(WAY)
    stolen = await at_provider(issuer, first.headers["location"], "c1", **said("c1@acme.example"))
    second = await browser.get(WAY)
    own = await at_provider(issuer, second.headers["location"], "c2", **said("c2@acme.example"))
    mixed = httpx.URL(own).copy_set_param("code", httpx.URL(stolen).params["code"])
    assert (await browser.get(str(mixed))).headers["location"] == "/sign-in?refused=provider_failed"


async def test_a_provider_whose_secret_no_key_reads_any_more_is_said_to_have_failed(
    doors: Doors, browser: httpx.AsyncClient, issuer: str
) -> None:
    await doors.look(
        "UPDATE identity_providers SET sealed_secret = '\\x00' || sealed_secret WHERE slug = 'directory' RETURNING id"
    )
    try:
        led = await signed_in(browser, issuer, "x1", **said("x1@acme.example"))
        assert led == "/sign-in?refused=provider_failed"
    finally:
        await configured(doors, issuer)


async def test_a_provider_that_creates_nobody_lets_only_known_people_in(
    doors: Doors, browser: httpx.AsyncClient, issuer: str
) -> None:
    await configured(doors, issuer, creates_people=False)
    try:
        led = await signed_in(browser, issuer, "u1", **said("unknown@acme.example"))
        assert led == "/sign-in?refused=not_admitted"
    finally:
        await configured(doors, issuer)


async def test_an_inactive_person_does_not_come_in(
    doors: Doors, browser: httpx.AsyncClient, issuer: str
) -> None:
    await signed_in(browser, issuer, "g1", **said("gone@acme.example"))
    await doors.http.patch(
        "/api/v1/users/" + (await me(browser)).json()["id"], json={"active": False}, headers=await doors.as_()
    )
    assert (
        await signed_in(browser, issuer, "g1", **said("gone@acme.example")) == "/sign-in?refused=not_admitted"
    )


async def test_the_sign_in_offers_active_providers_of_the_tenant_alone(doors: Doors) -> None:
    offers = {
        tenant: (await doors.http.get(f"/api/v1/auth/providers/{tenant}")).json()["items"]
        for tenant in ("acme", "globex", "nowhere")
    }
    assert offers == {"acme": [{"name": "Acme directory", "path": WAY}], "globex": [], "nowhere": []}


async def test_the_secret_is_never_read_back_and_other_tenants_see_nothing(doors: Doors, issuer: str) -> None:
    admin = await doors.as_()
    read = await doors.http.get(f"{PATH}/directory", headers=admin)
    assert "shared" not in read.text
    assert "client_secret" not in read.json()
    listed = (await doors.http.get(PATH, headers=admin)).json()["items"]
    assert [one["slug"] for one in listed] == ["directory"]
    foreign = await doors.as_("admin@globex.example")
    assert (await doors.http.get(f"{PATH}/directory", headers=foreign)).status_code == 404
    assert (await doors.http.delete(f"{PATH}/directory", headers=foreign)).status_code == 404
    assert (await doors.http.get(PATH, headers=foreign)).json()["items"] == []


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"issuer": "http://10.0.0.7"}, "issuer"),
        ({"issuer": "file:///etc/passwd"}, "issuer"),
        ({"issuer": "https://other.example", "client_secret": None}, "client_secret"),
        ({"scopes": ["email"]}, "scopes"),
        ({"domains": []}, "domains"),
        ({"domains": ["*"]}, "domains[0]"),
        ({"role_mapping": {"g": "wizard"}}, "role_mapping.g"),
        ({"email_claim": "a b"}, "email_claim"),
    ],
)
async def test_a_wrong_configuration_is_refused_field_by_field_and_changes_nothing(
    doors: Doors, wrong: dict[str, object], field: str
) -> None:
    admin = await doors.as_()
    before = (await doors.http.get(f"{PATH}/directory", headers=admin)).json()
    body = {key: value for key, value in before.items() if key not in {"id", "slug", "version"}}
    answer = await doors.http.put(f"{PATH}/directory", json={**body, **wrong}, headers=admin)
    assert answer.status_code == 422, answer.text
    assert field in {one["field"] for one in answer.json()["errors"]}
    assert (await doors.http.get(f"{PATH}/directory", headers=admin)).json() == before


async def test_a_stale_configuration_is_412_and_a_deleted_one_is_gone(doors: Doors, issuer: str) -> None:
    admin = await doors.as_()
    body = {"name": "Old", "issuer": issuer, "client_id": "x", "client_secret": "y", "domains": ["a.example"]}
    made = await doors.http.put(f"{PATH}/old", json=body, headers=admin)
    changed = await doors.http.put(f"{PATH}/old", json={**body, "name": "New"}, headers=admin)
    assert changed.json()["version"] == made.json()["version"] + 1
    stale = await doors.http.put(
        f"{PATH}/old", json=body, headers={**admin, "if-match": made.headers["etag"]}
    )
    assert stale.status_code == 412
    assert (await doors.http.delete(f"{PATH}/old", headers=admin)).status_code == 204
    assert (await doors.http.get(f"{PATH}/old", headers=admin)).status_code == 404


async def test_nobody_maps_groups_to_a_role_above_their_own(doors: Doors, issuer: str) -> None:
    role = {"slug": "configurer", "name": "Configurer", "permissions": ["tenant.configure"]}
    made = await doors.http.post("/api/v1/roles", json=role, headers=await doors.as_())
    assert made.status_code == 201, made.text
    await doors.person("configurer@acme.example", "configurer")
    body = {
        "name": "Mine",
        "issuer": issuer,
        "client_id": "x",
        "client_secret": PASSWORD,
        "domains": ["acme.example"],
        "role_mapping": {"all": "admin"},
    }
    answer = await doors.http.put(
        f"{PATH}/mine", json=body, headers=await doors.as_("configurer@acme.example")
    )
    assert (answer.status_code, answer.json()["code"]) == (403, "exceeds_own_permissions")
