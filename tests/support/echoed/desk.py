"""A service of its own for the tests of the RPC plane: its proto is made here, like one from a file."""

import asyncio
import time
from collections.abc import Mapping, MutableMapping
from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

from google.protobuf import descriptor_pb2, descriptor_pool, message_factory
from google.protobuf.descriptor import ServiceDescriptor
from google.protobuf.message import Message
from joserfc import jwt
from joserfc.jwk import RSAKey

from chassis import deadlines, telemetry
from chassis.context import Caller, current_caller
from chassis.db import Database, Tx
from chassis.errors import FieldError, InvalidInput, LimitReached, WrongState
from chassis.grpc_client import Client
from chassis.grpc_server import Server, own_transaction
from chassis.idempotency import once
from chassis.ids import new_id
from chassis.interceptors import Door
from chassis.tokens import Verifier
from deskmesh.common.v1 import options_pb2

SIGNING_KEY = RSAKey.generate_key(2048, {"kid": "echo"})
ROBOT_KEY = "a-key-that-only-robots-and-we-know"
PACKAGE = "deskmesh.echotest.v1"
RULES = {
    "Say": options_pb2.MethodRule(permissions=["echo.say", "echo.shout"], public=True),
    "Keep": options_pb2.MethodRule(permissions=["echo.keep"], write=True, system_callers=["robot"]),
    "KeepAlone": options_pb2.MethodRule(permissions=["echo.keep"], write=True),
    "WhoAmI": options_pb2.MethodRule(permissions=["authenticated"], system_callers=["robot"]),
    "Hello": options_pb2.MethodRule(permissions=["anonymous"]),
}


def _file() -> descriptor_pb2.FileDescriptorProto:
    file = descriptor_pb2.FileDescriptorProto(
        name="deskmesh/echotest/v1/echo.proto",
        package=PACKAGE,
        syntax="proto3",
        dependency=["deskmesh/common/v1/options.proto"],
    )
    text = file.message_type.add(name="Text")
    kinds = descriptor_pb2.FieldDescriptorProto
    text.field.add(name="text", number=1, type=kinds.TYPE_STRING, label=kinds.LABEL_OPTIONAL)
    entry = text.nested_type.add(name="MoreEntry")
    entry.options.map_entry = True
    entry.field.add(name="key", number=1, type=kinds.TYPE_STRING, label=kinds.LABEL_OPTIONAL)
    entry.field.add(name="value", number=2, type=kinds.TYPE_STRING, label=kinds.LABEL_OPTIONAL)
    text.field.add(
        name="more",
        number=2,
        type=kinds.TYPE_MESSAGE,
        type_name=f".{PACKAGE}.Text.MoreEntry",
        label=kinds.LABEL_REPEATED,
    )
    for service, rules in (("EchoService", RULES), ("BareService", {"Undeclared": None})):
        added = file.service.add(name=service)
        for name, rule in rules.items():
            method = added.method.add(
                name=name, input_type=f".{PACKAGE}.Text", output_type=f".{PACKAGE}.Text"
            )
            if rule is not None:
                method.options.Extensions[options_pb2.rule].CopyFrom(rule)
    return file


_POOL = descriptor_pool.Default()
_POOL.Add(_file())
_FILE = _POOL.FindFileByName("deskmesh/echotest/v1/echo.proto")
ECHO: ServiceDescriptor = _FILE.services_by_name["EchoService"]
BARE: ServiceDescriptor = _FILE.services_by_name["BareService"]
"""Its only rpc declares no permission."""

if TYPE_CHECKING:

    class Text(Message):
        """The one message of the service."""

        text: str
        more: MutableMapping[str, str]

        def __init__(self, *, text: str = "", more: Mapping[str, str] | None = None) -> None: ...

else:
    Text = message_factory.GetMessageClass(_FILE.message_types_by_name["Text"])


class Keeper:
    """The implementation under test: it keeps texts of tenants, and misbehaves on demand."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.effects = 0
        self.gate = asyncio.Event()
        self.gate.set()
        self.entered = asyncio.Event()

    @own_transaction
    async def Say(self, request: Text) -> Text | bytes:
        if request.text == "bytes":
            return Text(text="from bytes").SerializeToString()
        return await self._said(request)

    async def Keep(self, tx: Tx, request: Text) -> Text:
        return await self._kept(tx, request)

    @own_transaction
    async def KeepAlone(self, request: Text) -> Text:
        return await once(self.database, Text, lambda tx: self._kept(tx, request))

    @own_transaction
    async def WhoAmI(self, request: Text) -> Text:  # noqa: ARG002
        caller = current_caller()
        left = deadlines.remaining()
        return Text(
            text=caller.subject,
            more={
                "cause": caller.cause,
                "scopes": " ".join(sorted(caller.scopes)),
                "key": caller.idempotency_key or "",
                "left": "" if left is None else f"{left:.3f}",
                "trace": telemetry.traceparent() or "",
            },
        )

    @own_transaction
    async def Hello(self, request: Text) -> Text:  # noqa: ARG002
        return Text(text=current_caller().kind)

    async def _said(self, request: Text) -> Text:
        self.entered.set()
        await self.gate.wait()
        match request.text:
            case "slow":
                await asyncio.sleep(1.0)
                return Text(text="slow")
            case "bug":
                raise KeyError("ada@acme.example")
            case "invalid":
                raise InvalidInput([FieldError("text", "is rude")])
            case "wrong state":
                raise WrongState("CLOSED", "It is closed.", ["reopen"])
            case "full":
                raise LimitReached(2.5)
            case said:
                return Text(text=said)

    async def _kept(self, tx: Tx, request: Text) -> Text:
        self.effects += 1
        raw = await tx.raw()
        row_id = new_id()
        await raw.execute(
            "INSERT INTO kept (tenant_id, id, text) VALUES ($1, $2, $3)",
            tx.tenant_id,
            row_id,
            request.text,
        )
        answer = await self._said(request)
        answer.more["id"] = str(row_id)
        return answer


@dataclass
class Desk:
    """A running echo service: its keeper, its database and a client with the callers that it knows."""

    keeper: Keeper
    database: Database
    verifier: Verifier
    server: Server
    door: Door
    target: str
    client: Client

    def caller(self, *scopes: str, tenant: UUID | None = None, key: str | None = None) -> Caller:
        """Somebody with these permissions, with a token that the service believes."""
        tenant, person = tenant or uuid4(), uuid4()
        now = time.time()
        token = jwt.encode(
            {"alg": "RS256", "kid": "echo"},
            {
                "iss": "deskmesh",
                "sub": str(person),
                "tenant": str(tenant),
                "sid": "s",
                "kind": "user",
                "scopes": list(scopes),
                "iat": now,
                "exp": now + 600,
            },
            SIGNING_KEY,
            algorithms=["RS256"],
        )
        return Caller(
            tenant,
            str(person),
            "user",
            scopes=frozenset(scopes),
            token=token,
            cause="grpc",
            idempotency_key=key,
        )

    async def idle(self) -> None:
        """Returns when no call runs: a cancelled one ends a moment after its caller has gone."""
        async with asyncio.timeout(5):
            while self.door._running:
                await asyncio.sleep(0.005)

    async def kept(self, tenant: UUID) -> list[str]:
        """The texts that the tenant has kept."""
        async with self.database.transaction(tenant) as tx:
            rows = await (await tx.raw()).fetch("SELECT text FROM kept ORDER BY id")
        return [row["text"] for row in rows]
