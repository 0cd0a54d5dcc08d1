"""Configuration items and relations through the RPC door."""

from uuid import uuid4

import pytest
from cmdb_desk import Cmdb
from google.protobuf import field_mask_pb2, json_format, struct_pb2

from chassis.errors import AlreadyExists, BadRequest, InvalidInput, NotFound, Stale
from cmdb.app import directory
from deskmesh.cmdb.v1 import item_pb2
from deskmesh.cmdb.v1 import item_service_pb2 as rpc


def item(
    name: str, *, kind: str = "laptop", holder: str = "", state: str = "", **attributes: object
) -> item_pb2.Item:
    made = item_pb2.Item(
        name=name, state=state, attributes=json_format.ParseDict(attributes, struct_pb2.Struct())
    )
    setattr(made, "class", kind)
    if holder:
        made.holder.email = holder
    return made


async def add(cmdb: Cmdb, made: item_pb2.Item) -> item_pb2.Item:
    return (await cmdb.call("CreateItem", rpc.CreateItemRequest(item=made), rpc.CreateItemResponse)).item


async def names(cmdb: Cmdb, filter_text: str) -> list[str]:
    request = rpc.ListItemsRequest(filter=filter_text)
    return [one.name for one in (await cmdb.call("ListItems", request, rpc.ListItemsResponse)).items]


async def test_an_item_is_added_and_read_by_id_and_number(cmdb: Cmdb) -> None:
    made = await add(cmdb, item("LT-0042", holder="anna@acme.example", memory_gb=32, serial_number="PF3X"))
    for reference in (made.id, made.number, made.number.lower()):
        read = await cmdb.call("GetItem", rpc.GetItemRequest(item=reference), rpc.GetItemResponse)
        assert read.item == made
    assert (made.state, made.holder.id, made.holder.name) == ("in_use", str(cmdb.anna), "Anna")
    assert json_format.MessageToDict(made.attributes) == {"memory_gb": 32.0, "serial_number": "PF3X"}


@pytest.mark.parametrize(
    ("made", "wrong"),
    [
        (item(""), ["name"]),
        (item("X", kind="spaceship"), ["class"]),
        (item("X", state="lost"), ["state"]),
        (item("X", holder="nobody@acme.example"), ["holder"]),
        (item("X", holder="anna@globex.example"), ["holder"]),
        (item("X", wheels=4), ["attributes.wheels"]),
        (
            item("X", memory_gb="much", purchased_on="soon"),
            ["attributes.memory_gb", "attributes.purchased_on"],
        ),
    ],
)
async def test_a_wrong_item_names_each_field(cmdb: Cmdb, made: item_pb2.Item, wrong: list[str]) -> None:
    with pytest.raises(InvalidInput) as refusal:
        await add(cmdb, made)
    assert sorted(error.field for error in refusal.value.errors) == wrong


async def test_an_update_merges_attributes_and_refuses_an_old_version(cmdb: Cmdb) -> None:
    made = await add(cmdb, item("LT-1", memory_gb=16, notes="old", holder="anna@acme.example"))
    request = rpc.UpdateItemRequest(
        item_id=made.id,
        patch=item("ignored", memory_gb=64, notes=None),
        update_mask=field_mask_pb2.FieldMask(paths=["attributes", "holder"]),
        expected_version=1,
    )
    changed = (await cmdb.call("UpdateItem", request, rpc.UpdateItemResponse)).item
    assert (changed.name, changed.version, changed.HasField("holder")) == ("LT-1", 2, False)
    assert json_format.MessageToDict(changed.attributes) == {"memory_gb": 64.0}
    with pytest.raises(Stale):
        await cmdb.call("UpdateItem", request, rpc.UpdateItemResponse)


async def test_a_change_that_changes_nothing_makes_no_version(cmdb: Cmdb) -> None:
    made = await add(cmdb, item("LT-2", memory_gb=16))
    request = rpc.UpdateItemRequest(
        item_id=made.id, patch=made, update_mask=field_mask_pb2.FieldMask(paths=["name", "attributes"])
    )
    assert (await cmdb.call("UpdateItem", request, rpc.UpdateItemResponse)).item == made


async def test_items_are_found_by_what_they_are(cmdb: Cmdb) -> None:
    await add(cmdb, item("db-7", kind="server", environment="production"))
    await add(cmdb, item("db-8", kind="server", environment="test", state="repair"))
    await add(cmdb, item("phone-7", kind="phone", holder="anna@acme.example"))
    assert await names(cmdb, "class = server") == ["db-7", "db-8"]
    assert await names(cmdb, "class = server attributes.environment = production") == ["db-7"]
    assert await names(cmdb, 'class = phone AND holder = "anna@acme.example"') == ["phone-7"]
    assert await names(cmdb, f'class = phone AND holder = "{cmdb.anna}"') == ["phone-7"]
    assert await names(cmdb, "class = server AND state = repair AND holder = null") == ["db-8"]
    with pytest.raises(BadRequest):
        await names(cmdb, "colour = red")


