"""Reports: numbers about tickets."""

from collections.abc import Iterator
from typing import Annotated

from fastapi import Query
from starlette.requests import Request
from starlette.responses import Response

from deskmesh.tickets.v1 import report_pb2 as nouns
from deskmesh.tickets.v1 import report_service_pb2 as pb
from gateway.clients import tickets as rpcs
from gateway.http.answers import document
from gateway.http.desk import ask
from gateway.http.door import Door
from gateway.http.models import reports as models
from gateway.http.spreadsheets import spreadsheet
from gateway.http.values import JsonObject, moment, text

door = Door("reports")

_COUNTS = ("created", "resolved", "closed", "reopened", "cancelled", "backlog")
_COLUMNS = ("from", "to", "id", "key", "name", *_COUNTS)


@door.route("GET", "/reports/volume", rpcs.GET_VOLUME, gives=models.VolumeReport)
async def get_volume(request: Request, query: Annotated[models.VolumeQuery, Query()]) -> Response:
    """Count how many tickets came, were done and were open, interval by interval.

    Each move counts when it happened; a ticket counts in the queue, team, … that it is in now. Of tickets that you read
    and may report on.
    """
    return document(_report(await _counted(request, query)))


@door.route("GET", "/reports/volume/export", rpcs.GET_VOLUME, gives="text/csv")
async def export_volume(request: Request, query: Annotated[models.VolumeQuery, Query()]) -> Response:
    """Get the same as CSV: a row for each interval of each group, times in UTC."""
    return spreadsheet("volume", _COLUMNS, _rows(await _counted(request, query)))


async def _counted(request: Request, query: models.VolumeQuery) -> nouns.VolumeReport:
    question = pb.GetVolumeRequest(
        **{"from": query.since},
        to=query.to,
        interval=query.interval,
        by=query.by,
        time_zone=query.time_zone,
        process=query.process,
        queue=query.queue,
        filter=query.filter,
    )
    return (await ask(request, rpcs.GET_VOLUME, question)).report


def _report(report: nouns.VolumeReport) -> JsonObject:
    return {
        **_times(report),
        "time_zone": report.time_zone,
        "interval": report.interval,
        "by": report.by,
        "intervals": [_times(one) for one in report.intervals],
        "all": _numbers(report.all),
        "groups": [
            {
                "id": text(one.group.id),
                "key": text(one.group.key),
                "name": text(one.group.name),
                "other": one.other,
                **_numbers(one),
            }
            for one in report.groups
        ],
    }


def _rows(report: nouns.VolumeReport) -> Iterator[list[object]]:
    for group in report.groups or [report.all]:
        key = "(other)" if group.other else group.group.key
        for interval, counts in zip(report.intervals, group.counts, strict=True):
            named = (text(group.group.id), text(key), text(group.group.name))
            yield [*_times(interval).values(), *named, *_counts(counts).values()]


def _times(value: nouns.VolumeReport | nouns.VolumeInterval) -> JsonObject:
    return {"from": moment(getattr(value, "from")), "to": moment(value.to)}


def _numbers(value: nouns.VolumeGroup) -> JsonObject:
    return {
        "backlog_before": value.backlog_before,
        "total": _counts(value.total),
        "counts": [_counts(one) for one in value.counts],
    }


def _counts(value: nouns.VolumeCounts) -> JsonObject:
    return {name: getattr(value, name) for name in _COUNTS}
