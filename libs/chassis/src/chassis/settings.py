"""Settings of a service: the environment only, read once, everything wrong listed at once."""

from __future__ import annotations

import json
import os
from ipaddress import IPv4Network, IPv6Network
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, TypeVar, get_args, get_origin

from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pydantic.fields import FieldInfo

SHARED_PREFIX = "DESKMESH_"
# Shared names that belong to other programs of the installation: the one-machine run and the tests.
_READ_BY_OTHERS = frozenset(
    f"{SHARED_PREFIX}{name}"
    for name in (
        "HOME",
        "HTTP_PORT",
        "GRPC_PORT",
        "SMTP_PORT",
        "SMTP_OUT",
        "POSTGRES_BINARIES",
        "NATS_BINARY",
        "PG15_BINARIES",
    )
)
_TEST_PREFIX = "DESKMESH_TEST_"
_STRUCTURED = (dict, list, tuple, set, frozenset)


class SettingsError(Exception):
    """The environment does not fit. `problems` has a line for each thing that is wrong."""

    def __init__(self, problems: list[str]) -> None:
        self.problems = problems
        super().__init__("settings do not fit:\n" + "\n".join(f"  {problem}" for problem in problems))


class ServiceSettings(BaseSettings):
    """What every service is told. A service adds its own fields in a subclass.

    A field is read from the service's prefix and its name in upper case (`TICKETS_DATABASE_URL`), or from the
    shared name that its `validation_alias` gives. A secret X may also come as the file that X_FILE names.
    """

    model_config: ClassVar[SettingsConfigDict] = SettingsConfigDict(
        extra="forbid", frozen=True, populate_by_name=True, hide_input_in_errors=True
    )

    database_url: SecretStr
    """postgresql://… of the app role; two of them, parted by a blank, while its password is changed."""
    relay_database_url: SecretStr
    """postgresql://… of the relay role; also two."""
    owner_database_url: SecretStr | None = None
    """postgresql://… of the owner role; only `migrate` needs it."""
    database_pool_size: int = Field(default=10, ge=2, le=200)
    """Connections of the app role that a process keeps at most."""
    grpc_listen: str = Field(pattern=r"^(unix:/.+|\S+:\d{1,5})$")
    """"unix:/path" or host:port."""
    http_listen: str = Field(pattern=r"^\S+:\d{1,5}$")
    """host:port of the HTTP door; of health and metrics where there is no other."""
    service_key: SecretStr | None = None
    """Signs the tokens with which the service calls others for itself."""
    drain_seconds: float = Field(default=0.0, ge=0, le=300, validation_alias="DESKMESH_DRAIN_SECONDS")
    """From not being ready to closing the doors, at the end: whoever spreads the load has so long to notice."""
    grace_seconds: float = Field(default=5.0, ge=1, le=300, validation_alias="DESKMESH_GRACE_SECONDS")
    """For running calls and requests to end, and then for the work in the background."""
    nats_url: str = Field(validation_alias="DESKMESH_NATS_URL")
    nats_stream_replicas: int = Field(default=1, ge=1, le=5, validation_alias="DESKMESH_NATS_STREAM_REPLICAS")
    """Servers of a NATS cluster that keep a copy of each stream; a stream that is there already stays as it is."""
    """nats://…; several parted by blanks, also while the password is changed."""
    jwks_url: str = Field(validation_alias="DESKMESH_JWKS_URL")
    """HTTP address of the gateway, under which the keys of tokens are published."""
    object_store_url: str = Field(validation_alias="DESKMESH_OBJECT_STORE_URL")
    """file:///folder or s3://bucket/prefix."""
    outbound_networks: tuple[IPv4Network | IPv6Network, ...] = Field(
        default=(), validation_alias="DESKMESH_OUTBOUND_NETWORKS"
    )
    """Private networks that addresses written by tenants may lie in, such as ["10.20.0.0/16"]; without: none."""
    log_level: str = Field(default="INFO", validation_alias="DESKMESH_LOG_LEVEL", pattern="^[A-Za-z]+$")
    environment: str = Field(default="production", validation_alias="DESKMESH_ENVIRONMENT")
    """A name for the installation, shown in telemetry."""

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],  # noqa: ARG003 (the library's signature)
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Only what `load` passes in: it reads the environment itself, to report every problem and not the first."""
        return (init_settings,)


S = TypeVar("S", bound=ServiceSettings)


def load(settings: type[S], prefix: str, environment: Mapping[str, str] | None = None) -> S:
    """Reads the settings from the environment (of the process, unless another is given).

    Raises SettingsError that lists all problems: missing, malformed, and unknown names with the service's prefix
    or the shared one. `DESKMESH_TEST_*` is ignored.
    """
    given = os.environ if environment is None else environment
    names = {_variable(prefix, name, field): name for name, field in settings.model_fields.items()}
    secrets = {variable for variable, name in names.items() if _is_secret(settings.model_fields[name])}
    problems = _unknown(given, prefix, names.keys() | {f"{variable}_FILE" for variable in secrets})
    values: dict[str, object] = {}
    refused: set[str] = set()
    for variable, name in names.items():
        try:
            text = _text(given, variable, may_be_file=variable in secrets)
            if text is not None:
                values[name] = json.loads(text) if _is_structured(settings.model_fields[name]) else text
        except (OSError, ValueError) as error:
            problems.append(f"{variable}: {error}")
            refused.add(variable)
    try:
        loaded = settings.model_validate(values)
    except ValidationError as error:
        by_key = {key: variable for variable, name in names.items() for key in (variable, name)}
        for item in error.errors(include_input=False, include_url=False, include_context=False):
            variable = by_key.get(str(item["loc"][0]), str(item["loc"][0])) if item["loc"] else prefix
            if variable not in refused:
                problems.append(f"{variable}: {'missing' if item['type'] == 'missing' else item['msg']}")
        raise SettingsError(sorted(problems)) from None
    if problems:
        raise SettingsError(sorted(problems))
    return loaded


def _variable(prefix: str, name: str, field: FieldInfo) -> str:
    alias = field.validation_alias
    return alias if isinstance(alias, str) else f"{prefix}{name.upper()}"


def _unknown(given: Mapping[str, str], prefix: str, known: set[str]) -> list[str]:
    ours = (
        name
        for name in given
        if name.startswith((prefix, SHARED_PREFIX)) and not name.startswith(_TEST_PREFIX)
    )
    return [f"{name}: unknown" for name in ours if name not in known and name not in _READ_BY_OTHERS]


def _text(given: Mapping[str, str], variable: str, *, may_be_file: bool) -> str | None:
    text = given.get(variable)
    file = given.get(f"{variable}_FILE") if may_be_file else None
    if file is None:
        return text
    if text is not None:
        raise ValueError(f"given twice, also as {variable}_FILE")
    return Path(file).read_text(encoding="utf-8").strip()


def _is_secret(field: FieldInfo) -> bool:
    return SecretStr in (field.annotation, *get_args(field.annotation))


def _is_structured(field: FieldInfo) -> bool:
    kinds = (field.annotation, *get_args(field.annotation))
    return any(kind in _STRUCTURED or get_origin(kind) in _STRUCTURED for kind in kinds)
