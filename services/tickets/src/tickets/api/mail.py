"""Mail that notify took in."""

from dataclasses import dataclass, replace
from datetime import UTC
from uuid import UUID

from chassis.db import Databases, Tx
from chassis.events import Handler, Received
from chassis.events.handlers import AnyHandler
from chassis.objects import ObjectStore
from deskmesh.common.v1 import types_pb2
from deskmesh.notify.v1 import events_pb2
from tickets.api.requests import file_of
from tickets.app.attaching import MAX_NAME, StoredFile
from tickets.app.configuration import Configurations
from tickets.app.opening import Desk
from tickets.app.receiving import Mail, PreparedMail, prepare_mail, receive_mail
from tickets.domain.texts import one_line


@dataclass(frozen=True, slots=True)
class MailEvents:
    """Makes tickets and comments of mails."""

    databases: Databases
    configurations: Configurations
    desk: Desk
    objects: ObjectStore

    async def prepare(self, received: list[Received[events_pb2.MessageReceived]]) -> None:
        """Finds the senders, copies the files, and lays in numbers, before the transaction."""
        tenant_id = received[0].tenant_id
        configuration = await self.configurations.of(tenant_id)
        for event in received:
            event.prepared = await prepare_mail(
                self.databases.for_tenant(event.tenant_id),
                mail=_mail(event.message),
                ensure=self.desk.ensure_requester,
                objects=self.objects,
                policy=configuration.files,
            )
        kind = configuration.default_type()
        await self.desk.numbers.reserve(tenant_id, kind.prefix, len(received))

    async def on_message_received(self, tx: Tx, received: list[Received[events_pb2.MessageReceived]]) -> None:
        """One mail after the other: a later one may answer an earlier one."""
        configuration = await self.configurations.within(tx)
        for event in received:
            assert isinstance(event.prepared, PreparedMail)
            await receive_mail(
                tx,
                configuration=configuration,
                desk=self.desk,
                mail=_mail(event.message),
                prepared=event.prepared,
            )

    def handler(self) -> AnyHandler:
        """The handler of MessageReceived."""
        return Handler(events_pb2.MessageReceived, self.on_message_received, prepare=self.prepare)


def _mail(message: events_pb2.MessageReceived) -> Mail:
    return Mail(
        inbound_message_id=UUID(message.inbound_message_id),
        message_id=message.message_id,
        from_email=message.from_email,
        from_name=message.from_name,
        subject=message.subject,
        body=message.body,
        quoted=message.quoted,
        html=message.html,
        references=list(message.references),
        answered_ticket_ids=list(message.answered_ticket_ids),
        subject_numbers=list(message.subject_numbers),
        automatic=message.automatic,
        bounce=message.bounce,
        files=[_file(attachment) for attachment in message.attachments],
        received_at=message.received_at.ToDatetime(tzinfo=UTC),
        language=message.language,
    )


def _file(attachment: types_pb2.FileRef) -> StoredFile:
    """A part of a mail; one without a name is still a file."""
    file = file_of(attachment)
    return replace(
        file,
        name=file.name.replace("\x00", "").strip() or "attachment",
        content_type=one_line(file.content_type, MAX_NAME),
    )
