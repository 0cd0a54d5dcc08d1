"""A gateway as a process: its inner door, its audit log, its revocations on the wire."""

import json
import time

import pytest
from gateway_desk import PASSWORD
from gateway_process import DIRECTORY, KEYS, Process
from google.protobuf.field_mask_pb2 import FieldMask

from chassis.context import Caller, use_caller
from chassis.errors import Forbidden, InvalidInput, Unauthenticated
from chassis.grpc_client import Client
from chassis.ids import new_id
from chassis.testing.waiting import eventually
from chassis.tokens import NOT_BEFORE_SUBJECT, SystemTokens, revocations
from deskmesh.common.v1 import types_pb2
from deskmesh.gateway.v1 import audit_service_pb2, identity_pb2
from deskmesh.gateway.v1 import directory_service_pb2 as pb
from deskmesh.tickets.v1 import events_pb2 as tickets_events
from gateway.app.grants import NewGrant


async def test_the_inner_door_lets_an_administrator_make_and_change_people(process: Process) -> None:
    token = await process.token()
    made = await process.call(
        "CreateUser",
        pb.CreateUserRequest(
            user=identity_pb2.User(
                email="Grpc@acme.example",
                name="Grace",
                roles=[identity_pb2.RoleGrant(role="agent", process="it")],
            ),
            password=PASSWORD,
        ),
        pb.CreateUserResponse,
        token=token,
    )
    assert (made.user.email, made.user.version, made.user.active) == ("grpc@acme.example", 1, True)
    changed = await process.call(
        "UpdateUser",
        pb.UpdateUserRequest(
            user_id=made.user.id,
            patch=identity_pb2.User(name="Grace H.", phone="ignored"),
            update_mask=FieldMask(paths=["name"]),
        ),
        pb.UpdateUserResponse,
        token=token,
    )
    assert (changed.user.name, changed.user.phone, changed.user.version) == ("Grace H.", "", 2)
    read = await process.call(
        "GetUser", pb.GetUserRequest(user=made.user.id), pb.GetUserResponse, token=token
    )
    assert read.user == changed.user
    with pytest.raises(InvalidInput) as refused:
        await process.call(
            "UpdateUser",
            pb.UpdateUserRequest(
                user_id=made.user.id, update_mask=FieldMask(paths=["version", "created_at", "name.first"])
            ),
            pb.UpdateUserResponse,
            token=token,
        )
    assert {error.field for error in refused.value.errors} == {"created_at", "name.first", "version"}


async def test_a_requester_reads_themselves_and_nobody_else(process: Process) -> None:
    await process.desk.person("reader@acme.example", "requester")
    token = await process.token("reader@acme.example")
    me = await process.call("GetMe", pb.GetMeRequest(), pb.GetMeResponse, token=token)
    assert me.user.email == "reader@acme.example"
    for method, request, answer in (
        ("ListUsers", pb.ListUsersRequest(), pb.ListUsersResponse),
        ("UpdateTenant", pb.UpdateTenantRequest(), pb.UpdateTenantResponse),
        ("ListTenants", pb.ListTenantsRequest(), pb.ListTenantsResponse),
        ("EnsureRequester", pb.EnsureRequesterRequest(email="x@y.example"), pb.EnsureRequesterResponse),
    ):
        with pytest.raises(Forbidden):
            await process.call(method, request, answer, token=token)


async def test_a_token_that_says_as_much_as_it_may_passes_the_door(process: Process) -> None:
    grants = [NewGrant("supervisor", "facilities", f"a-queue-with-a-long-name-{one:02}") for one in range(20)]
    await process.desk.person("everywhere@acme.example", *grants)
    token = await process.token("everywhere@acme.example")
    assert len(token) > 25_000
    me = await process.call("GetMe", pb.GetMeRequest(), pb.GetMeResponse, token=token)
    assert len(me.user.roles) == 20


async def test_a_service_fills_its_copy_and_only_tickets_ensures_requesters(process: Process) -> None:
    nowhere = type(process.desk.acme)(int=0)
    sla, tickets = (SystemTokens(name, KEYS[name]) for name in ("sla", "tickets"))
    listed = await process.call(
        "ListTenants", pb.ListTenantsRequest(), pb.ListTenantsResponse, token=sla.token(nowhere, "backfill")
    )
    assert {"acme", "globex"} <= {tenant.slug for tenant in listed.tenants}
    users = await process.call(
        "ListUsers",
        pb.ListUsersRequest(),
        pb.ListUsersResponse,
        token=sla.token(process.desk.globex, "backfill"),
    )
    assert [user.email for user in users.users] == ["admin@globex.example"]
    question = pb.EnsureRequesterRequest(email="new@customer.example", name="New")
    made = await process.call(
        "EnsureRequester",
        question,
        pb.EnsureRequesterResponse,
        token=tickets.token(process.desk.acme, "mail:1"),
    )
    assert made.user.email == "new@customer.example"
    with pytest.raises(Forbidden):
        await process.call(
            "EnsureRequester",
            question,
            pb.EnsureRequesterResponse,
            token=sla.token(process.desk.acme, "mail:1"),
        )
    forged = SystemTokens("tickets", "not the key of tickets, but also long enough")
    with pytest.raises(Unauthenticated):
        await process.call(
            "EnsureRequester",
            question,
            pb.EnsureRequesterResponse,
            token=forged.token(process.desk.acme, "mail:1"),
        )


