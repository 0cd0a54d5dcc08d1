"""People who are not signed in: what they may do by the roles that the directory's copy knows."""

from dataclasses import replace

from chassis.context import Caller, current_caller
from tickets.app.configuration import Configuration
from tickets.db.configuration import Process, Queue
from tickets.db.directory import Person
from tickets.domain.grants import scopes_of

WORK = "tickets.update"
"""Whoever may not change tickets of a queue cannot be assigned one."""


def caller_as(person: Person, configuration: Configuration, cause: str) -> Caller:
    """The person as a caller, for what came by mail. It carries no token: it cannot be used for calls."""
    return Caller(
        tenant_id=person.tenant_id,
        subject=str(person.id),
        kind="user",
        name=person.name,
        email=person.email,
        language=person.language,
        time_zone=person.time_zone,
        roles=tuple(grant["role"] for grant in person.grants),
        scopes=scopes_of(person.grants, configuration.roles),
        team_ids=frozenset(str(team) for team in person.team_ids),
        organization_ids=frozenset(str(organization) for organization in person.organization_ids),
        cause=cause,
    )


def caused_by(cause: str) -> Caller:
    """The running service, working because of something else than the batch as a whole."""
    return replace(current_caller(), cause=cause)


def may_work(person: Person, configuration: Configuration, process: Process, queue: Queue) -> bool:
    """Whether the person may change tickets of the queue.

    A role whose copy has not come yet is given the benefit of the doubt.
    """
    if any(grant["role"] not in configuration.roles for grant in person.grants):
        return True
    return caller_as(person, configuration, "").may(WORK, process.slug, queue.slug)
