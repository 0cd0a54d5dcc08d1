"""What the gateway is told by its environment."""

from pathlib import Path

from pydantic import Field, SecretStr, field_validator

from chassis.settings import ServiceSettings
from gateway.app.keys import SigningKeys

_SHORTEST_SERVICE_KEY = 32
_SHORTEST_ENCRYPTION_KEY = 32


class GatewaySettings(ServiceSettings):
    """The variables with the prefix GATEWAY_, beside those that all services share."""

    # One or more RSA private keys in PEM; the first signs (see gateway.app.keys).
    signing_key: SecretStr
    # Encrypts the secrets that must be read again; the new key and the old ones, parted by blanks, while it changes.
    encryption_key: SecretStr
    # Service → the secret with which it signs its own calls; the new and the old one, parted by a blank, while it changes.
    service_keys: dict[str, SecretStr]
    # "host:port" of the gRPC door for integrators.
    public_grpc_listen: str
    # "unix:/path" or "host:port" of the services behind.
    tickets_target: str
    sla_target: str
    knowledge_target: str
    cmdb_target: str
    notify_target: str
    # Requests per second to all gateways together, averaged; twice as many at once.
    client_rate_limit: float = Field(default=1000.0, gt=0)
    tenant_rate_limit: float = Field(default=2000.0, gt=0)
    sign_in_rate_limit: float = Field(default=20.0, gt=0)
    # Where set, the gateway is not ready until this file exists (the demo data are being loaded).
    ready_file: Path | None = None
    # The built web UI; the package carries its own. Where there is none, / leads to /docs.
    web_folder: Path = Path(__file__).parent / "web_ui"

    @field_validator("signing_key")
    @classmethod
    def _holds_keys(cls, value: SecretStr) -> SecretStr:
        SigningKeys.from_pem(value.get_secret_value())
        return value

    @field_validator("encryption_key")
    @classmethod
    def _is_long_enough(cls, value: SecretStr) -> SecretStr:
        given = value.get_secret_value().split()
        if not given or min(map(len, given)) < _SHORTEST_ENCRYPTION_KEY:
            raise ValueError(f"a key has fewer than {_SHORTEST_ENCRYPTION_KEY} characters")
        return value

    @field_validator("service_keys")
    @classmethod
    def _are_long_enough(cls, value: dict[str, SecretStr]) -> dict[str, SecretStr]:
        short = sorted(
            name
            for name, keys in value.items()
            if not (given := keys.get_secret_value().split()) or min(map(len, given)) < _SHORTEST_SERVICE_KEY
        )
        if short:
            raise ValueError(
                f"the keys of {', '.join(short)} have fewer than {_SHORTEST_SERVICE_KEY} characters"
            )
        return value
