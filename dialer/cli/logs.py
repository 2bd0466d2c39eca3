"""Structured logs on standard error: JSON lines for machines, and never a whole number in them."""

import io
import logging
import sys
from pathlib import Path
from typing import TextIO, cast

import structlog


class StandardError(io.TextIOBase):
    """Standard error as it is at each line: a logger outlives whoever stood in for it."""

    def write(self, text: str) -> int:
        return sys.stderr.write(text)

    def flush(self) -> None:
        sys.stderr.flush()


STANDARD_ERROR = cast("TextIO", StandardError())


def configure_logs(path: Path | None = None) -> None:
    """Log to `path`, or to standard error."""
    if path:
        path.parent.mkdir(parents=True, exist_ok=True)
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(
            path.open("w", encoding="utf-8") if path else STANDARD_ERROR
        ),
        cache_logger_on_first_use=True,
    )
