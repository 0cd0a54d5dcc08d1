"""Problems that incidents point at."""

import pytest
from tickets_desk import TicketsDesk

from chassis.errors import Forbidden, InvalidInput, NotFound
from chassis.testing.identity import Person
from deskmesh.tickets.v1 import link_service_pb2 as links
from deskmesh.tickets.v1 import problem_candidate_pb2 as nouns
from deskmesh.tickets.v1 import problem_service_pb2 as rpc
from deskmesh.tickets.v1 import ticket_pb2


async def found(
    desk: TicketsDesk, *, by: Person | None = None, dismissed: bool = False, threshold: int = 3
) -> list[nouns.ProblemCandidate]:
    request = rpc.ListProblemCandidatesRequest(
        scope=rpc.CandidateScope(threshold=threshold), dismissed=dismissed
    )
    answer = await desk.call("ListProblemCandidates", request, rpc.ListProblemCandidatesResponse, by=by)
    return list(answer.candidates)


async def recurring(desk: TicketsDesk, words: str, count: int = 3) -> list[ticket_pb2.Ticket]:
    """Incidents whose titles share two words."""
    titles = [f"Rano {words} stoi", f"Znowu {words}", f"Wczoraj {words}, dzisiaj także"]
    return [await desk.create(titles[number]) for number in range(count)]


async def of(desk: TicketsDesk, word: str, *, dismissed: bool = False) -> nouns.ProblemCandidate | None:
    """The candidate of the incidents about something."""
    return next((one for one in await found(desk, dismissed=dismissed) if word in one.value.split()), None)


async def make(
    desk: TicketsDesk,
    key: str,
    *,
    by: Person | None = None,
    idempotency_key: str | None = None,
    title: str = "",
) -> rpc.CreateProblemOfCandidateResponse:
    request = rpc.CreateProblemOfCandidateRequest(key=key, title=title)
    return await desk.call(
        "CreateProblemOfCandidate", request, rpc.CreateProblemOfCandidateResponse, by=by, key=idempotency_key
    )


async def dismiss(desk: TicketsDesk, key: str, reason: str = "Planned work.") -> None:
    request = rpc.DismissProblemCandidateRequest(key=key, reason=reason)
    await desk.call("DismissProblemCandidate", request, rpc.DismissProblemCandidateResponse)


async def recall(desk: TicketsDesk, key: str) -> None:
    request = rpc.RecallProblemCandidateRequest(key=key)
    await desk.call("RecallProblemCandidate", request, rpc.RecallProblemCandidateResponse)


async def test_incidents_that_recur_become_a_problem_once(desk: TicketsDesk) -> None:
    made = await recurring(desk, "kserokopiarka kancelarii")
    candidate = await of(desk, "kserokopiark")
    assert candidate is not None
    assert [one.id for one in candidate.incidents] == [ticket.id for ticket in reversed(made)]
    assert "title" in {reason.kind for reason in candidate.reasons}
    first = await make(desk, candidate.key, idempotency_key="once", title="Copier fails")
    again = await make(desk, candidate.key, idempotency_key="once", title="Copier fails")
    assert again == first
    assert (first.problem.type, first.problem.title) == ("problem", "Copier fails")
    assert set(first.incident_ids) == {ticket.id for ticket in made}
    for ticket in made:
        request = links.ListLinksRequest(ticket=ticket.id)
        listed = (await desk.call("ListLinks", request, links.ListLinksResponse)).links
        assert [(one.type, one.ticket.id) for one in listed] == [("has_problem", first.problem.id)]
        assert "link_added" in [entry.action for entry in await desk.history(ticket.id)]
    assert await of(desk, "kserokopiark") is None
    with pytest.raises(NotFound):
        await make(desk, candidate.key)


async def test_a_dismissed_candidate_comes_back_when_that_is_taken_back(desk: TicketsDesk) -> None:
    await recurring(desk, "tabliczka mnożenia")
    candidate = await of(desk, "tabliczk")
    assert candidate is not None
    await dismiss(desk, candidate.key, "Test.")
    await dismiss(desk, candidate.key)
    assert await of(desk, "tabliczk") is None
    kept = await of(desk, "tabliczk", dismissed=True)
    assert kept is not None
    assert (kept.dismissal.reason, kept.dismissal.dismissed_by.email) == ("Planned work.", desk.agent.email)
    await recall(desk, candidate.key)
    assert await of(desk, "tabliczk") == candidate
    with pytest.raises(NotFound):
        await recall(desk, candidate.key)


async def test_two_incidents_are_none_unless_so_few_are_asked_for(desk: TicketsDesk) -> None:
    await recurring(desk, "spektrometr podczerwieni", 2)
    assert await of(desk, "spektrometr") is None
    assert any("spektrometr" in one.value.split() for one in await found(desk, threshold=2))


async def test_nobody_is_shown_incidents_that_they_do_not_read(desk: TicketsDesk) -> None:
    await recurring(desk, "oscyloskop laboratorium")
    candidate = await of(desk, "oscyloskop")
    assert candidate is not None
    assert await found(desk, by=desk.stranger) == []
    with pytest.raises(NotFound):
        await make(desk, candidate.key, by=desk.stranger)
    with pytest.raises(Forbidden):
        await found(desk, by=desk.requester)


@pytest.mark.parametrize(
    ("scope", "field"),
    [
        (rpc.CandidateScope(window_days=91), "window_days"),
        (rpc.CandidateScope(threshold=1), "threshold"),
        (rpc.CandidateScope(threshold=101), "threshold"),
    ],
)
async def test_a_scope_out_of_bounds_is_refused(
    desk: TicketsDesk, scope: rpc.CandidateScope, field: str
) -> None:
    request = rpc.ListProblemCandidatesRequest(scope=scope)
    with pytest.raises(InvalidInput) as refused:
        await desk.call("ListProblemCandidates", request, rpc.ListProblemCandidatesResponse)
    assert [error.field for error in refused.value.errors] == [field]


async def test_only_what_can_be_a_key_is_dismissed(desk: TicketsDesk) -> None:
    with pytest.raises(InvalidInput) as refused:
        await dismiss(desk, "nothing")
    assert [error.field for error in refused.value.errors] == ["key"]
