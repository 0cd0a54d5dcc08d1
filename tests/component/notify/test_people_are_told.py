"""Who gets which mail when something happens to a ticket, and what it says."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from notify_case import NOW, Case
from notify_desk import mail, queued, text_of

from chassis.context import Caller, use_caller
from chassis.ids import new_id
from chassis.testing.waiting import eventually
from chassis.timers import Timer
from deskmesh.gateway.v1 import events_pb2 as gateway_events
from deskmesh.gateway.v1 import identity_pb2
from deskmesh.notify.v1 import events_pb2
from deskmesh.notify.v1 import message_service_pb2 as rpc
from deskmesh.tickets.v1 import events_pb2 as tickets
from notify.api.work import Work
from notify.app.linking import Links


async def test_a_new_ticket_is_acknowledged_in_the_requesters_language_and_told_to_the_agents(
    case: Case,
) -> None:
    await case.created()
    mails = await case.tenant.mails(3)
    assert set(mails) == {case.requester.email, case.anna.email, case.bob.email}
    answer = mails[case.requester.email]
    assert answer["Subject"] == "[INC-1042] Drukarka <nie> działa"
    assert answer["From"].addresses[0].addr_spec == case.tenant.address
    assert answer["Reply-To"].addresses[0].addr_spec == case.tenant.address
    assert answer["Auto-Submitted"] == "auto-replied"
    assert answer["Return-Path"] == "<>"
    assert answer["Content-Language"] == "pl"
    assert "Dzień dobry, Rita" in text_of(answer)
    assert "INC-1042" in text_of(answer)
    assert "Pali się" not in answer.as_string()
    news = mails[case.anna.email]
    assert news["Auto-Submitted"] == "auto-generated"
    assert "New ticket INC-1042" in text_of(news)
    html = news.get_body(("html",))
    assert html is not None
    assert "Drukarka &lt;nie&gt; działa" in html.get_content()
    rows = await case.tenant.deliveries(3)
    by_recipient = {row["recipient"]: row for row in rows}
    row = by_recipient[case.requester.email]
    assert answer["Message-ID"] == f"<{row['id']}@desk.example>"
    listed = await case.tenant.call(
        "ListDeliveries",
        rpc.ListDeliveriesRequest(filter='purpose = "acknowledgement"'),
        rpc.ListDeliveriesResponse,
    )
    (shown,) = listed.deliveries
    assert (shown.to, shown.state, shown.ticket_id) == (case.requester.email, "sent", case.ticket.id)
    assert shown.message_id == f"{row['id']}@desk.example"
    sent = await case.tenant.published(events_pb2.MessageDelivered, 3)
    assert {event.delivery_id for event in sent} == {str(each["id"]) for each in rows}


async def test_the_same_event_again_makes_no_second_mail(case: Case) -> None:
    event_id = await case.created()
    await case.tenant.deliveries(3)
    # As a replay, which the inbox does not stop: another consumer's row is missing.
    await case.tenant.desk.rows("DELETE FROM inbox WHERE event_id = $1", event_id)
    connection_event = await case.created(event_id=event_id)
    assert connection_event == event_id
    await case.created(event_id=new_id(), happened=NOW - timedelta(days=1))
    await case.settled()
    assert len(await case.tenant.deliveries(3)) == 3


async def test_machines_are_not_acknowledged(case: Case) -> None:
    await case.created(automatic=True)
    mails = await case.tenant.mails(2)
    assert set(mails) == {case.anna.email, case.bob.email}
    await case.commented(case.requester, "I am away", automatic=True)
    await case.settled()
    assert len(await case.tenant.deliveries(2)) == 2


async def test_imported_tickets_tell_nobody(case: Case) -> None:
    await case.created(happened=NOW - timedelta(hours=2))
    await case.settled()
    assert await case.tenant.deliveries(0) == []


async def test_an_answer_is_threaded_with_the_requesters_own_mail(case: Case) -> None:
    desk = case.tenant.desk
    raw = mail("Drukarka", message_id="<question@customer.example>", sender=f"Rita <{case.requester.email}>")
    inbound_id = queued(await desk.send(case.requester.email, case.tenant.address, raw))
    await case.tenant.published(events_pb2.MessageReceived)
    case.ticket.source_message_id = inbound_id
    await case.created()
    shown = (await case.tenant.inbound(inbound_id, "processed")).inbound_message
    assert shown.ticket_id == case.ticket.id
    await case.tenant.deliveries(3)
    await case.commented(case.anna, "Have you tried <off> and on?")
    await case.tenant.deliveries(4)
    rows = await case.tenant.deliveries(4)
    (reply,) = [row for row in rows if row["purpose"] == "reply"]
    (acknowledgement,) = [row for row in rows if row["purpose"] == "acknowledgement"]
    message = (await case.tenant.mails(4))[case.requester.email]
    assert reply["recipient"] == case.requester.email
    assert message["Auto-Submitted"] is None
    assert message["Return-Path"] == f"<{case.tenant.address}>"
    assert message["In-Reply-To"] == f"<{acknowledgement['message_id']}>"
    assert message["References"] == f"<question@customer.example> <{acknowledgement['message_id']}>"
    assert "Have you tried <off> and on?" in text_of(message)
    assert "Anna" in text_of(message)

    # The requester's answer names the ticket by its references, and becomes a comment.
    back = mail(
        "Re: [INC-1042] Drukarka",
        "Yes.",
        sender=case.requester.email,
        In_Reply_To=str(message["Message-ID"]),
        References=f"{message['References']} {message['Message-ID']}",
    )
    answer_id = queued(await desk.send(case.requester.email, case.tenant.address, back))
    events = await case.tenant.published(events_pb2.MessageReceived, 2)
    (event,) = [each for each in events if each.inbound_message_id == answer_id]
    assert list(event.answered_ticket_ids) == [case.ticket.id]
    assert list(event.subject_numbers) == ["INC-1042"]
    await case.commented(case.requester, "Yes.", source_message_id=answer_id)
    shown = (await case.tenant.inbound(answer_id, "processed")).inbound_message
    assert (shown.ticket_id, bool(shown.comment_id)) == (case.ticket.id, True)
    mails = await case.tenant.mails(6)
    assert "Rita wrote on INC-1042" in text_of(mails[case.bob.email])


async def test_a_reply_with_a_shape_has_it_in_the_mail_and_its_text_beside(case: Case) -> None:
    await case.created()
    await case.tenant.deliveries(3)
    shown = "<p>Take <strong>A4</strong></p>"
    await case.commented(case.anna, "Take **A4**", body_html=shown)
    await case.tenant.deliveries(4)
    message = (await case.tenant.mails(4))[case.requester.email]
    assert "Take **A4**" in text_of(message)
    html = message.get_body(("html",))
    assert html is not None
    assert shown in html.get_content()


async def test_what_comes_from_outside_is_told_to_agents_as_text(case: Case) -> None:
    await case.created()
    await case.tenant.deliveries(3)
    counted = '<p>Look</p><img src="https://elsewhere.example/seen.png">'
    await case.commented(case.requester, "Look", body_html=counted)
    mails = await case.tenant.mails(5)
    html = mails[case.bob.email].get_body(("html",))
    assert html is not None
    assert "Look" in html.get_content()
    assert "elsewhere.example" not in html.get_content()


async def test_an_internal_note_never_leaves_the_desk(case: Case) -> None:
    case.ticket.assignee.CopyFrom(case.anna)
    case.ticket.watchers.append(case.requester)
    await case.commented(
        case.bob, "secret! @rita please look", visibility="internal", mentioned=[case.requester, case.bob]
    )
    mails = await case.tenant.mails(1)
    await case.settled()
    assert set(mails) == {case.anna.email}
    assert "internal note" in text_of(mails[case.anna.email])
    assert len(await case.tenant.deliveries(1)) == 1


async def test_a_breach_tells_the_team_the_time_in_their_own_zone(case: Case) -> None:
    await case.breached()
    await case.breached(warning=True)
    mails = await case.tenant.mails(4)
    assert set(mails) == {case.anna.email, case.bob.email}
    assert "2026-11-23 09:30 (America/New_York)" in text_of(mails[case.anna.email])
    rows = await case.tenant.deliveries(4)
    assert sorted(row["purpose"] for row in rows) == ["clock_breach"] * 2 + ["clock_warning"] * 2


async def test_a_step_of_an_escalation_chain_tells_those_it_names_once(case: Case) -> None:
    chief = await case.tenant.new_person("Chief")
    carl = await case.tenant.new_person("Carl", role="agent", manager=chief.id)
    case.ticket.assignee.CopyFrom(carl)
    await case.breached(escalated_to=["assignee", "supervisor", "manager", case.bob.email, "x@y.example"])
    mails = await case.tenant.mails(3)
    await case.settled()
    assert set(mails) == {carl.email, case.bob.email, chief.email}
    assert "needs your attention: its target is near." in text_of(mails[chief.email])
    assert [row["purpose"] for row in await case.tenant.deliveries(3)] == ["clock_escalation"] * 3


async def test_nobody_is_mailed_of_clocks_that_ran_out_before_their_ticket_was_imported(case: Case) -> None:
    long_ago = datetime.now(UTC) - timedelta(days=3)
    await case.breached(at=long_ago)
    await case.breached(at=long_ago, warning=True)
    await case.breached(warning=True)
    await case.settled()
    rows = await case.tenant.deliveries(2)
    assert [row["purpose"] for row in rows] == ["clock_warning"] * 2


async def test_a_resolution_is_told_to_the_requester(case: Case) -> None:
    await case.resolved(by=case.anna)
    mails = await case.tenant.mails(1)
    assert "zostało rozwiązane" in text_of(mails[case.requester.email])


async def test_each_of_several_different_requests_in_an_hour_is_acknowledged(case: Case) -> None:
    for title in ("Printer", "Mail", "VPN", "Phone", "Badge"):
        case.ticket.id, case.ticket.title = str(new_id()), title
        await case.created()
    rows = await case.tenant.deliveries(5 * 3)
    assert [row["recipient"] for row in rows].count(case.requester.email) == 5


async def test_no_more_than_three_automatic_mails_an_hour_go_to_an_address_that_repeats_itself(
    case: Case,
) -> None:
    for _ in range(5):
        case.ticket.id = str(new_id())
        await case.created()
    await case.tenant.deliveries(3 + 10)
    rows = await case.tenant.deliveries(2, state="suppressed")
    to_requester = [row for row in rows if row["recipient"] == case.requester.email]
    assert sorted(row["state"] for row in to_requester) == ["sent"] * 3 + ["suppressed"] * 2
    # What a person writes is no automatic mail.
    await case.commented(case.anna, "Hello")
    await case.tenant.deliveries(14)


@dataclass
class Counting:
    """A way out that counts what passes."""

    passed: list[UUID]

    async def send(self, *, delivery_id: UUID, sender: str, recipient: str, raw: bytes) -> None:  # noqa: ARG002
        self.passed.append(delivery_id)


async def test_a_mail_that_went_out_is_not_sent_again_because_it_could_not_be_noted(case: Case) -> None:
    await case.resolved(by=case.anna)
    delivery_id: UUID = (await case.tenant.deliveries(1))[0]["id"]
    await case.tenant.desk.rows("UPDATE deliveries SET state = 'queued' WHERE id = $1", delivery_id)
    runtime, way_out = case.tenant.desk.service.process.runtime, Counting([])
    work = Work(runtime.databases, runtime.objects, way_out, Links("", ""))
    payload: dict[str, object] = {"deliveries": [str(delivery_id)]}
    timer = Timer(new_id(), case.tenant.id, "deliver", str(delivery_id), NOW, payload, attempts=1)
    with use_caller(Caller.system(case.tenant.id, "notify", "timer")):
        await work.send([timer])
        await work.send([timer])  # as after a transaction that did not come through
    assert way_out.passed == [delivery_id]


async def test_an_automatic_mail_stays_automatic_when_it_has_become_a_ticket(case: Case) -> None:
    desk = case.tenant.desk
    inbound_id = queued(await desk.send("", case.tenant.address, mail(Auto_Submitted="auto-generated")))
    await case.tenant.inbound(inbound_id, "automatic")
    case.ticket.source_message_id = inbound_id
    await case.created(automatic=True)

    async def known() -> bool:
        shown = (await case.tenant.inbound(inbound_id, "automatic")).inbound_message
        return shown.ticket_id == case.ticket.id

    await eventually(known)


async def test_a_mail_that_tickets_reject_is_put_into_quarantine(case: Case) -> None:
    desk = case.tenant.desk
    inbound_id = queued(await desk.send("a@b.example", case.tenant.address, mail()))
    await case.tenant.published(events_pb2.MessageReceived)
    event = tickets.MessageRejected(inbound_message_id=inbound_id, reason="the sender is blocked")
    await desk.tell(case.tenant.id, event, aggregate_id=inbound_id)
    shown = (await case.tenant.inbound(inbound_id, "quarantined")).inbound_message
    assert shown.reason == "the sender is blocked"


async def test_a_role_of_the_tenants_own_makes_agents(case: Case) -> None:
    role = identity_pb2.Role(
        id=str(new_id()), slug="field", name="Field", permissions=["tickets.comment_internal"], version=1
    )
    desk = case.tenant.desk
    await desk.tell(case.tenant.id, gateway_events.RoleChanged(role=role), aggregate_id=role.id)
    await eventually(lambda: desk.rows("SELECT 1 FROM roles WHERE tenant_id = $1", case.tenant.id))
    case.ticket.assignee.CopyFrom(await case.tenant.new_person("Fred", role="field"))
    await case.commented(case.bob, "note", visibility="internal")
    assert set(await case.tenant.mails(1)) == {case.ticket.assignee.email}


async def test_a_tenants_own_template_is_used_and_a_broken_one_is_not(case: Case) -> None:
    desk = case.tenant.desk
    for purpose, language, text in (
        ("acknowledgement", "pl", "Własny tekst {{ticket.number}} {{recipient.name}}"),
        ("agent_new_ticket", "en", "{{#broken}}"),
    ):
        await desk.rows(
            "INSERT INTO templates (tenant_id, id, purpose, language, text) VALUES ($1, $2, $3, $4, $5)",
            case.tenant.id,
            new_id(),
            purpose,
            language,
            text,
        )
    await case.created()
    mails = await case.tenant.mails(3)
    assert text_of(mails[case.requester.email]).strip() == "Własny tekst INC-1042 Rita"
    assert "New ticket" in text_of(mails[case.anna.email])


async def test_deliveries_of_another_tenant_are_not_seen(case: Case) -> None:
    await case.created()
    await case.tenant.deliveries(3)
    other = await case.tenant.desk.new_tenant()
    listed = await other.call("ListDeliveries", rpc.ListDeliveriesRequest(), rpc.ListDeliveriesResponse)
    assert len(listed.deliveries) == 0
