"""Changes, as JSON and as iCalendar."""

from collections.abc import Iterable
from datetime import UTC, datetime

from icalendar import Calendar, Event

from deskmesh.tickets.v1 import change_pb2 as pb
from gateway.http.values import JsonObject, moment, ref, text


def change(value: pb.Change) -> JsonObject:
    """Write what is planned for a change."""
    return {
        "ticket": ref(value.ticket),
        "state": value.state,
        "state_category": value.state_category,
        "ci_ids": list(value.ci_ids),
        "service_id": text(value.service_id),
        "risk": value.risk,
        "risk_answers": {key: value.risk_answers[key] for key in sorted(value.risk_answers)},
        "plan": text(value.plan),
        "backout_plan": text(value.backout_plan),
        "planned_start": moment(value.planned_start),
        "planned_end": moment(value.planned_end),
        "emergency": value.emergency,
        "release": text(value.release),
        "standard": value.standard,
        "warnings": [
            {
                "kind": one.kind,
                "subject": one.subject,
                "change": ref(one.change),
                "starts_at": moment(one.starts_at),
                "ends_at": moment(one.ends_at),
            }
            for one in value.warnings
        ],
        "version": value.version,
    }


def freeze(value: pb.ChangeFreeze) -> JsonObject:
    """Write a freeze."""
    return {
        "id": value.id,
        "name": value.name,
        "starts_at": moment(value.starts_at),
        "ends_at": moment(value.ends_at),
        "service_ids": list(value.service_ids),
        "version": value.version,
    }


def template(value: pb.ChangeTemplate) -> JsonObject:
    """Write a template."""
    return {
        "id": value.id,
        "key": value.slug,
        "slug": value.slug,
        "name": value.name,
        "description": value.description,
        "plan": value.plan,
        "backout_plan": value.backout_plan,
        "queue": text(value.queue),
        "version": value.version,
    }


def calendar(changes: Iterable[pb.Change], now: datetime) -> bytes:
    """Write planned changes as an iCalendar (RFC 5545)."""
    written = Calendar()
    written.add("prodid", "-//Deskmesh//Changes//EN")
    written.add("version", "2.0")
    for one in changes:
        event = Event()
        event.add("uid", f"{one.ticket.id}@deskmesh")
        event.add("dtstamp", now)
        event.add("sequence", one.version)
        event.add("dtstart", one.planned_start.ToDatetime(tzinfo=UTC))
        event.add("dtend", one.planned_end.ToDatetime(tzinfo=UTC))
        event.add("summary", f"{one.ticket.key} {one.ticket.name}")
        event.add("description", "\n".join(filter(None, (f"{one.state}, {one.risk}", one.release))))
        written.add_component(event)
    return bytes(written.to_ical())