async def test_a_revocation_is_on_the_wire_at_once_and_again_every_two_seconds(process: Process) -> None:
    heard: list[tuple[float, str]] = []
    user = await process.desk.person("wire@acme.example", "agent")

    async def hear(message: object) -> None:
        data = json.loads(message.data)  # type: ignore[attr-defined]  # what nats hands over
        if any(entry.sub == user.id.hex or entry.sub == str(user.id) for entry in revocations(data)):
            heard.append((time.monotonic(), data["sent_at"]))

    subscription = await process.nats.subscribe(NOT_BEFORE_SUBJECT, cb=hear)
    token = await process.token(user.email)
    await process.call("GetMe", pb.GetMeRequest(), pb.GetMeResponse, token=token)
    await process.call(
        "UpdateUser",
        pb.UpdateUserRequest(user_id=str(user.id), update_mask=FieldMask(paths=["active"])),
        pb.UpdateUserResponse,
        token=await process.token(),
    )
    committed = time.monotonic()

    async def refused() -> bool:
        try:
            await process.call("GetMe", pb.GetMeRequest(), pb.GetMeResponse, token=token)
        except Unauthenticated:
            return True
        return False

    await eventually(refused, timeout=5.0)

    async def heard_twice() -> bool:
        return len(heard) >= 2

    await eventually(heard_twice, timeout=5.0)
    assert heard[0][0] - committed < 1.0
    await subscription.unsubscribe()


async def test_the_audit_log_keeps_the_changes_of_all_services_and_verifies(process: Process) -> None:
    actor = types_pb2.Actor(kind="user", id=str(new_id()), name="Secret Name", email="secret@acme.example")
    event = tickets_events.SettingChanged(kind="queue", id="q-1", name="network", actor=actor, cause="rest")
    event.changes.add(field="name").new_value.string_value = "Network"
    event.occurred_at.GetCurrentTime()
    await _publish(process, event)
    token = await process.token()

    async def entries() -> list[audit_service_pb2.AuditEntry]:
        listed = await process.call(
            "ListAuditEntries",
            audit_service_pb2.ListAuditEntriesRequest(page_size=200),
            audit_service_pb2.ListAuditEntriesResponse,
            token=token,
        )
        return [one for one in listed.entries if one.service == "tickets"]

    (entry,) = await eventually(entries)
    assert (entry.kind, entry.target_id, entry.actor.id, entry.cause) == ("queue", "q-1", actor.id, "rest")
    assert entry.changes[0].new_value.string_value == "Network"
    stored = await process.desk.look("SELECT row_to_json(e)::text AS row FROM audit_entries e")
    assert not [row for row in stored if "ecret" in row["row"]]
    assert any('"service":"gateway"' in row["row"] for row in stored)
    verdict = await process.call(
        "VerifyAuditLog",
        audit_service_pb2.VerifyAuditLogRequest(known_sequence=entry.sequence, known_hash=entry.hash),
        audit_service_pb2.VerifyAuditLogResponse,
        token=token,
    )
    assert verdict.sound
    assert verdict.entries >= entry.sequence


async def test_the_same_event_again_is_one_entry(process: Process) -> None:
    event = tickets_events.SettingChanged(kind="queue", id="q-2", name="twice", cause="rest")
    event.occurred_at.GetCurrentTime()
    event_id = str(new_id())
    for message_id in (event_id, event_id):
        await _publish(process, event, event_id=message_id)
    marker = tickets_events.SettingChanged(kind="queue", id="q-3", name="after", cause="rest")
    marker.occurred_at.GetCurrentTime()
    await _publish(process, marker)

    async def taken() -> bool:
        return bool(await process.desk.look("SELECT 1 FROM audit_entries WHERE target_id = 'q-3'"))

    await eventually(taken)
    assert len(await process.desk.look("SELECT 1 FROM audit_entries WHERE target_id = 'q-2'")) == 1


async def test_a_client_secret_is_shown_once_and_stored_nowhere(process: Process) -> None:
    caller = Caller(
        process.desk.acme, str(new_id()), "user", token=await process.token(), idempotency_key="k-1"
    )
    request = pb.CreateServiceAccountRequest(name="Importer", scopes=["tickets.create"])
    with use_caller(caller):
        client = Client(DIRECTORY, process.channel)
        first = await client.call("CreateServiceAccount", request, pb.CreateServiceAccountResponse)
        again = await client.call("CreateServiceAccount", request, pb.CreateServiceAccountResponse)
    assert first.client_secret.startswith("dm_cs_")
    assert (again.service_account, again.client_secret) == (first.service_account, "")
    for table in ("idempotency_keys", "service_accounts", "outbox"):
        rows = await process.desk.look(f"SELECT t::text AS row, * FROM {table} t")
        stored = b"".join(value for row in rows for value in row.values() if isinstance(value, bytes))
        assert first.client_secret.encode() not in stored
        assert not [row for row in rows if first.client_secret in row["row"]]


async def _publish(
    process: Process, event: tickets_events.SettingChanged, event_id: str | None = None
) -> None:
    """Publish an event of the tickets service for acme, as its relay does."""
    subject = event.DESCRIPTOR.full_name
    headers = {
        "Nats-Msg-Id": event_id or str(new_id()),
        "deskmesh-tenant": str(process.desk.acme),
        "deskmesh-aggregate": event.id,
        "deskmesh-version": "1",
        "ce-time": event.occurred_at.ToJsonString(),
    }
    await process.nats.jetstream().publish(subject, event.SerializeToString(), headers=headers)
