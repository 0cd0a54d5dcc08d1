"""Mail at the SMTP door: what is taken, what is refused, and that nothing taken is lost."""

import asyncio
import hashlib
import smtplib
from email.message import EmailMessage

import pytest
from notify_desk import Desk, in_thread, mail, queued, talk

from chassis.errors import BadRequest, Forbidden, NotFound
from chassis.testing.waiting import eventually
from deskmesh.gateway.v1 import events_pb2 as gateway_events
from deskmesh.gateway.v1 import identity_pb2
from deskmesh.notify.v1 import events_pb2
from deskmesh.notify.v1 import message_service_pb2 as rpc

MIB = 1024 * 1024


async def test_a_mail_is_stored_read_and_told(desk: Desk) -> None:
    tenant = await desk.new_tenant()
    message = EmailMessage()
    message["From"] = "Anna Nowak <anna@customer.example>"
    message["To"] = tenant.address
    message["Cc"] = "boss@customer.example"
    message["Subject"] = "Drukarka nie działa"
    message["Message-ID"] = "<first@customer.example>"
    message.set_content("Dzień dobry, nie działa.\n\n-- \nAnna\n")
    message.add_attachment(b"%PDF-1.4", maintype="application", subtype="pdf", filename="zrzut ąę.pdf")
    raw = message.as_bytes().replace(b"\n", b"\r\n")

    message_id = queued(await desk.send("anna@customer.example", tenant.address.upper(), raw))

    (event,) = await tenant.published(events_pb2.MessageReceived)
    assert event.inbound_message_id == message_id
    assert (event.mailbox, event.message_id) == (tenant.address, "first@customer.example")
    assert (event.from_email, event.from_name) == ("anna@customer.example", "Anna Nowak")
    assert (event.subject, event.body, event.quoted) == (
        "Drukarka nie działa",
        "Dzień dobry, nie działa.",
        "-- \nAnna",
    )
    assert (event.language, list(event.cc), event.automatic) == ("pl", ["boss@customer.example"], False)
    (file,) = event.attachments
    assert (file.name, file.content_type, file.size_bytes) == ("zrzut ąę.pdf", "application/pdf", 8)
    assert file.sha256 == hashlib.sha256(b"%PDF-1.4").hexdigest()
    stored = [chunk async for chunk in await desk.service.process.runtime.objects.get(file.key)]
    assert b"".join(stored) == b"%PDF-1.4"

    shown = (await tenant.inbound(message_id, "received")).inbound_message
    assert getattr(shown, "from").email == "anna@customer.example"
    assert shown.subject == "Drukarka nie działa"
    assert [each.name for each in shown.attachments] == ["zrzut ąę.pdf"]
    answer = await tenant.call(
        "GetRawInboundMessage",
        rpc.GetRawInboundMessageRequest(inbound_message_id=message_id),
        rpc.GetRawInboundMessageResponse,
    )
    assert (answer.content, answer.total_bytes) == (raw, len(raw))


async def test_the_same_mail_again_changes_nothing(desk: Desk) -> None:
    tenant = await desk.new_tenant()
    raw = mail(message_id="<same@customer.example>")
    answers = await asyncio.gather(
        *(desk.send("anna@customer.example", tenant.address, raw) for _ in range(8))
    )
    assert len(set(answers)) == 1
    again = await desk.send("anna@customer.example", tenant.address, b"Received: by relay\r\n" + raw)
    assert again == answers[0]
    rows = await desk.rows("SELECT id FROM inbound_messages WHERE tenant_id = $1", tenant.id)
    assert len(rows) == 1


async def test_another_body_under_a_known_message_id_is_a_new_mail(desk: Desk) -> None:
    tenant = await desk.new_tenant()
    first = await desk.send("a@b.example", tenant.address, mail(message_id="<x@y.example>", body="one"))
    second = await desk.send("a@b.example", tenant.address, mail(message_id="<x@y.example>", body="two"))
    assert first != second
    assert len(await tenant.published(events_pb2.MessageReceived, 2)) == 2


