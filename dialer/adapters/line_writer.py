"""Lines for people and programs that read along, who hold up nothing."""

import io
import os
import select
from collections.abc import Callable
from typing import ClassVar, TextIO

PIECE = select.PIPE_BUF
"""Bytes. A pipe that is ready takes so many at once (POSIX `write`)."""


class LineWriter(io.TextIOBase):
    """A text stream that never raises and never waits. Give it whole lines.

    A line that cannot be written is dropped and counted: the disk is full, or the reader has gone
    or does not keep up. `stream` gives the stream at each line, as standard error may be replaced.
    """

    lost: ClassVar[int] = 0
    """Lines that this process could not write, of all writers."""

    def __init__(self, stream: Callable[[], TextIO | None]) -> None:
        self._stream = stream
        self._torn = False

    def write(self, text: str) -> int:
        try:
            self._put(text)
        except Exception:
            LineWriter.lost += 1
        return len(text)

    def _put(self, text: str) -> None:
        stream = self._stream()
        if stream is None:
            raise BrokenPipeError
        try:
            descriptor = stream.fileno()
        except OSError:
            # Something in memory stands in for it.
            stream.write(text)
            return
        # Past the buffers of `stream`: text left there would be tried again with each line, and
        # fail at the exit.
        rest = f"\n{text}" if self._torn else text
        data = memoryview(rest.encode("utf-8", "backslashreplace"))
        while data:
            _demand_ready(descriptor)
            data = data[os.write(descriptor, data[:PIECE]) :]
            self._torn = bool(data)


def _demand_ready(descriptor: int) -> None:
    waiting = select.poll()
    waiting.register(descriptor, select.POLLOUT)
    if not any(what & select.POLLOUT for _, what in waiting.poll(0)):
        raise BlockingIOError
