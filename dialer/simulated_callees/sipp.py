"""A SIPp process that answers every call; its log comes back through a named pipe, line by line."""

import asyncio
import os
import shutil
import socket
import tempfile
from collections import defaultdict
from collections.abc import Callable
from contextlib import suppress
from importlib.resources import files
from pathlib import Path
from string import Template

from dialer.domain.base.errors import Unavailable
from dialer.simulated_callees.personas import RANGES, ROLES

RING_MS = 300
"""Milliseconds for which a callee who answers lets it ring."""

_REFUSAL = Template("""
  <label id="status$status"/>
  <nop><action><log message="refused [call_id] [timestamp]"/></action></nop>
  <send retrans="500"><![CDATA[
SIP/2.0 $status Refused
Via:[$$via]
From:[$$from]
To:[$$to];tag=[pid]-[call_number]
[last_Call-ID:]
CSeq:[$$cseq]
Contact: <sip:+32470000001@[local_ip]:[local_port]>
Content-Length: 0

]]></send>
  <recv request="ACK" next="end"/>""")
"""The Contact is the other number of a 302; it means nothing in the rest."""

_CHOICE = Template(
    '      <ereg regexp="^INVITE sip:[+]?($ranges)($codes)[0-9][0-9]@" search_in="msg" check_it="false"'
    ' assign_to="is$status"/>'
)
_BRANCH = Template('  <nop next="status$status" test="is$status"/>')
_NOBODY = 404


def scenario(rtp_port: int) -> str:
    """Return the scenario for all callees, who receive their audio on `rtp_port`.

    A number without a callee gets 404.
    """
    codes: defaultdict[int, list[str]] = defaultdict(list)
    for role in ROLES.values():
        codes[role.status].append(f"{role.code:02d}")
    ranges = "|".join(block.lstrip("+") for block in RANGES)
    refusals = sorted({_NOBODY} | {status for status in codes if status >= 300})
    return Template(files(__package__).joinpath("answering.xml").read_text()).substitute(
        choices="\n".join(
            _CHOICE.substitute(status=s, ranges=ranges, codes="|".join(c)) for s, c in codes.items()
        ),
        branches="\n".join(_BRANCH.substitute(status=s) for s in codes),
        refusals="".join(_REFUSAL.substitute(status=s) for s in refusals),
        ring_ms=RING_MS,
        rtp_port=rtp_port,
    )


HOST = "127.0.0.1"
_LONGEST_RUN_S = 4 * 3600
_STARTS_WITHIN_S = 10.0
_DIES_WITH_US = ("setpriv", "--pdeathsig", "KILL")
"""Should this program be killed, the port does not stay taken."""
_PATIENT_WATCHDOG = ("-watchdog_major_maxtriggers", "100000", "-watchdog_minor_maxtriggers", "100000")
"""A busy machine is no reason for SIPp to give up."""


def _free_port() -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def _refuse_busy(port: int) -> None:
    try:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
            probe.bind((HOST, port))
    except OSError as error:
        detail = f"the callees cannot take UDP port {port} of {HOST} ({error.strerror})"
        raise Unavailable(detail, hint="stop the program that holds it, or choose another port") from error


def _in_dialog(method: str, call_id: str, port: int) -> bytes:
    """Build a request by which SIPp finds its call.

    It gets no answer, so only the Call-ID matters.
    """
    lines = (
        f"{method} sip:callees@{HOST}:{port} SIP/2.0",
        f"Via: SIP/2.0/UDP {HOST};branch=z9hG4bK-{method}-{call_id}",
        f"From: <sip:ear@{HOST}>;tag=ear",
        f"To: <sip:callees@{HOST}>",
        f"Call-ID: {call_id}",
        f"CSeq: 1 {method}",
        "Content-Length: 0",
    )
    return "\r\n".join((*lines, "", "")).encode()


