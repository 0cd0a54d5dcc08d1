"""What the environment tells the service; names begin with TICKETS_."""

from chassis.settings import ServiceSettings


class Settings(ServiceSettings):
    """Beside what every service has."""

    gateway_target: str
    """Where the gateway's internal gRPC listens: "unix:/path" or "host:port"."""
