"""One trace from the caller through the RPC into its transaction, exported over OTLP where that is configured."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import grpc
import pytest
from echoed.desk import Desk, Text
from opentelemetry.proto.collector.trace.v1 import trace_service_pb2
from opentelemetry.proto.trace.v1 import trace_pb2

from chassis import telemetry
from chassis.telemetry import SpanKind

EXPORT = "opentelemetry.proto.collector.trace.v1.TraceService"


@dataclass
class Collector:
    """An OTLP collector that keeps what it gets."""

    port: int = 0
    services: set[str] = field(default_factory=set)
    spans: list[trace_pb2.Span] = field(default_factory=list)

    async def export(self, body: bytes, _: grpc.aio.ServicerContext[bytes, bytes]) -> bytes:
        """Takes spans in."""
        for resource in trace_service_pb2.ExportTraceServiceRequest.FromString(body).resource_spans:
            self.services |= {
                item.value.string_value for item in resource.resource.attributes if item.key == "service.name"
            }
            for scope in resource.scope_spans:
                self.spans += scope.spans
        return b""


@pytest.fixture
async def collector(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Collector]:
    """A collector that this process exports to."""
    collector = Collector()
    handler: grpc.RpcMethodHandler[bytes, bytes] = grpc.unary_unary_rpc_method_handler(collector.export)
    server = grpc.aio.server(handlers=[grpc.method_handlers_generic_handler(EXPORT, {"Export": handler})])
    collector.port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", f"http://127.0.0.1:{collector.port}")
    telemetry.setup("echo")
    yield collector
    await asyncio.to_thread(telemetry.shutdown)
    monkeypatch.undo()
    telemetry.setup("tests")
    await server.stop(0)


async def test_a_call_and_its_transaction_are_one_trace_at_the_collector(
    desk: Desk, collector: Collector
) -> None:
    caller = desk.caller("echo.keep")
    with telemetry.span("POST /kept", kind=SpanKind.SERVER, root=True) as request:
        await desk.client.call("Keep", Text(text="ada@acme.example"), caller=caller)
    await asyncio.to_thread(telemetry.shutdown)
    spans = {span.name: span for span in collector.spans}
    rpc, transaction = spans["/deskmesh.echotest.v1.EchoService/Keep"], spans["db.transaction"]
    assert collector.services == {"echo"}
    assert {span.trace_id.hex() for span in spans.values()} == {request.ids[0]}
    assert rpc.parent_span_id == spans["POST /kept"].span_id
    assert transaction.parent_span_id == rpc.span_id
    assert (rpc.kind, transaction.kind) == (trace_pb2.Span.SPAN_KIND_SERVER, trace_pb2.Span.SPAN_KIND_CLIENT)
    exported = "".join(str(span) for span in collector.spans)
    for secret in ("ada@acme.example", str(caller.token), caller.subject):
        assert secret not in exported


async def test_a_caller_that_did_not_sample_is_not_traced_further(desk: Desk, collector: Collector) -> None:
    header = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00"
    with telemetry.span("GET /kept", traceparent=header, root=True):
        answer = await desk.client.call("WhoAmI", Text(), Text, caller=desk.caller())
    await asyncio.to_thread(telemetry.shutdown)
    assert answer.more["trace"].startswith("00-0af7651916cd43dd8448eb211c80319c-")
    assert collector.spans == []


async def test_a_collector_that_is_away_disturbs_no_call(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:9")
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_TIMEOUT", "1")
    telemetry.setup("echo")
    async with asyncio.timeout(5):
        for _ in range(20):
            await desk.client.call("WhoAmI", Text(), caller=desk.caller())
    await asyncio.to_thread(telemetry.shutdown)
    monkeypatch.undo()
    telemetry.setup("tests")
