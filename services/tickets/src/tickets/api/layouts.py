"""The RPCs of layouts."""

from collections.abc import Iterable
from dataclasses import dataclass

from chassis.db import Tx
from chassis.paging import page_of
from deskmesh.tickets.v1 import layout_pb2
from deskmesh.tickets.v1 import layout_service_pb2 as pb
from tickets.app import layouts
from tickets.app.configuration import Configuration, Configurations
from tickets.app.layouts_shown import ShownLayout, resolve_layout, ticket_layout
from tickets.db.layouts import Layout
from tickets.domain.layouts import For, Section
from tickets.publish import layout_messages

Sections = Iterable[layout_pb2.LayoutSection]


@dataclass(frozen=True, slots=True)
class LayoutServicer:
    """LayoutService."""

    configurations: Configurations

    async def ListLayouts(self, tx: Tx, request: pb.ListLayoutsRequest) -> pb.ListLayoutsResponse:
        configuration = await self.configurations.within(tx)
        of = For(request.process, request.type, request.audience, request.purpose)
        rows, token = await layouts.list_layouts(
            tx, configuration=configuration, of=of, page=page_of(request)
        )
        return pb.ListLayoutsResponse(
            layouts=[_message(configuration, row) for row in rows], next_page_token=token
        )

    async def GetLayout(self, tx: Tx, request: pb.GetLayoutRequest) -> pb.GetLayoutResponse:
        configuration = await self.configurations.within(tx)
        row = await layouts.get_layout(tx, layout=request.layout_id)
        return pb.GetLayoutResponse(layout=_message(configuration, row))

    async def CreateLayout(self, tx: Tx, request: pb.CreateLayoutRequest) -> pb.CreateLayoutResponse:
        configuration = await self.configurations.to_be_changed(tx)
        given = request.layout
        row = await layouts.create_layout(
            tx,
            configuration=configuration,
            of=For(given.process.key or given.process.id, given.type, given.audience, given.purpose),
            sections=_sections(given.sections),
        )
        return pb.CreateLayoutResponse(layout=_message(configuration, row))

    async def UpdateLayout(self, tx: Tx, request: pb.UpdateLayoutRequest) -> pb.UpdateLayoutResponse:
        configuration = await self.configurations.to_be_changed(tx)
        row = await layouts.update_layout(
            tx,
            configuration=configuration,
            layout=request.layout_id,
            sections=_sections(request.sections),
            expected_version=request.expected_version or None,
        )
        return pb.UpdateLayoutResponse(layout=_message(configuration, row))

    async def DeleteLayout(self, tx: Tx, request: pb.DeleteLayoutRequest) -> pb.DeleteLayoutResponse:
        await layouts.delete_layout(
            tx,
            configuration=await self.configurations.to_be_changed(tx),
            layout=request.layout_id,
            expected_version=request.expected_version or None,
        )
        return pb.DeleteLayoutResponse()

    async def ListLayoutVersions(
        self, tx: Tx, request: pb.ListLayoutVersionsRequest
    ) -> pb.ListLayoutVersionsResponse:
        rows, token = await layouts.list_layout_versions(tx, layout=request.layout_id, page=page_of(request))
        return pb.ListLayoutVersionsResponse(
            versions=[layout_messages.layout_version_message(row) for row in rows], next_page_token=token
        )

    async def RestoreLayout(self, tx: Tx, request: pb.RestoreLayoutRequest) -> pb.RestoreLayoutResponse:
        configuration = await self.configurations.to_be_changed(tx)
        row = await layouts.restore_layout(
            tx,
            configuration=configuration,
            layout=request.layout_id,
            revision=request.version,
            expected_version=request.expected_version or None,
        )
        return pb.RestoreLayoutResponse(layout=_message(configuration, row))

    async def ResolveLayout(self, tx: Tx, request: pb.ResolveLayoutRequest) -> pb.ResolveLayoutResponse:
        shown = await resolve_layout(
            tx,
            configuration=await self.configurations.within(tx),
            wanted=For(request.process, request.type, request.audience, request.purpose),
        )
        return pb.ResolveLayoutResponse(layout=_shown(shown))

    async def GetTicketLayout(self, tx: Tx, request: pb.GetTicketLayoutRequest) -> pb.GetTicketLayoutResponse:
        shown = await ticket_layout(
            tx, configuration=await self.configurations.within(tx), ticket=request.ticket
        )
        return pb.GetTicketLayoutResponse(layout=_shown(shown))


def _sections(sections: Sections) -> list[Section]:
    return [
        Section(dict(one.title), list(one.fields), columns=one.columns or 2, collapsed=one.collapsed)
        for one in sections
    ]


def _message(configuration: Configuration, row: Layout) -> layout_pb2.Layout:
    return layout_messages.layout_message(row, configuration.processes[row.process_id])


def _shown(shown: ShownLayout) -> layout_pb2.ResolvedLayout:
    return layout_messages.shown_layout_message(shown.of, shown.layout, shown.sections)
