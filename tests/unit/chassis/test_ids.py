import threading
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis import ids
from chassis.errors import InvalidInput


def test_ids_of_a_process_ascend_and_never_repeat() -> None:
    made = [ids.new_id() for _ in range(20_000)]
    assert made == sorted(made)
    assert len(set(made)) == len(made)
    assert {id_.version for id_ in made} == {7}
    assert {id_.variant for id_ in made} == {"specified in RFC 4122"}


def test_ids_never_repeat_between_threads() -> None:
    made: list[UUID] = []
    threads = [
        threading.Thread(target=lambda: made.extend(ids.new_id() for _ in range(2000))) for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(made)) == 8000


def test_ids_ascend_when_the_clock_steps_back(monkeypatch: pytest.MonkeyPatch) -> None:
    first = ids.new_id()
    monkeypatch.setattr("time.time_ns", lambda: 1_000_000_000)
    assert ids.new_id() > first


def test_ids_ascend_when_a_millisecond_runs_out_of_numbers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ids, "_last_ms", 10**13)
    monkeypatch.setattr(ids, "_last_random", ids._RANDOM_MASK - 1)
    first, second = ids.new_id(), ids.new_id()
    assert first < second
    assert second.int >> 80 == 10**13 + 1


def test_an_id_tells_when_it_was_made() -> None:
    before = datetime.now(UTC) - timedelta(seconds=5)
    assert before < ids.time_of(ids.new_id()) < datetime.now(UTC) + timedelta(seconds=5)
    with pytest.raises(ValueError, match="not a UUIDv7"):
        ids.time_of(uuid4())


@given(st.datetimes(datetime(1970, 1, 1), datetime(9999, 1, 1), timezones=st.just(UTC)))  # noqa: DTZ001
def test_the_lowest_id_of_a_time_bounds_its_millisecond(at: datetime) -> None:
    lowest = ids.lowest_id(at)
    assert lowest.version == 7
    assert timedelta(0) <= at - ids.time_of(lowest) < timedelta(milliseconds=1)
    assert lowest < ids.lowest_id(at + timedelta(milliseconds=1))


@pytest.mark.parametrize(
    "text", ["", "x", "{" + str(uuid4()) + "}", uuid4().hex, f" {uuid4()}", "urn:uuid:" + str(uuid4())]
)
def test_only_the_canonical_form_is_an_id(text: str) -> None:
    assert not ids.is_id(text)
    with pytest.raises(InvalidInput) as refused:
        ids.parse_id(text, "ticket")
    assert [error.field for error in refused.value.errors] == ["ticket"]


@given(st.uuids())
def test_a_written_id_is_read_back(id_: UUID) -> None:
    assert ids.parse_id(str(id_), "id") == ids.parse_id(str(id_).upper(), "id") == id_
