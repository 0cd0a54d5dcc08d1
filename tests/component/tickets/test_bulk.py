"""The same work on many tickets."""

from collections.abc import Iterable
from uuid import UUID

import pytest
from google.protobuf.field_mask_pb2 import FieldMask
from google.rpc.status_pb2 import Status
from tickets_desk import TicketsDesk

from chassis.errors import (
    DeskmeshError,
    Forbidden,
    InvalidInput,
    LimitReached,
    NotFound,
    WrongState,
    restored,
)
from chassis.testing.identity import Person
from chassis.testing.waiting import eventually
from deskmesh.tickets.v1 import bulk_service_pb2 as rpc
from deskmesh.tickets.v1 import ticket_pb2
from deskmesh.tickets.v1 import ticket_service_pb2 as tickets
from tickets.app.bulk import CHUNK, MAX_JOBS, MAX_RUNNING

COMMENT = tickets.CreateCommentRequest(body="Known; we are on it.")
RESOLVE = tickets.TransitionTicketRequest(to="resolved")


async def start(desk: TicketsDesk, *, by: Person | None = None, **what: object) -> rpc.BulkJob:
    request = rpc.StartBulkRequest(**what)  # type: ignore[arg-type]  # fields by name
    return (await desk.call("StartBulk", request, rpc.StartBulkResponse, by=by)).job


async def look(desk: TicketsDesk, job: str, *, by: Person | None = None) -> rpc.GetBulkResponse:
    request = rpc.GetBulkRequest(id=job, page_size=200)
    return await desk.call("GetBulk", request, rpc.GetBulkResponse, by=by)


async def ended(desk: TicketsDesk, job: str, *, by: Person | None = None) -> rpc.GetBulkResponse:
    async def over() -> rpc.GetBulkResponse | None:
        found = await look(desk, job, by=by)
        return found if found.job.state == "done" else None

    found = await eventually(over)
    assert found is not None
    return found


def problem_of(result: rpc.BulkResult) -> DeskmeshError | None:
    return restored(Status.FromString(result.problem))


async def made(desk: TicketsDesk, count: int, **said: object) -> list[ticket_pb2.Ticket]:
    return [await desk.create(**said) for _ in range(count)]  # type: ignore[arg-type]  # fields by name


async def comments(desk: TicketsDesk, found: Iterable[ticket_pb2.Ticket]) -> list[int]:
    return [len(await desk.comments(ticket.id)) for ticket in found]


async def test_each_ticket_is_changed_as_if_alone_by_who_asked(desk: TicketsDesk) -> None:
    found = await made(desk, CHUNK + 2)
    job = await start(
        desk,
        tickets=[ticket.number for ticket in found],
        update=tickets.UpdateTicketRequest(
            patch=tickets.TicketPatch(tags=["outage"]), update_mask=FieldMask(paths=["tags"])
        ),
        assignment=tickets.AssignTicketRequest(
            assignee=desk.agent.email, update_mask=FieldMask(paths=["assignee"])
        ),
        transition=RESOLVE,
        comment=COMMENT,
    )
    assert (job.state, job.total) == ("running", CHUNK + 2)
    done = (await ended(desk, job.id)).job
    assert (done.succeeded, done.failed, done.skipped) == (CHUNK + 2, 0, 0)
    assert done.HasField("finished_at")
    for ticket in found:
        now = await desk.get(ticket.id)
        assert (list(now.tags), now.assignee.email, now.state) == (["outage"], desk.agent.email, "resolved")
        caused = {entry.cause for entry in await desk.history(ticket.id) if entry.action != "created"}
        assert caused == {f"bulk:{job.id}"}
        assert {entry.actor.email for entry in await desk.history(ticket.id)} >= {desk.agent.email}
    assert set(await comments(desk, found)) == {1}


