"""Settings of cmdb."""

from __future__ import annotations

from chassis.settings import ServiceSettings


class Settings(ServiceSettings):
    """Environment variables with the prefix CMDB_."""

    gateway_target: str
    """Where the gateway's internal gRPC listens, for the first fill of the copy of people."""
