"""Files go with the mails that tell of them, and what is forwarded goes where it is forwarded to."""

from notify_case import Case
from notify_desk import text_of

from chassis.ids import new_id
from deskmesh.common.v1 import types_pb2


async def stored(case: Case, name: str, content: bytes) -> types_pb2.FileRef:
    """A file that tickets keeps."""
    objects = case.tenant.desk.service.process.runtime.objects
    kept = await objects.put("tickets", case.tenant.id, content)
    return types_pb2.FileRef(
        id=str(new_id()),
        name=name,
        size_bytes=kept.size,
        content_type="text/plain",
        sha256=kept.sha256,
        key=kept.key,
    )


async def test_the_files_of_a_reply_go_with_it_as_far_as_a_mail_holds_them(case: Case) -> None:
    await case.created()
    await case.tenant.deliveries(3)
    plan = await stored(case, "plän.txt", b"Plan")
    large = types_pb2.FileRef(name="disk.iso", size_bytes=11 * 1024 * 1024, key="tickets/x/y")
    await case.commented(case.anna, "See the plan.", attachments=[plan, large])
    await case.tenant.deliveries(4)
    message = (await case.tenant.mails(4))[case.requester.email]
    assert [(one.get_filename(), one.get_content()) for one in message.iter_attachments()] == [
        ("plän.txt", "Plan")
    ]
    assert "disk.iso" in text_of(message)


async def test_a_mail_whose_file_cannot_be_had_waits_for_it(case: Case) -> None:
    await case.created()
    await case.tenant.deliveries(3)
    plan = await stored(case, "plan.txt", b"Plan")
    plan.key = plan.key[:-4] + "beef"
    await case.commented(case.anna, "See the plan.", attachments=[plan])
    (reply,) = [row for row in await case.tenant.deliveries(1, "failed") if row["purpose"] == "reply"]
    assert (reply["recipient"], reply["sent_at"]) == (case.requester.email, None)
    assert reply["last_error"].startswith("a file of it cannot be read")


async def test_what_is_forwarded_goes_to_those_it_is_forwarded_to_alone_with_its_files(case: Case) -> None:
    await case.created()
    await case.tenant.deliveries(3)
    plan = await stored(case, "plan.txt", b"Plan")
    await case.commented(
        case.anna,
        "Could you send somebody?",
        visibility="internal",
        channel="forward",
        forwarded_to=["repairs@printers.example"],
        attachments=[plan],
    )
    rows = await case.tenant.deliveries(4)
    assert [row["recipient"] for row in rows if row["purpose"] == "forward"] == ["repairs@printers.example"]
    message = (await case.tenant.mails(4))["repairs@printers.example"]
    assert "Could you send somebody?" in text_of(message)
    assert message["Auto-Submitted"] is None
    assert message["Return-Path"] == f"<{case.tenant.address}>"
    assert [one.get_filename() for one in message.iter_attachments()] == ["plan.txt"]


async def test_what_they_answer_is_told_to_the_agents(case: Case) -> None:
    await case.created()
    await case.tenant.deliveries(3)
    outside = types_pb2.PersonRef(id=str(new_id()), email="repairs@printers.example", name="Repairs")
    await case.commented(outside, "Tomorrow.", visibility="internal", channel="email")
    rows = await case.tenant.deliveries(5)
    assert {row["recipient"] for row in rows if row["purpose"] == "agent_comment"} == {
        case.anna.email,
        case.bob.email,
    }