class Sipp:
    """SIPp on `sip_port`, pointing all audio to `rtp_port`.

    `on_news` is called when there are `lines`.
    """

    def __init__(self, sip_port: int, rtp_port: int, on_news: Callable[[], None]) -> None:
        self._ports = sip_port, rtp_port
        self._on_news = on_news
        self._folder = Path(tempfile.mkdtemp(prefix="callees-"))
        self._pipe = self._folder / "log"
        self._errors = self._folder / "errors"
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._process: asyncio.subprocess.Process | None = None
        self._reader = -1
        self._rest = b""

    async def start(self, ready: asyncio.Event) -> None:
        """Return when SIPp has answered a probe. Raise `Unavailable` where it does not start.

        The reader of its `ready` line must set `ready`.
        """
        _refuse_busy(self._ports[0])
        os.mkfifo(self._pipe)
        self._reader = os.open(self._pipe, os.O_RDWR | os.O_NONBLOCK)
        asyncio.get_running_loop().add_reader(self._reader, self._on_news)
        process = self._process = await self._spawn()
        try:
            async with asyncio.timeout(_STARTS_WITHIN_S):
                while not ready.is_set() and process.returncode is None:
                    self._send("OPTIONS", "probe")
                    await asyncio.sleep(0.03)
        except TimeoutError:
            process.kill()
            await process.wait()
        if process.returncode is not None:
            raise Unavailable(f"SIPp does not start: {self._last_words()}", hint="see whether `sipp -v` runs")

    def hang_up(self, call_id: str) -> None:
        """Make SIPp send BYE in this call."""
        self._send("INFO", call_id)

    def complaints(self) -> list[str]:
        """Return the messages that SIPp did not expect."""
        text = self._errors.read_text(errors="replace") if self._errors.exists() else ""
        return [line for line in text.splitlines() if "unexpected" in line]

    async def stop(self) -> None:
        """End SIPp and remove its folder."""
        if self._reader >= 0:
            asyncio.get_running_loop().remove_reader(self._reader)
            os.close(self._reader)
        if self._process:
            with suppress(ProcessLookupError):
                self._process.kill()
            await self._process.wait()
        self._socket.close()
        shutil.rmtree(self._folder)

    async def _spawn(self) -> asyncio.subprocess.Process:
        file = self._folder / "scenario.xml"
        file.write_text(scenario(self._ports[1]))
        ports = ("-i", HOST, "-p", str(self._ports[0]), "-ci", HOST, "-cp", str(_free_port()))
        logs = ("-trace_logs", "-log_file", str(self._pipe), "-trace_err", "-error_file", str(self._errors))
        bounds = ("-nostdin", "-timeout", str(_LONGEST_RUN_S), *_PATIENT_WATCHDOG)
        if shutil.which("sipp") is None:
            raise Unavailable("SIPp is not installed", hint="apt-get install sip-tester")
        with (self._folder / "stderr").open("wb") as stderr:
            return await asyncio.create_subprocess_exec(
                *(*_DIES_WITH_US, "sipp", "-sf", str(file), *ports, *logs, *bounds),
                cwd=self._folder,
                stdout=asyncio.subprocess.DEVNULL,
                stderr=stderr,
            )

    def _send(self, method: str, call_id: str) -> None:
        port = self._ports[0]
        self._socket.sendto(_in_dialog(method, call_id, port), (HOST, port))

    def lines(self) -> list[str]:
        """Return the lines that SIPp has logged since the last call, without waiting for any."""
        try:
            news = os.read(self._reader, 65536)
        except BlockingIOError:
            return []
        *lines, self._rest = (self._rest + news).split(b"\n")
        return [line.decode() for line in lines]

    def _last_words(self) -> str:
        files = (file for file in (self._errors, self._folder / "stderr") if file.exists())
        lines = [line.strip() for file in files for line in file.read_text(errors="replace").splitlines()]
        return next((line for line in reversed(lines) if line), "it says nothing")
