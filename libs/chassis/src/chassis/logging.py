"""Logs as JSON lines on standard output: events with fields, trace ids, no personal data.

`log = structlog.get_logger()` and `log.info("ticket_created", ticket_id=...)`. The logs of libraries take the same
way. Of an exception only its types and the places in the code are written: a message may quote a row or a mail.
"""

from __future__ import annotations

import logging
import sys
import traceback
from typing import TYPE_CHECKING

import orjson
import structlog

from chassis import telemetry

if TYPE_CHECKING:
    from types import TracebackType

    from structlog.typing import EventDict, WrappedLogger

_ExcInfo = tuple[type[BaseException], BaseException, "TracebackType | None"]
# Libraries that log per connection or request at INFO.
_QUIET = ("alembic", "asyncio", "grpc", "nats", "sqlalchemy", "uvicorn", "mail.log")


def setup(service: str, level: str = "INFO") -> None:
    """Configures structlog and the standard library's logging for this process.

    Raises ValueError for an unknown level.
    """
    number = logging.getLevelNamesMapping().get(level.upper())
    if number is None:
        raise ValueError(f"{level} is not a level of logging")

    def add_service(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
        event["service"] = service
        return event

    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True, key="time"),
        add_service,
        add_trace,
        describe_exception,
    ]
    structlog.configure(
        processors=[*shared, structlog.processors.JSONRenderer(serializer=_json)],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=structlog.PrintLoggerFactory(),
        cache_logger_on_first_use=False,
    )
    handler = _StandardOutput()
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[structlog.stdlib.add_logger_name, *shared],
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.JSONRenderer(serializer=_json),
            ],
        )
    )
    logging.basicConfig(handlers=[handler], level=number, force=True)
    for name in _QUIET:
        logging.getLogger(name).setLevel(max(number, logging.WARNING))


class _StandardOutput(logging.Handler):
    """Writes lines to what is standard output at the time."""

    def emit(self, record: logging.LogRecord) -> None:
        """Writes one record; a failure is reported as logging does, never raised."""
        try:
            sys.stdout.write(f"{self.format(record)}\n")
            sys.stdout.flush()
        except (OSError, ValueError):
            self.handleError(record)


def add_trace(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Adds the ids of the current span, so that a log line leads to its trace."""
    ids = telemetry.current_ids()
    if ids is not None:
        event["trace_id"], event["span_id"] = ids
    return event


def describe_exception(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Replaces `exc_info` by `exception`: types of the chain and the frames of each, without messages."""
    given = event.pop("exc_info", None)
    if isinstance(given, tuple):
        error = given[1]
    elif isinstance(given, BaseException):
        error = given
    else:
        error = sys.exc_info()[1] if given else None
    if error is not None:
        event["exception"] = exception_places(error)
    return event


def exception_places(error: BaseException) -> list[dict[str, object]]:
    """The exception and what caused it, outermost first: each with its type, SQLSTATE where it has one, and frames."""
    places: list[dict[str, object]] = []
    seen: set[int] = set()
    current: BaseException | None = error
    while current is not None and id(current) not in seen:
        seen.add(id(current))
        kind = type(current)
        place: dict[str, object] = {
            "type": f"{kind.__module__}.{kind.__qualname__}",
            "frames": [
                f"{frame.filename}:{frame.lineno} {frame.name}"
                for frame in traceback.extract_tb(current.__traceback__)
            ],
        }
        sqlstate = getattr(current, "sqlstate", None)
        if isinstance(sqlstate, str):
            place["sqlstate"] = sqlstate
        if isinstance(current, BaseExceptionGroup):
            place["group"] = [exception_places(item) for item in current.exceptions]
        places.append(place)
        current = current.__cause__ or (None if current.__suppress_context__ else current.__context__)
    return places


def _json(value: object, **_options: object) -> str:
    return orjson.dumps(value, default=str).decode()
