"""Giving tickets to people, as JSON."""

from deskmesh.tickets.v1 import routing_service_pb2 as pb
from gateway.http.values import JsonObject, moment, person, plain_object, ref, text


def queue_routing(value: pb.QueueRouting) -> JsonObject:
    """Write how a queue gives its tickets to people."""
    return {
        "strategies": list(value.strategies),
        "require": list(value.require),
        "skills": [{"skill": one.skill, "level": one.level, "when": one.when} for one in value.skills],
        "max_open": value.max_open,
        "waiting_counts": value.waiting_counts,
        "version": value.version,
    }


def ticket_routing(value: pb.TicketRouting) -> JsonObject:
    """Write who got a ticket and why, or why nobody did until now."""
    return {
        "outcome": value.outcome,
        "decided_at": moment(value.decided_at),
        "queue": ref(value.queue),
        "assignee": person(value.assignee),
        "skills": {skill: value.skills[skill] for skill in sorted(value.skills)},
        "language": text(value.language),
        "candidates": [_candidate(one) for one in value.candidates],
        "considered": value.considered,
    }


def _candidate(value: pb.RoutingCandidate) -> JsonObject:
    return {
        "person": person(value.person),
        "eligible": value.eligible,
        "reasons": [
            {
                "requirement": one.requirement,
                "met": one.met,
                "text": one.text,
                "data": plain_object(one.data),
            }
            for one in value.reasons
        ],
        "preferences": plain_object(value.preferences),
    }
