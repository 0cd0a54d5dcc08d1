"""What a token must say and who must have signed it before it names a caller."""

import asyncio
import base64
import hmac
import json
import time
from collections.abc import Mapping
from uuid import UUID, uuid4

import pytest
from joserfc import jwt
from joserfc.jwk import OctKey, RSAKey

from chassis.errors import Unauthenticated
from chassis.tokens import LocalKeys, NotBefore, Revocation, SystemTokens, Verifier, revocations

KEY = RSAKey.generate_key(2048, {"kid": "first"})
OTHER = RSAKey.generate_key(2048, {"kid": "other"})
SECRET = "a-secret-of-thirty-two-characters"
TENANT, PERSON = uuid4(), uuid4()


def claims(**changes: object) -> dict[str, object]:
    now = time.time()
    base: dict[str, object] = {
        "iss": "deskmesh",
        "sub": str(PERSON),
        "tenant": str(TENANT),
        "sid": "session-1",
        "kind": "user",
        "iat": now,
        "exp": now + 600,
        "name": "Ada",
        "email": "ada@acme.example",
        "roles": ["agent"],
        "scopes": ["tickets.read", "tickets.update:it/network"],
        "teams": ["t-1"],
        "organizations": [],
    }
    return {name: value for name, value in {**base, **changes}.items() if value is not None}


def signed(values: Mapping[str, object], key: RSAKey = KEY) -> str:
    return jwt.encode({"alg": "RS256", "kid": str(key.kid)}, dict(values), key, algorithms=["RS256"])


def verifier() -> Verifier:
    return Verifier(keys=LocalKeys([KEY]), service_keys={"tickets": SECRET})


async def test_a_users_token_names_the_caller_with_everything_it_says() -> None:
    token = signed(claims())
    caller = await verifier().verify(token)
    assert (caller.tenant_id, caller.user_id, caller.kind) == (TENANT, PERSON, "user")
    assert caller.may("tickets.update", "it", "network")
    assert not caller.may("tickets.update", "it", "applications")
    assert (caller.session_id, caller.roles, caller.team_ids) == ("session-1", ("agent",), frozenset({"t-1"}))
    assert caller.token == token
    assert caller.cause == "grpc"


@pytest.mark.parametrize(
    "changes",
    [
        {"iss": "somebody"},
        {"iss": None},
        {"exp": None},
        {"exp": "tomorrow"},
        {"exp": True},
        {"iat": None},
        {"sub": "not-an-id"},
        {"sub": None},
        {"tenant": None},
        {"tenant": 7},
        {"kind": "system"},
        {"kind": None},
        {"scopes": "tickets.read"},
        {"roles": [1]},
    ],
)
async def test_a_token_with_wrong_or_missing_claims_is_refused(changes: dict[str, object]) -> None:
    with pytest.raises(Unauthenticated):
        await verifier().verify(signed(claims(**changes)))


async def test_a_token_of_an_unknown_key_is_refused() -> None:
    with pytest.raises(Unauthenticated):
        await verifier().verify(signed(claims(), OTHER))


async def test_a_token_signed_by_another_key_under_a_known_id_is_refused() -> None:
    forged = jwt.encode({"alg": "RS256", "kid": "first"}, claims(), OTHER, algorithms=["RS256"])
    with pytest.raises(Unauthenticated):
        await verifier().verify(forged)


async def test_the_public_key_used_as_a_secret_signs_nothing() -> None:
    body = f"{_part({'alg': 'HS256', 'kid': 'first'})}.{_part(claims())}"
    digest = hmac.digest(KEY.as_pem(private=False), body.encode(), "sha256")
    with pytest.raises(Unauthenticated):
        await verifier().verify(f"{body}.{base64.urlsafe_b64encode(digest).decode().rstrip('=')}")


@pytest.mark.parametrize(
    "token",
    [
        "",
        "a",
        "..",
        "a.b.c",
        "é.é.é",
        "x" * 20_000,
        "eyJ9.e30.",
        f"{base64.b64encode(b'[1]').decode()}.e30.AA",
    ],
)
async def test_garbage_is_refused_and_nothing_else_happens(token: str) -> None:
    with pytest.raises(Unauthenticated):
        await verifier().verify(token)


async def test_an_unsigned_token_is_refused() -> None:
    token = f"{_part({'alg': 'none', 'kid': 'first'})}.{_part(claims())}."
    with pytest.raises(Unauthenticated):
        await verifier().verify(token)


async def test_a_changed_payload_is_refused() -> None:
    header, _, signature = signed(claims()).split(".")
    with pytest.raises(Unauthenticated):
        await verifier().verify(f"{header}.{_part(claims(scopes=['users.manage']))}.{signature}")


async def test_an_expired_token_is_refused_also_when_it_was_verified_before() -> None:
    checks = verifier()
    token = signed(claims(exp=time.time() + 0.2))
    await checks.verify(token)
    await asyncio.sleep(0.25)
    with pytest.raises(Unauthenticated) as refusal:
        await checks.verify(token)
    assert refusal.value.reason == "TOKEN_EXPIRED"