async def test_what_is_refused_is_told_as_if_it_were_alone_and_changes_nothing(desk: TicketsDesk) -> None:
    good, closed = await made(desk, 2)
    await desk.move(closed.id, "cancelled")
    foreign = await desk.create(by=desk.stranger)
    job = await start(
        desk, tickets=[good.id, closed.id, foreign.id, "INC-999999"], transition=RESOLVE, comment=COMMENT
    )
    results = {result.ticket.key: result for result in (await ended(desk, job.id)).results}
    assert {key: result.state for key, result in results.items()} == {
        good.number: "ok",
        closed.number: "failed",
        foreign.id: "failed",
        "INC-999999": "failed",
    }
    refused = problem_of(results[closed.number])
    assert isinstance(refused, WrongState)
    assert refused.reason == "ILLEGAL_TRANSITION"
    for unknown in (foreign.id, "INC-999999"):
        assert isinstance(problem_of(results[unknown]), NotFound)
        assert (results[unknown].ticket.id, results[unknown].ticket.name) == ("", "")
    assert await comments(desk, [good, closed]) == [1, 0]


async def test_a_ticket_is_left_whole_where_its_second_part_is_refused(desk: TicketsDesk) -> None:
    (ticket,) = await made(desk, 1)
    update = tickets.UpdateTicketRequest(
        patch=tickets.TicketPatch(title="New"), update_mask=FieldMask(paths=["title"])
    )
    job = await start(
        desk, tickets=[ticket.id], update=update, transition=tickets.TransitionTicketRequest(to="closed")
    )
    assert (await ended(desk, job.id)).job.failed == 1
    assert await desk.get(ticket.id) == ticket


async def test_a_filter_chooses_what_the_caller_sees(desk: TicketsDesk) -> None:
    found = await made(desk, 2, category="by-filter")
    await desk.create(category="by-filter", by=desk.stranger)
    job = await start(desk, filter='category = "by-filter"', comment=COMMENT)
    done = await ended(desk, job.id)
    assert [result.ticket.id for result in done.results] == sorted(ticket.id for ticket in found)
    assert done.job.succeeded == 2


async def test_a_job_can_do_no_more_than_who_asked(desk: TicketsDesk) -> None:
    mine, hr = await desk.create(), await desk.create(process="hr")
    limited = Person(desk.acme, scopes=frozenset({"tickets.read", "tickets.update:it", "tickets.comment:it"}))
    job = await start(desk, tickets=[mine.id, hr.id], comment=COMMENT, by=limited)
    results = {result.ticket.id: result for result in (await ended(desk, job.id, by=limited)).results}
    assert results[mine.id].state == "ok"
    assert isinstance(problem_of(results[hr.id]), Forbidden)


async def test_a_ticket_named_twice_is_worked_once(desk: TicketsDesk) -> None:
    (ticket,) = await made(desk, 1)
    job = await start(desk, tickets=[ticket.id, ticket.number, ticket.id.upper()], comment=COMMENT)
    assert (await ended(desk, job.id)).job.total == 1
    assert await comments(desk, [ticket]) == [1]


async def test_a_job_that_is_run_again_after_its_end_does_nothing(desk: TicketsDesk) -> None:
    (ticket,) = await made(desk, 1)
    job = await start(desk, tickets=[ticket.id], comment=COMMENT)
    await ended(desk, job.id)
    await desk.rows(
        "INSERT INTO timers (tenant_id, id, kind, key, due_at, payload) VALUES ($1, gen_random_uuid(), 'bulk', $2, now(), '{}')",
        desk.acme,
        job.id,
    )

    async def is_over() -> bool:
        return not await desk.rows("SELECT FROM timers WHERE key = $1", job.id)

    await eventually(is_over)
    assert await comments(desk, [ticket]) == [1]


