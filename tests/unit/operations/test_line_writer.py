"""No line of the log ends or holds up the event it reports; each lost line is counted."""

import io
import logging
import os
import select
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TextIO

import pytest
import structlog

from dialer.adapters.line_writer import LineWriter
from dialer.adapters.metrics import PrometheusMeter
from dialer.cli.base import logs

LINE = "what happened\n"


def lost_of(stream: TextIO | None, text: str = LINE) -> int:
    before = LineWriter.lost
    assert LineWriter(lambda: stream).write(text) == len(text)
    return LineWriter.lost - before


@contextmanager
def pipe() -> Iterator[tuple[int, TextIO]]:
    reading, writing = os.pipe()
    with open(reading, "rb") as kept, os.fdopen(writing, "w") as stream:  # noqa: PTH123
        yield kept.fileno(), stream


def test_a_full_disk_costs_the_line() -> None:
    with Path("/dev/full").open("w") as full:
        assert lost_of(full) == 1


def test_a_reader_that_has_gone_costs_the_line() -> None:
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "w") as stream:
        assert lost_of(stream) == 1


def test_a_reader_that_does_not_read_costs_the_line_and_no_time() -> None:
    with pipe() as (reading, stream):
        writer, before = LineWriter(lambda: stream), LineWriter.lost
        os.set_blocking(stream.fileno(), False)
        with suppress(BlockingIOError):
            while True:
                os.write(stream.fileno(), b"x" * select.PIPE_BUF)
        os.set_blocking(stream.fileno(), True)
        writer.write(LINE)
        assert LineWriter.lost == before + 1
        while select.select([reading], [], [], 0)[0]:
            os.read(reading, 1 << 16)
        writer.write(LINE)
        assert os.read(reading, 1 << 16) == LINE.encode()


def test_what_was_torn_is_not_mixed_with_the_next_line() -> None:
    with pipe() as (reading, stream):
        writer = LineWriter(lambda: stream)
        writer.write("y" * (1 << 20) + "\n")
        while select.select([reading], [], [], 0)[0]:
            os.read(reading, 1 << 20)
        writer.write(LINE)
        assert os.read(reading, 1 << 16) == b"\n" + LINE.encode()


def test_a_stream_that_is_closed_or_was_never_there_costs_the_line(tmp_path: Path) -> None:
    with (tmp_path / "log").open("w") as closed:
        pass
    assert (lost_of(closed), lost_of(None)) == (1, 1)


def test_text_that_the_stream_cannot_hold_is_written_all_the_same(tmp_path: Path) -> None:
    with (tmp_path / "log").open("w", encoding="ascii") as ascii_only:
        assert lost_of(ascii_only, "caf\xe9 \udcff\n") == 0
    assert (tmp_path / "log").read_bytes() == "caf\xe9 \\udcff\n".encode()


def test_text_that_a_stand_in_cannot_hold_costs_the_line() -> None:
    class Refusing(io.StringIO):
        def write(self, text: str) -> int:
            raise UnicodeEncodeError("ascii", text, 0, 1, "no")

    assert lost_of(Refusing()) == 1


@pytest.fixture
def own_logs() -> Iterator[None]:
    kept, resort = structlog.get_config(), logging.lastResort
    yield
    structlog.configure(**kept)
    logging.lastResort = resort


@pytest.mark.usefixtures("own_logs")
def test_the_log_of_the_service_survives_a_full_disk_and_says_what_it_lost(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    before = LineWriter.lost
    with Path("/dev/full").open("w") as full:
        monkeypatch.setattr(sys, "stderr", full)
        logs.configure_logs()
        structlog.get_logger().error("events wait for the database", error="no room")
    assert LineWriter.lost == before + 1
    page = PrometheusMeter(lambda: LineWriter.lost).page().decode()
    assert f"dialer_log_lines_lost_total {LineWriter.lost}.0" in page
