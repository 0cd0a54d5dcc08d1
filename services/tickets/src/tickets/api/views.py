"""The RPCs of saved views."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from chassis.db import Tx
from chassis.paging import page_of
from deskmesh.tickets.v1 import view_pb2
from deskmesh.tickets.v1 import view_service_pb2 as pb
from tickets.api.answers import ticket_answer
from tickets.api.requests import known_names
from tickets.app.configuration import Configurations
from tickets.app.saved_views import VIEWS, ViewDraft, count_views, list_view_tickets
from tickets.app.sharing import Sharing, ShownShared
from tickets.db.automation import SavedView, Shared
from tickets.domain.references import Reference
from tickets.publish import messages

_FIELDS = frozenset({"name", "filter", "query", "columns", "order_by", "shared_with"})


@dataclass(frozen=True, slots=True)
class ViewServicer:
    """ViewService."""

    configurations: Configurations

    async def CreateView(self, tx: Tx, request: pb.CreateViewRequest) -> pb.CreateViewResponse:
        draft = ViewDraft(**_values(request.view, _FIELDS))  # type: ignore[arg-type]  # its own fields
        made = await VIEWS.create(tx, await self.configurations.within(tx), draft)
        return pb.CreateViewResponse(view=_message(made))

    async def GetView(self, tx: Tx, request: pb.GetViewRequest) -> pb.GetViewResponse:
        found = await VIEWS.get(tx, await self.configurations.within(tx), request.view_id)
        return pb.GetViewResponse(view=_message(found))

    async def ListViews(self, tx: Tx, request: pb.ListViewsRequest) -> pb.ListViewsResponse:
        found, token = await VIEWS.page(tx, await self.configurations.within(tx), page_of(request))
        return pb.ListViewsResponse(views=[_message(view) for view in found], next_page_token=token)

    async def UpdateView(self, tx: Tx, request: pb.UpdateViewRequest) -> pb.UpdateViewResponse:
        configuration = await self.configurations.within(tx)
        changes = _values(request.patch, known_names(request.update_mask, _FIELDS))
        expected = request.expected_version or None
        changed = await VIEWS.update(tx, configuration, request.view_id, changes, expected)
        return pb.UpdateViewResponse(view=_message(changed))

    async def DeleteView(self, tx: Tx, request: pb.DeleteViewRequest) -> pb.DeleteViewResponse:
        await VIEWS.delete(tx, request.view_id, request.expected_version or None)
        return pb.DeleteViewResponse()

    async def CountViews(self, tx: Tx, request: pb.CountViewsRequest) -> pb.CountViewsResponse:
        configuration = await self.configurations.within(tx)
        counted = await count_views(tx, configuration=configuration, view_ids=list(request.view_ids))
        return pb.CountViewsResponse(
            counts=[
                view_pb2.ViewCount(
                    view_id=str(one.view_id), count=one.count.count, more=one.count.more, problem=one.problem
                )
                for one in counted
            ]
        )

    async def ListViewTickets(self, tx: Tx, request: pb.ListViewTicketsRequest) -> pb.ListViewTicketsResponse:
        views, token = await list_view_tickets(
            tx,
            configuration=await self.configurations.within(tx),
            view_id=request.view_id,
            page=page_of(request),
        )
        return pb.ListViewTicketsResponse(
            tickets=[ticket_answer(view) for view in views], next_page_token=token
        )


def _values(view: view_pb2.View, names: Iterable[str]) -> dict[str, object]:
    """The named fields of a view as people write it."""
    values: dict[str, object] = {name: getattr(view, name) for name in names}
    if "columns" in values:
        values["columns"] = list(view.columns)
    if "shared_with" in values:
        values["shared_with"] = sharing_of(view.shared_with)
    return values


def sharing_of(message: view_pb2.ViewSharing) -> Sharing:
    """With whom something shall be shared; a team counts by its id, else by its key."""
    return Sharing(message.everybody, [team.id or team.key for team in message.teams])


def sharing_message(row: Shared, teams: Sequence[Reference]) -> view_pb2.ViewSharing:
    """With whom something is shared."""
    return view_pb2.ViewSharing(everybody=row.everybody, teams=messages.reference_messages(teams))


def _message(shown: ShownShared[SavedView]) -> view_pb2.View:
    row = shown.row
    return view_pb2.View(
        id=str(row.id),
        name=row.name,
        filter=row.filter,
        query=row.query,
        columns=row.columns,
        order_by=row.order_by,
        shared_with=sharing_message(row, shown.teams),
        owner=messages.person_message(shown.owner),
        created_at=messages.moment(row.created_at),
        updated_at=messages.moment(row.updated_at),
        version=row.version,
    )
