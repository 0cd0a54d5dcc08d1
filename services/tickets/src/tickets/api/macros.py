"""The RPCs of macros."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from google.protobuf.struct_pb2 import Struct

from chassis.context import current_caller
from chassis.db import Databases, Tx
from chassis.grpc_server import own_transaction
from chassis.paging import page_of
from deskmesh.tickets.v1 import macro_pb2
from deskmesh.tickets.v1 import macro_service_pb2 as pb
from tickets.api.answers import ticket_answer
from tickets.api.requests import known_names, values_of
from tickets.api.views import sharing_message, sharing_of
from tickets.app.acting import Done
from tickets.app.configuration import Configurations
from tickets.app.macros import MACROS, MacroDraft, apply_macro
from tickets.app.opening import Desk
from tickets.app.sharing import ShownShared
from tickets.db.automation import Macro
from tickets.domain.changes import Change
from tickets.publish import messages

_FIELDS = frozenset({"name", "description", "actions", "shared_with"})


class _Previewed(Exception):
    """What would have been done."""

    def __init__(self, done: Done) -> None:
        super().__init__()
        self.done = done


@dataclass(frozen=True, slots=True)
class MacroServicer:
    """MacroService."""

    databases: Databases
    configurations: Configurations
    desk: Desk

    async def CreateMacro(self, tx: Tx, request: pb.CreateMacroRequest) -> pb.CreateMacroResponse:
        draft = MacroDraft(**_values(request.macro, _FIELDS))  # type: ignore[arg-type]  # its own fields
        made = await MACROS.create(tx, await self.configurations.within(tx), draft)
        return pb.CreateMacroResponse(macro=_message(made))

    async def GetMacro(self, tx: Tx, request: pb.GetMacroRequest) -> pb.GetMacroResponse:
        found = await MACROS.get(tx, await self.configurations.within(tx), request.macro_id)
        return pb.GetMacroResponse(macro=_message(found))

    async def ListMacros(self, tx: Tx, request: pb.ListMacrosRequest) -> pb.ListMacrosResponse:
        found, token = await MACROS.page(tx, await self.configurations.within(tx), page_of(request))
        return pb.ListMacrosResponse(macros=[_message(macro) for macro in found], next_page_token=token)

    async def UpdateMacro(self, tx: Tx, request: pb.UpdateMacroRequest) -> pb.UpdateMacroResponse:
        configuration = await self.configurations.within(tx)
        changes = _values(request.patch, known_names(request.update_mask, _FIELDS))
        expected = request.expected_version or None
        changed = await MACROS.update(tx, configuration, request.macro_id, changes, expected)
        return pb.UpdateMacroResponse(macro=_message(changed))

    async def DeleteMacro(self, tx: Tx, request: pb.DeleteMacroRequest) -> pb.DeleteMacroResponse:
        await MACROS.delete(tx, request.macro_id, request.expected_version or None)
        return pb.DeleteMacroResponse()

    async def ApplyMacro(self, tx: Tx, request: pb.ApplyMacroRequest) -> pb.ApplyMacroResponse:
        done = await self._apply(tx, request.ticket, request.macro_id, request.expected_version or None)
        return pb.ApplyMacroResponse(effect=_effect(done))

    @own_transaction
    async def PreviewMacro(self, request: pb.PreviewMacroRequest) -> pb.PreviewMacroResponse:
        tenant_id = current_caller().tenant_id
        try:
            async with self.databases.for_tenant(tenant_id).transaction(tenant_id) as tx:
                done = await self._apply(tx, request.ticket, request.macro_id, None)
                raise _Previewed(done)  # noqa: TRY301 (what is raised here rolls back)
        except _Previewed as previewed:
            return pb.PreviewMacroResponse(effect=_effect(previewed.done))

    async def _apply(self, tx: Tx, ticket: str, macro_id: str, expected_version: int | None) -> Done:
        return await apply_macro(
            tx,
            configuration=await self.configurations.within(tx),
            desk=self.desk,
            macro_id=macro_id,
            ticket=ticket,
            expected_version=expected_version,
        )


def written_actions(actions: Iterable[macro_pb2.Action]) -> list[dict[str, object]]:
    """Actions as people write them."""
    return [{**values_of(action.parameters), "type": action.type} for action in actions]


def action_messages(actions: Sequence[Mapping[str, object]]) -> list[macro_pb2.Action]:
    """Actions as they were written."""
    return [_action_message(action) for action in actions]


def _action_message(action: Mapping[str, object]) -> macro_pb2.Action:
    parameters = Struct()
    parameters.update({name: value for name, value in action.items() if name != "type"})  # type: ignore[misc]
    return macro_pb2.Action(type=str(action["type"]), parameters=parameters)


def _values(macro: macro_pb2.Macro, names: Iterable[str]) -> dict[str, object]:
    """The named fields of a macro as people write it."""
    values: dict[str, object] = {name: getattr(macro, name) for name in names}
    if "actions" in values:
        values["actions"] = written_actions(macro.actions)
    if "shared_with" in values:
        values["shared_with"] = sharing_of(macro.shared_with)
    return values


def _message(shown: ShownShared[Macro]) -> macro_pb2.Macro:
    row = shown.row
    return macro_pb2.Macro(
        id=str(row.id),
        name=row.name,
        description=row.description,
        actions=action_messages(row.actions),
        shared_with=sharing_message(row, shown.teams),
        owner=messages.person_message(shown.owner),
        created_at=messages.moment(row.created_at),
        updated_at=messages.moment(row.updated_at),
        version=row.version,
    )


def _effect(done: Done) -> pb.MacroEffect:
    return pb.MacroEffect(
        ticket=ticket_answer(done.view),
        comments=[messages.comment_message(comment, ()) for comment in done.comments],
        changes=[
            messages.change_message(Change(entry.field, entry.old_value, entry.new_value))
            for entry in done.entries
            if entry.action != "commented"
        ],
    )
