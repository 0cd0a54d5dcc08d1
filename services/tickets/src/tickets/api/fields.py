"""The RPCs of the fields that tenants add to their tickets."""

from collections.abc import Collection
from dataclasses import dataclass

from chassis.db import Tx
from chassis.errors import FieldError, InvalidInput
from chassis.paging import page_of
from deskmesh.tickets.v1 import field_pb2
from deskmesh.tickets.v1 import field_service_pb2 as pb
from tickets.api.requests import names_of
from tickets.app import fields
from tickets.app.administering import find_row
from tickets.app.configuration import Configurations, definition_of
from tickets.db.configuration import FieldDefinition
from tickets.publish import messages

_PATCHED = (
    "name",
    "description",
    "choices",
    "required",
    "required_when",
    "shown_when",
    "dependent_choices",
    "processes",
    "types",
    "active",
)
_REPEATED = frozenset({"choices", "processes", "types"})


@dataclass(frozen=True, slots=True)
class FieldServicer:
    """FieldService."""

    configurations: Configurations

    async def ListFields(self, tx: Tx, request: pb.ListFieldsRequest) -> pb.ListFieldsResponse:
        await self.configurations.within(tx)
        rows, token = await fields.list_fields(
            tx, process=request.process, kind=request.type, page=page_of(request)
        )
        return pb.ListFieldsResponse(fields=[_message(row) for row in rows], next_page_token=token)

    async def GetField(self, tx: Tx, request: pb.GetFieldRequest) -> pb.GetFieldResponse:
        await self.configurations.within(tx)
        return pb.GetFieldResponse(
            field=_message(await find_row(tx, FieldDefinition, request.field, "field"))
        )

    async def CreateField(self, tx: Tx, request: pb.CreateFieldRequest) -> pb.CreateFieldResponse:
        configuration = await self.configurations.to_be_changed(tx)
        said = _values(request.field, set(_PATCHED) - {"active"})
        draft = fields.FieldDraft(kind=request.field.type, **said)  # type: ignore[arg-type]  # its own fields
        row = await fields.create_field(tx, configuration=configuration, slug=request.field.slug, draft=draft)
        return pb.CreateFieldResponse(field=_message(row))

    async def UpdateField(self, tx: Tx, request: pb.UpdateFieldRequest) -> pb.UpdateFieldResponse:
        configuration = await self.configurations.to_be_changed(tx)
        named = names_of(request.update_mask)
        if wrong := sorted(named - set(_PATCHED)):
            raise InvalidInput([FieldError(name, "cannot be changed") for name in wrong])
        row = await fields.update_field(
            tx,
            configuration=configuration,
            field_=request.field,
            changes=_values(request.patch, named),
            expected_version=request.expected_version or None,
        )
        return pb.UpdateFieldResponse(field=_message(row))

    async def DeleteField(self, tx: Tx, request: pb.DeleteFieldRequest) -> pb.DeleteFieldResponse:
        await fields.delete_field(
            tx,
            configuration=await self.configurations.to_be_changed(tx),
            field_=request.field,
            expected_version=request.expected_version or None,
        )
        return pb.DeleteFieldResponse()


def _values(field: field_pb2.Field, names: Collection[str]) -> dict[str, object]:
    """The named values of a field as columns hold them."""
    values: dict[str, object] = {}
    for name in names:
        value = getattr(field, name)
        if name == "dependent_choices":
            choices = {one: list(two.values) for one, two in value.choices.items()}
            values[name] = {"field": value.field, "choices": choices} if value.field or choices else {}
        else:
            values[name] = list(value) if name in _REPEATED else value
    return values


def _message(row: FieldDefinition) -> field_pb2.Field:
    definition = definition_of(row)
    dependent = field_pb2.DependentChoices(
        field=definition.depends_on,
        choices={
            value: field_pb2.Choices(values=choices) for value, choices in definition.choices_by.items()
        },
    )
    return field_pb2.Field(
        id=str(row.id),
        slug=row.slug,
        name=row.name,
        type=row.kind,
        description=row.description,
        choices=row.choices,
        required=row.required,
        required_when=row.required_when,
        shown_when=row.shown_when,
        dependent_choices=dependent if definition.depends_on else None,
        processes=row.processes,
        types=row.types,
        active=row.active,
        created_at=messages.moment(row.created_at),
        updated_at=messages.moment(row.updated_at),
        version=row.version,
    )
