"""Traces by hand: one span per request, RPC, SQL transaction and batch of events; W3C traceparent between them.

The provider is ours alone and never set globally: libraries that look for a global one would switch on
instrumentation that costs more than the request. Spans are recorded only where an exporter is configured
(`OTEL_EXPORTER_OTLP_ENDPOINT`); without one they still carry ids, for logs and for the next hop. OpenTelemetry's
own variables choose the sampler (`OTEL_TRACES_SAMPLER`, decided at the head of the trace).
"""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING, Final, Self

from opentelemetry import context as otel_context
from opentelemetry import trace
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.sdk.trace.sampling import ALWAYS_OFF
from opentelemetry.trace import SpanKind

if TYPE_CHECKING:
    from collections.abc import Mapping
    from contextvars import Token
    from types import TracebackType

    from opentelemetry.context import Context
    from opentelemetry.sdk.trace.export import SpanExporter
    from opentelemetry.util.types import AttributeValue

__all__ = ["SpanKind", "current_ids", "setup", "shutdown", "span", "traceparent"]

_TRACEPARENT: Final = re.compile(r"[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(?:-.*)?")
_ROOT: Final = otel_context.Context()


class _State:
    """The provider of this process; replaced by `setup`."""

    provider = TracerProvider(sampler=ALWAYS_OFF, shutdown_on_exit=False)
    tracer = provider.get_tracer("deskmesh")


def setup(service: str, environment: str = "production", exporter: SpanExporter | None = None) -> None:
    """Starts tracing for this process: to `exporter`, else to the configured OTLP endpoint, else ids only.

    Raises ValueError where `OTEL_EXPORTER_OTLP_PROTOCOL` asks for another protocol than gRPC.
    """
    chosen = exporter or _otlp_exporter()
    resource = Resource.create({"service.name": service, "deployment.environment.name": environment})
    if chosen is None:
        provider = TracerProvider(resource=resource, sampler=ALWAYS_OFF, shutdown_on_exit=False)
    else:
        provider = TracerProvider(resource=resource, shutdown_on_exit=False)
        provider.add_span_processor(BatchSpanProcessor(chosen))
    _State.provider = provider
    _State.tracer = provider.get_tracer("deskmesh")


def shutdown() -> None:
    """Sends what is still buffered and stops the exporter."""
    _State.provider.shutdown()


def _otlp_exporter() -> SpanExporter | None:
    if not (
        os.environ.get("OTEL_EXPORTER_OTLP_ENDPOINT") or os.environ.get("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")
    ):
        return None
    protocol = os.environ.get("OTEL_EXPORTER_OTLP_PROTOCOL", "grpc")
    if protocol != "grpc":
        raise ValueError(f"OTEL_EXPORTER_OTLP_PROTOCOL: {protocol} is not supported, only grpc")
    # Costs memory and start-up time, so only who exports pays for it.
    from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import OTLPSpanExporter  # noqa: PLC0415

    return OTLPSpanExporter()


class Span:
    """A running span and the `with` block around it. An exception marks it with the exception's type alone."""

    __slots__ = ("_attributes", "_kind", "_name", "_otel", "_parent", "_token")

    def __init__(
        self,
        name: str,
        kind: SpanKind,
        parent: Context | None,
        attributes: Mapping[str, AttributeValue] | None,
    ) -> None:
        self._name = name
        self._kind = kind
        self._parent = parent
        self._attributes = attributes
        self._token: Token[Context] | None = None
        self._otel: trace.Span = trace.INVALID_SPAN

    def __enter__(self) -> Self:
        self._otel = _State.tracer.start_span(
            self._name,
            context=self._parent,
            kind=self._kind,
            attributes=self._attributes,
            record_exception=False,
            set_status_on_exception=False,
        )
        self._token = otel_context.attach(trace.set_span_in_context(self._otel))
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        if self._token is not None:
            otel_context.detach(self._token)
        if kind is not None:
            self.fail(kind.__name__)
        self._otel.end()

    @property
    def ids(self) -> tuple[str, str]:
        """Trace id and span id, lower-case hexadecimal."""
        context = self._otel.get_span_context()
        return f"{context.trace_id:032x}", f"{context.span_id:016x}"

    def set(self, name: str, value: AttributeValue) -> None:
        """Adds an attribute; never personal data."""
        self._otel.set_attribute(name, value)

    def fail(self, kind: str) -> None:
        """Marks the span as failed with the kind of error; its text stays out, it may name people."""
        self._otel.set_attribute("error.type", kind)
        self._otel.set_status(trace.StatusCode.ERROR)


def span(
    name: str,
    *,
    kind: SpanKind = SpanKind.INTERNAL,
    traceparent: str | None = None,
    root: bool = False,
    attributes: Mapping[str, AttributeValue] | None = None,
) -> Span:
    """A span for a `with` block: below `traceparent` where that is given and well formed, else below the current one.

    With `root` a missing traceparent starts a trace of its own, whatever is current (doors and consumers).
    """
    parent = None if traceparent is None else _remote(traceparent)
    if parent is None and root:
        parent = _ROOT
    return Span(name, kind, parent, attributes)


def traceparent() -> str | None:
    """The W3C traceparent of the current span, to be sent on; None outside of any."""
    context = trace.get_current_span().get_span_context()
    if not context.is_valid:
        return None
    return f"00-{context.trace_id:032x}-{context.span_id:016x}-{context.trace_flags:02x}"


def current_ids() -> tuple[str, str] | None:
    """Trace id and span id of the current span in lower-case hexadecimal; None outside of any."""
    context = trace.get_current_span().get_span_context()
    return (f"{context.trace_id:032x}", f"{context.span_id:016x}") if context.is_valid else None


def _remote(header: str) -> Context | None:
    """The context that a peer sent; None where the header does not follow W3C Trace Context."""
    match = _TRACEPARENT.fullmatch(header)
    if match is None or header.startswith("ff"):
        return None
    context = trace.SpanContext(
        trace_id=int(match[1], 16),
        span_id=int(match[2], 16),
        is_remote=True,
        trace_flags=trace.TraceFlags(int(match[3], 16) & trace.TraceFlags.SAMPLED),
    )
    return trace.set_span_in_context(trace.NonRecordingSpan(context), _ROOT) if context.is_valid else None
