"""Calendars, and what is counted by them."""

from collections.abc import Sequence
from http import HTTPStatus
from typing import Annotated

from fastapi import Query
from google.protobuf.field_mask_pb2 import FieldMask
from starlette.requests import Request
from starlette.responses import Response

from deskmesh.sla.v1 import sla_pb2 as nouns
from deskmesh.sla.v1 import sla_service_pb2 as pb
from gateway.clients import sla as rpcs
from gateway.http.answers import document, listing, nothing, resource
from gateway.http.desk import ask
from gateway.http.door import API, Door
from gateway.http.headers import expected_version
from gateway.http.models import calendars as models
from gateway.http.models.common import PageQuery, list_of
from gateway.http.render import sla as render
from gateway.http.values import JsonObject, moment, timestamp

door = Door("sla")


@door.route(
    "POST",
    "/sla/calendars",
    rpcs.CREATE_CALENDAR,
    gives=models.Calendar,
    status=HTTPStatus.CREATED,
    versioned=True,
)
async def create_calendar(request: Request, body: models.NewCalendar) -> Response:
    """Create a calendar."""
    question = pb.CreateCalendarRequest(calendar=written_calendar(body))
    made = (await ask(request, rpcs.CREATE_CALENDAR, question)).calendar
    return resource(render.calendar(made), made.version, HTTPStatus.CREATED, f"{API}/sla/calendars/{made.id}")


@door.route("GET", "/sla/calendars", rpcs.LIST_CALENDARS, gives=list_of(models.Calendar))
async def list_calendars(request: Request, query: Annotated[PageQuery, Query()]) -> Response:
    """List calendars."""
    question = pb.ListCalendarsRequest(page_size=query.page_size, page_token=query.page_token)
    answer = await ask(request, rpcs.LIST_CALENDARS, question)
    return listing([render.calendar(item) for item in answer.calendars], answer.next_page_token)


@door.route("GET", "/sla/calendars/{calendar}", rpcs.GET_CALENDAR, gives=models.Calendar, versioned=True)
async def get_calendar(request: Request, calendar: str) -> Response:
    """Read a calendar, by id or name."""
    found = (await ask(request, rpcs.GET_CALENDAR, pb.GetCalendarRequest(calendar=calendar))).calendar
    return resource(render.calendar(found), found.version)


@door.route("PATCH", "/sla/calendars/{calendar}", rpcs.UPDATE_CALENDAR, gives=models.Calendar, versioned=True)
async def update_calendar(request: Request, calendar: str, body: models.CalendarPatch) -> Response:
    """Change a calendar; running clocks are computed anew, stopped ones stay as they were.

    Without `effective_from` a change counts from the date from which the calendar counts by now.
    """
    patch = nouns.Calendar(
        name=body.name or "",
        time_zone=body.time_zone or "",
        hours=None if body.hours is None else _hours(body.hours),
        holidays=_holidays(body.holidays or ()),
        holiday_country=body.holiday_country or "",
        holiday_subdivision=body.holiday_subdivision or "",
        days=_days(body.days or ()),
        effective_from=body.effective_from or "",
    )
    question = pb.UpdateCalendarRequest(
        calendar_id=calendar,
        patch=patch,
        update_mask=FieldMask(paths=body.named()),
        expected_version=expected_version(request),
    )
    changed = (await ask(request, rpcs.UPDATE_CALENDAR, question)).calendar
    return resource(render.calendar(changed), changed.version)


@door.route(
    "DELETE",
    "/sla/calendars/{calendar}",
    rpcs.DELETE_CALENDAR,
    status=HTTPStatus.NO_CONTENT,
    versioned=True,
)
async def delete_calendar(request: Request, calendar: str) -> Response:
    """Delete a calendar that no policy uses."""
    question = pb.DeleteCalendarRequest(calendar_id=calendar, expected_version=expected_version(request))
    await ask(request, rpcs.DELETE_CALENDAR, question)
    return nothing()


