"""Whom something is shared with: views and the like, that people make for themselves and for others."""

from pydantic import Field
from pydantic.config import JsonDict

from gateway.http.models.common import EARLIER, ID, PERSON, QUEUE, Input, Output, Ref, Reference

SHARED: JsonDict = {"everybody": False, "teams": ["network"]}
KEPT: JsonDict = {
    "id": ID,
    "shared_with": {"everybody": False, "teams": [QUEUE]},
    "owner": PERSON,
    "created_at": EARLIER,
    "updated_at": EARLIER,
    "version": 1,
}
"""What the desk says of something shared beside what people wrote."""


class SharingInput(Input):
    """Who sees it beside its owner; nobody where both are empty."""

    everybody: bool = Field(
        default=False,
        description="Everybody who works tickets; this, and teams that you are not in, need `tickets.configure`.",
    )
    teams: list[Reference] = Field(default_factory=list)


class Sharing(Output):
    """Who sees it beside its owner; nobody where both are empty."""

    everybody: bool
    teams: list[Ref]