async def test_after_thirty_days_the_same_mail_is_new(desk: Desk) -> None:
    tenant = await desk.new_tenant()
    raw = mail(message_id="<old@y.example>")
    first = queued(await desk.send("a@b.example", tenant.address, raw))
    await desk.rows(
        "UPDATE inbound_messages SET received_at = now() - interval '31 days' WHERE id = $1::text::uuid",
        first,
    )
    assert queued(await desk.send("a@b.example", tenant.address, raw)) != first


async def test_an_unknown_recipient_is_refused(desk: Desk) -> None:
    tenant = await desk.new_tenant()
    for address in (f"sales@{tenant.slug}.example", "support@nowhere.example", "not an address", "support"):
        with pytest.raises(smtplib.SMTPRecipientsRefused) as refused:
            await desk.send("a@b.example", address, mail())
        assert refused.value.recipients[address][0] in {550, 553, 501}


async def test_one_mail_to_two_tenants_is_one_row_in_each(desk: Desk) -> None:
    one, two = await desk.new_tenant(), await desk.new_tenant()
    answer = await desk.send("a@b.example", [one.address, two.address, one.address], mail())
    ids = queued(answer).split(" ")
    assert len(ids) == 2
    for tenant, message_id in zip((one, two), ids, strict=True):
        shown = (await tenant.inbound(message_id, "received")).inbound_message
        assert shown.mailbox == tenant.address
        assert len(await tenant.published(events_pb2.MessageReceived)) == 1


async def test_a_mail_of_another_tenant_is_the_same_as_none(desk: Desk) -> None:
    one, two = await desk.new_tenant(), await desk.new_tenant()
    message_id = queued(await desk.send("a@b.example", one.address, mail()))
    for method, request, response in (
        (
            "GetInboundMessage",
            rpc.GetInboundMessageRequest(inbound_message_id=message_id),
            rpc.GetInboundMessageResponse,
        ),
        (
            "GetRawInboundMessage",
            rpc.GetRawInboundMessageRequest(inbound_message_id=message_id),
            rpc.GetRawInboundMessageResponse,
        ),
    ):
        with pytest.raises(NotFound):
            await two.call(method, request, response)
        with pytest.raises(Forbidden):
            await one.call(method, request, response, permissions=("tickets.read",))


