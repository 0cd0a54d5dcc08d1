"""The RPCs of sla."""

from __future__ import annotations

from collections.abc import Sequence

from chassis.db import Tx
from chassis.guarded_http import Network
from chassis.paging import page_of
from deskmesh.sla.v1 import sla_pb2
from deskmesh.sla.v1 import sla_service_pb2 as pb
from sla.api.drafts import (
    CALENDAR_FIELDS,
    POLICY_FIELDS,
    calendar_draft,
    calendar_values,
    policy_draft,
    policy_values,
)
from sla.api.masks import masked
from sla.api.times import time_of, time_or_none
from sla.app import calendars, holiday_feeds, policies, reading
from sla.app.refusals import invalid
from sla.db.rules import PolicyRow
from sla.domain import durations
from sla.publish.messages import (
    calendar_message,
    clock_message,
    moment,
    policy_message,
    recomputation_message,
    span_message,
    version_message,
)


class SlaService:
    """Answers deskmesh.sla.v1.SlaService."""

    def __init__(self, outside: Sequence[Network]) -> None:
        """`outside`: the private networks in which feeds may lie."""
        self._outside = outside

    async def ListTicketClocks(
        self, tx: Tx, request: pb.ListTicketClocksRequest
    ) -> pb.ListTicketClocksResponse:
        at = time_or_none(request, "at")
        found = await reading.list_ticket_clocks(tx, ticket=request.ticket, at=at, explain=request.explain)
        clocks = []
        for one in found:
            message = clock_message(one.ticket_id, one.id, one.version, one.clock)
            message.recomputations.extend(map(recomputation_message, one.recomputations))
            clocks.append(message)
        return pb.ListTicketClocksResponse(clocks=clocks)

    async def CreateCalendar(self, tx: Tx, request: pb.CreateCalendarRequest) -> pb.CreateCalendarResponse:
        draft = calendar_draft(request.calendar)
        row = await calendars.create_calendar(tx, draft=draft)
        return pb.CreateCalendarResponse(calendar=calendar_message(row))

    async def GetCalendar(self, tx: Tx, request: pb.GetCalendarRequest) -> pb.GetCalendarResponse:
        row = await calendars.get_calendar(tx, calendar=request.calendar)
        return pb.GetCalendarResponse(calendar=calendar_message(row))

    async def ListCalendars(self, tx: Tx, request: pb.ListCalendarsRequest) -> pb.ListCalendarsResponse:
        rows, token = await calendars.list_calendars(tx, page=page_of(request))
        return pb.ListCalendarsResponse(
            calendars=[calendar_message(row) for row in rows], next_page_token=token
        )

    async def UpdateCalendar(self, tx: Tx, request: pb.UpdateCalendarRequest) -> pb.UpdateCalendarResponse:
        fields = masked(request.update_mask, request.patch, CALENDAR_FIELDS)
        row = await calendars.update_calendar(
            tx,
            calendar=request.calendar_id,
            changes=calendar_values(request.patch, fields),
            expected_version=request.expected_version or None,
        )
        return pb.UpdateCalendarResponse(calendar=calendar_message(row))

    async def DeleteCalendar(self, tx: Tx, request: pb.DeleteCalendarRequest) -> pb.DeleteCalendarResponse:
        await calendars.delete_calendar(
            tx, calendar=request.calendar_id, expected_version=request.expected_version or None
        )
        return pb.DeleteCalendarResponse()

    async def ListCalendarVersions(
        self, tx: Tx, request: pb.ListCalendarVersionsRequest
    ) -> pb.ListCalendarVersionsResponse:
        found, token = await calendars.list_versions(tx, calendar=request.calendar_id, page=page_of(request))
        return pb.ListCalendarVersionsResponse(
            versions=[version_message(one, data) for one, data in found], next_page_token=token
        )

    async def PutHolidayFeed(self, tx: Tx, request: pb.PutHolidayFeedRequest) -> pb.PutHolidayFeedResponse:
        if bool(request.icalendar) == bool(request.url):
            raise invalid(("url", "give either icalendar or url"))
        version = request.expected_version or None
        if request.url:
            row = await holiday_feeds.put_address(
                tx,
                calendar=request.calendar_id,
                name=request.feed,
                url=request.url,
                allowed=self._outside,
                expected_version=version,
            )
        else:
            row = await holiday_feeds.put_text(
                tx,
                calendar=request.calendar_id,
                name=request.feed,
                text=request.icalendar,
                expected_version=version,
            )
        return pb.PutHolidayFeedResponse(calendar=calendar_message(row))

    async def DeleteHolidayFeed(
        self, tx: Tx, request: pb.DeleteHolidayFeedRequest
    ) -> pb.DeleteHolidayFeedResponse:
        row = await holiday_feeds.delete_feed(
            tx,
            calendar=request.calendar_id,
            name=request.feed,
            expected_version=request.expected_version or None,
        )
        return pb.DeleteHolidayFeedResponse(calendar=calendar_message(row))

    async def CalculateCalendar(
        self, tx: Tx, request: pb.CalculateCalendarRequest
    ) -> pb.CalculateCalendarResponse:
        if not request.HasField("start"):
            raise invalid(("start", "is required"))
        found = await calendars.calculate(
            tx,
            calendar=request.calendar_id,
            start=time_of(request, "start"),
            duration=request.duration,
            end=time_of(request, "end") if request.HasField("end") else None,
            version=request.version or None,
        )
        return pb.CalculateCalendarResponse(
            due_at=moment(found.end) if request.duration else None,
            elapsed=durations.format(found.elapsed),
            intervals=[span_message(span) for span in found.spans],
        )

    async def CreatePolicy(self, tx: Tx, request: pb.CreatePolicyRequest) -> pb.CreatePolicyResponse:
        row = await policies.create_policy(
            tx, draft=policy_draft(request.policy), fields_version=request.fields_version
        )
        return pb.CreatePolicyResponse(policy=await _policy(tx, row))

    async def GetPolicy(self, tx: Tx, request: pb.GetPolicyRequest) -> pb.GetPolicyResponse:
        row = await policies.get_policy(tx, policy_id=request.policy_id)
        return pb.GetPolicyResponse(policy=await _policy(tx, row))

    async def ListPolicies(self, tx: Tx, request: pb.ListPoliciesRequest) -> pb.ListPoliciesResponse:
        rows, token = await policies.list_policies(tx, page=page_of(request))
        faults = await policies.policy_faults(tx, rows=rows)
        return pb.ListPoliciesResponse(
            policies=[policy_message(row, of_it) for row, of_it in zip(rows, faults, strict=True)],
            next_page_token=token,
        )

    async def UpdatePolicy(self, tx: Tx, request: pb.UpdatePolicyRequest) -> pb.UpdatePolicyResponse:
        fields = masked(request.update_mask, request.patch, POLICY_FIELDS)
        row = await policies.update_policy(
            tx,
            policy_id=request.policy_id,
            changes=policy_values(request.patch, fields),
            expected_version=request.expected_version or None,
            fields_version=request.fields_version,
        )
        return pb.UpdatePolicyResponse(policy=await _policy(tx, row))

    async def DeletePolicy(self, tx: Tx, request: pb.DeletePolicyRequest) -> pb.DeletePolicyResponse:
        await policies.delete_policy(
            tx, policy_id=request.policy_id, expected_version=request.expected_version or None
        )
        return pb.DeletePolicyResponse()


async def _policy(tx: Tx, row: PolicyRow) -> sla_pb2.Policy:
    [faults] = await policies.policy_faults(tx, rows=[row])
    return policy_message(row, faults)