async def test_who_may_see_only_their_own_sees_only_what_they_hold(cmdb: Cmdb) -> None:
    mine = await add(cmdb, item("Mine", kind="monitor", holder="anna@acme.example"))
    other = await add(cmdb, item("Not mine", kind="monitor"))
    listed = await cmdb.call(
        "ListItems",
        rpc.ListItemsRequest(filter="class = monitor"),
        rpc.ListItemsResponse,
        scopes=("cmdb.read_own",),
        user=cmdb.anna,
    )
    assert [one.id for one in listed.items] == [mine.id]
    with pytest.raises(NotFound):
        await cmdb.call(
            "GetItem",
            rpc.GetItemRequest(item=other.id),
            rpc.GetItemResponse,
            scopes=("cmdb.read_own",),
            user=cmdb.anna,
        )


async def test_another_tenant_sees_nothing_and_relates_nothing(cmdb: Cmdb) -> None:
    made = await add(cmdb, item("Foreign"))
    own = rpc.CreateItemRequest(item=item("Own"))
    theirs = (await cmdb.call("CreateItem", own, rpc.CreateItemResponse, tenant=cmdb.globex)).item
    with pytest.raises(NotFound):
        await cmdb.call("GetItem", rpc.GetItemRequest(item=made.id), rpc.GetItemResponse, tenant=cmdb.globex)
    relation = item_pb2.Relation(type="depends_on", source_id=theirs.id, target_id=made.id)
    with pytest.raises(InvalidInput) as refusal:
        await cmdb.call(
            "CreateRelation",
            rpc.CreateRelationRequest(relation=relation),
            rpc.CreateRelationResponse,
            tenant=cmdb.globex,
        )
    assert [error.field for error in refusal.value.errors] == ["target_id"]


async def test_two_items_are_related_once_and_apart_again(cmdb: Cmdb) -> None:
    shop = await add(cmdb, item("Shop", kind="business_service", criticality="high"))
    base = await add(cmdb, item("Base", kind="database"))
    request = rpc.CreateRelationRequest(
        relation=item_pb2.Relation(type="depends_on", source_id=shop.id, target_id=base.id)
    )
    made = (await cmdb.call("CreateRelation", request, rpc.CreateRelationResponse)).relation
    with pytest.raises(AlreadyExists):
        await cmdb.call("CreateRelation", request, rpc.CreateRelationResponse)
    listed = rpc.ListRelationsRequest(filter=f'target_id = "{base.id}"')
    assert [
        one.id for one in (await cmdb.call("ListRelations", listed, rpc.ListRelationsResponse)).relations
    ] == [made.id]
    await cmdb.call(
        "DeleteRelation", rpc.DeleteRelationRequest(relation_id=made.id), rpc.DeleteRelationResponse
    )
    with pytest.raises(NotFound):
        await cmdb.call("GetRelation", rpc.GetRelationRequest(relation_id=made.id), rpc.GetRelationResponse)


async def test_a_wrong_relation_names_each_field(cmdb: Cmdb) -> None:
    made = await add(cmdb, item("Alone"))
    for relation, wrong in (
        (
            item_pb2.Relation(type="likes", source_id="x", target_id=str(uuid4())),
            ["source_id", "target_id", "type"],
        ),
        (item_pb2.Relation(type="part_of", source_id=made.id, target_id=made.id), ["target_id"]),
    ):
        with pytest.raises(InvalidInput) as refusal:
            await cmdb.call(
                "CreateRelation", rpc.CreateRelationRequest(relation=relation), rpc.CreateRelationResponse
            )
        assert sorted(error.field for error in refusal.value.errors) == wrong


async def test_an_older_state_of_a_person_never_replaces_a_newer(cmdb: Cmdb) -> None:
    person = uuid4()
    database = cmdb.service.process.runtime.databases.for_tenant(cmdb.acme)
    for version, name in ((1, "Old"), (3, "New"), (2, "Middle")):
        async with database.transaction(cmdb.acme) as tx:
            row = directory.PersonRow(person, "jan@acme.example", name, active=True, version=version)
            await directory.keep_people(tx, people=[row])
    made = await add(cmdb, item("Jan's", holder="jan@acme.example"))
    assert made.holder.name == "New"
