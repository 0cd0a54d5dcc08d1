"""What sla tells of calendars, whose open days recurrences heed."""

from datetime import date
from uuid import UUID

from chassis.db import Tx
from chassis.events import Handler, Received
from chassis.events.handlers import AnyHandler
from deskmesh.sla.v1 import events_pb2
from tickets.app.calendars import keep_calendar
from tickets.app.recurrences import follow_calendar
from tickets.domain.recurring import OpenDays


async def on_calendar_changed(tx: Tx, received: list[Received[events_pb2.CalendarChanged]]) -> None:
    """Keeps the calendars, and has recurrences follow them."""
    for event in received:
        told = event.message
        days = OpenDays(
            told.time_zone,
            frozenset(told.closed_weekdays),
            frozenset(date.fromisoformat(day) for day in told.exceptions),
        )
        kept = await keep_calendar(
            tx,
            calendar_id=UUID(told.id),
            version=told.version,
            name=told.name,
            deleted=told.deleted,
            days=days,
        )
        if kept:
            await follow_calendar(tx, calendar_id=UUID(told.id))


def handler() -> AnyHandler:
    """The handler of CalendarChanged."""
    return Handler(events_pb2.CalendarChanged, on_calendar_changed)
