"""Users, teams and organisations, as JSON."""

from deskmesh.gateway.v1 import identity_pb2 as pb
from gateway.http.values import JsonObject, moment, person, ref, ref_to, text


def user(value: pb.User) -> JsonObject:
    """Write a person of the tenant."""
    return {
        "id": value.id,
        "key": value.email,
        "email": value.email,
        "name": value.name,
        "language": text(value.language),
        "time_zone": text(value.time_zone),
        "phone": text(value.phone),
        "active": value.active,
        "teams": [ref(team) for team in value.teams],
        "organizations": [ref(organization) for organization in value.organizations],
        "roles": [
            {"role": grant.role, "process": text(grant.process), "queue": text(grant.queue)}
            for grant in value.roles
        ],
        "manager": person(value.manager),
        "created_at": moment(value.created_at),
        "updated_at": moment(value.updated_at),
        "version": value.version,
    }


def team(value: pb.Team) -> JsonObject:
    """Write a team with its members."""
    return {
        **ref_to(value),
        "slug": value.slug,
        "description": value.description,
        "members": [person(member) for member in value.members],
        "created_at": moment(value.created_at),
        "updated_at": moment(value.updated_at),
        "version": value.version,
    }


def organization(value: pb.Organization) -> JsonObject:
    """Write an organisation."""
    return {
        **ref_to(value),
        "slug": value.slug,
        "domains": list(value.domains),
        "created_at": moment(value.created_at),
        "updated_at": moment(value.updated_at),
        "version": value.version,
    }
