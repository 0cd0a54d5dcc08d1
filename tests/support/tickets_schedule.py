"""Tests that have tickets made by themselves, and let their times come."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from google.protobuf.field_mask_pb2 import FieldMask
from google.protobuf.timestamp_pb2 import Timestamp
from tickets_desk import TicketsDesk

from chassis.testing.identity import Person
from chassis.testing.waiting import eventually
from deskmesh.tickets.v1 import recurrence_pb2, ticket_pb2
from deskmesh.tickets.v1 import recurrence_service_pb2 as rpc

TOMORROW = datetime.now(UTC).replace(microsecond=0) + timedelta(days=1)


def at(moment: datetime) -> Timestamp:
    stamp = Timestamp()
    stamp.FromDatetime(moment)
    return stamp


@dataclass
class Schedule:
    """The desk, and the door to what it makes by itself."""

    desk: TicketsDesk

    async def create(
        self,
        *,
        by: Person | None = None,
        template: Mapping[str, object] | None = None,
        **said: object,
    ) -> recurrence_pb2.Recurrence:
        """Have tickets made, daily from tomorrow on unless told otherwise."""
        values = {
            "name": "Backups",
            "rrule": "FREQ=DAILY",
            "time_zone": "UTC",
            "starts_at": at(TOMORROW),
            **said,
        }
        kept = recurrence_pb2.TicketTemplate(**{"title": "Check the backups", **(template or {})})  # type: ignore[arg-type]  # fields by name
        recurrence = recurrence_pb2.Recurrence(**values, template=kept)  # type: ignore[arg-type]  # as above
        request = rpc.CreateRecurrenceRequest(recurrence=recurrence)
        by = by or self.desk.admin
        return (
            await self.desk.call("CreateRecurrence", request, rpc.CreateRecurrenceResponse, by=by)
        ).recurrence

    async def get(self, id_: str, *, by: Person | None = None) -> recurrence_pb2.Recurrence:
        """Read one."""
        request = rpc.GetRecurrenceRequest(recurrence_id=id_)
        by = by or self.desk.admin
        return (await self.desk.call("GetRecurrence", request, rpc.GetRecurrenceResponse, by=by)).recurrence

    async def change(self, id_: str, version: int = 0, **values: object) -> recurrence_pb2.Recurrence:
        """Change one."""
        request = rpc.UpdateRecurrenceRequest(
            recurrence_id=id_,
            patch=recurrence_pb2.Recurrence(**values),  # type: ignore[arg-type]  # fields by name
            update_mask=FieldMask(paths=list(values)),
            expected_version=version,
        )
        by = self.desk.admin
        return (
            await self.desk.call("UpdateRecurrence", request, rpc.UpdateRecurrenceResponse, by=by)
        ).recurrence

    async def pause(self, id_: str) -> recurrence_pb2.Recurrence:
        """Make none for a while."""
        request = rpc.PauseRecurrenceRequest(recurrence_id=id_)
        by = self.desk.admin
        return (
            await self.desk.call("PauseRecurrence", request, rpc.PauseRecurrenceResponse, by=by)
        ).recurrence

    async def resume(self, id_: str) -> recurrence_pb2.Recurrence:
        """Go on."""
        request = rpc.ResumeRecurrenceRequest(recurrence_id=id_)
        by = self.desk.admin
        return (
            await self.desk.call("ResumeRecurrence", request, rpc.ResumeRecurrenceResponse, by=by)
        ).recurrence

    async def delete(self, id_: str, version: int = 0) -> None:
        """Remove one."""
        request = rpc.DeleteRecurrenceRequest(recurrence_id=id_, expected_version=version)
        await self.desk.call("DeleteRecurrence", request, rpc.DeleteRecurrenceResponse, by=self.desk.admin)

    async def occurrences(self, id_: str) -> list[recurrence_pb2.Occurrence]:
        """What became of its times, the latest first."""
        request = rpc.ListOccurrencesRequest(recurrence_id=id_)
        by = self.desk.admin
        return list(
            (await self.desk.call("ListOccurrences", request, rpc.ListOccurrencesResponse, by=by)).occurrences
        )

    async def let_pass(self, id_: str, days: int, *, but: timedelta = timedelta(minutes=5)) -> None:
        """Let its times begin so many days ago, as if the desk had not run, and its timer be due."""
        begun = datetime.now(UTC).replace(microsecond=0) - timedelta(days=days) - but
        await self.desk.rows("UPDATE recurrences SET starts_at = $2, next_at = $2 WHERE id = $1", id_, begun)
        await self.ring(id_)

    async def ring(self, id_: str) -> None:
        """Let its timer be due."""
        await self.desk.rows("UPDATE timers SET due_at = now() WHERE kind = 'recurrence' AND key = $1", id_)

    async def states(self, id_: str, count: int) -> list[str]:
        """What became of its times, the earliest first, once there are so many."""

        async def enough() -> list[str]:
            found = [one.state for one in await self.occurrences(id_)]
            return found[::-1] if len(found) >= count else []

        return await eventually(enough)

    async def ticket(self, occurrence: recurrence_pb2.Occurrence) -> ticket_pb2.Ticket:
        """The ticket that a time made."""
        return await self.desk.get(occurrence.ticket.id)
