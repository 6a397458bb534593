"""Logs: one JSON object per line, without local variables and without personal data.

A traceback's locals would hold what a caller keyed, so they are never written; whatever else looks
like a telephone number, a code or an identity number is masked on its way out.
"""

from __future__ import annotations

import logging
import re
import sys
from typing import Any, TextIO

import structlog
from structlog.tracebacks import ExceptionDictTransformer

DIGITS = re.compile(r"(?<![0-9A-Za-z.:_-])\+?\d[\d ]{2,}\d(?![0-9A-Za-z_-]|[.:][0-9A-Za-z_-])")
"""Four and more that are no part of an id, a time or an address; the full stop of a sentence is no part of them."""
TIME_KEYS = ("timestamp", "at", "due", "until", "since")
QUIET = ("alembic", "twilio", "httpx", "urllib3", "hpack")


def prepare_logs(stream: TextIO | None = None, level: int = logging.INFO) -> None:
    """Send all logs, including those of libraries, to one stream of JSON lines."""
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.ExceptionRenderer(ExceptionDictTransformer(show_locals=False, max_frames=20)),
        mask_event,
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(stream or sys.stderr)
    render: list[Any] = [
        structlog.stdlib.ProcessorFormatter.remove_processors_meta,
        structlog.processors.JSONRenderer(ensure_ascii=False),
    ]
    handler.setFormatter(structlog.stdlib.ProcessorFormatter(foreign_pre_chain=shared, processors=render))
    logging.root.handlers[:] = [handler]
    logging.root.setLevel(level)
    for name in QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)


def take_over(name: str) -> None:
    """Make a library that set up its own handlers log to the common stream."""
    library = logging.getLogger(name)
    library.handlers[:], library.propagate = [], True


def logger(name: str) -> Any:
    """Return a logger; events are sentences, details are keywords."""
    return structlog.get_logger(name)


def mask_event(_logger: Any, _method: str, event: Any) -> Any:
    """Mask digits in every text of an event at any depth."""
    return {key: value if key in TIME_KEYS else mask(value) for key, value in event.items() if key != "_record"} | {
        key: event[key] for key in ("_record",) if key in event
    }


def mask(value: Any) -> Any:
    """Mask long runs of digits except the last two; ids, names and small numbers stay."""
    if isinstance(value, str):
        return DIGITS.sub(lambda found: "***" + found[0][-2:], value)
    if isinstance(value, dict):
        return {key: mask(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [mask(item) for item in value]
    return value
