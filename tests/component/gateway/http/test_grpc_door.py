"""The gRPC door for integrators."""

import asyncio
from collections.abc import AsyncIterator

import grpc
import pytest
from gateway_doors import PASSWORD, Doors
from google.protobuf.descriptor_pb2 import FileDescriptorProto
from google.protobuf.message import Message
from google.rpc.error_details_pb2 import ErrorInfo
from grpc_health.v1 import health_pb2
from grpc_reflection.v1alpha import reflection_pb2, reflection_pb2_grpc
from grpc_status import rpc_status

from deskmesh.gateway.v1 import directory_service_pb2 as pb
from deskmesh.tickets.v1 import ticket_service_pb2 as tickets

DIRECTORY = "/deskmesh.gateway.v1.DirectoryService/"


@pytest.fixture
async def channel(doors: Doors) -> AsyncIterator[grpc.aio.Channel]:
    async with grpc.aio.insecure_channel(f"unix:{doors.folder}/public.sock") as opened:
        yield opened


async def call(
    channel: grpc.aio.Channel,
    path: str,
    request: Message,
    headers: dict[str, str] | None = None,
    timeout: float = 10,
) -> bytes:
    """One call, as bytes."""
    method: grpc.aio.UnaryUnaryMultiCallable[bytes, bytes] = channel.unary_unary(path)
    answer = await method(
        request.SerializeToString(), metadata=tuple((headers or {}).items()), timeout=timeout
    )
    assert isinstance(answer, bytes)
    return answer


def reason(error: grpc.aio.AioRpcError) -> str:
    """The stable reason of a refusal."""
    rich = rpc_status.from_call(error)
    assert rich is not None
    info = ErrorInfo()
    assert rich.details[0].Unpack(info)
    return str(info.reason)


async def test_a_public_rpc_is_answered_as_by_rest(doors: Doors, channel: grpc.aio.Channel) -> None:
    headers = await doors.as_()
    answer = pb.GetMeResponse.FromString(await call(channel, f"{DIRECTORY}GetMe", pb.GetMeRequest(), headers))
    me = (await doors.http.get("/api/v1/me", headers=headers)).json()
    assert (answer.user.id, answer.user.email) == (me["id"], me["email"])


async def test_a_personal_access_token_opens_this_door_too(doors: Doors, channel: grpc.aio.Channel) -> None:
    made = await doors.http.post("/api/v1/me/tokens", json={"name": "grpc"}, headers=await doors.as_())
    headers = {"authorization": f"Bearer {made.json()['token']}"}
    answer = pb.GetMeResponse.FromString(await call(channel, f"{DIRECTORY}GetMe", pb.GetMeRequest(), headers))
    assert answer.user.email == "admin@acme.example"


@pytest.mark.parametrize(
    "path",
    [
        f"{DIRECTORY}EnsureRequester",
        f"{DIRECTORY}ListTenants",
        f"{DIRECTORY}Nothing",
        "/deskmesh.tickets.v1.TicketService/CreateAttachment",
        "/nowhere/Nothing",
        "/",
    ],
)
async def test_what_is_not_public_is_not_there(doors: Doors, channel: grpc.aio.Channel, path: str) -> None:
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await call(channel, path, pb.GetMeRequest(), await doors.as_())
    assert refused.value.code() is grpc.StatusCode.UNIMPLEMENTED


@pytest.mark.parametrize("headers", [{}, {"authorization": "Bearer x"}, {"authorization": "Basic YTpi"}])
async def test_without_a_token_that_holds_nobody_comes_in(
    channel: grpc.aio.Channel, headers: dict[str, str]
) -> None:
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await call(channel, f"{DIRECTORY}GetMe", pb.GetMeRequest(), headers)
    assert refused.value.code() is grpc.StatusCode.UNAUTHENTICATED


async def test_a_refusal_arrives_with_its_reason_and_its_fields(
    doors: Doors, channel: grpc.aio.Channel
) -> None:
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await call(channel, f"{DIRECTORY}GetTeam", pb.GetTeamRequest(team="nobody"), await doors.as_())
    assert refused.value.code() is grpc.StatusCode.NOT_FOUND
    assert reason(refused.value) == "NOT_FOUND"


async def test_an_idempotency_key_goes_on_to_the_service(doors: Doors, channel: grpc.aio.Channel) -> None:
    headers = {**await doors.as_(), "idempotency-key": "one-team"}
    request = pb.CreateTeamRequest()
    request.team.name, request.team.slug = "By gRPC", "by-grpc"
    first = await call(channel, f"{DIRECTORY}CreateTeam", request, headers)
    assert await call(channel, f"{DIRECTORY}CreateTeam", request, headers) == first


async def test_a_service_that_does_not_answer_is_unavailable_and_its_address_stays_inside(
    doors: Doors, channel: grpc.aio.Channel
) -> None:
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await call(
            channel,
            "/deskmesh.tickets.v1.TicketService/GetTicket",
            tickets.GetTicketRequest(ticket="INC-1"),
            await doors.as_(),
        )
    assert refused.value.code() is grpc.StatusCode.UNAVAILABLE
    assert str(doors.folder) not in str(refused.value.details())


async def test_reflection_shows_the_public_rpcs_alone(channel: grpc.aio.Channel) -> None:
    stub = reflection_pb2_grpc.ServerReflectionStub(channel)

    async def ask(**what: str) -> reflection_pb2.ServerReflectionResponse:
        calling = stub.ServerReflectionInfo(iter([reflection_pb2.ServerReflectionRequest(**what)]))
        async for answer in calling:
            return answer
        raise AssertionError

    services = {service.name for service in (await ask(list_services="")).list_services_response.service}
    assert "deskmesh.tickets.v1.TicketService" in services
    assert all(name.startswith(("deskmesh.", "grpc.")) for name in services)
    answer = await ask(file_containing_symbol="deskmesh.tickets.v1.TicketService")
    files = [
        FileDescriptorProto.FromString(one) for one in answer.file_descriptor_response.file_descriptor_proto
    ]
    methods = {method.name for file in files for service in file.service for method in service.method}
    assert "CreateTicket" in methods
    assert "CreateAttachment" not in methods


async def test_health_tells_which_services_answer(channel: grpc.aio.Channel) -> None:
    async def state(service: str) -> int:
        request = health_pb2.HealthCheckRequest(service=service)
        answer = await call(channel, "/grpc.health.v1.Health/Check", request)
        return int(health_pb2.HealthCheckResponse.FromString(answer).status)

    assert await state("") == health_pb2.HealthCheckResponse.SERVING
    assert await state("deskmesh.tickets.v1.TicketService") == health_pb2.HealthCheckResponse.NOT_SERVING


async def test_many_calls_at_once_are_each_answered_for_their_own_caller(
    doors: Doors, channel: grpc.aio.Channel
) -> None:
    people = ["admin@acme.example", "admin@globex.example", "agent@acme.example"]
    headers = [await doors.as_(one) for one in people]
    answers = await asyncio.gather(
        *(call(channel, f"{DIRECTORY}GetMe", pb.GetMeRequest(), headers[n % 3]) for n in range(60))
    )
    assert [pb.GetMeResponse.FromString(one).user.email for one in answers] == [
        people[n % 3] for n in range(60)
    ]


async def test_a_password_does_not_travel_back(doors: Doors, channel: grpc.aio.Channel) -> None:
    answer = await call(
        channel,
        f"{DIRECTORY}GetUser",
        pb.GetUserRequest(user="agent@acme.example"),
        await doors.as_(),
    )
    assert PASSWORD.encode() not in answer