async def test_a_cancelled_job_leaves_the_rest_as_it_is(desk: TicketsDesk) -> None:
    done, left = await made(desk, 2)
    (row,) = await desk.rows(
        """
        WITH job AS (
            INSERT INTO bulk_jobs (tenant_id, id, version, state, owner_id, caller, request)
            VALUES ($1, gen_random_uuid(), 1, 'running', $2, '{}', '') RETURNING tenant_id, id
        ), items AS (
            INSERT INTO bulk_items (tenant_id, job_id, position, ticket, state)
            SELECT tenant_id, id, 0, $3::text, 'ok' FROM job UNION ALL SELECT tenant_id, id, 1, $4, 'pending' FROM job
        )
        SELECT id FROM job
        """,
        desk.acme,
        str(desk.agent.id),
        done.id,
        left.id,
    )
    request = rpc.CancelBulkRequest(id=str(row["id"]))
    cancelled = (await desk.call("CancelBulk", request, rpc.CancelBulkResponse)).job
    assert (cancelled.state, cancelled.succeeded, cancelled.skipped) == ("cancelled", 1, 1)
    assert [result.state for result in (await look(desk, cancelled.id)).results] == ["ok", "skipped"]
    assert (await desk.call("CancelBulk", request, rpc.CancelBulkResponse)).job == cancelled


async def test_a_job_is_its_owners_alone(desk: TicketsDesk) -> None:
    (ticket,) = await made(desk, 1)
    job = await start(desk, tickets=[ticket.id], comment=COMMENT)
    for other in (desk.admin, desk.stranger):
        with pytest.raises(NotFound):
            await look(desk, job.id, by=other)
        with pytest.raises(NotFound):
            await desk.call("CancelBulk", rpc.CancelBulkRequest(id=job.id), rpc.CancelBulkResponse, by=other)
    with pytest.raises(Forbidden):
        await start(desk, tickets=[ticket.id], comment=COMMENT, by=desk.requester)
    await ended(desk, job.id)


@pytest.mark.parametrize(
    ("what", "field"),
    [
        ({"tickets": ["INC-1"]}, "changes"),
        ({"comment": COMMENT}, "ticket_ids"),
        ({"tickets": ["INC-1"], "filter": "open", "comment": COMMENT}, "ticket_ids"),
        ({"tickets": ["x"] * 5_001, "comment": COMMENT}, "ticket_ids"),
        ({"filter": 'category = "nothing like it"', "comment": COMMENT}, "filter"),
        ({"tickets": ["INC-1"], "comment": tickets.CreateCommentRequest(body=" ")}, "body"),
        ({"tickets": ["INC-1"], "transition": tickets.TransitionTicketRequest()}, "transition.to"),
    ],
)
async def test_nonsense_is_refused_before_anything_is_done(
    desk: TicketsDesk, what: dict[str, object], field: str
) -> None:
    with pytest.raises(InvalidInput) as refused:
        await start(desk, by=None, **what)
    assert field in [error.field for error in refused.value.errors]


async def busy_with(desk: TicketsDesk, count: int) -> Person:
    """Somebody whose jobs are running: as many, which never end by themselves."""
    busy = Person(desk.acme, scopes=desk.agent.scopes)
    await desk.rows(
        """
        INSERT INTO bulk_jobs (tenant_id, id, version, state, owner_id, caller, request)
        SELECT $1, gen_random_uuid(), 1, 'running', $2, '{}', '' FROM generate_series(1, $3::int)
        """,
        desk.acme,
        str(busy.id),
        count,
    )
    return busy


async def test_nobody_has_too_many_jobs_at_a_time(desk: TicketsDesk) -> None:
    busy = await busy_with(desk, MAX_JOBS)
    with pytest.raises(LimitReached):
        await start(desk, tickets=["INC-1"], comment=COMMENT, by=busy)


