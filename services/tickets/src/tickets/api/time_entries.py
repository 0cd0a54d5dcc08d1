"""The RPCs of time spent on tickets."""

from dataclasses import dataclass

from chassis.db import Tx
from chassis.paging import page_of
from deskmesh.common.v1 import types_pb2 as common
from deskmesh.tickets.v1 import time_entry_service_pb2 as pb
from tickets.api.requests import known_names, time_in
from tickets.app import time_entries, time_listing, work_timers
from tickets.app.configuration import Configurations
from tickets.app.time_entries import TimeDraft
from tickets.app.work_timers import RunningTimer
from tickets.db.time_entries import TimeSum
from tickets.publish.time_entry_messages import time_entry_message, work_timer_message

_FIELDS = frozenset({"minutes", "started_at", "note", "billable", "activity", "person"})


@dataclass(frozen=True, slots=True)
class TimeEntryServicer:
    """TimeEntryService."""

    configurations: Configurations

    async def CreateTimeEntry(self, tx: Tx, request: pb.CreateTimeEntryRequest) -> pb.CreateTimeEntryResponse:
        new = request.time_entry
        view = await time_entries.add_time_entry(
            tx,
            configuration=await self.configurations.within(tx),
            ticket=request.ticket,
            draft=TimeDraft(
                new.minutes, time_in(new, "started_at"), new.note, new.billable, new.activity, new.person
            ),
        )
        return pb.CreateTimeEntryResponse(time_entry=time_entry_message(view))

    async def GetTimeEntry(self, tx: Tx, request: pb.GetTimeEntryRequest) -> pb.GetTimeEntryResponse:
        view = await time_entries.get_time_entry(
            tx,
            configuration=await self.configurations.within(tx),
            ticket=request.ticket,
            entry_id=request.time_entry_id,
        )
        return pb.GetTimeEntryResponse(time_entry=time_entry_message(view))

    async def ListTimeEntries(self, tx: Tx, request: pb.ListTimeEntriesRequest) -> pb.ListTimeEntriesResponse:
        views, token = await time_listing.list_time_entries(
            tx,
            configuration=await self.configurations.within(tx),
            ticket=request.ticket,
            filter_text=request.filter,
            order_by=request.order_by,
            page=page_of(request),
        )
        return pb.ListTimeEntriesResponse(
            time_entries=[time_entry_message(view) for view in views], next_page_token=token
        )

    async def SummarizeTimeEntries(
        self, tx: Tx, request: pb.SummarizeTimeEntriesRequest
    ) -> pb.SummarizeTimeEntriesResponse:
        sums = await time_listing.sum_time_entries(
            tx,
            configuration=await self.configurations.within(tx),
            filter_text=request.filter,
            group_by=request.group_by,
        )
        return pb.SummarizeTimeEntriesResponse(sums=[_sum(one) for one in sums])

    async def UpdateTimeEntry(self, tx: Tx, request: pb.UpdateTimeEntryRequest) -> pb.UpdateTimeEntryResponse:
        patch = request.patch
        values: dict[str, object] = {name: getattr(patch, name) for name in _FIELDS - {"started_at"}}
        values["started_at"] = time_in(patch, "started_at")
        view = await time_entries.change_time_entry(
            tx,
            configuration=await self.configurations.within(tx),
            ticket=request.ticket,
            entry_id=request.time_entry_id,
            changes={name: values[name] for name in known_names(request.update_mask, _FIELDS)},
            expected_version=request.expected_version or None,
        )
        return pb.UpdateTimeEntryResponse(time_entry=time_entry_message(view))

    async def DeleteTimeEntry(self, tx: Tx, request: pb.DeleteTimeEntryRequest) -> pb.DeleteTimeEntryResponse:
        await time_entries.remove_time_entry(
            tx,
            configuration=await self.configurations.within(tx),
            ticket=request.ticket,
            entry_id=request.time_entry_id,
            expected_version=request.expected_version or None,
        )
        return pb.DeleteTimeEntryResponse()

    async def GetWorkTimer(self, tx: Tx, request: pb.GetWorkTimerRequest) -> pb.GetWorkTimerResponse:  # noqa: ARG002 (every RPC has one)
        found = await work_timers.get_work_timer(tx)
        return pb.GetWorkTimerResponse(
            timer=None if found is None else work_timer_message(found.timer, found.ticket)
        )

    async def StartWorkTimer(self, tx: Tx, request: pb.StartWorkTimerRequest) -> pb.StartWorkTimerResponse:
        started = await work_timers.start_work_timer(
            tx,
            configuration=await self.configurations.within(tx),
            ticket=request.ticket,
            note=request.note,
            billable=request.billable,
            activity=request.activity,
        )
        return _started(started)

    async def StopWorkTimer(self, tx: Tx, request: pb.StopWorkTimerRequest) -> pb.StopWorkTimerResponse:  # noqa: ARG002 (as above)
        configuration = await self.configurations.within(tx)
        view = await work_timers.stop_work_timer(tx, configuration=configuration)
        return pb.StopWorkTimerResponse(time_entry=time_entry_message(view))

    async def DiscardWorkTimer(
        self,
        tx: Tx,
        request: pb.DiscardWorkTimerRequest,  # noqa: ARG002 (as above)
    ) -> pb.DiscardWorkTimerResponse:
        await work_timers.discard_work_timer(tx)
        return pb.DiscardWorkTimerResponse()


def _started(running: RunningTimer) -> pb.StartWorkTimerResponse:
    stopped = None if running.stopped is None else time_entry_message(running.stopped)
    return pb.StartWorkTimerResponse(timer=work_timer_message(running.timer, running.ticket), stopped=stopped)


def _sum(one: TimeSum) -> pb.TimeSum:
    return pb.TimeSum(
        group=common.Ref(id=str(one.id or ""), key=one.key or "", name=one.name or ""),
        entries=one.entries,
        minutes=one.minutes,
        billable_minutes=one.billable_minutes,
    )
