"""Files on tickets."""

import pytest
from tickets_desk import TicketsDesk

from chassis.errors import Forbidden, InvalidInput, NotFound, Stale, TooLarge
from chassis.ids import new_id
from chassis.testing.identity import Person
from deskmesh.common.v1 import types_pb2 as common
from deskmesh.tickets.v1 import configuration_service_pb2 as settings
from deskmesh.tickets.v1 import events_pb2, ticket_pb2
from deskmesh.tickets.v1 import ticket_service_pb2 as rpc


async def uploaded(desk: TicketsDesk, content: bytes = b"hello", **said: object) -> common.FileRef:
    """A file that the gateway has put into the object storage."""
    stored = await desk.service.process.runtime.objects.put("gateway", desk.acme, content)
    file = common.FileRef(
        name="note.txt",
        size_bytes=stored.size,
        content_type="text/plain",
        sha256=stored.sha256,
        key=stored.key,
    )
    file.MergeFrom(common.FileRef(**said))  # type: ignore[arg-type]  # fields by name
    return file


async def attach(
    desk: TicketsDesk, ticket: str, file: common.FileRef, *, by: Person | None = None
) -> ticket_pb2.Attachment:
    request = rpc.CreateAttachmentRequest(ticket=ticket, file=file)
    return (await desk.call("CreateAttachment", request, rpc.CreateAttachmentResponse, by=by)).attachment


async def names(desk: TicketsDesk, ticket: str, *, by: Person | None = None) -> list[str]:
    request = rpc.ListAttachmentsRequest(ticket=ticket)
    answer = await desk.call("ListAttachments", request, rpc.ListAttachmentsResponse, by=by)
    return [attachment.file.name for attachment in answer.attachments]


async def read(
    desk: TicketsDesk, ticket: str, attachment_id: str, *, by: Person | None = None
) -> ticket_pb2.Attachment:
    request = rpc.GetAttachmentRequest(ticket=ticket, attachment_id=attachment_id)
    return (await desk.call("GetAttachment", request, rpc.GetAttachmentResponse, by=by)).attachment


async def file_policy(desk: TicketsDesk, *, by: Person | None = None) -> settings.GetFilePolicyResponse:
    request, answer = settings.GetFilePolicyRequest(), settings.GetFilePolicyResponse
    return await desk.call("GetFilePolicy", request, answer, by=by or desk.admin)


async def set_files(
    desk: TicketsDesk, taken: str, *extensions: str, version: int = 0, by: Person | None = None
) -> settings.SetFilePolicyResponse:
    policy = ticket_pb2.FilePolicy(taken=taken, extensions=extensions)
    request = settings.SetFilePolicyRequest(policy=policy, expected_version=version)
    return await desk.call("SetFilePolicy", request, settings.SetFilePolicyResponse, by=by or desk.admin)


async def test_a_file_is_copied_and_told(desk: TicketsDesk) -> None:
    ticket = await desk.create()
    attachment = await attach(desk, ticket.id, await uploaded(desk), by=desk.requester)
    assert attachment.file.key.startswith(f"tickets/{desk.acme}/")
    assert attachment.uploaded_by.email == desk.requester.email
    assert await read(desk, ticket.id, attachment.file.id) == attachment
    (event,) = await desk.events(events_pb2.TicketUpdated, ticket.id)
    assert list(event.changed_fields) == ["attachments"]
    assert (await desk.history(ticket.id))[-1].action == "attached"


async def test_an_agents_file_is_shown_with_a_public_comment(desk: TicketsDesk) -> None:
    ticket = await desk.create()
    attachment = await attach(desk, ticket.id, await uploaded(desk))
    assert await names(desk, ticket.id) == ["note.txt"]
    assert await names(desk, ticket.id, by=desk.requester) == []
    with pytest.raises(NotFound):
        await read(desk, ticket.id, attachment.file.id, by=desk.requester)
    comment = await desk.comment(ticket.id, "Please read this.", attachment_ids=[attachment.file.id])
    assert [file.name for file in comment.attachments] == ["note.txt"]
    assert await names(desk, ticket.id, by=desk.requester) == ["note.txt"]
    (listed,) = await desk.comments(ticket.id, by=desk.requester)
    assert listed == comment


async def test_a_file_of_an_internal_note_stays_internal(desk: TicketsDesk) -> None:
    ticket = await desk.create()
    attachment = await attach(desk, ticket.id, await uploaded(desk))
    await desk.comment(ticket.id, "Ours", visibility="internal", attachment_ids=[attachment.file.id])
    assert await names(desk, ticket.id, by=desk.requester) == []
    with pytest.raises(InvalidInput):
        await desk.comment(ticket.id, "Yours too", attachment_ids=[attachment.file.id])


async def test_a_requester_sends_no_file_of_the_agents(desk: TicketsDesk) -> None:
    ticket = await desk.create()
    attachment = await attach(desk, ticket.id, await uploaded(desk))
    with pytest.raises(InvalidInput):
        await desk.comment(ticket.id, "Got it", attachment_ids=[attachment.file.id], by=desk.requester)