async def test_a_job_waits_until_others_of_the_same_person_have_ended(desk: TicketsDesk) -> None:
    busy = await busy_with(desk, MAX_RUNNING)
    (ticket,) = await made(desk, 1)
    first, second = [await start(desk, tickets=[ticket.id], comment=COMMENT, by=busy) for _ in range(2)]
    assert (first.state, second.state) == ("queued", "queued")
    assert (await start(desk, tickets=[ticket.id], comment=COMMENT)).state == "running"
    # A look before its time changes nothing.
    await desk.rows("UPDATE timers SET due_at = now() WHERE kind = 'bulk' AND key = $1", first.id)

    async def looked() -> bool:
        put_off = "SELECT FROM timers WHERE key = $1 AND due_at > now()"
        return bool(await desk.rows(put_off, first.id))

    await eventually(looked)
    [(blocking,), *_] = await desk.rows(
        "SELECT id FROM bulk_jobs WHERE owner_id = $1 AND state = 'running'", str(busy.id)
    )
    for cancelled in (second.id, str(blocking)):
        await desk.call("CancelBulk", rpc.CancelBulkRequest(id=cancelled), rpc.CancelBulkResponse, by=busy)
    assert (await ended(desk, first.id, by=busy)).job.succeeded == 1
    assert (await look(desk, second.id, by=busy)).job.state == "cancelled"


async def undo(desk: TicketsDesk, job: str, *, by: Person | None = None) -> rpc.BulkJob:
    return (await desk.call("UndoBulk", rpc.UndoBulkRequest(id=job), rpc.UndoBulkResponse, by=by)).job


def changed(**said: object) -> tickets.UpdateTicketRequest:
    patch = tickets.TicketPatch(**said)  # type: ignore[arg-type]  # fields by name
    return tickets.UpdateTicketRequest(patch=patch, update_mask=FieldMask(paths=list(said)))


def given_to(person: Person | None) -> tickets.AssignTicketRequest:
    mask = FieldMask(paths=["assignee"])
    return tickets.AssignTicketRequest(assignee=person.email if person else "", update_mask=mask)


def values(ticket: ticket_pb2.Ticket) -> dict[str, object]:
    """What people see of a ticket that they may change."""
    names = ("title", "priority", "impact", "urgency", "category", "state")
    return {name: getattr(ticket, name) for name in names} | {
        "tags": list(ticket.tags),
        "fields": dict(ticket.fields),
        "queue": ticket.queue.key,
        "team": ticket.team.key,
        "assignee": ticket.assignee.email,
    }


async def test_what_a_job_has_done_is_taken_back_as_it_was_on_each_ticket(desk: TicketsDesk) -> None:
    plain = await desk.create(tags=["a"], category="x", fields={"location": "Gdynia"})
    held = await desk.create(priority="low", by=desk.agent)
    for ticket in (plain, held):
        await desk.move(ticket.id, "open")
    await desk.assign(held.id, assignee=desk.agent.email)
    before = {ticket.id: values(await desk.get(ticket.id)) for ticket in (plain, held)}
    assert before[plain.id]["state"] == "open"
    patch = {"tags": ["outage"], "urgency": "high", "queue": "network", "category": "y"}
    job = await start(
        desk,
        tickets=[plain.id, held.id],
        update=changed(**patch),
        assignment=given_to(desk.agent),
        transition=RESOLVE,
        comment=COMMENT,
    )
    assert (await ended(desk, job.id)).job.succeeded == 2
    after = {ticket: values(await desk.get(ticket)) for ticket in before}
    assert all(after[ticket] != before[ticket] for ticket in before)
    back = await undo(desk, job.id)
    done = await ended(desk, back.id)
    assert [problem_of(one) for one in done.results if one.problem] == []
    now = {ticket: values(await desk.get(ticket)) for ticket in before}
    assert now == before
    assert await comments(desk, [plain, held]) == [1, 1]
    assert f"bulk:{back.id}" in {entry.cause for entry in await desk.history(plain.id)}
    # What is taken back can be done again.
    assert (await ended(desk, (await undo(desk, back.id)).id)).job.succeeded == 2
    assert {ticket: values(await desk.get(ticket)) for ticket in before} == after


async def test_a_new_ticket_that_was_resolved_is_worked_on_where_nothing_makes_it_new_again(
    desk: TicketsDesk,
) -> None:
    (ticket,) = await made(desk, 1)
    job = await start(desk, tickets=[ticket.id], transition=RESOLVE)
    assert (await ended(desk, job.id)).job.succeeded == 1
    assert (await ended(desk, (await undo(desk, job.id)).id)).job.succeeded == 1
    now = await desk.get(ticket.id)
    assert (now.state, now.state_category) == ("open", "active")


