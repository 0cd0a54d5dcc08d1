"""Answers of the audit log."""

from pydantic import ConfigDict, Field

from gateway.http.models.common import ACTOR, EARLIER, ID, Actor, Input, Output, PageQuery, Text
from gateway.http.models.macros import FieldChange

HASH = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"


class AuditQuery(PageQuery):
    """Which page of which entries."""

    filter: Text = Field(
        default="",
        description="AIP-160 over `service`, `kind`, `target_id`, `target_name`, `actor_kind`, `actor_id`, `cause`, "
        "`occurred_at`.",
        examples=['kind = "role"'],
    )


class KnownEnd(Input):
    """An end of the log that was kept elsewhere: both, or neither."""

    known_sequence: int = Field(default=0, ge=0, le=2**53, description="Its sequence number.")
    known_hash: Text = Field(default="", description="Its hash.", examples=[""])


class AuditEntry(Output):
    """A changed setting; people are named by their ids alone."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "id": ID,
                    "sequence": 12,
                    "service": "gateway",
                    "kind": "role",
                    "target_id": ID,
                    "target_name": "dispatcher",
                    "changes": [{"field": "name", "from": "Dispatch", "to": "Dispatcher"}],
                    "actor": ACTOR,
                    "cause": "",
                    "occurred_at": EARLIER,
                    "recorded_at": EARLIER,
                    "hash": HASH,
                }
            ]
        }
    )

    id: str
    sequence: int = Field(description="1, 2, 3 and on within the tenant.")
    service: str
    kind: str = Field(description="`user`, `queue`, `policy` and others.")
    target_id: str
    target_name: str | None = Field(description="Null for people.")
    changes: list[FieldChange]
    actor: Actor | None
    cause: str
    occurred_at: str
    recorded_at: str
    hash: str = Field(description="SHA-256 over this entry and the hash of the one before.")


class Verification(Output):
    """Whether the log is as it was written."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"entries": 12, "head": HASH, "sound": True, "broken_at": None}]}
    )

    entries: int
    head: str = Field(description="Hash of the last entry, to be kept elsewhere.")
    sound: bool
    broken_at: int | None = Field(description="Sequence number of the first entry that is not as written.")
