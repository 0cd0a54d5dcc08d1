"""What the gateway is told by its environment."""

from pathlib import Path

from pydantic import SecretStr

from chassis.settings import ServiceSettings


class GatewaySettings(ServiceSettings):
    """The variables with the prefix GATEWAY_, beside those that all services share."""

    # One or more RSA private keys in PEM; the first signs (see gateway.app.keys).
    signing_key: SecretStr
    # Service → the secret with which it signs its own calls.
    service_keys: dict[str, SecretStr]
    # "host:port" of the gRPC door for integrators.
    public_grpc_listen: str
    # "unix:/path" or "host:port" of the services behind.
    tickets_target: str
    sla_target: str
    knowledge_target: str
    cmdb_target: str
    notify_target: str
    # Requests per second, averaged; twice as many at once.
    client_rate_limit: float = 1000.0
    tenant_rate_limit: float = 2000.0
    sign_in_rate_limit: float = 20.0
    # Where set, the gateway is not ready until this file exists (the demo data are being loaded).
    ready_file: Path | None = None
