"""Forms and pages of tickets: what administrators set, what people are shown, and how it is undone."""

from dataclasses import replace

import pytest
from google.protobuf.struct_pb2 import Struct
from tickets_desk import TicketsDesk

from chassis.errors import AlreadyExists, Forbidden, InvalidInput, NotFound, Stale
from chassis.testing.identity import Person
from deskmesh.common.v1 import types_pb2 as common
from deskmesh.tickets.v1 import events_pb2, field_pb2, layout_pb2
from deskmesh.tickets.v1 import field_service_pb2 as fields
from deskmesh.tickets.v1 import layout_service_pb2 as rpc

Section = layout_pb2.LayoutSection


def section(*names: str, **said: object) -> Section:
    return Section(title={"en": "What"}, fields=names, **said)  # type: ignore[arg-type]  # fields by name


@pytest.fixture(scope="module")
async def fielded(desk: TicketsDesk) -> TicketsDesk:
    """A desk with fields of its own."""
    made = [
        field_pb2.Field(
            slug="site", type="choice", choices=["Gdynia"], required=True, processes=["facilities"]
        ),
        field_pb2.Field(slug="note", type="text", shown_when="role:agent"),
        field_pb2.Field(slug="device", type="choice", choices=["laptop", "phone"]),
        field_pb2.Field(slug="cracked", type="checkbox", shown_when='fields.device = "phone"'),
        field_pb2.Field(slug="idle", type="text"),
    ]
    for field in made:
        field.name = field.slug.title()
        request = fields.CreateFieldRequest(field=field)
        await desk.call("CreateField", request, fields.CreateFieldResponse, by=desk.admin)
    rest = fields.UpdateFieldRequest(field="idle", patch=field_pb2.Field(active=False))
    rest.update_mask.paths.append("active")
    await desk.call("UpdateField", rest, fields.UpdateFieldResponse, by=desk.admin)
    return desk


async def make(
    desk: TicketsDesk,
    *sections: Section,
    by: Person | None = None,
    process: str = "it",
    kind: str = "incident",
    audience: str = "requester",
    purpose: str = "create",
) -> layout_pb2.Layout:
    layout = layout_pb2.Layout(
        process=common.Ref(key=process), type=kind, audience=audience, purpose=purpose, sections=sections
    )
    request = rpc.CreateLayoutRequest(layout=layout)
    return (await desk.call("CreateLayout", request, rpc.CreateLayoutResponse, by=by or desk.admin)).layout


async def put(desk: TicketsDesk, layout: str, *sections: Section, version: int = 0) -> layout_pb2.Layout:
    request = rpc.UpdateLayoutRequest(layout_id=layout, sections=sections, expected_version=version)
    return (await desk.call("UpdateLayout", request, rpc.UpdateLayoutResponse, by=desk.admin)).layout


async def remove(desk: TicketsDesk, layout: str) -> None:
    request = rpc.DeleteLayoutRequest(layout_id=layout)
    await desk.call("DeleteLayout", request, rpc.DeleteLayoutResponse, by=desk.admin)


async def restore(desk: TicketsDesk, layout: str, version: int) -> layout_pb2.Layout:
    request = rpc.RestoreLayoutRequest(layout_id=layout, version=version)
    return (await desk.call("RestoreLayout", request, rpc.RestoreLayoutResponse, by=desk.admin)).layout


async def versions(desk: TicketsDesk, layout: str) -> list[layout_pb2.LayoutVersion]:
    request = rpc.ListLayoutVersionsRequest(layout_id=layout)
    answer = await desk.call("ListLayoutVersions", request, rpc.ListLayoutVersionsResponse, by=desk.admin)
    return list(answer.versions)


async def shown(desk: TicketsDesk, *, by: Person, **said: str) -> layout_pb2.ResolvedLayout:
    request = rpc.ResolveLayoutRequest(**said)
    return (await desk.call("ResolveLayout", request, rpc.ResolveLayoutResponse, by=by)).layout


