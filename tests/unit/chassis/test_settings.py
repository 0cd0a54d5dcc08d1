from pathlib import Path

import pytest
from pydantic import Field, SecretStr

from chassis.settings import ServiceSettings, SettingsError, load

GIVEN = {
    "PROBE_DATABASE_URL": "postgresql://app:hush@h/probe",
    "PROBE_RELAY_DATABASE_URL": "postgresql://relay:hush@h/probe",
    "PROBE_GRPC_LISTEN": "unix:/run/probe",
    "PROBE_HTTP_LISTEN": "127.0.0.1:0",
    "DESKMESH_NATS_URL": "nats://h",
    "DESKMESH_JWKS_URL": "http://h",
    "DESKMESH_OBJECT_STORE_URL": "file:///tmp/x",
}


class ProbeSettings(ServiceSettings):
    keys: dict[str, SecretStr] = Field(default_factory=dict)
    folders: tuple[Path, ...] = ()
    limit: float = 1.0


def test_what_is_given_is_read_and_the_rest_has_its_default() -> None:
    settings = load(
        ProbeSettings, "PROBE_", {**GIVEN, "PROBE_LIMIT": "2.5", "PROBE_KEYS": '{"a": "k"}', "PATH": "/"}
    )
    assert settings.database_url.get_secret_value() == GIVEN["PROBE_DATABASE_URL"]
    assert settings.nats_url == "nats://h"
    assert settings.limit == 2.5
    assert settings.keys["a"].get_secret_value() == "k"
    assert (settings.owner_database_url, settings.log_level) == (None, "INFO")


def test_everything_wrong_is_listed_at_once() -> None:
    given = GIVEN | {"PROBE_LIMIT": "much", "PROBE_KEYS": "{", "PROBE_LIMITT": "1", "DESKMESH_NATS": "x"}
    del given["PROBE_GRPC_LISTEN"]
    with pytest.raises(SettingsError) as refused:
        load(ProbeSettings, "PROBE_", given)
    names = [problem.partition(":")[0] for problem in refused.value.problems]
    assert names == ["DESKMESH_NATS", "PROBE_GRPC_LISTEN", "PROBE_KEYS", "PROBE_LIMIT", "PROBE_LIMITT"]
    assert all(problem in str(refused.value) for problem in refused.value.problems)


def test_what_belongs_to_others_is_let_alone() -> None:
    load(
        ProbeSettings,
        "PROBE_",
        GIVEN | {"DESKMESH_TEST_NATS_URL": "x", "DESKMESH_HOME": "/h", "OTHER_X": "1"},
    )


def test_a_secret_may_come_in_a_file(tmp_path: Path) -> None:
    file = tmp_path / "url"
    file.write_text("postgresql://app:hush@h/probe\n")
    given = {name: value for name, value in GIVEN.items() if name != "PROBE_DATABASE_URL"}
    settings = load(ProbeSettings, "PROBE_", given | {"PROBE_DATABASE_URL_FILE": str(file)})
    assert settings.database_url.get_secret_value() == "postgresql://app:hush@h/probe"
    with pytest.raises(SettingsError, match="given twice"):
        load(ProbeSettings, "PROBE_", GIVEN | {"PROBE_DATABASE_URL_FILE": str(file)})
    with pytest.raises(SettingsError, match="No such file"):
        load(ProbeSettings, "PROBE_", given | {"PROBE_DATABASE_URL_FILE": str(tmp_path / "none")})
    with pytest.raises(SettingsError, match="PROBE_GRPC_LISTEN_FILE: unknown"):
        load(ProbeSettings, "PROBE_", GIVEN | {"PROBE_GRPC_LISTEN_FILE": str(file)})


def test_secrets_are_not_shown() -> None:
    assert "hush" not in repr(load(ProbeSettings, "PROBE_", GIVEN))
    with pytest.raises(SettingsError) as refused:
        load(ProbeSettings, "PROBE_", GIVEN | {"PROBE_KEYS": '["hush"]', "PROBE_DATABASE_POOL_SIZE": "hush"})
    assert "hush" not in str(refused.value)
