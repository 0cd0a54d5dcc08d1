"""Calendars and policies that callers write, as drafts."""

from __future__ import annotations

from collections.abc import Collection

from deskmesh.sla.v1 import sla_pb2
from sla.app.calendar_draft import CalendarDraft
from sla.app.policy_draft import PolicyDraft
from sla.domain.escalations import BUSINESS
from sla.domain.hours import WEEKDAYS

CALENDAR_FIELDS = (
    "name",
    "time_zone",
    "hours",
    "holidays",
    "holiday_country",
    "holiday_subdivision",
    "days",
    "effective_from",
)
POLICY_FIELDS = (
    "name",
    "kind",
    "calendar_id",
    "order",
    "condition",
    "targets",
    "pause_states",
    "warnings",
    "active",
    "pause_when",
    "restart_on",
    "recompute",
    "clocks",
    "escalations",
)


def calendar_draft(calendar: sla_pb2.Calendar) -> CalendarDraft:
    """The whole calendar as a draft."""
    return CalendarDraft(**calendar_values(calendar, CALENDAR_FIELDS))  # type: ignore[arg-type]  # its own fields


def policy_draft(policy: sla_pb2.Policy) -> PolicyDraft:
    """The whole policy as a draft; a new one is active unless it says no."""
    values = policy_values(policy, POLICY_FIELDS)
    values["kind"] = policy.kind or "sla"
    values["active"] = policy.active if policy.HasField("active") else True
    return PolicyDraft(**values)  # type: ignore[arg-type]  # its own fields


def calendar_values(calendar: sla_pb2.Calendar, fields: Collection[str]) -> dict[str, object]:
    """These fields of a calendar, by the names of its draft."""
    values: dict[str, object] = {
        "name": calendar.name,
        "time_zone": calendar.time_zone,
        "hours": {
            day: [[span.start, span.end] for span in getattr(calendar.hours, day)]
            for day in WEEKDAYS
            if len(getattr(calendar.hours, day))
        },
        "holidays": [[holiday.date, holiday.name] for holiday in calendar.holidays],
        "holiday_country": calendar.holiday_country,
        "holiday_subdivision": calendar.holiday_subdivision,
        "days": [
            {"date": day.date, "name": day.name, "hours": [[span.start, span.end] for span in day.hours]}
            for day in calendar.days
        ],
        "effective_from": calendar.effective_from,
    }
    return {field: values[field] for field in fields}


def policy_values(policy: sla_pb2.Policy, fields: Collection[str]) -> dict[str, object]:
    """These fields of a policy, by the names of its draft."""
    values: dict[str, object] = {
        "name": policy.name,
        "kind": policy.kind,
        "calendar_id": policy.calendar_id,
        "order": policy.order,
        "condition": policy.condition,
        "targets": [[target.clock, target.priority, target.target] for target in policy.targets],
        "pause_states": list(policy.pause_states),
        "warnings": list(policy.warnings),
        "active": policy.active,
        "pause_when": policy.pause_when,
        "restart_on": list(policy.restart_on),
        "recompute": policy.recompute or "creation",
        "clocks": [
            {
                "name": clock.name,
                "start": clock.start,
                "stop": clock.stop,
                "pause": clock.pause,
                "goes_on": clock.goes_on,
            }
            for clock in policy.clocks
        ],
        "escalations": [
            {"clock": step.clock, "at": step.at, "time": step.time or BUSINESS, "to": list(step.to)}
            for step in policy.escalations
        ],
    }
    return {field: values[field] for field in fields}
