"""Which incidents may have one cause."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from tickets.domain.problem_candidates import Incident, candidates, key_of

BEGIN = datetime(2026, 3, 2, 9, tzinfo=UTC)


def incident(number: int, title: str = "", **said: object) -> Incident:
    """An incident; the later, the higher its number."""
    values: dict[str, object] = {"category": "", "service_id": "", "organization": "", "ci_ids": (), **said}
    return Incident(
        id=UUID(int=number),
        words=frozenset(title.split()),
        created_at=BEGIN + timedelta(minutes=number),
        **values,  # type: ignore[arg-type]  # its own fields
    )


def found(incidents: Sequence[Incident], threshold: int = 3) -> list[tuple[str, str, list[int]]]:
    """Kind, value and the numbers of the incidents of each candidate."""
    return [
        (one.kind, one.value, [member.id.int for member in one.incidents])
        for one in candidates(incidents, threshold)
    ]


def test_incidents_come_together_by_two_words_of_their_titles() -> None:
    titles = ["vpn drop hour", "vpn drop", "often vpn drop", "vpn slow", "mouse"]
    assert found([incident(n, title) for n, title in enumerate(titles, 1)]) == [
        ("title", "drop vpn", [3, 2, 1])
    ]


def test_incidents_come_together_by_what_they_are_about() -> None:
    about = [
        *(incident(n, ci_ids=("disk",)) for n in (1, 2, 3)),
        *(incident(n, service_id="mail") for n in (4, 5, 6, 7)),
        *(incident(n, category="paper", organization="acme") for n in (8, 9, 10)),
        *(incident(n, category="paper") for n in (11, 12, 13)),
    ]
    assert found(about) == [
        ("service", "mail", [7, 6, 5, 4]),
        ("ci", "disk", [3, 2, 1]),
        ("category", "paper/acme", [10, 9, 8]),
    ]


def test_too_few_are_no_candidate() -> None:
    assert found([incident(1, "vpn drop"), incident(2, "vpn drop")]) == []


def test_a_word_of_nearly_every_title_brings_nothing_together() -> None:
    titles = [f"help vpn {n}word other{n}" for n in range(30)]
    assert found([incident(n, title) for n, title in enumerate(titles)]) == []


def test_the_reasons_are_what_more_than_half_share() -> None:
    of_mail = [incident(n, "vpn drop", category="net") for n in (1, 2)]
    [candidate] = candidates([*of_mail, incident(3, "vpn drop", category="disk")], 3)
    assert [(one.kind, one.value, one.incidents) for one in candidate.reasons] == [
        ("title", "drop", 3),
        ("title", "vpn", 3),
        ("category", "net", 2),
    ]
    assert candidate.key == key_of("title", "drop vpn")


words = st.sampled_from(["vpn", "drop", "mail", "disk", "slow"])
incidents = st.lists(
    st.tuples(st.lists(words, max_size=4), st.sampled_from(["", "a", "b"]), st.sampled_from(["", "x"])),
    max_size=25,
)


@given(incidents, st.integers(2, 4))
def test_each_incident_is_in_one_candidate_and_has_what_brought_it_there(
    made: list[tuple[list[str], str, str]], threshold: int
) -> None:
    given_ = [
        incident(n, " ".join(title), service_id=service, ci_ids=(ci,) if ci else ())
        for n, (title, service, ci) in enumerate(made)
    ]
    result = candidates(given_, threshold)
    members = [member.id for one in result for member in one.incidents]
    assert len(members) == len(set(members))
    for one in result:
        assert len(one.incidents) >= threshold
        for member in one.incidents:
            assert {
                "ci": one.value in member.ci_ids,
                "service": one.value == member.service_id,
                "title": set(one.value.split()) <= member.words,
            }[one.kind]
