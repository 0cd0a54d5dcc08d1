"""Time spent on tickets, as JSON."""

from deskmesh.tickets.v1 import time_entry_pb2 as nouns
from deskmesh.tickets.v1 import time_entry_service_pb2 as pb
from gateway.http.values import JsonObject, moment, person, ref, text

COLUMNS = (
    "id",
    "ticket",
    "person",
    "organization",
    "started_at",
    "minutes",
    "billable",
    "activity",
    "note",
)
"""Of the export."""


def time_entry(value: nouns.TimeEntry) -> JsonObject:
    """Write work that somebody did."""
    return {
        "id": value.id,
        "ticket": ref(value.ticket),
        "person": person(value.person),
        "organization": ref(value.organization),
        "minutes": value.minutes,
        "started_at": moment(value.started_at),
        "note": text(value.note),
        "billable": value.billable,
        "activity": text(value.activity),
        "created_at": moment(value.created_at),
        "updated_at": moment(value.updated_at),
        "version": value.version,
    }


def row(value: nouns.TimeEntry) -> list[object]:
    """Write the same as a row of `COLUMNS`."""
    return [
        value.id,
        value.ticket.key,
        value.person.email,
        value.organization.key,
        moment(value.started_at),
        value.minutes,
        value.billable,
        value.activity,
        value.note,
    ]


def time_sum(value: pb.TimeSum) -> JsonObject:
    """Write the sums of some entries."""
    return {
        "id": text(value.group.id),
        "key": text(value.group.key),
        "name": text(value.group.name),
        "entries": value.entries,
        "minutes": value.minutes,
        "billable_minutes": value.billable_minutes,
    }


def work_timer(value: nouns.WorkTimer) -> JsonObject:
    """Write a running timer."""
    return {
        "ticket": ref(value.ticket),
        "started_at": moment(value.started_at),
        "note": text(value.note),
        "billable": value.billable,
        "activity": text(value.activity),
    }
