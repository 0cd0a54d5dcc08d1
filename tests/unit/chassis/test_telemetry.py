"""Spans by hand and logs as JSON: ids that join, and nothing that names a person."""

import json
import logging
from collections.abc import Iterator

import pytest
import structlog
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import SpanExporter, SpanExportResult
from opentelemetry.trace import StatusCode

from chassis import logging as json_logging
from chassis import telemetry

PARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


class Kept(SpanExporter):
    """Keeps what is exported."""

    def __init__(self) -> None:
        self.spans: list[ReadableSpan] = []

    def export(self, spans: object) -> SpanExportResult:
        """Takes them."""
        assert isinstance(spans, list | tuple)
        self.spans += spans
        return SpanExportResult.SUCCESS


@pytest.fixture
def exported() -> Iterator[Kept]:
    kept = Kept()
    telemetry.setup("tests", exporter=kept)
    yield kept
    telemetry.shutdown()
    telemetry.setup("tests")


@pytest.fixture
def json_logs(capsys: pytest.CaptureFixture[str]) -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    root.handlers.clear()
    json_logging.setup("tests")
    yield
    structlog.reset_defaults()
    root.handlers[:] = handlers
    root.setLevel(level)


def ended(kept: Kept) -> list[ReadableSpan]:
    assert telemetry._State.provider is not None
    telemetry._State.provider.force_flush()
    return kept.spans


def test_a_span_continues_the_trace_of_the_peer(exported: Kept) -> None:
    with telemetry.span("inner", traceparent=PARENT, root=True) as span:
        assert span.ids[0] == "0af7651916cd43dd8448eb211c80319c"
    parent = ended(exported)[0].parent
    assert parent is not None
    assert f"{parent.span_id:016x}" == "b7ad6b7169203331"


def test_spans_nest_and_the_header_names_the_inner_one(exported: Kept) -> None:
    with telemetry.span("outer", root=True) as outer, telemetry.span("inner") as inner:
        assert inner.ids[0] == outer.ids[0]
        header = telemetry.traceparent()
    assert header is not None
    version, *ids, flags = header.split("-")
    assert (version, tuple(ids), int(flags, 16) & 1) == ("00", inner.ids, 1)
    assert telemetry.traceparent() is None
    assert [span.name for span in ended(exported)] == ["inner", "outer"]


def test_a_root_span_does_not_hang_below_what_happens_to_run(exported: Kept) -> None:
    with telemetry.span("one", root=True) as one, telemetry.span("two", root=True) as two:
        assert one.ids[0] != two.ids[0]


@pytest.mark.parametrize(
    "header",
    [
        "",
        "x",
        "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331",
        "00-00000000000000000000000000000000-b7ad6b7169203331-01",
        "00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01",
        "ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
        "00-0AF7651916CD43DD8448EB211C80319C-B7AD6B7169203331-01",
        PARENT * 2,
    ],
)
def test_a_malformed_header_starts_a_trace_of_its_own(exported: Kept, header: str) -> None:
    with telemetry.span("s", traceparent=header, root=True) as span:
        assert span.ids[0] != "0af7651916cd43dd8448eb211c80319c"
        assert int(span.ids[0], 16) > 0


def test_an_exception_marks_its_span_by_type_alone(exported: Kept) -> None:
    with pytest.raises(KeyError), telemetry.span("s"):
        raise KeyError("ada@acme.example")
    span = ended(exported)[0]
    assert span.status.status_code is StatusCode.ERROR
    assert span.attributes is not None
    assert span.attributes["error.type"] == "KeyError"
    assert "ada@" not in span.to_json()


def test_a_trace_that_the_head_did_not_sample_is_not_exported(exported: Kept) -> None:
    with telemetry.span("s", traceparent=PARENT[:-2] + "00", root=True):
        header = telemetry.traceparent()
    assert header is not None
    assert int(header[-2:], 16) & 1 == 0
    assert ended(exported) == []


def test_without_an_exporter_spans_still_have_ids_for_logs_and_peers() -> None:
    telemetry.setup("tests")
    with telemetry.span("s", root=True) as span:
        assert telemetry.current_ids() == span.ids
        assert int(span.ids[0], 16) > 0


def test_an_unsupported_protocol_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:4318")
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf")
    with pytest.raises(ValueError, match="only grpc"):
        telemetry.setup("tests")


def test_a_log_line_is_json_with_the_trace(json_logs: None, capsys: pytest.CaptureFixture[str]) -> None:
    with telemetry.span("s", root=True) as span:
        structlog.get_logger().info("ticket_created", ticket="INC-1")
    line = json.loads(capsys.readouterr().out)
    assert (line["event"], line["ticket"], line["level"], line["service"]) == (
        "ticket_created",
        "INC-1",
        "info",
        "tests",
    )
    assert (line["trace_id"], line["span_id"]) == span.ids
    assert line["time"].endswith("Z")


def test_logs_of_libraries_take_the_same_way_and_lose_the_words_of_exceptions(
    json_logs: None, capsys: pytest.CaptureFixture[str]
) -> None:
    try:
        raise ValueError("inner ada@acme.example") from KeyError("outer ada@acme.example")
    except ValueError:
        logging.getLogger("a.library").exception("it failed")
    text = capsys.readouterr().out
    line = json.loads(text)
    assert (line["event"], line["logger"]) == ("it failed", "a.library")
    assert [item["type"] for item in line["exception"]] == ["builtins.ValueError", "builtins.KeyError"]
    assert "ada@acme" not in text


def test_debug_is_quiet_at_the_level_info(json_logs: None, capsys: pytest.CaptureFixture[str]) -> None:
    structlog.get_logger().debug("details")
    logging.getLogger("uvicorn.access").info("GET /")
    assert capsys.readouterr().out == ""


def test_an_unknown_level_is_refused() -> None:
    with pytest.raises(ValueError, match="LOUD"):
        json_logging.setup("tests", "LOUD")