@pytest.mark.parametrize(
    ("sub", "sid", "ends"),
    [
        (None, None, True),
        (str(PERSON), None, True),
        (None, "session-1", True),
        (str(PERSON), "session-1", True),
        (str(uuid4()), None, False),
        (None, "session-2", False),
        (str(PERSON), "session-2", False),
    ],
)
async def test_a_revocation_ends_the_tokens_that_it_names(
    sub: str | None, sid: str | None, ends: bool
) -> None:
    checks = verifier()
    token = signed(claims(iat=time.time() - 1))
    await checks.verify(token)
    checks.not_before.merge([Revocation(str(TENANT), sub, sid, time.time())])
    if ends:
        with pytest.raises(Unauthenticated) as refusal:
            await checks.verify(token)
        assert refusal.value.reason == "TOKEN_REVOKED"
    else:
        await checks.verify(token)


async def test_a_revocation_of_another_tenant_changes_nothing() -> None:
    checks = verifier()
    checks.not_before.merge([Revocation(str(uuid4()), None, None, time.time() + 60)])
    await checks.verify(signed(claims()))


async def test_a_token_issued_after_the_revocation_holds() -> None:
    checks = verifier()
    checks.not_before.merge([Revocation(str(TENANT), str(PERSON), None, time.time() - 0.01)])
    await checks.verify(signed(claims(iat=time.time())))


def test_news_of_an_earlier_revocation_does_not_undo_a_later_one() -> None:
    known, now = NotBefore(), time.time()
    known.merge([Revocation("t", None, None, now)])
    known.merge([Revocation("t", None, None, now - 60)])
    assert not known.holds("t", "s", "", now - 1)


def test_a_revocation_is_forgotten_when_no_token_from_before_can_live() -> None:
    known = NotBefore()
    known.merge([Revocation("t", None, None, time.time() - NotBefore.KEEP_SECONDS - 1)])
    assert len(known) == 0


@pytest.mark.parametrize(
    "document",
    [None, [], {}, {"entries": 1}, {"entries": [{}]}, {"entries": [{"tenant": "t", "not_before": "x"}]}],
)
def test_a_malformed_document_of_revocations_is_refused(document: object) -> None:
    with pytest.raises(ValueError, match="entr"):
        revocations(document)


async def test_a_services_token_names_the_service_its_tenant_and_the_cause() -> None:
    token = SystemTokens("tickets", SECRET).token(TENANT, "event:7", str(PERSON))
    caller = await verifier().verify(token)
    assert (caller.kind, caller.subject, caller.tenant_id) == ("system", "tickets", TENANT)
    assert (caller.cause, caller.on_behalf_of, caller.scopes) == ("event:7", str(PERSON), frozenset())


async def test_while_a_services_key_is_changed_the_old_and_the_new_one_hold() -> None:
    old, new, other = SECRET, "n" * 32, "o" * 32
    checks = Verifier(keys=LocalKeys([KEY]), service_keys={"tickets": f"{new} {old}"})
    for secret in (old, new):
        token = SystemTokens("tickets", secret).token(TENANT, "event:7")
        assert (await checks.verify(token)).subject == "tickets"
    for secret in (other, f"{new} {old}"):
        with pytest.raises(Unauthenticated):
            await checks.verify(SystemTokens("tickets", secret).token(TENANT, "event:7"))


async def test_a_revocation_of_the_whole_tenant_leaves_services_at_their_work() -> None:
    checks = verifier()
    token = SystemTokens("tickets", SECRET).token(TENANT, "event:7")
    checks.not_before.merge([Revocation(str(TENANT), None, None, time.time() + 1)])
    assert (await checks.verify(token)).kind == "system"


async def test_a_service_cannot_sign_for_another() -> None:
    checks = Verifier(keys=LocalKeys([KEY]), service_keys={"tickets": SECRET, "sla": "b" * 32})
    now = time.time()
    values: dict[str, object] = {
        "iss": "sla",
        "sub": "sla",
        "tenant": str(TENANT),
        "kind": "system",
        "cause": "event:1",
        "iat": now,
        "exp": now + 300,
    }
    for kid in ("tickets", "sla"):
        forged = jwt.encode(
            {"alg": "HS256", "kid": kid}, values, OctKey.import_key(SECRET), algorithms=["HS256"]
        )
        with pytest.raises(Unauthenticated):
            await checks.verify(forged)


async def test_a_services_token_may_not_live_longer_than_five_minutes() -> None:
    now = time.time()
    values: dict[str, object] = {
        "iss": "tickets",
        "sub": "tickets",
        "tenant": str(TENANT),
        "kind": "system",
        "cause": "event:1",
        "iat": now,
        "exp": now + 3600,
    }
    token = jwt.encode(
        {"alg": "HS256", "kid": "tickets"}, values, OctKey.import_key(SECRET), algorithms=["HS256"]
    )
    with pytest.raises(Unauthenticated):
        await verifier().verify(token)


async def test_services_without_the_keys_of_others_take_no_services_tokens() -> None:
    token = SystemTokens("tickets", SECRET).token(TENANT, "event:7")
    with pytest.raises(Unauthenticated):
        await Verifier(keys=LocalKeys([KEY])).verify(token)


def test_one_token_serves_all_calls_of_one_cause() -> None:
    tokens = SystemTokens("tickets", SECRET)
    assert tokens.token(TENANT, "event:7") == tokens.token(TENANT, "event:7")
    assert tokens.token(TENANT, "event:7") != tokens.token(UUID(int=1), "event:7")


def _part(document: Mapping[str, object]) -> str:
    return base64.urlsafe_b64encode(json.dumps(document).encode()).decode().rstrip("=")
