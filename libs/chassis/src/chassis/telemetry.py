"""Traces by hand: one span per request, RPC, SQL transaction and batch of events; W3C traceparent between them.

The provider is ours alone and never set globally: libraries that look for a global one would switch on
instrumentation that costs more than the request. Spans are recorded only where an exporter is configured
(`OTEL_EXPORTER_OTLP_ENDPOINT`); without one they still carry ids, for logs and for the next hop. OpenTelemetry's
own variables choose the sampler (`OTEL_TRACES_SAMPLER`, decided at the head of the trace).
"""

from __future__ import annotations

import os
import random
import re
from contextvars import ContextVar
from typing import TYPE_CHECKING, Final, NamedTuple, Self

from opentelemetry import context as otel_context
from opentelemetry import trace
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace import SpanKind

if TYPE_CHECKING:
    from collections.abc import Mapping
    from contextvars import Token
    from types import TracebackType

    from opentelemetry.context import Context
    from opentelemetry.sdk.trace.export import SpanExporter
    from opentelemetry.util.types import AttributeValue

__all__ = ["SpanKind", "current_ids", "is_recorded", "setup", "shutdown", "span", "traceparent"]

_TRACEPARENT: Final = re.compile(r"[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(?:-.*)?")


class _Ids(NamedTuple):
    """Where a span stands in its trace."""

    trace_id: int
    span_id: int
    flags: int = 0
    is_remote: bool = False


_current: ContextVar[_Ids | None] = ContextVar("span", default=None)


class _State:
    """The provider of this process, where spans are exported; set by `setup`."""

    provider: TracerProvider | None = None
    tracer: trace.Tracer | None = None


def setup(service: str, environment: str = "production", exporter: SpanExporter | None = None) -> None:
    """Starts tracing for this process: to `exporter`, else to the configured OTLP endpoint, else ids only.

    Raises ValueError where `OTEL_EXPORTER_OTLP_PROTOCOL` asks for another protocol than gRPC.
    """
    chosen = exporter or _otlp_exporter()
    if chosen is None:
        _State.provider = _State.tracer = None
        return
    resource = Resource.create({"service.name": service, "deployment.environment.name": environment})
    provider = TracerProvider(resource=resource, shutdown_on_exit=False)
    provider.add_span_processor(BatchSpanProcessor(chosen))
    _State.provider = provider
    _State.tracer = provider.get_tracer("deskmesh")


def shutdown() -> None:
    """Sends what is still buffered and stops the exporter."""
    if _State.provider is not None:
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

    __slots__ = ("_attributes", "_ids", "_kind", "_name", "_otel", "_parent", "_token")

    def __init__(
        self,
        name: str,
        kind: SpanKind,
        parent: _Ids | None,
        attributes: Mapping[str, AttributeValue] | None,
    ) -> None:
        self._name = name
        self._kind = kind
        self._parent = parent
        self._attributes = attributes
        self._token: Token[_Ids | None] | None = None
        self._otel: trace.Span | None = None
        self._ids = _NOWHERE

    def __enter__(self) -> Self:
        parent = self._parent
        if _State.tracer is None:
            # Making a span that nobody will see costs the library ten times this.
            trace_id = random.getrandbits(128) if parent is None else parent.trace_id
            self._ids = _Ids(trace_id or 1, random.getrandbits(64) or 1)
        else:
            self._otel = _State.tracer.start_span(
                self._name,
                context=_context(parent),
                kind=self._kind,
                attributes=self._attributes,
                record_exception=False,
                set_status_on_exception=False,
            )
            made = self._otel.get_span_context()
            self._ids = _Ids(made.trace_id, made.span_id, made.trace_flags)
        self._token = _current.set(self._ids)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        if self._token is not None:
            _current.reset(self._token)
        if self._otel is not None:
            if kind is not None:
                self.fail(kind.__name__)
            self._otel.end()

    @property
    def ids(self) -> tuple[str, str]:
        """Trace id and span id, lower-case hexadecimal."""
        return _written(self._ids)

    def set(self, name: str, value: AttributeValue) -> None:
        """Adds an attribute; never personal data."""
        if self._otel is not None:
            self._otel.set_attribute(name, value)

    def fail(self, kind: str) -> None:
        """Marks the span as failed with the kind of error; its text stays out, it may name people."""
        if self._otel is not None:
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
    if parent is None and not root:
        parent = _current.get()
    return Span(name, kind, parent, attributes)


def traceparent() -> str | None:
    """The W3C traceparent of the current span, to be sent on; None outside of any."""
    ids = _current.get()
    return None if ids is None else f"00-{ids.trace_id:032x}-{ids.span_id:016x}-{ids.flags:02x}"


def is_recorded(header: str | None) -> bool:
    """Whether a span below this traceparent may be recorded: it says so, or there is none and a trace begins."""
    return header is None or header[53:55] != "00"


def current_ids() -> tuple[str, str] | None:
    """Trace id and span id of the current span in lower-case hexadecimal; None outside of any."""
    ids = _current.get()
    return None if ids is None else _written(ids)


_NOWHERE: Final = _Ids(0, 0)


def _written(ids: _Ids) -> tuple[str, str]:
    return f"{ids.trace_id:032x}", f"{ids.span_id:016x}"


def _remote(header: str) -> _Ids | None:
    """What a peer sent; None where the header does not follow W3C Trace Context."""
    match = _TRACEPARENT.fullmatch(header)
    if match is None or header.startswith("ff"):
        return None
    ids = _Ids(
        int(match[1], 16), int(match[2], 16), int(match[3], 16) & trace.TraceFlags.SAMPLED, is_remote=True
    )
    return ids if ids.trace_id and ids.span_id else None


def _context(parent: _Ids | None) -> Context:
    """The library's form of a parent."""
    root = otel_context.Context()
    if parent is None:
        return root
    context = trace.SpanContext(
        parent.trace_id,
        parent.span_id,
        is_remote=parent.is_remote,
        trace_flags=trace.TraceFlags(parent.flags),
    )
    return trace.set_span_in_context(trace.NonRecordingSpan(context), root)
