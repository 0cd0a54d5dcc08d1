"""Field masks of updates."""

from __future__ import annotations

from collections.abc import Collection

from google.protobuf.field_mask_pb2 import FieldMask
from google.protobuf.message import Message

from sla.app.refusals import invalid


def masked(mask: FieldMask, patch: Message, known: Collection[str]) -> list[str]:
    """What an update changes: what the mask names, or without one what the patch holds. Raises InvalidInput."""
    if not mask.paths:
        return [field.name for field, _ in patch.ListFields() if field.name in known]
    unknown = [path for path in mask.paths if path not in known]
    if unknown:
        raise invalid(*((path, f"can't be changed; {', '.join(known)} can") for path in unknown))
    return list(dict.fromkeys(mask.paths))
