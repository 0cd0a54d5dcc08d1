"""The gateway's own settings: everything wrong is said at once."""

import json

import pytest
from joserfc.jwk import RSAKey

from chassis.settings import SettingsError, load
from gateway.app.keys import SigningKeys
from gateway.settings import GatewaySettings


def _pem(bits: int = 2048) -> str:
    return RSAKey.generate_key(bits).as_pem(private=True).decode()


def _environment(**changed: str) -> dict[str, str]:
    shared = {
        "DESKMESH_NATS_URL": "nats://127.0.0.1:4222",
        "DESKMESH_JWKS_URL": "http://127.0.0.1:8080",
        "DESKMESH_OBJECT_STORE_URL": "file:///tmp/objects",
    }
    own = {
        "DATABASE_URL": "postgresql://app@localhost/gateway",
        "RELAY_DATABASE_URL": "postgresql://relay@localhost/gateway",
        "GRPC_LISTEN": "unix:/tmp/g.sock",
        "HTTP_LISTEN": "127.0.0.1:8080",
        "PUBLIC_GRPC_LISTEN": "127.0.0.1:8081",
        "SIGNING_KEY": _pem(),
        "ENCRYPTION_KEY": "e" * 32,
        "SERVICE_KEYS": json.dumps({"tickets": "k" * 32}),
        **{
            f"{name}_TARGET": f"unix:/tmp/{name}.sock"
            for name in ("TICKETS", "SLA", "KNOWLEDGE", "CMDB", "NOTIFY")
        },
        **changed,
    }
    return shared | {f"GATEWAY_{name}": value for name, value in own.items() if value}


def test_a_whole_environment_is_taken() -> None:
    settings = load(GatewaySettings, "GATEWAY_", _environment())
    assert settings.service_keys["tickets"].get_secret_value() == "k" * 32
    assert "PRIVATE" not in repr(settings)


def test_everything_wrong_is_listed_and_no_secret_with_it() -> None:
    wrong = _environment(
        SIGNING_KEY="no key at all",
        ENCRYPTION_KEY=f"{'e' * 32} short-secret",
        SERVICE_KEYS=json.dumps({"tickets": "short-secret", "sla": "k" * 32}),
        SIGN_IN_RATE_LIMIT="0",
        TICKETS_TARGET="",
        TICKET_TARGET="unix:/tmp/misspelt.sock",
    )
    with pytest.raises(SettingsError) as refused:
        load(GatewaySettings, "GATEWAY_", wrong)
    said = "\n".join(refused.value.problems)
    for name in (
        "SIGNING_KEY",
        "ENCRYPTION_KEY",
        "SERVICE_KEYS",
        "SIGN_IN_RATE_LIMIT",
        "TICKETS_TARGET",
        "TICKET_TARGET",
    ):
        assert f"GATEWAY_{name}:" in said
    assert "short-secret" not in said


@pytest.mark.parametrize("keys", [" ", f"{'k' * 32} short-secret", f"short-secret {'k' * 32}"])
def test_each_key_of_a_service_is_long_enough(keys: str) -> None:
    with pytest.raises(SettingsError, match="tickets"):
        load(GatewaySettings, "GATEWAY_", _environment(SERVICE_KEYS=json.dumps({"tickets": keys})))


def test_the_first_key_signs_and_all_are_published_without_their_private_parts() -> None:
    first, second = _pem(), _pem()
    keys = SigningKeys.from_pem(f"{first}\n{second}")
    published = keys.jwks()["keys"]
    assert [one["kid"] for one in published] == [one.kid for one in keys.published]
    assert keys.signing.kid == published[0]["kid"]
    for key in published:
        assert key.keys() == {"kty", "n", "e", "kid", "use", "alg"}
    swapped = SigningKeys.from_pem(f"{second}\n{first}")
    assert swapped.signing.kid == published[1]["kid"]


@pytest.mark.filterwarnings("ignore:Key size:joserfc.errors.SecurityWarning")
def test_a_short_key_is_refused() -> None:
    with pytest.raises(ValueError, match="2048 bits"):
        SigningKeys.from_pem(_pem(1024))