async def test_25_mib_are_taken_and_more_is_refused_with_552(desk: Desk) -> None:
    tenant = await desk.new_tenant()
    head = b"From: a@b.example\r\nSubject: big\r\nMessage-ID: <big@b.example>\r\n\r\n"
    line = b"x" * 998 + b"\r\n"
    body = line * ((25 * MIB - len(head)) // len(line))
    fits = head + body + b"y" * (25 * MIB - len(head) - len(body) - 2) + b"\r\n"
    assert len(fits) == 25 * MIB
    message_id = queued(await desk.send("a@b.example", tenant.address, fits))
    pieces = b""
    while len(pieces) < len(fits):
        answer = await tenant.call(
            "GetRawInboundMessage",
            rpc.GetRawInboundMessageRequest(inbound_message_id=message_id, offset=len(pieces)),
            rpc.GetRawInboundMessageResponse,
        )
        assert 0 < len(answer.content) <= MIB
        pieces += answer.content
    assert pieces == fits
    with pytest.raises(smtplib.SMTPDataError) as refused:
        await desk.send("a@b.example", tenant.address, fits + b"z\r\n")
    assert refused.value.smtp_code == 552
    with pytest.raises(smtplib.SMTPDataError) as refused:
        await desk.send("a@b.example", tenant.address, head + b"w" * (26 * MIB))
    assert refused.value.smtp_code == 552


async def test_the_size_is_advertised_and_a_declared_size_is_judged_at_once(desk: Desk) -> None:
    def by_smtp() -> None:
        with smtplib.SMTP("127.0.0.1", desk.smtp_port, timeout=30) as client:
            client.ehlo()
            assert client.esmtp_features["size"] == str(25 * MIB)
            assert {"8bitmime", "smtputf8", "pipelining"} <= set(client.esmtp_features)
            assert "auth" not in client.esmtp_features
            assert client.mail("a@b.example", [f"SIZE={26 * MIB}"])[0] == 552
            assert client.mail("a@b.example", [f"SIZE={MIB}"])[0] == 250

    await in_thread(by_smtp)


async def test_commands_may_come_without_waiting_for_answers(desk: Desk) -> None:
    tenant = await desk.new_tenant()
    address = tenant.address.encode()
    one = (
        b"MAIL FROM:<a@b.example>\r\nRCPT TO:<"
        + address
        + b">\r\nDATA\r\nFrom: a@b.example\r\nSubject: %d\r\n\r\n..dot\r\n.\r\n"
    )
    answers = await talk(desk, b"EHLO c.example\r\n" + one % 1 + one % 2 + b"QUIT\r\n")
    assert [line[:3] for line in answers].count(b"354") == 2
    assert sum(line.startswith(b"250 2.0.0 queued as ") for line in answers) == 2
    rows = await desk.rows("SELECT raw FROM inbound_messages WHERE tenant_id = $1 ORDER BY id", tenant.id)
    assert [row["raw"] for row in rows] == [
        b"From: a@b.example\r\nSubject: %d\r\n\r\n.dot\r\n" % number for number in (1, 2)
    ]


async def test_a_bare_line_feed_smuggles_no_second_mail_in(desk: Desk) -> None:
    tenant = await desk.new_tenant()
    evil = (
        b"\n.\nMAIL FROM:<x@y.example>\nRCPT TO:<"
        + tenant.address.encode()
        + b">\nDATA\nFrom: x@y.example\n\nsmuggled\n.\n"
    )
    await desk.send("a@b.example", tenant.address, mail())
    answers = await talk(
        desk,
        b"EHLO c.example\r\nMAIL FROM:<a@b.example>\r\nRCPT TO:<" + tenant.address.encode() + b">\r\nDATA\r\n"
        b"From: a@b.example\r\n\r\nbody" + evil + b"end\r\n.\r\nQUIT\r\n",
    )
    assert sum(line.startswith(b"250 2.0.0 queued") for line in answers) == 1
    rows = await desk.rows("SELECT raw FROM inbound_messages WHERE tenant_id = $1 ORDER BY id", tenant.id)
    assert len(rows) == 2
    assert b"smuggled" in rows[1]["raw"]


async def test_a_line_without_end_is_refused_and_the_connection_goes_on(desk: Desk) -> None:
    tenant = await desk.new_tenant()
    head = (
        b"EHLO c.example\r\nMAIL FROM:<a@b.example>\r\nRCPT TO:<" + tenant.address.encode() + b">\r\nDATA\r\n"
    )
    answers = await talk(desk, head + b"x" * (26 * MIB) + b"\r\n.\r\nNOOP\r\nQUIT\r\n")
    assert any(line.startswith(b"552") for line in answers)
    assert answers[-1].startswith(b"221")


async def test_a_long_line_is_no_reason_to_refuse_a_mail(desk: Desk) -> None:
    tenant = await desk.new_tenant()
    queued(await desk.send("a@b.example", tenant.address, mail() + b"x" * 200_000 + b"\r\n"))


async def test_international_addresses_and_8_bit_text_are_taken(desk: Desk) -> None:
    tenant = await desk.new_tenant()
    raw = "From: Jörg <jörg@münchen.example>\r\nSubject: Gęś\r\n\r\nZażółć\r\n".encode()
    message_id = queued(
        await desk.send("jörg@münchen.example", tenant.address, raw, ["SMTPUTF8", "BODY=8BITMIME"])
    )
    (event,) = await tenant.published(events_pb2.MessageReceived)
    shown = (await tenant.inbound(message_id, "received")).inbound_message
    assert (event.from_email, event.subject, event.body) == ("jörg@xn--mnchen-3ya.example", "Gęś", "Zażółć")
    assert shown.subject == "Gęś"


async def test_a_malformed_mail_is_kept_in_quarantine_and_can_be_downloaded(desk: Desk) -> None:
    tenant = await desk.new_tenant()
    for raw, reason in (
        (b"Subject: nobody\r\n\r\nx\r\n", "no From address"),
        (b"\x00\xff garbage \xfe\r\n", "no From address"),
        (
            b"From: a@b.example\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n"
            + b"--b\r\n\r\n" * 50_000,
            "too many parts",
        ),
    ):
        message_id = queued(await desk.send("a@b.example", tenant.address, raw))
        shown = (await tenant.inbound(message_id, "quarantined")).inbound_message
        assert shown.reason == reason
        answer = await tenant.call(
            "GetRawInboundMessage",
            rpc.GetRawInboundMessageRequest(inbound_message_id=message_id),
            rpc.GetRawInboundMessageResponse,
        )
        assert answer.content == raw
    listed = await tenant.call(
        "ListInboundMessages",
        rpc.ListInboundMessagesRequest(filter='state = "quarantined"'),
        rpc.ListInboundMessagesResponse,
    )
    assert len(listed.inbound_messages) == 3
    assert not await desk.rows("SELECT 1 FROM outbox WHERE tenant_id = $1", tenant.id)


async def test_automatic_mail_is_told_as_such(desk: Desk) -> None:
    tenant = await desk.new_tenant()
    message_id = queued(await desk.send("", tenant.address, mail(Auto_Submitted="auto-replied")))
    shown = (await tenant.inbound(message_id, "automatic")).inbound_message
    assert shown.reason == "auto-submitted: auto-replied"
    (event,) = await tenant.published(events_pb2.MessageReceived)
    assert event.automatic


async def test_mail_from_the_desk_itself_goes_no_further(desk: Desk) -> None:
    tenant = await desk.new_tenant()
    message_id = queued(await desk.send("a@b.example", tenant.address, mail(sender=tenant.address)))
    shown = (await tenant.inbound(message_id, "automatic")).inbound_message
    assert shown.reason == "sent by this desk"
    assert not await desk.rows("SELECT 1 FROM outbox WHERE tenant_id = $1", tenant.id)


async def test_a_closed_mailbox_takes_no_mail(desk: Desk) -> None:
    tenant = await desk.new_tenant()
    changed = identity_pb2.Tenant()
    changed.CopyFrom(tenant.message)
    changed.support_address, changed.version = f"help@{tenant.slug}.example", 2
    await desk.tell(
        tenant.id, gateway_events.TenantChanged(tenant=changed), aggregate_id=str(tenant.id), version=2
    )
    await desk.tell(
        tenant.id, gateway_events.TenantChanged(tenant=tenant.message), aggregate_id=str(tenant.id)
    )

    async def moved() -> bool:
        try:
            await desk.send("a@b.example", changed.support_address, mail())
        except smtplib.SMTPRecipientsRefused:
            return False
        return True

    await eventually(moved)
    with pytest.raises(smtplib.SMTPRecipientsRefused):
        await desk.send("a@b.example", tenant.address, mail())


async def test_lists_are_filtered_ordered_and_paged(desk: Desk) -> None:
    tenant = await desk.new_tenant()
    for number in range(5):
        await desk.send(
            "a@b.example", tenant.address, mail(subject=f"s{number}", sender=f"p{number % 2}@b.example")
        )
    await tenant.published(events_pb2.MessageReceived, 5)
    seen: list[str] = []
    token = ""
    while True:
        page = await tenant.call(
            "ListInboundMessages",
            rpc.ListInboundMessagesRequest(page_size=2, page_token=token, order_by="received_at"),
            rpc.ListInboundMessagesResponse,
        )
        seen += [each.subject for each in page.inbound_messages]
        token = page.next_page_token
        if not token:
            break
    assert seen == [f"s{number}" for number in range(5)]
    filtered = await tenant.call(
        "ListInboundMessages",
        rpc.ListInboundMessagesRequest(filter='from = "p1@b.example" AND state = "received"'),
        rpc.ListInboundMessagesResponse,
    )
    assert [each.subject for each in filtered.inbound_messages] == ["s3", "s1"]
    with pytest.raises(BadRequest):
        await tenant.call(
            "ListInboundMessages",
            rpc.ListInboundMessagesRequest(filter="raw = 1"),
            rpc.ListInboundMessagesResponse,
        )
