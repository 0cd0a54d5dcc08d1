"""Days off out of iCalendar feeds, and feeds that mean harm."""

from datetime import date

import pytest

from sla.domain import feeds
from sla.domain.refusals import Refused

TODAY = date(2026, 11, 22)
WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")


def feed(*events: str) -> str:
    """A feed of events, each given by its lines."""
    made = "".join(f"BEGIN:VEVENT\r\n{event}\r\nEND:VEVENT\r\n" for event in events)
    return f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//plant//EN\r\n{made}END:VCALENDAR\r\n"


def event(day: str, *lines: str, uid: str = "1") -> str:
    return "\r\n".join((f"UID:{uid}", f"DTSTART;VALUE=DATE:{day}", "SUMMARY:Off", *lines))


def days(*events: str) -> list[str]:
    return [day.isoformat() for day, _ in feeds.read(feed(*events), TODAY).days]


def test_an_event_of_whole_days_is_off_on_each_of_them() -> None:
    assert days(event("20261225")) == ["2026-12-25"]
    assert days(event("20260803", "DTEND;VALUE=DATE:20260806")) == ["2026-08-03", "2026-08-04", "2026-08-05"]
    assert days(event("20260803", "DURATION:P2D")) == ["2026-08-03", "2026-08-04"]


def test_events_with_a_time_of_day_and_cancelled_ones_are_skipped() -> None:
    read = feeds.read(
        feed("UID:1\r\nDTSTART:20261224T100000Z\r\nSUMMARY:Party", event("20261225", "STATUS:CANCELLED")),
        TODAY,
    )
    assert read == feeds.FeedDays((), 2)


def test_a_recurring_event_has_its_exceptions_additions_and_replacements() -> None:
    assert days(
        event("20261221", "RRULE:FREQ=DAILY;COUNT=4", "EXDATE;VALUE=DATE:20261222", "RDATE;VALUE=DATE:20261231"),
        event("20261229", "RECURRENCE-ID;VALUE=DATE:20261223"),
    ) == ["2026-12-21", "2026-12-24", "2026-12-29", "2026-12-31"]  # fmt: skip


def test_a_feed_that_never_ends_is_read_for_some_years() -> None:
    found = days(event("20200501", "RRULE:FREQ=YEARLY"))
    assert (found[0], found[-1], len(found)) == ("2022-05-01", "2036-05-01", 15)


def test_a_name_is_one_printable_line() -> None:
    text = "UID:1\r\nDTSTART;VALUE=DATE:20261225\r\nSUMMARY:Christmas\\nDay\\, first" + "\x07"
    assert feeds.read(feed(text), TODAY).days == ((date(2026, 12, 25), "Christmas Day, first"),)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "hello",
        "BEGIN:VCALENDAR\r\n" + "x" * feeds.MOST_CHARACTERS,
        feed(event("20200101", "RRULE:FREQ=DAILY")),
        feed(*[event("19700101", "RRULE:FREQ=YEARLY")] * 100),
        feed(event("20200101", "RRULE:FREQ=SECONDLY")),
        feed(event("20200101", "RRULE:FREQ=DAILY;BYHOUR=1,2")),
        feed(event("20200101", "RRULE:FREQ=YEARLY;INTERVAL=0")),
        feed(event("20200101", "RRULE:FREQ=YEARLY;COUNT=-1")),
        feed(event("20200101", "RRULE:FREQ=YEARLY;BYMONTHDAY=" + ",".join(["1"] * 400))),
        feed(event("20200101", "RRULE:FREQ=WEEKLY;BYDAY=2MO")),
        feed(event("20200101", "RRULE:FREQ=YEARLY", "RRULE:FREQ=MONTHLY")),
        feed(event("00010101", "RRULE:FREQ=YEARLY")),
        feed(event("20200101", "DTEND;VALUE=DATE:30000101")),
        feed(event("20200101", "DURATION:P999999999999D")),
    ],
)
def test_a_feed_that_cannot_be_followed_is_refused(text: str) -> None:
    with pytest.raises(Refused) as refused:
        feeds.read(text, TODAY)
    assert [name for name, _ in refused.value.problems] == ["icalendar"]


@pytest.mark.parametrize(
    "text",
    [
        "BEGIN:VCALENDAR\r\n" * 20_000,
        feed(event("99991231")),
        feed(event("00010101")),
        feed(event("20260101", "DTEND;VALUE=DATE:20250101")),
        feed(event("20200101", "RRULE:FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30")),
        feed(event("20261225", "RDATE;VALUE=PERIOD:20261224T100000Z/20261224T120000Z")),
    ],
)
def test_a_strange_feed_is_read_to_its_end(text: str) -> None:
    assert len(feeds.read(text, TODAY).days) <= 1
