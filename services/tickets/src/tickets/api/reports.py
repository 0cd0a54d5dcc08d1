"""The RPCs of reports."""

from dataclasses import dataclass

from chassis.db import Tx
from deskmesh.common.v1 import types_pb2 as common
from deskmesh.tickets.v1 import report_pb2 as nouns
from deskmesh.tickets.v1 import report_service_pb2 as pb
from tickets.app import reports
from tickets.app.configuration import Configurations
from tickets.app.reports import Volume, VolumeGroup, VolumeQuestion
from tickets.domain.volume import Counts
from tickets.publish.messages import moment


@dataclass(frozen=True, slots=True)
class ReportServicer:
    """ReportService."""

    configurations: Configurations

    async def GetVolume(self, tx: Tx, request: pb.GetVolumeRequest) -> pb.GetVolumeResponse:
        question = VolumeQuestion(
            since=getattr(request, "from"),
            until=request.to,
            interval=request.interval,
            by=request.by,
            time_zone=request.time_zone,
            process=request.process,
            queue=request.queue,
            filter=request.filter,
        )
        found = await reports.count_volume(
            tx, configuration=await self.configurations.within(tx), question=question
        )
        return pb.GetVolumeResponse(report=_report(found))


def _report(volume: Volume) -> nouns.VolumeReport:
    report = nouns.VolumeReport(
        to=moment(volume.bounds[-1]),
        time_zone=volume.time_zone,
        interval=volume.interval,
        by=volume.by,
        all=_group(VolumeGroup(volume.all)),
        groups=[_group(group) for group in volume.groups],
    )
    getattr(report, "from").CopyFrom(moment(volume.bounds[0]))
    for start, end in zip(volume.bounds, volume.bounds[1:], strict=False):
        interval = report.intervals.add(to=moment(end))
        getattr(interval, "from").CopyFrom(moment(start))
    return report


def _group(group: VolumeGroup) -> nouns.VolumeGroup:
    return nouns.VolumeGroup(
        group=common.Ref(id=group.id, key=group.key, name=group.name),
        other=group.other,
        backlog_before=group.told.backlog_before,
        total=_counts(group.told.total),
        counts=[_counts(one) for one in group.told.counts],
    )


def _counts(counts: Counts) -> nouns.VolumeCounts:
    return nouns.VolumeCounts(**{name: getattr(counts, name) for name in Counts.__dataclass_fields__})