async def test_what_knows_no_way_back_is_left_where_it_is_and_says_so(desk: TicketsDesk) -> None:
    # Its moves lead on to another state of open work, and none back to the first.
    taken, gone = await desk.create(type="problem", by=desk.agent), await desk.create()
    onward = tickets.TransitionTicketRequest(to="investigating")
    moved = await start(desk, tickets=[taken.id], transition=onward)
    resolved = await start(desk, tickets=[gone.id], transition=RESOLVE)
    for job in (moved, resolved):
        assert (await ended(desk, job.id)).job.succeeded == 1
    # A state that its workflow no longer has.
    forgotten = (
        """UPDATE ticket_history SET old_value = '"forgotten"' WHERE ticket_id = $1 AND field = 'state'"""
    )
    await desk.rows(forgotten, UUID(gone.id))
    for job, ticket, state in ((moved, taken, "investigating"), (resolved, gone, "resolved")):
        (one,) = (await ended(desk, (await undo(desk, job.id)).id)).results
        assert (one.state, type(problem_of(one)) in {WrongState, InvalidInput}) == ("failed", True)
        assert (await desk.get(ticket.id)).state == state


async def test_a_ticket_that_has_changed_since_is_left_as_it_is(desk: TicketsDesk) -> None:
    found = await made(desk, 2, tags=["a"])
    job = await start(desk, tickets=[one.id for one in found], update=changed(tags=["b"], title="Both"))
    await ended(desk, job.id)
    await desk.update(found[0].id, ["tags"], tags=["c"])
    await desk.update(found[1].id, ["category"], category="else")
    results = {one.ticket.id: one for one in (await ended(desk, (await undo(desk, job.id)).id)).results}
    refused = problem_of(results[found[0].id])
    assert isinstance(refused, WrongState)
    assert (refused.reason, "tags" in str(refused)) == ("CHANGED_SINCE", True)
    left, back = [await desk.get(one.id) for one in found]
    assert (list(left.tags), left.title) == (["c"], "Both")
    assert (list(back.tags), back.title, back.category) == (["a"], found[1].title, "else")


async def test_a_priority_that_the_matrix_gave_is_again_the_matrix_s(desk: TicketsDesk) -> None:
    (ticket,) = await made(desk, 1)
    job = await start(desk, tickets=[ticket.id], update=changed(priority="critical"))
    await ended(desk, job.id)
    await ended(desk, (await undo(desk, job.id)).id)
    assert (await desk.get(ticket.id)).priority == ticket.priority
    assert (await desk.update(ticket.id, ["urgency"], urgency="high")).priority != ticket.priority


async def test_only_what_was_done_can_be_taken_back_and_only_by_who_did_it(desk: TicketsDesk) -> None:
    (ticket,) = await made(desk, 1)
    said = await start(desk, tickets=[ticket.id], comment=COMMENT)
    await ended(desk, said.id)
    with pytest.raises(WrongState) as only_said:
        await undo(desk, said.id)
    assert only_said.value.reason == "NOTHING_TO_UNDO"
    refused = await start(desk, tickets=["INC-999999"], transition=RESOLVE)
    await ended(desk, refused.id)
    with pytest.raises(WrongState) as nothing:
        await undo(desk, refused.id)
    assert nothing.value.reason == "NOTHING_TO_UNDO"
    job = await start(desk, tickets=[ticket.id], update=changed(tags=["b"]))
    await ended(desk, job.id)
    for other in (desk.admin, desk.stranger):
        with pytest.raises(NotFound):
            await undo(desk, job.id, by=other)
    with pytest.raises(InvalidInput, match="undoes"):
        await start(desk, tickets=[ticket.id], update=changed(tags=["c"]), undoes=job.id)
