"""Bodies of Web Push."""

from pydantic import ConfigDict, Field
from pydantic.config import JsonDict

from gateway.http.models.common import EARLIER, ID, LATER, Input, Output, Text

_KEYS: JsonDict = {
    "p256dh": "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4",
    "auth": "BTBZMqHH6r4Tts7J_aSIgg",
}
_TOPICS = "`assigned`, `comment`, `reminder`, `clock`, `approval`, `reply`, `rating`, `notice`."


class PushKey(Output):
    """The desk's public key, as browsers take it for `applicationServerKey`."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"public_key": _KEYS["p256dh"]}]})

    public_key: str | None = Field(
        description="An uncompressed point of P-256 in base64url (VAPID, RFC 8292). Null: the desk pushes nothing."
    )


class DeviceKeys(Input):
    """The keys of a device (RFC 8291), in base64url."""

    model_config = ConfigDict(json_schema_extra={"examples": [_KEYS]})

    p256dh: Text
    auth: Text


class NewPushSubscription(Input):
    """A device, as its browser describes it."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "endpoint": "https://push.example/send/Jx2kq",
                    "keys": _KEYS,
                    "topics": ["reply", "approval"],
                }
            ]
        }
    )

    endpoint: Text = Field(description="https, on the public internet.")
    keys: DeviceKeys
    topics: list[Text] = Field(default_factory=list, description=f"{_TOPICS} None: all of them.")


class PushSubscription(Output):
    """A device that is told."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "id": ID,
                    "topics": ["approval", "reply"],
                    "created_at": EARLIER,
                    "renewed_at": LATER,
                    "current": True,
                }
            ]
        }
    )

    id: str
    topics: list[str] = Field(description=_TOPICS)
    created_at: str
    renewed_at: str = Field(description="It lapses thirty days after this.")
    current: bool = Field(description="Registered in the session that asks.")
