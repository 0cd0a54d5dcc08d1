"""Which ticket a mail belongs to."""

from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from tickets.domain.threading import Answer, Candidate, FollowUp, Fresh, Undeliverable, place_mail

candidates = st.lists(
    st.builds(
        Candidate,
        ticket_id=st.integers(1, 5).map(lambda number: UUID(int=number)),
        by_reference=st.booleans(),
        sender_may=st.booleans(),
        final=st.booleans(),
    ),
    max_size=5,
)


@given(candidates, st.booleans())
def test_only_who_is_on_a_ticket_is_let_near_it(named: list[Candidate], automatic: bool) -> None:
    verdict = place_mail(named, automatic=automatic, bounce=False)
    allowed = [candidate for candidate in named if candidate.sender_may]
    if not allowed:
        assert verdict == Fresh()
    else:
        assert isinstance(verdict, Answer | FollowUp)
        assert verdict.ticket_id == allowed[0].ticket_id


@given(candidates)
def test_a_person_never_writes_on_a_closed_ticket(named: list[Candidate]) -> None:
    verdict = place_mail([one for one in named if one.final], automatic=False, bounce=False)
    assert not isinstance(verdict, Answer)


@given(candidates)
def test_a_bounce_needs_a_reference_and_is_never_a_ticket(named: list[Candidate]) -> None:
    verdict = place_mail(named, automatic=True, bounce=True)
    referred = [candidate.ticket_id for candidate in named if candidate.by_reference]
    assert verdict == (Answer(referred[0]) if referred else Undeliverable())


@given(candidates)
def test_a_machine_opens_nothing_that_follows(named: list[Candidate]) -> None:
    assert not isinstance(place_mail(named, automatic=True, bounce=False), FollowUp)