async def test_a_file_that_is_not_there_or_not_ours_is_refused(desk: TicketsDesk) -> None:
    ticket = await desk.create()
    theirs = await desk.service.process.runtime.objects.put("gateway", desk.globex, b"secret")
    missing = f"gateway/{desk.acme}/{'0' * 64}"
    for key, sha256 in ((theirs.key, theirs.sha256), (missing, "0" * 64), ("../../etc/passwd", "passwd")):
        file = common.FileRef(name="x", size_bytes=1, sha256=sha256, key=key)
        with pytest.raises(InvalidInput) as caught:
            await attach(desk, ticket.id, file)
        assert [error.field for error in caught.value.errors] == ["file.key"]


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"name": " "}, "file.name"),
        ({"sha256": "0" * 64}, "file.sha256"),
        ({"size_bytes": -1}, "file.size_bytes"),
    ],
)
async def test_a_wrongly_described_file_is_refused(
    desk: TicketsDesk, said: dict[str, object], field: str
) -> None:
    ticket = await desk.create()
    with pytest.raises(InvalidInput) as caught:
        await attach(desk, ticket.id, await uploaded(desk, **said))  # type: ignore[arg-type]  # fields by name
    assert [error.field for error in caught.value.errors] == [field]


async def test_a_file_above_the_limit_is_refused(desk: TicketsDesk) -> None:
    ticket = await desk.create()
    with pytest.raises(TooLarge):
        await attach(desk, ticket.id, await uploaded(desk, size_bytes=25 * 1024 * 1024 + 1))


async def test_only_those_on_the_ticket_attach_and_read(desk: TicketsDesk) -> None:
    ticket = await desk.create()
    attachment = await attach(desk, ticket.id, await uploaded(desk), by=desk.requester)
    for person in (desk.colleague, desk.stranger):
        with pytest.raises(NotFound):
            await read(desk, ticket.id, attachment.file.id, by=person)
    with pytest.raises(NotFound):
        await attach(desk, ticket.id, await uploaded(desk), by=desk.colleague)
    other = await desk.create()
    for ticket_id, attachment_id in (
        (other.id, attachment.file.id),
        (ticket.id, str(new_id())),
        (ticket.id, "7"),
    ):
        with pytest.raises(NotFound):
            await read(desk, ticket_id, attachment_id)


async def test_nobody_attaches_without_a_right_to_comment(desk: TicketsDesk) -> None:
    ticket = await desk.create()
    reader = Person(desk.acme, scopes=frozenset({"tickets.read"}))
    with pytest.raises(Forbidden):
        await attach(desk, ticket.id, await uploaded(desk), by=reader)


async def test_a_program_is_refused_whatever_it_is_called(desk: TicketsDesk) -> None:
    ticket = await desk.create()
    for file in (
        await uploaded(desk, new_id().bytes, name="report.pdf.EXE"),
        await uploaded(desk, b"MZ" + new_id().bytes, name="report.pdf"),
        await uploaded(desk, new_id().bytes, content_type="application/x-msdownload"),
    ):
        with pytest.raises(InvalidInput) as caught:
            await attach(desk, ticket.id, file)
        problems = [(error.field, error.reason) for error in caught.value.errors]
        assert problems == [("file", 'files of the type "exe" are not taken')]
        assert not await desk.service.process.runtime.objects.exists(f"tickets/{desk.acme}/{file.sha256}")
    assert await names(desk, ticket.id) == []
    assert (await desk.history(ticket.id))[-1].action == "created"
    assert (await attach(desk, ticket.id, await uploaded(desk, b""))).file.size_bytes == 0


async def test_each_tenant_says_which_files_it_takes(desk: TicketsDesk) -> None:
    ticket = await desk.create()
    shipped = await file_policy(desk)
    assert (shipped.policy.taken, shipped.version, "exe" in shipped.policy.extensions) == ("all_but", 1, True)
    changed = await set_files(desk, "only", "pdf", "txt", version=shipped.version)
    kept = await file_policy(desk)
    assert (kept.policy, kept.version) == (changed.policy, changed.version)
    told = await desk.events(events_pb2.SettingChanged, str(desk.acme))
    (event,) = [one for one in told if one.kind == "file_setting"]
    assert [change.field for change in event.changes] == ["taken", "extensions"]
    await attach(desk, ticket.id, await uploaded(desk))
    with pytest.raises(InvalidInput):
        await attach(desk, ticket.id, await uploaded(desk, name="photo.jpg"))
    with pytest.raises(Stale):
        await set_files(desk, "all_but", version=shipped.version)
    assert (await set_files(desk, "all_but")).version == changed.version + 1
    await attach(desk, ticket.id, await uploaded(desk, name="setup.exe"))
    assert (await file_policy(desk, by=desk.stranger)).policy == shipped.policy


async def test_a_setting_of_files_that_cannot_be_changes_nothing(desk: TicketsDesk) -> None:
    before = await file_policy(desk)
    with pytest.raises(InvalidInput) as caught:
        await set_files(desk, "some", "pdf", ".exe")
    assert [error.field for error in caught.value.errors] == ["taken", "extensions[1]"]
    with pytest.raises(Forbidden):
        await set_files(desk, "only", "pdf", by=desk.agent)
    assert await file_policy(desk) == before
