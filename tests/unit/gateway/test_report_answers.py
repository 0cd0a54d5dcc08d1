"""What the gateway makes of reports has the shape that its document promises, and a spreadsheet of it does no harm."""

from __future__ import annotations

import csv
import io

from deskmesh.tickets.v1 import report_pb2
from gateway.http.models import reports as models
from gateway.http.routes import reports
from gateway.http.spreadsheets import spreadsheet


def report(by: str) -> report_pb2.VolumeReport:
    made = report_pb2.VolumeReport(time_zone="Europe/Warsaw", interval="day", by=by)
    for place in range(2):
        interval = made.intervals.add()
        getattr(interval, "from").FromSeconds(86_400 * (place + 1))
        interval.to.FromSeconds(86_400 * (place + 2))
    getattr(made, "from").FromSeconds(86_400)
    made.to.FromSeconds(3 * 86_400)
    counts = [report_pb2.VolumeCounts(created=3, resolved=1, backlog=2), report_pb2.VolumeCounts(backlog=2)]
    made.all.counts.extend(counts)
    if by != "none":
        made.groups.add(counts=counts).group.key = "=cmd()"
        made.groups.add(counts=counts, other=True)
    return made


def test_a_report_has_the_shape_of_its_model() -> None:
    answer = reports._report(report("channel"))
    shaped = models.VolumeReport.model_validate(answer)
    assert shaped.model_dump(exclude_unset=True, by_alias=True) == answer


def test_a_spreadsheet_has_a_row_for_each_interval_of_each_group_and_no_formula() -> None:
    written = bytes(spreadsheet("volume", reports._COLUMNS, reports._rows(report("channel"))).body).decode()
    rows = list(csv.DictReader(io.StringIO(written)))
    assert [(row["from"], row["key"], row["created"]) for row in rows] == [
        ("1970-01-02T00:00:00Z", "'=cmd()", "3"),
        ("1970-01-03T00:00:00Z", "'=cmd()", "0"),
        ("1970-01-02T00:00:00Z", "(other)", "3"),
        ("1970-01-03T00:00:00Z", "(other)", "0"),
    ]


def test_a_spreadsheet_without_groups_has_the_intervals_of_all() -> None:
    rows = list(reports._rows(report("none")))
    assert [(row[0], row[3], row[-1]) for row in rows] == [
        ("1970-01-02T00:00:00Z", None, 2),
        ("1970-01-03T00:00:00Z", None, 2),
    ]
