"""Structured logs on standard error: JSON lines for machines, without whole numbers."""

import logging
import sys
from pathlib import Path
from typing import TextIO, cast

import structlog

from dialer.adapters.line_writer import LineWriter

STANDARD_ERROR = cast("TextIO", LineWriter(lambda: sys.stderr))
STANDARD_OUTPUT = cast("TextIO", LineWriter(lambda: sys.stdout))


def configure_logs(path: Path | None = None) -> None:
    """Log to `path`, or to standard error. No line raises, and none waits for its reader."""
    output = STANDARD_ERROR
    if path:
        path.parent.mkdir(parents=True, exist_ok=True)
        file = path.open("w", encoding="utf-8")
        output = cast("TextIO", LineWriter(lambda: file))
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.WriteLoggerFactory(output),
        cache_logger_on_first_use=True,
    )
    # Messages of libraries, asyncio above all.
    logging.lastResort = logging.StreamHandler(STANDARD_ERROR)
    logging.lastResort.setLevel(logging.WARNING)


def log_errors_only() -> None:
    """Log errors only, on standard error. Standard output is for a command's result alone.

    `dialer serve` logs more.
    """
    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR),
        logger_factory=structlog.WriteLoggerFactory(STANDARD_ERROR),
    )
