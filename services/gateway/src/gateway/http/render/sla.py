"""Calendars, policies and clocks, as JSON."""

from google.protobuf.internal.containers import RepeatedCompositeFieldContainer

from deskmesh.sla.v1 import sla_pb2 as pb
from gateway.http.values import JsonObject, moment, text

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def calendar(value: pb.Calendar) -> JsonObject:
    """Write a calendar; hours are pairs of local wall times."""
    return {
        "id": value.id,
        "key": value.name,
        "name": value.name,
        "time_zone": value.time_zone,
        "hours": {day: _pairs(getattr(value.hours, day)) for day in WEEKDAYS},
        "holidays": _holidays(value.holidays),
        "holiday_country": text(value.holiday_country),
        "holiday_subdivision": text(value.holiday_subdivision),
        "days": [{"date": day.date, "name": day.name, "hours": _pairs(day.hours)} for day in value.days],
        "feeds": [
            {
                "name": feed.name,
                "holidays": _holidays(feed.holidays),
                "skipped": feed.skipped,
                "url": text(feed.url),
                "checked_at": moment(feed.checked_at),
                "fetched_at": moment(feed.fetched_at),
                "problem": text(feed.problem),
            }
            for feed in value.feeds
        ],
        "effective_from": text(value.effective_from),
        "created_at": moment(value.created_at),
        "updated_at": moment(value.updated_at),
        "version": value.version,
    }


def calendar_version(value: pb.CalendarVersion) -> JsonObject:
    """Write a calendar as it was from a change on."""
    body = calendar(value.calendar)
    del body["created_at"], body["updated_at"]
    return {
        **body,
        "in_force_since": moment(value.in_force_since),
        "zone_release": text(value.zone_release),
        "holiday_release": text(value.holiday_release),
    }


def _holidays(holidays: RepeatedCompositeFieldContainer[pb.Holiday]) -> list[JsonObject]:
    return [{"date": holiday.date, "name": holiday.name} for holiday in holidays]


def _pairs(intervals: RepeatedCompositeFieldContainer[pb.Interval]) -> list[list[str]]:
    return [[interval.start, interval.end] for interval in intervals]


def policy(value: pb.Policy) -> JsonObject:
    """Write a policy."""
    return {
        "id": value.id,
        "name": value.name,
        "order": value.order,
        "condition": value.condition,
        "kind": value.kind,
        "calendar_id": value.calendar_id,
        "targets": [
            {"clock": target.clock, "priority": text(target.priority), "target": target.target}
            for target in value.targets
        ],
        "pause_states": list(value.pause_states),
        "warnings": list(value.warnings),
        "active": value.active,
        "faults": [{"field": fault.field, "reason": fault.reason} for fault in value.faults],
        "pause_when": value.pause_when,
        "restart_on": list(value.restart_on),
        "recompute": value.recompute,
        "clocks": [
            {
                "name": clock.name,
                "start": clock.start,
                "stop": clock.stop,
                "pause": clock.pause,
                "goes_on": clock.goes_on,
            }
            for clock in value.clocks
        ],
        "escalations": [_escalation(step) for step in value.escalations],
        "created_at": moment(value.created_at),
        "updated_at": moment(value.updated_at),
        "version": value.version,
    }


def clock(value: pb.Clock, *, explain: bool) -> JsonObject:
    """Write a clock as of the moment that was asked for, with the intervals counted where they were asked for."""
    body: JsonObject = {
        "id": value.id,
        "name": value.name,
        "state": value.state,
        "kind": value.kind,
        "target": value.target,
        "started_at": moment(value.started_at),
        "due_at": moment(value.due_at),
        "paused_at": moment(value.paused_at),
        "stopped_at": moment(value.stopped_at),
        "elapsed": value.elapsed,
        "remaining": value.remaining,
        "breached": value.breached,
        "breached_at": moment(value.breached_at),
        "policy": value.policy,
        "policy_id": text(value.policy_id),
        "agreed": value.agreed,
        "policy_version": value.policy_version,
        "calendar": value.calendar,
        "calendar_id": text(value.calendar_id),
        "calendar_version": value.calendar_version,
    }
    if explain:
        body["explanation"] = list(value.explanation)
        body["intervals"] = [
            {
                "start": moment(interval.start),
                "end": moment(interval.end),
                "counted": interval.counted,
                "reason": interval.reason,
                "duration": interval.duration,
            }
            for interval in value.intervals
        ]
        body["recomputations"] = [
            {
                "at": moment(one.at),
                "reason": one.reason,
                "changes": [
                    {
                        "field": change.field,
                        "before": text(change.old_value.string_value),
                        "after": text(change.new_value.string_value),
                    }
                    for change in one.changes
                ],
            }
            for one in value.recomputations
        ]
        body["escalations"] = [
            {**_escalation(one.step), "reached": one.reached, "due_at": moment(one.due_at)}
            for one in value.escalations
        ]
    return body


def _escalation(step: pb.Escalation) -> JsonObject:
    return {"clock": text(step.clock), "at": step.at, "time": step.time, "to": list(step.to)}