@door.route(
    "GET",
    "/sla/calendars/{calendar}/versions",
    rpcs.LIST_CALENDAR_VERSIONS,
    gives=list_of(models.CalendarVersion),
)
async def list_calendar_versions(
    request: Request, calendar: str, query: Annotated[PageQuery, Query()]
) -> Response:
    """List all versions of a calendar, the newest first."""
    question = pb.ListCalendarVersionsRequest(
        calendar_id=calendar, page_size=query.page_size, page_token=query.page_token
    )
    answer = await ask(request, rpcs.LIST_CALENDAR_VERSIONS, question)
    return listing([render.calendar_version(item) for item in answer.versions], answer.next_page_token)


@door.route(
    "PUT",
    "/sla/calendars/{calendar}/feeds/{feed}",
    rpcs.PUT_HOLIDAY_FEED,
    gives=models.Calendar,
    versioned=True,
)
async def put_holiday_feed(request: Request, calendar: str, feed: str, body: models.NewFeed) -> Response:
    """Take the days off of an iCalendar feed, in place of those that a feed of this name brought before.

    Events that last whole days count, recurring ones from five years ago to ten years ahead; others are skipped. Own days
    and holidays of the calendar go before them. An address is fetched soon, and from then on every six hours; where that
    fails, `problem` says why, and the days brought before stay.
    """
    question = pb.PutHolidayFeedRequest(
        calendar_id=calendar,
        feed=feed,
        icalendar=body.icalendar or "",
        url=body.url or "",
        expected_version=expected_version(request),
    )
    changed = (await ask(request, rpcs.PUT_HOLIDAY_FEED, question)).calendar
    return resource(render.calendar(changed), changed.version)


@door.route(
    "DELETE",
    "/sla/calendars/{calendar}/feeds/{feed}",
    rpcs.DELETE_HOLIDAY_FEED,
    gives=models.Calendar,
    versioned=True,
)
async def delete_holiday_feed(request: Request, calendar: str, feed: str) -> Response:
    """Remove a feed with its days."""
    question = pb.DeleteHolidayFeedRequest(
        calendar_id=calendar, feed=feed, expected_version=expected_version(request)
    )
    changed = (await ask(request, rpcs.DELETE_HOLIDAY_FEED, question)).calendar
    return resource(render.calendar(changed), changed.version)


@door.route("POST", "/sla/calendars/{calendar}/calculate", rpcs.CALCULATE_CALENDAR, gives=models.Calculated)
async def calculate_calendar(request: Request, calendar: str, body: models.Calculation) -> Response:
    """Count business time.

    With `start` and `duration`: when that much business time has passed. With `start` and `end`: how much lies between.
    The intervals are those counted, in order of time, also where it is counted back.
    """
    question = pb.CalculateCalendarRequest(
        calendar_id=calendar,
        start=timestamp(body.start),
        duration=body.duration or "",
        end=timestamp(body.end),
        version=body.version or 0,
    )
    answer = await ask(request, rpcs.CALCULATE_CALENDAR, question)
    result: JsonObject = (
        {"due_at": moment(answer.due_at)} if body.end is None else {"elapsed": answer.elapsed}
    )
    intervals = [{"start": moment(item.start), "end": moment(item.end)} for item in answer.intervals]
    return document({**result, "intervals": intervals})


def written_calendar(body: models.NewCalendar) -> nouns.Calendar:
    """Write a calendar as its service takes it."""
    return nouns.Calendar(
        name=body.name,
        time_zone=body.time_zone,
        hours=_hours(body.hours),
        holidays=_holidays(body.holidays),
        holiday_country=body.holiday_country or "",
        holiday_subdivision=body.holiday_subdivision or "",
        days=_days(body.days),
        effective_from=body.effective_from or "",
    )


def _hours(hours: models.Hours) -> nouns.WeekHours:
    days = {
        day: [nouns.Interval(start=start, end=end) for start, end in getattr(hours, day)]
        for day in render.WEEKDAYS
    }
    return nouns.WeekHours(**days)


def _holidays(holidays: Sequence[models.Holiday]) -> list[nouns.Holiday]:
    return [nouns.Holiday(date=holiday.date, name=holiday.name) for holiday in holidays]


def _days(days: Sequence[models.SpecialDay]) -> list[nouns.SpecialDay]:
    return [
        nouns.SpecialDay(
            date=day.date,
            name=day.name,
            hours=[nouns.Interval(start=start, end=end) for start, end in day.hours],
        )
        for day in days
    ]
