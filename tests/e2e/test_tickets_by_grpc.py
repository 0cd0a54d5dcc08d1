"""What the desk does with tickets beside the conversation, by the public gRPC door and by mail, in both demo tenants."""

import uuid
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.utils import make_msgid

import pytest
from desk_grpc import refusal, rpc
from google.protobuf.json_format import ParseDict

from deskmesh.tickets.v1 import bulk_service_pb2 as bulk
from deskmesh.tickets.v1 import catalog_service_pb2 as catalog
from deskmesh.tickets.v1 import change_service_pb2 as changes
from deskmesh.tickets.v1 import problem_service_pb2 as problems
from deskmesh.tickets.v1 import routing_service_pb2 as routing
from deskmesh.tickets.v1 import rule_service_pb2 as rules
from deskmesh.tickets.v1 import ticket_service_pb2 as pb
from deskmesh.tickets.v1 import view_service_pb2 as views
from deskmesh.tickets.v1.ticket_pb2 import Ticket
from embedded.demo.content import TENANTS
from embedded.testing import Desk, eventually

OTHER = {"acme": "globex", "globex": "acme"}


@pytest.fixture(params=TENANTS)
def slug(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def agent(slug: str) -> str:
    return f"agent@{slug}.example"


@pytest.fixture
def admin(slug: str) -> str:
    return f"admin@{slug}.example"


@pytest.fixture
def stranger(slug: str) -> str:
    return f"admin@{OTHER[slug]}.example"


@pytest.fixture
def word() -> str:
    """One that nobody has written before; a slip is mended in words alone, not in what holds digits."""
    return "quokka" + "".join(chr(ord("a") + byte % 26) for byte in uuid.uuid4().bytes[:8])


def created(desk: Desk, who: str, request: pb.CreateTicketRequest) -> Ticket:
    return rpc(desk, who, "TicketService/CreateTicket", request, pb.CreateTicketResponse).ticket


def found(desk: Desk, who: str, **asked: str) -> list[Ticket]:
    request = pb.ListTicketsRequest(
        filter=asked.get("filter", ""), query=asked.get("query", ""), page_size=50
    )
    return list(rpc(desk, who, "TicketService/ListTickets", request, pb.ListTicketsResponse).tickets)


def mailed(desk: Desk, slug: str, subject: str) -> None:
    message = EmailMessage()
    message["From"], message["To"] = f"requester@{slug}.example", f"support@{slug}.example"
    message["Subject"], message["Message-ID"] = subject, make_msgid(domain=f"{slug}.example")
    message.set_content("It does not work since this morning.\n")
    desk.mail(message, to=f"support@{slug}.example", sender=f"requester@{slug}.example")


def test_a_ticket_is_given_to_somebody_and_says_why(desk: Desk, slug: str, agent: str, stranger: str) -> None:
    request = pb.CreateTicketRequest(
        title="VPN drops", queue="remote-access", category="vpn", requester=f"requester@{slug}.example"
    )
    ticket = created(desk, agent, request)
    asked = routing.GetTicketRoutingRequest(ticket=ticket.id)

    def decided() -> routing.TicketRouting | None:
        method = "RoutingService/GetTicketRouting"
        answer = rpc(desk, agent, method, asked, routing.GetTicketRoutingResponse).routing
        return answer if answer.outcome else None

    choice = eventually(decided)
    assert choice is not None
    assert choice.queue.key == "remote-access"
    assert choice.candidates
    assert all(one.reasons for one in choice.candidates)
    assert any(reason.requirement == "skills" for one in choice.candidates for reason in one.reasons)
    assert refusal(desk, stranger, "RoutingService/GetTicketRouting", asked)[0] == "NOT_FOUND"


def test_a_queue_is_routed_only_as_can_be(desk: Desk, admin: str, agent: str) -> None:
    read = routing.GetQueueRoutingRequest(queue="remote-access")
    method = "RoutingService/GetQueueRouting"
    before = rpc(desk, admin, method, read, routing.GetQueueRoutingResponse).routing
    wrong = routing.QueueRouting(strategies=["by the stars"], max_open=6)
    write = routing.SetQueueRoutingRequest(queue="remote-access", routing=wrong)
    status, why = refusal(desk, admin, "RoutingService/SetQueueRouting", write)
    assert (status, "strategies" in why) == ("INVALID_ARGUMENT", True)
    assert refusal(desk, agent, "RoutingService/SetQueueRouting", write)[0] == "PERMISSION_DENIED"
    assert rpc(desk, admin, method, read, routing.GetQueueRoutingResponse).routing == before


def test_a_rule_acts_on_a_mail_and_would_have_acted_on_the_past(
    desk: Desk, slug: str, admin: str, agent: str, stranger: str, word: str
) -> None:
    request = rules.CreateRuleRequest()
    rule = {"name": word, "on": ["created"], "condition": f'title : "{word}" AND ('}
    ParseDict({"rule": rule}, request)
    status, why = refusal(desk, admin, "RuleService/CreateRule", request)
    assert (status, "condition" in why) == ("INVALID_ARGUMENT", True)
    request.rule.condition = f'title : "{word}" AND channel = "email"'
    tag = request.rule.actions.add(type="tag")
    tag.parameters.update({"add": [word]})
    made = rpc(desk, admin, "RuleService/CreateRule", request, rules.CreateRuleResponse).rule
    try:
        mailed(desk, slug, f"The {word} is stuck")
        (ticket,) = eventually(lambda: found(desk, agent, filter=f'tags : "{word}"'))
        assert ticket.channel == "email"
        executed = rpc(
            desk,
            admin,
            "RuleService/ListRuleExecutions",
            rules.ListRuleExecutionsRequest(rule_id=made.id),
            rules.ListRuleExecutionsResponse,
        )
        assert [(one.ticket.id, one.outcome) for one in executed.executions] == [(ticket.id, "done")]
        past = rules.DryRunRuleRequest(rule_id=made.id, days=1)
        would = rpc(desk, admin, "RuleService/DryRunRule", past, rules.DryRunRuleResponse)
        assert [one.ticket.id for one in would.matches] == [ticket.id]
        read = rules.GetRuleRequest(rule_id=made.id)
        assert refusal(desk, stranger, "RuleService/GetRule", read)[0] == "NOT_FOUND"
        history = rpc(
            desk,
            agent,
            "TicketService/ListHistory",
            pb.ListHistoryRequest(ticket=ticket.id),
            pb.ListHistoryResponse,
        ).entries
        assert [one.cause.partition(":")[0] for one in history if one.action == "created"] == ["mail"]
        (tagged,) = [one for one in history if one.change.field == "tags"]
        assert (tagged.rule, tagged.actor.kind) == (f"rule:{made.id}:{word}", "system")
    finally:
        removed = rules.DeleteRuleRequest(rule_id=made.id)
        rpc(desk, admin, "RuleService/DeleteRule", removed, rules.DeleteRuleResponse)


def test_an_item_is_offered_ordered_and_fulfilled_in_its_order(
    desk: Desk, slug: str, admin: str, stranger: str, word: str
) -> None:
    request = catalog.CreateItemRequest()
    item = {"slug": word, "name": word, "category": "Desks", "active": True, "type": "service_request"}
    price = {"amount": "120.50", "currency": "EUR", "period": "once"}
    tasks = [
        {"key": "order", "title": "Order it", "depends_on": ["build"]},
        {"key": "build", "title": "Build it", "depends_on": ["order"]},
    ]
    ParseDict(
        {"item": {**item, "queue": "service-desk", "price": price, "tasks": tasks}},
        request,
    )
    status, why = refusal(desk, admin, "CatalogService/CreateItem", request)
    assert (status, "depends_on" in why) == ("INVALID_ARGUMENT", True)
    del request.item.tasks[0].depends_on[:]
    made = rpc(desk, admin, "CatalogService/CreateItem", request, catalog.CreateItemResponse).item
    assert (made.slug, made.price.amount) == (word, "120.50")
    requester = f"requester@{slug}.example"
    order = catalog.OrderItemRequest(item=word, quantity=2)
    ordered = rpc(desk, requester, "CatalogService/OrderItem", order, catalog.OrderItemResponse)
    assert (ordered.request.quantity, ordered.ticket.requester.email) == (2, requester)

    read = catalog.GetOrderRequest(ticket=ordered.ticket.id)

    def tasks_now() -> dict[str, str]:
        answer = rpc(desk, admin, "CatalogService/GetOrder", read, catalog.GetOrderResponse)
        return {one.key: one.state for one in answer.request.tasks}

    assert eventually(lambda: tasks_now().get("order") == "open" and tasks_now()["build"] == "waiting")
    assert refusal(desk, stranger, "CatalogService/GetOrder", read)[0] == "NOT_FOUND"
    assert refusal(desk, stranger, "CatalogService/OrderItem", order)[0] == "NOT_FOUND"


def test_a_change_is_planned_weighed_and_warned_of(
    desk: Desk, agent: str, admin: str, stranger: str, word: str
) -> None:
    starts = datetime(2035, 3, 2, 10, tzinfo=UTC)
    freeze = changes.CreateFreezeRequest()
    freeze.freeze.name = word
    freeze.freeze.starts_at.FromDatetime(starts - timedelta(days=1))
    freeze.freeze.ends_at.FromDatetime(starts + timedelta(days=1))
    frozen = rpc(desk, admin, "ChangeService/CreateFreeze", freeze, changes.CreateFreezeResponse).freeze
    ticket = created(desk, agent, pb.CreateTicketRequest(type="change", title=f"Move the {word}"))
    plan = changes.UpdateChangeRequest(ticket=ticket.id)
    plan.change.plan, plan.change.backout_plan = "One at a time.", "Boot the previous image."
    questions = rpc(
        desk,
        agent,
        "ChangeService/ListRiskQuestions",
        changes.ListRiskQuestionsRequest(),
        changes.ListRiskQuestionsResponse,
    ).questions
    for one in questions:
        plan.change.risk_answers[one.key] = True
    plan.change.planned_start.FromDatetime(starts)
    plan.change.planned_end.FromDatetime(starts - timedelta(hours=1))
    status, why = refusal(desk, agent, "ChangeService/UpdateChange", plan)
    assert (status, "planned_end" in why) == ("INVALID_ARGUMENT", True)
    plan.change.planned_end.FromDatetime(starts + timedelta(hours=1))
    status, why = refusal(desk, agent, "ChangeService/UpdateChange", plan)
    assert (status, word in why) == ("FAILED_PRECONDITION", True)
    plan.change.emergency = True
    planned = rpc(desk, agent, "ChangeService/UpdateChange", plan, changes.UpdateChangeResponse).change
    assert planned.risk == "high"
    assert ("freeze", word) in [(one.kind, one.subject) for one in planned.warnings]
    within = changes.ListChangesRequest()
    getattr(within, "from").FromDatetime(starts)
    within.until.FromDatetime(starts + timedelta(seconds=1))
    method = "ChangeService/ListChanges"
    listed = rpc(desk, agent, method, within, changes.ListChangesResponse).changes
    assert ticket.id in [one.ticket.id for one in listed]
    foreign = rpc(desk, stranger, method, within, changes.ListChangesResponse).changes
    assert ticket.id not in [one.ticket.id for one in foreign]
    read = changes.GetChangeRequest(ticket=ticket.id)
    assert refusal(desk, stranger, "ChangeService/GetChange", read)[0] == "NOT_FOUND"
    removed = changes.DeleteFreezeRequest(freeze_id=frozen.id)
    assert refusal(desk, stranger, "ChangeService/DeleteFreeze", removed)[0] == "NOT_FOUND"
    rpc(desk, admin, "ChangeService/DeleteFreeze", removed, changes.DeleteFreezeResponse)


def test_incidents_that_recur_become_a_problem_and_a_known_error(
    desk: Desk, agent: str, stranger: str, word: str
) -> None:
    incidents = {
        created(desk, agent, pb.CreateTicketRequest(title=f"{word} turbine overheats again")).id
        for _ in range(3)
    }
    scope = problems.CandidateScope(window_days=1, threshold=3)
    listing = problems.ListProblemCandidatesRequest(scope=scope)

    def candidate() -> problems.ListProblemCandidatesResponse | None:
        method = "ProblemService/ListProblemCandidates"
        answer = rpc(desk, agent, method, listing, problems.ListProblemCandidatesResponse)
        return answer if keys_of(answer) else None

    def keys_of(answer: problems.ListProblemCandidatesResponse) -> list[str]:
        return [one.key for one in answer.candidates if incidents <= {each.id for each in one.incidents}]

    answer = eventually(candidate)
    assert answer is not None
    key = keys_of(answer)[0]
    make = problems.CreateProblemOfCandidateRequest(key=key, scope=scope, title=f"Cooling of the {word}")
    method = "ProblemService/CreateProblemOfCandidate"
    assert refusal(desk, stranger, method, make)[0] == "NOT_FOUND"
    made = rpc(desk, agent, method, make, problems.CreateProblemOfCandidateResponse)
    assert incidents <= set(made.incident_ids)
    assert made.problem.type == "problem"
    known = problems.GetKnownErrorRequest(ticket=made.problem.id)
    assert refusal(desk, agent, "ProblemService/GetKnownError", known)[0] == "FAILED_PRECONDITION"
    update = pb.UpdateTicketRequest(ticket=made.problem.id)
    update.patch.fields.update({"known_error": True, "workaround": "Open the window."})
    update.update_mask.paths.append("fields")
    rpc(desk, agent, "TicketService/UpdateTicket", update, pb.UpdateTicketResponse)
    error = rpc(
        desk, agent, "ProblemService/GetKnownError", known, problems.GetKnownErrorResponse
    ).known_error
    assert (error.number, error.workaround) == (made.problem.number, "Open the window.")


def test_words_are_found_by_page_with_a_slip_and_counted_in_a_view(
    desk: Desk, agent: str, stranger: str, word: str
) -> None:
    made = [created(desk, agent, pb.CreateTicketRequest(title=f"{word} kettle {n}")).id for n in range(5)]
    eventually(lambda: len(found(desk, agent, query=word)) == 5)
    slip = word[:3] + word[4:]
    assert {one.id for one in found(desk, agent, query=slip)} == set(made)
    assert found(desk, stranger, query=word) == []
    request = pb.ListTicketsRequest(filter=f'title : "{word}"', order_by="created_at desc", page_size=2)
    pages: list[list[str]] = []
    while True:
        page = rpc(desk, agent, "TicketService/ListTickets", request, pb.ListTicketsResponse)
        pages.append([one.id for one in page.tickets])
        if not page.next_page_token:
            break
        request.page_token = page.next_page_token
    assert pages == [made[4:2:-1], made[2:0:-1], made[:1]]
    broken = pb.ListTicketsRequest(filter='titel = "x"')
    status, why = refusal(desk, agent, "TicketService/ListTickets", broken)
    assert (status, "titel" in why) == ("INVALID_ARGUMENT", True)

    new = views.CreateViewRequest()
    ParseDict({"view": {"name": word, "filter": f'title : "{word}"', "columns": ["number", "title"]}}, new)
    view = rpc(desk, agent, "ViewService/CreateView", new, views.CreateViewResponse).view
    (count,) = rpc(
        desk,
        agent,
        "ViewService/CountViews",
        views.CountViewsRequest(view_ids=[view.id]),
        views.CountViewsResponse,
    ).counts
    assert (count.count, count.more) == (5, False)
    shown = views.ListViewTicketsRequest(view_id=view.id, page_size=50)
    listed = rpc(desk, agent, "ViewService/ListViewTickets", shown, views.ListViewTicketsResponse).tickets
    assert {one.id for one in listed} == set(made)
    assert refusal(desk, stranger, "ViewService/ListViewTickets", shown)[0] == "NOT_FOUND"
    rpc(
        desk,
        agent,
        "ViewService/DeleteView",
        views.DeleteViewRequest(view_id=view.id),
        views.DeleteViewResponse,
    )


def test_work_on_many_tells_of_each_and_is_taken_back(
    desk: Desk, agent: str, stranger: str, word: str
) -> None:
    made = [created(desk, agent, pb.CreateTicketRequest(title=f"{word} {n}")).id for n in range(3)]
    resolve = pb.TransitionTicketRequest(to="resolved")
    rpc(
        desk,
        agent,
        "TicketService/TransitionTicket",
        pb.TransitionTicketRequest(ticket=made[0], to="resolved"),
        pb.TransitionTicketResponse,
    )
    start = bulk.StartBulkRequest(tickets=made, transition=resolve)
    job = rpc(desk, agent, "BulkService/StartBulk", start, bulk.StartBulkResponse).job
    read = bulk.GetBulkRequest(id=job.id)

    def done(request: bulk.GetBulkRequest) -> bulk.GetBulkResponse | None:
        answer = rpc(desk, agent, "BulkService/GetBulk", request, bulk.GetBulkResponse)
        return answer if answer.job.state == "done" else None

    answer = eventually(lambda: done(read))
    assert answer is not None
    results = {one.ticket.id: one.state for one in answer.results}
    assert results == {made[0]: "failed", made[1]: "ok", made[2]: "ok"}
    assert refusal(desk, stranger, "BulkService/GetBulk", read)[0] == "NOT_FOUND"
    undo = rpc(
        desk, agent, "BulkService/UndoBulk", bulk.UndoBulkRequest(id=job.id), bulk.UndoBulkResponse
    ).job
    eventually(lambda: done(bulk.GetBulkRequest(id=undo.id)))
    assert {one.id: one.state for one in found(desk, agent, filter=f'title : "{word}"')} == {
        made[0]: "resolved",
        made[1]: "open",
        made[2]: "open",
    }
