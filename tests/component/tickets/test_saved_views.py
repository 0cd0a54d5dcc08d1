"""Saved views: kept, shared, counted, opened."""

from dataclasses import replace

import pytest
from google.protobuf.field_mask_pb2 import FieldMask
from tickets_desk import TicketsDesk

from chassis.errors import BadRequest, Forbidden, InvalidInput, NotFound, Stale, WrongState
from chassis.ids import new_id
from chassis.testing.identity import Person
from deskmesh.common.v1.types_pb2 import Ref
from deskmesh.tickets.v1 import events_pb2 as events
from deskmesh.tickets.v1 import view_pb2
from deskmesh.tickets.v1 import view_service_pb2 as rpc


async def keep(
    desk: TicketsDesk, name: str = "Mine", *, by: Person | None = None, **said: object
) -> view_pb2.View:
    request = rpc.CreateViewRequest(view=view_pb2.View(name=name, **said))  # type: ignore[arg-type]
    return (await desk.call("CreateView", request, rpc.CreateViewResponse, by=by)).view


async def change(
    desk: TicketsDesk, view: view_pb2.View, by: Person | None = None, version: int = 0, **said: object
) -> view_pb2.View:
    request = rpc.UpdateViewRequest(
        view_id=view.id,
        patch=view_pb2.View(**said),  # type: ignore[arg-type]  # fields by name
        update_mask=FieldMask(paths=list(said)),
        expected_version=version,
    )
    return (await desk.call("UpdateView", request, rpc.UpdateViewResponse, by=by)).view


async def names(desk: TicketsDesk, by: Person | None = None) -> list[str]:
    request = rpc.ListViewsRequest(page_size=200)
    return [view.name for view in (await desk.call("ListViews", request, rpc.ListViewsResponse, by=by)).views]


async def opened(desk: TicketsDesk, view: view_pb2.View, by: Person | None = None) -> list[str]:
    request = rpc.ListViewTicketsRequest(view_id=view.id)
    answer = await desk.call("ListViewTickets", request, rpc.ListViewTicketsResponse, by=by)
    return [ticket.title for ticket in answer.tickets]


async def counts(desk: TicketsDesk, *views: view_pb2.View, by: Person | None = None) -> list[tuple[int, str]]:
    request = rpc.CountViewsRequest(view_ids=[view.id for view in views])
    answer = await desk.call("CountViews", request, rpc.CountViewsResponse, by=by)
    return [(one.count, one.problem) for one in answer.counts]


EVERYBODY = view_pb2.ViewSharing(everybody=True)


async def other_agent(desk: TicketsDesk, *, team: str = "") -> Person:
    teams = await desk.rows("SELECT id FROM teams WHERE tenant_id = $1 AND slug = $2", desk.acme, team)
    return replace(
        desk.agent, id=new_id(), email="other@acme.example", team_ids=frozenset(str(t["id"]) for t in teams)
    )


async def test_a_view_is_its_owners_alone_until_it_is_shared(desk: TicketsDesk) -> None:
    view = await keep(desk, "Secret")
    colleague = await other_agent(desk)
    assert "Secret" in await names(desk)
    for outsider in (colleague, desk.admin, desk.stranger):
        assert "Secret" not in await names(desk, outsider)
        with pytest.raises(NotFound):
            await opened(desk, view, outsider)
    await change(desk, view, by=desk.agent, name="Told")
    with pytest.raises(Forbidden):
        await change(desk, view, shared_with=EVERYBODY)
    shared = await keep(desk, "For all", by=desk.admin, shared_with=EVERYBODY)
    assert {"For all"} <= set(await names(desk, colleague))
    assert "For all" not in await names(desk, desk.stranger)
    with pytest.raises(Forbidden):
        await change(desk, shared, by=colleague, name="Mine now")


async def test_a_view_of_a_team_is_seen_by_its_members(desk: TicketsDesk) -> None:
    member, outsider = await other_agent(desk, team="network"), await other_agent(desk, team="service-desk")
    sharing = view_pb2.ViewSharing(teams=[Ref(key="network")])
    view = await keep(desk, "Cables", by=member, shared_with=sharing)
    assert [team.key for team in view.shared_with.teams] == ["network"]
    assert "Cables" in await names(desk, member)
    assert "Cables" not in await names(desk, outsider)
    with pytest.raises(Forbidden):
        await keep(desk, by=outsider, shared_with=sharing)


async def test_me_is_whoever_looks(desk: TicketsDesk) -> None:
    ticket = await desk.create("Assigned to me", by=desk.agent)
    await desk.assign(ticket.id, assignee=desk.agent.email)
    view = await keep(desk, by=desk.admin, filter="assignee = me", shared_with=EVERYBODY)
    assert await opened(desk, view, desk.agent) == ["Assigned to me"]
    assert await opened(desk, view, desk.admin) == []
    assert await counts(desk, view) == [(1, "")]
    assert await counts(desk, view, by=desk.admin) == [(0, "")]


