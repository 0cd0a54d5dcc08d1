"""Tickets and what belongs to one, as JSON."""

from deskmesh.tickets.v1 import ticket_pb2 as pb
from gateway.http.values import (
    JsonObject,
    actor,
    file,
    moment,
    person,
    plain,
    plain_object,
    ref,
    ref_to,
    text,
)


def ticket(value: pb.Ticket) -> JsonObject:
    """Write a whole ticket."""
    return {
        "id": value.id,
        "key": value.number,
        "number": value.number,
        "type": value.type,
        "title": value.title,
        "description": value.description,
        "description_format": value.description_format,
        "description_html": text(value.description_html),
        "state": value.state,
        "state_category": value.state_category,
        "priority": text(value.priority),
        "impact": text(value.impact),
        "urgency": text(value.urgency),
        "process": ref(value.process),
        "queue": ref(value.queue),
        "team": ref(value.team),
        "assignee": person(value.assignee),
        "requester": person(value.requester),
        "organization": ref(value.organization),
        "watchers": [person(watcher) for watcher in value.watchers],
        "tags": list(value.tags),
        "category": text(value.category),
        "fields": plain_object(value.fields),
        "channel": text(value.channel),
        "language": text(value.language),
        "ci_ids": list(value.ci_ids),
        "service_id": text(value.service_id),
        "parent_id": text(value.parent_id),
        "merged_into": ref(value.merged_into),
        "created_at": moment(value.created_at),
        "updated_at": moment(value.updated_at),
        "resolved_at": moment(value.resolved_at),
        "closed_at": moment(value.closed_at),
        "first_responded_at": moment(value.first_responded_at),
        "due_at": moment(value.due_at),
        "remind_at": moment(value.remind_at),
        "minutes_spent": value.minutes_spent,
        "minutes_billable": value.minutes_billable,
        "sla": [clock(item) for item in value.sla],
        "version": value.version,
    }


def clock(value: pb.TicketClock) -> JsonObject:
    """Write the ticket's copy of a clock."""
    return {
        "id": value.id,
        "name": value.name,
        "state": value.state,
        "kind": text(value.kind),
        "target": value.target,
        "started_at": moment(value.started_at),
        "due_at": moment(value.due_at),
        "paused_at": moment(value.paused_at),
        "stopped_at": moment(value.stopped_at),
        "breached": value.breached,
        "policy": value.policy,
    }


def comment(value: pb.Comment) -> JsonObject:
    """Write what was said."""
    return {
        "id": value.id,
        "ticket_id": value.ticket_id,
        "body": value.body,
        "format": value.format,
        "body_html": text(value.body_html),
        "quoted": text(value.quoted),
        "visibility": value.visibility,
        "author": actor(value.author),
        "from_requester": value.from_requester,
        "channel": text(value.channel),
        "attachments": [file(item) for item in value.attachments],
        "forwarded_to": list(value.forwarded_to),
        "created_at": moment(value.created_at),
        "recorded_at": moment(value.recorded_at),
        "origin": ref(value.origin),
        "version": value.version,
    }


def attachment(value: pb.Attachment) -> JsonObject:
    """Write a file of a ticket."""
    return {
        **file(value.file),
        "ticket_id": value.ticket_id,
        "comment_id": text(value.comment_id),
        "uploaded_by": actor(value.uploaded_by),
        "created_at": moment(value.created_at),
    }


def transition(value: pb.Transition) -> JsonObject:
    """Write a legal move."""
    return {
        "to": value.to,
        "name": value.name,
        "required_fields": list(value.required_fields),
        "comment_required": value.comment_required,
        "held_back": list(value.held_back),
    }


def history_entry(value: pb.HistoryEntry) -> JsonObject:
    """Write one change."""
    return {
        "id": value.id,
        "ticket_id": value.ticket_id,
        "action": value.action,
        "field": text(value.change.field),
        "from": plain(value.change.old_value),
        "to": plain(value.change.new_value),
        "actor": actor(value.actor),
        "cause": text(value.cause),
        "rule": text(value.rule),
        "occurred_at": moment(value.occurred_at),
        "recorded_at": moment(value.recorded_at),
        "ticket_version": value.ticket_version,
    }


def process(value: pb.Process) -> JsonObject:
    """Write a business process."""
    return {
        **ref_to(value),
        "slug": value.slug,
        "description": value.description,
        "is_default": value.is_default,
        "active": value.active,
        "version": value.version,
    }


def queue(value: pb.Queue) -> JsonObject:
    """Write a queue."""
    return {
        **ref_to(value),
        "slug": value.slug,
        "process": ref(value.process),
        "team": ref(value.team),
        "is_default": value.is_default,
        "confidential": value.confidential,
        "active": value.active,
        "version": value.version,
    }


def ticket_type(value: pb.TicketType) -> JsonObject:
    """Write a ticket type."""
    return {
        **ref_to(value),
        "slug": value.slug,
        "prefix": value.prefix,
        "is_default": value.is_default,
        "active": value.active,
        "version": value.version,
    }


def priority_cell(value: pb.PriorityCell) -> JsonObject:
    """Write a cell of the priority matrix."""
    return {"impact": value.impact, "urgency": value.urgency, "priority": value.priority}


def count(value: pb.TicketCount) -> JsonObject:
    """Write how many tickets there are."""
    return {"count": value.count, "more": value.more}
