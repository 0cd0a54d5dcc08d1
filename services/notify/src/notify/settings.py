"""Settings of notify."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Self

from pydantic import Field, SecretStr, StringConstraints, field_validator, model_validator

from chassis.settings import ServiceSettings
from notify.clients.push import PushKey

HostPort = Annotated[str, StringConstraints(pattern=r"^(\[[0-9a-fA-F:]+\]|[^:\s]+):\d{1,5}$")]


class Settings(ServiceSettings):
    """Environment variables with the prefix NOTIFY_."""

    gateway_target: str
    """Where the gateway's internal gRPC listens, for the first fill of the copies."""
    smtp_listen: HostPort
    """host:port on which mail comes in."""
    smtp_out: HostPort | None = None
    """host:port of the relay for outgoing mail; without it, mail is kept as files in the mail folder."""
    mail_folder: Path | None = None
    """Where outgoing mail is kept while there is no relay."""
    mail_domain: str = Field(default="", pattern=r"^[A-Za-z0-9.-]*$")
    """Domain of our Message-IDs and of our greeting; empty: that of the tenant's support address, and localhost."""
    public_url: str = Field(default="", pattern=r"^(https?://\S+)?$")
    """Where people reach the gateway, for links in mails; empty: mails have none."""
    push_key: SecretStr | None = None
    """EC private key of P-256 in PEM, by which push services know the desk (VAPID); without it, nothing is pushed."""
    smtp_connections: int = Field(default=200, ge=1, le=10_000)
    """Connections of the mail intake at one time; more are sent away with 421."""
    smtp_hold_mebibytes: int = Field(default=256, ge=32, le=65_536)
    """MiB of unfinished mail held in memory at one time; more is sent away with 452."""

    @model_validator(mode="before")
    @classmethod
    def _empty_is_unset(cls, values: dict[str, object]) -> dict[str, object]:
        return {name: value for name, value in values.items() if value != ""}

    @field_validator("push_key")
    @classmethod
    def _holds_a_key(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None:
            PushKey.from_pem(value.get_secret_value())
        return value

    @model_validator(mode="after")
    def _mail_goes_somewhere(self) -> Self:
        if self.smtp_out is None and self.mail_folder is None:
            raise ValueError(
                "name a relay (NOTIFY_SMTP_OUT) or a folder (NOTIFY_MAIL_FOLDER) for outgoing mail"
            )
        return self


def host_and_port(address: str) -> tuple[str, int]:
    """Take host:port apart; an IPv6 host stands in brackets."""
    host, _, port = address.rpartition(":")
    return host.strip("[]"), int(port)
