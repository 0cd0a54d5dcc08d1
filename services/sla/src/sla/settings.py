"""Settings of the sla service, beside those of every service."""

from chassis.settings import ServiceSettings


class SlaSettings(ServiceSettings):
    """Read from SLA_… and DESKMESH_…."""

    gateway_target: str
    """Where the gateway answers services: "unix:/path" or host:port."""