async def page(desk: TicketsDesk, ticket: str, *, by: Person) -> dict[str, layout_pb2.ResolvedField]:
    request = rpc.GetTicketLayoutRequest(ticket=ticket)
    return named((await desk.call("GetTicketLayout", request, rpc.GetTicketLayoutResponse, by=by)).layout)


def named(layout: layout_pb2.ResolvedLayout) -> dict[str, layout_pb2.ResolvedField]:
    return {field.name: field for section in layout.sections for field in section.fields}


@pytest.mark.parametrize(
    ("of", "sections", "place", "reason"),
    [
        ({}, [], "sections", "must be 1 to"),
        ({}, [section("title", "colour")], "sections[0].fields[1]", "there is no such field"),
        ({}, [section("title", "fields.colour")], "sections[0].fields[1]", "there is no such field"),
        ({}, [section("title", "fields.idle")], "sections[0].fields[1]", "takes no new values"),
        ({}, [section("title", "fields.site")], "sections[0].fields[1]", "is no field of a incident in it"),
        (
            {},
            [section("title"), section("title")],
            "sections[1].fields[0]",
            "is there already, at sections[0].fields[0]",
        ),
        ({}, [section("title", "remind_at")], "sections[0].fields[1]", "is seen by the desk alone"),
        ({}, [section("title", "state")], "sections[0].fields[1]", "is not said of a new ticket"),
        ({}, [section("title", "priority")], "sections[0].fields[1]", "is not said of a new ticket"),
        ({}, [section("description")], "sections", "must have title"),
        ({"process": "facilities"}, [section("title")], "sections", "must have fields.site"),
        ({"process": "nowhere"}, [section("title")], "process", "there is no such process"),
        ({"kind": "wish"}, [section("title")], "type", "there is no such ticket type"),
        ({"audience": "all"}, [section("title")], "audience", "must be one of: agent, requester"),
        ({"purpose": "print"}, [section("title")], "purpose", "must be one of: create, view"),
        ({}, [section("title", columns=5)], "sections[0].columns", "must be 1 to 4"),
        (
            {},
            [Section(title={"tlh": "yIn"}, fields=["title"])],
            "sections[0].title.tlh",
            "one of: en, pl, ru",
        ),
        ({}, [Section(fields=["title"])], "sections[0].title", "must have a text"),
        ({}, [section("title"), section()], "sections[1].fields", "must not be empty"),
    ],
)
async def test_a_layout_that_cannot_be_is_refused_by_place(
    fielded: TicketsDesk, of: dict[str, str], sections: list[Section], place: str, reason: str
) -> None:
    with pytest.raises(InvalidInput) as refused:
        await make(fielded, *sections, **of)  # type: ignore[arg-type]  # what a layout is for
    assert [(one.field, reason in one.reason) for one in refused.value.errors] == [(place, True)]


async def test_a_type_is_shown_its_own_layout_and_others_that_of_the_process(fielded: TicketsDesk) -> None:
    default = await shown(fielded, by=fielded.requester, type="incident")
    assert (default.layout_id, "title" in named(default)) == ("", True)
    of_all = await make(fielded, section("title", "urgency"), kind="")
    own = await make(fielded, section("title", "impact", columns=3, collapsed=True))
    incident = await shown(fielded, by=fielded.requester, type="incident")
    question = await shown(fielded, by=fielded.requester, type="question")
    assert (incident.layout_id, question.layout_id) == (own.id, of_all.id)
    [part, *_] = incident.sections
    assert (dict(part.title), part.columns, part.collapsed) == ({"en": "What"}, 3, True)
    assert [field.name for field in part.fields] == ["title", "impact"]
    with pytest.raises(AlreadyExists):
        await make(fielded, section("title"))
    for layout in (of_all, own):
        await remove(fielded, layout.id)