async def test_counts_and_pages_agree_on_filter_and_words(desk: TicketsDesk) -> None:
    for title in ("Toner low", "Toner out", "Cable cut"):
        await desk.create(title, tags=["count"])
    words = await keep(desk, query="toner", filter="tags:count", order_by="created_at")
    rest = await keep(desk, filter='tags:count AND NOT title = "Toner*"')
    assert await opened(desk, words) == ["Toner low", "Toner out"]
    assert await counts(desk, rest, words) == [(1, ""), (2, "")]


async def test_a_count_stops_at_its_bound(desk: TicketsDesk) -> None:
    ticket = await desk.create("Copied", tags=["many"])
    columns = "version, created_at, updated_at, type, title, description, state, state_category, priority, \
priority_by_hand, impact, urgency, process_id, queue_id, workflow_version_id, tags, category, fields, channel, ci_ids, \
service_id, language, automatic, source_message_id, breached"
    await desk.rows(
        f"INSERT INTO tickets (tenant_id, id, number, sequence, {columns}) SELECT tenant_id, "
        f"gen_random_uuid(), 'MANY-' || n, n, {columns} FROM tickets, generate_series(1, 1001) n WHERE id = $1",
        ticket.id,
    )
    view = await keep(desk, filter="tags:many")
    answer = await desk.call("CountViews", rpc.CountViewsRequest(view_ids=[view.id]), rpc.CountViewsResponse)
    assert [(one.count, one.more) for one in answer.counts] == [(1000, True)]


@pytest.mark.parametrize(
    ("said", "field", "told"),
    [
        ({"name": " "}, "name", "empty"),
        ({"filter": "state = "}, "filter", "character 9"),
        ({"filter": "open = true AND colour = red"}, "filter", "character 17"),
        ({"columns": ["number", "colour"]}, "columns[1]", "no such field"),
        ({"columns": ["number", "number"]}, "columns[1]", "twice"),
        ({"order_by": "colour"}, "order_by", "takes"),
        ({"shared_with": view_pb2.ViewSharing(teams=[Ref(key="nobody")])}, "shared_with.teams[0]", "no such"),
    ],
)
async def test_what_cannot_be_right_is_refused_with_its_place(
    desk: TicketsDesk, said: dict[str, object], field: str, told: str
) -> None:
    with pytest.raises(InvalidInput) as refused:
        await keep(desk, **{"name": "Wrong", **said})  # type: ignore[arg-type]  # fields by name
    (error,) = refused.value.errors
    assert error.field == field
    assert told in error.reason
    assert "Wrong" not in await names(desk)


async def test_a_view_whose_field_is_gone_says_so(desk: TicketsDesk) -> None:
    view = await keep(desk, filter='fields.location = "Gdynia"')
    sound = await keep(desk, filter='title = "Nobody\'s"')
    await desk.rows("UPDATE saved_views SET filter = 'fields.gone = 1' WHERE id = $1", view.id)
    with pytest.raises(WrongState, match=r"fields\.gone"):
        await opened(desk, view)
    (broken, counted) = await counts(desk, view, sound)
    assert "fields.gone" in broken[1]
    assert counted == (0, "")


async def test_a_lost_update_is_refused_and_a_removed_view_is_gone(desk: TicketsDesk) -> None:
    view = await keep(desk, "First")
    changed = await change(desk, view, version=view.version, name="Second")
    assert (changed.name, changed.version) == ("Second", view.version + 1)
    with pytest.raises(Stale):
        await change(desk, view, version=view.version, name="Third")
    remove = rpc.DeleteViewRequest(view_id=view.id, expected_version=changed.version)
    await desk.call("DeleteView", remove, rpc.DeleteViewResponse)
    with pytest.raises(NotFound):
        await opened(desk, view)
    told = await desk.events(events.SettingChanged, view.id)
    assert [(event.kind, event.name) for event in told] == [
        ("view", "First"),
        ("view", "Second"),
        ("view", "Second"),
    ]


async def test_a_page_of_a_view_goes_on_where_the_last_ended(desk: TicketsDesk) -> None:
    for number in range(3):
        await desk.create(f"Page {number}", tags=["paged"])
    view = await keep(desk, filter="tags:paged", order_by="created_at")
    seen, token = [], ""
    for _ in range(3):
        request = rpc.ListViewTicketsRequest(view_id=view.id, page_size=1, page_token=token)
        page = await desk.call("ListViewTickets", request, rpc.ListViewTicketsResponse)
        seen += [ticket.title for ticket in page.tickets]
        token = page.next_page_token
    assert (seen, token) == (["Page 0", "Page 1", "Page 2"], "")
    with pytest.raises(BadRequest):
        await desk.call(
            "ListViewTickets",
            rpc.ListViewTicketsRequest(view_id=view.id, page_token="x"),
            rpc.ListViewTicketsResponse,
        )
