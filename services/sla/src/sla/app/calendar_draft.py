"""A calendar as doors, tables and versions hold it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import cast

from sla.app.refusals import MOST_CHARACTERS, check_name, invalid, refusals_told
from sla.domain import writing
from sla.domain.calendar import Calendar
from sla.domain.writing import WrittenCalendar

# An event that tells of a change holds what was and what is, and a message at most a megabyte.
MOST_BYTES = 256 * 1024


@dataclass(frozen=True, slots=True)
class CalendarDraft:
    """All that a calendar says, as people write it; the names are those of the table's columns."""

    name: str
    time_zone: str
    hours: Mapping[str, list[list[str]]] = field(default_factory=dict)
    holidays: list[list[str]] = field(default_factory=list)
    holiday_country: str = ""
    holiday_subdivision: str = ""
    days: list[dict[str, object]] = field(default_factory=list)
    """{"date", "name", "hours": [["09:00", "13:00"]]} of days with hours of their own."""
    feeds: list[dict[str, object]] = field(default_factory=list)
    """{"name", "days": [["2026-12-25", "Christmas Day"]], "skipped"} of each feed that was given; with its "url" where it has one."""
    effective_from: str = ""

    def checked(self) -> Calendar:
        """The calendar to reckon with. Raises InvalidInput with all that is wrong."""
        check_name(self.name)
        names = [(f"holidays[{index}].name", name) for index, (_, name) in enumerate(self.holidays)]
        names += [(f"days[{index}].name", str(day["name"])) for index, day in enumerate(self.days)]
        for place, name in names:
            if len(name) > MOST_CHARACTERS or (name and not name.isprintable()):
                raise invalid((place, f"must be at most {MOST_CHARACTERS} printable characters"))
        if len(json.dumps([self.holidays, self.days])) > MOST_BYTES:
            raise invalid(("days", f"must not be more than {MOST_BYTES // 1024} KiB together with holidays"))
        with refusals_told():
            return writing.checked(self.written())

    def written(self) -> WrittenCalendar:
        """The same without its name."""
        return WrittenCalendar(
            time_zone=self.time_zone,
            hours={day: _pairs(spans) for day, spans in self.hours.items()},
            holidays=_pairs(self.holidays),
            days=[
                (str(one["date"]), str(one["name"]), _pairs(cast("list[list[str]]", one["hours"])))
                for one in self.days
            ],
            country=self.holiday_country,
            subdivision=self.holiday_subdivision,
            feed_days=[
                (day, name) for feed in self.feeds for day, name in cast("list[list[str]]", feed["days"])
            ],
            effective_from=self.effective_from,
        )

    @classmethod
    def of(cls, document: Mapping[str, object]) -> CalendarDraft:
        """The draft that a version was kept as; what it did not have yet is empty."""
        return cls(**document)  # type: ignore[arg-type]  # what asdict made of a draft


def _pairs(written: list[list[str]]) -> list[tuple[str, str]]:
    return [(first, second) for first, second in written]