async def test_a_requester_is_not_shown_what_is_for_the_desk(fielded: TicketsDesk) -> None:
    form = named(await shown(fielded, by=fielded.requester))
    assert "fields.note" not in form
    by_role = replace(fielded.agent, roles=("agent",))
    assert "fields.note" in named(await shown(fielded, by=by_role))
    assert form["fields.cracked"].shown_when == 'fields.device = "phone"'
    with pytest.raises(Forbidden):
        await shown(fielded, by=fielded.requester, audience="agent")
    as_requester = await shown(fielded, by=fielded.agent, audience="requester")
    assert "priority" not in named(as_requester)
    ticket = await fielded.create()
    assert {"remind_at", "minutes_spent"} <= (await page(fielded, ticket.id, by=fielded.agent)).keys()
    assert not {"remind_at", "minutes_spent"} & (await page(fielded, ticket.id, by=fielded.requester)).keys()
    with pytest.raises(NotFound):
        await page(fielded, ticket.id, by=fielded.stranger)


async def test_a_page_is_shown_after_conditions_and_rights(fielded: TicketsDesk) -> None:
    values = Struct()
    values.update({"device": "phone"})
    phone, plain = await fielded.create(fields=values), await fielded.create()
    seen = await page(fielded, phone.id, by=fielded.agent)
    assert "fields.cracked" in seen
    assert "fields.cracked" not in await page(fielded, plain.id, by=fielded.agent)
    assert (seen["title"].read_only, seen["state"].read_only, seen["priority"].read_only) == (
        False,
        True,
        True,
    )
    assert not (await page(fielded, phone.id, by=fielded.admin))["priority"].read_only
    assert (await page(fielded, phone.id, by=fielded.requester))["title"].read_only


async def test_what_has_become_necessary_is_asked_for_on_a_form_that_lacks_it(fielded: TicketsDesk) -> None:
    made = await make(fielded, section("title"), kind="task")
    field = field_pb2.Field(slug="ledger", name="Ledger", type="text", required=True, types=["task"])
    await fielded.call(
        "CreateField", fields.CreateFieldRequest(field=field), fields.CreateFieldResponse, by=fielded.admin
    )
    form = await shown(fielded, by=fielded.requester, type="task")
    assert form.layout_id == made.id
    assert [field.name for field in form.sections[-1].fields] == ["fields.ledger"]
    assert form.sections[-1].fields[0].required


async def test_every_version_comes_back_even_after_a_removal(fielded: TicketsDesk) -> None:
    made = await make(fielded, section("title", "urgency"), kind="question")
    changed = await put(fielded, made.id, section("title"), version=made.version)
    assert changed.version == made.version + 1
    assert (await put(fielded, made.id, section("title"))).version == changed.version
    with pytest.raises(Stale):
        await put(fielded, made.id, section("title", "impact"), version=made.version)
    await remove(fielded, made.id)
    with pytest.raises(NotFound):
        await put(fielded, made.id, section("title"))
    listed = await versions(fielded, made.id)
    assert [(one.version, len(one.sections)) for one in listed] == [(3, 0), (2, 1), (1, 1)]
    assert {one.changed_by.email for one in listed} == {fielded.admin.email}
    for wrong in (3, 9):
        with pytest.raises(InvalidInput):
            await restore(fielded, made.id, wrong)
    back = await restore(fielded, made.id, 1)
    assert (back.version, back.sections) == (4, made.sections)
    told = await fielded.events(events_pb2.SettingChanged, made.id)
    assert [(one.kind, one.name) for one in told] == [("layout", "it question requester create")] * 4
    assert [change.field for change in told[1].changes] == ["sections[0]"]


async def test_only_who_configures_sets_layouts_and_only_in_the_own_tenant(fielded: TicketsDesk) -> None:
    with pytest.raises(Forbidden):
        await make(fielded, section("title"), by=fielded.agent)
    made = await make(fielded, section("title"), kind="change", by=fielded.admin)
    request = rpc.GetLayoutRequest(layout_id=made.id)
    with pytest.raises(NotFound):
        await fielded.call("GetLayout", request, rpc.GetLayoutResponse, by=fielded.stranger)
    answer = await fielded.call(
        "ListLayouts", rpc.ListLayoutsRequest(type="change"), rpc.ListLayoutsResponse, by=fielded.admin
    )
    assert [one.id for one in answer.layouts] == [made.id]
