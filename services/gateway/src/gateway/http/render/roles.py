"""Roles, as JSON."""

from deskmesh.gateway.v1 import identity_pb2 as pb
from gateway.http.values import JsonObject, ref_to


def role(value: pb.Role) -> JsonObject:
    """Write a role with its permissions."""
    return {
        **ref_to(value),
        "slug": value.slug,
        "permissions": list(value.permissions),
        "version": value.version,
    }
