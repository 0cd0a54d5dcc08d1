"""Signing in at a tenant's own identity provider, in a browser: there, back, refused, out again, and without passwords."""

import re
import uuid
from collections.abc import Callable, Iterator

import httpx
import pytest
from browser_desk import Window, inaccessible
from oidc_provider_mock import run_server_in_thread
from playwright.sync_api import Page, expect

from embedded.testing import Client, Desk, begin_desk, clear_desk, new_home

# The provider is made of a library that warns of itself.
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")

Open = Callable[..., Window]
ADMIN = "admin@globex.example"
REFUSED = "The sign-in at your provider did not work."


@pytest.fixture(scope="module")
def issuer() -> Iterator[str]:
    """A provider that signs in whoever says who they are, and says of them what it was told."""
    with run_server_in_thread(require_nonce=True) as server:
        yield f"http://localhost:{server.server_port}"


@pytest.fixture(scope="module")
def desk() -> Iterator[Desk]:
    """A desk of its own: its tenants may name addresses of this machine."""
    desk = begin_desk(new_home(), {"DESKMESH_OUTBOUND_NETWORKS": '["127.0.0.0/8", "::1/128"]'})
    try:
        desk.wait_ready()
        yield desk
    finally:
        clear_desk(desk)


@pytest.fixture(scope="module", autouse=True)
def admin(desk: Desk, issuer: str) -> Client:
    """Globex's administrator, who has named the provider."""
    client = desk.sign_in(ADMIN)
    body = {
        "name": "Globex directory",
        "issuer": issuer,
        "client_id": "desk",
        "client_secret": "between us two",
        "groups_claim": "groups",
        "domains": ["globex.example"],
        "creates_people": True,
        "role_mapping": {"helpers": "agent"},
    }
    client.send("PUT", "/identity-providers/directory", body)
    return client


def somebody(issuer: str, **said: object) -> str:
    """Make somebody known to the provider; gives what they are called there."""
    subject = f"nina-{uuid.uuid4().hex[:8]}"
    claims = {"email": f"{subject}@globex.example", "email_verified": True, "name": "Nina Novak", **said}
    assert httpx.put(f"{issuer}/users/{subject}", json=claims).is_success
    return subject


def to_provider(page: Page, issuer: str, company: str = "globex") -> None:
    """Go from the sign-in page to the provider's."""
    page.get_by_label("Company").fill(company)
    page.get_by_role("link", name="Sign in with Globex directory").click()
    page.wait_for_url(f"{issuer}/**")


def agree(page: Page, subject: str) -> None:
    """Sign in at the provider."""
    page.get_by_placeholder("sub").fill(subject)
    page.get_by_role("button", name="Authorize").click()


def test_somebody_new_signs_in_at_the_provider_and_out_at_both(issuer: str, open_window: Open) -> None:
    subject = somebody(issuer, groups=["helpers"])
    page = open_window("", "/desk/approvals").page
    page.wait_for_url("**/sign-in**")
    to_provider(page, issuer)
    agree(page, subject)
    # Back where they wanted to go, as somebody whom the directory's group has made an agent.
    page.wait_for_url("**/desk/approvals")
    expect(page.get_by_text("Nina Novak")).to_be_visible()
    page.get_by_role("link", name="Your account").click()
    expect(page.get_by_role("heading", name="Where you are signed in")).to_be_visible()
    expect(page.get_by_label("Current password")).to_have_count(0)
    expect(page.get_by_text("You sign in at your company's identity provider.")).to_be_visible()
    assert inaccessible(page) == []
    page.go_back()
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url(f"{issuer}/**")
    page.get_by_role("button", name="End session").click()
    page.wait_for_url("**/sign-in**")
    expect(page.get_by_text("You are signed out here and at your provider.")).to_be_visible()
    page.goto("/desk/approvals")
    page.wait_for_url("**/sign-in**")


def test_a_requester_comes_to_the_portal_on_a_phone(issuer: str, open_window: Open) -> None:
    page = open_window("", "/sign-in", phone=True).page
    page.get_by_label("Company").fill("globex")
    expect(page.get_by_role("link", name="Sign in with Globex directory")).to_be_visible()
    assert inaccessible(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "it scrolls sideways"
    to_provider(page, issuer)
    agree(page, somebody(issuer, name="Rita Requester"))
    page.wait_for_url("**/portal**")
    expect(page.get_by_role("heading", name=re.compile("Rita"))).to_be_visible()


def test_whoever_is_refused_comes_back_and_is_told(issuer: str, open_window: Open) -> None:
    page = open_window("", "/sign-in").page
    to_provider(page, issuer)
    page.get_by_role("button", name="Deny").click()
    page.wait_for_url("**/sign-in?refused=**")
    expect(page.get_by_role("alert")).to_contain_text(REFUSED)
    assert inaccessible(page) == []
    # The provider has not verified the address: nobody is made of it.
    to_provider(page, issuer)
    agree(page, somebody(issuer, email_verified=False))
    expect(page.get_by_role("alert")).to_contain_text(REFUSED)
    page.goto("/api/v1/auth/providers/globex/directory/callback?state=made-up&code=made-up")
    expect(page.get_by_role("alert")).to_contain_text(REFUSED)
    page.goto("/api/v1/auth/providers/acme/directory")
    expect(page.get_by_role("alert")).to_contain_text(REFUSED)


@pytest.fixture
def without_passwords(desk: Desk, admin: Client) -> Iterator[None]:
    """Globex's people sign in at the provider alone, but for its administrator, whose sessions end as well."""
    roles = {"second_factor_roles": admin.get("/sign-in-policy")["second_factor_roles"]}
    admin.send("PUT", "/sign-in-policy", {**roles, "providers_only": True, "break_glass": [ADMIN]})
    yield
    desk.clients.pop(ADMIN).http.close()
    desk.sign_in(ADMIN).send("PUT", "/sign-in-policy", roles)


def test_without_passwords_the_provider_is_the_way_in_and_others_keep_theirs(
    issuer: str, open_window: Open, without_passwords: None
) -> None:
    page = open_window("", "/sign-in").page
    page.get_by_label("Company").fill("globex")
    expect(page.get_by_role("link", name="Sign in with Globex directory")).to_be_visible()
    expect(page.get_by_role("textbox", name="Password")).to_have_count(0)
    assert inaccessible(page) == []
    page.get_by_role("button", name="Sign in with an emergency password").click()
    expect(page.get_by_role("textbox", name="Password")).to_be_visible()
    page.get_by_label("Company").fill("acme")
    expect(page.get_by_role("link", name="Sign in with Globex directory")).to_have_count(0)
    stranger = open_window("agent@acme.example", "/desk/approvals").page
    expect(stranger.get_by_role("heading", name="Approvals")).to_be_visible()
