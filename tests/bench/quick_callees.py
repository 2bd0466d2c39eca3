"""An installation for benchmarks of many calls: callees answer at once, and soon hang up.

They hang up after two seconds, in the notice.
"""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from dialer.adapters.pbx import lifecycle
from tests.acceptance.installation import Installation
from tests.harness.ports import free_port

PBX = "bench-quick"
TRUNK = """
[[trunk]]
name = "default"
pbx = ["{pbx}"]
host = "127.0.0.1:{port}"
calls_per_second = {rate}
max_concurrent = 2000
"""
CALLEE = """<?xml version="1.0" encoding="UTF-8"?>
<scenario name="answers at once, hangs up after two seconds">
  <recv request="INVITE">
    <action>
      <ereg regexp=".*" search_in="hdr" header="From:" assign_to="from"/>
      <ereg regexp="sip:[^>]*" search_in="hdr" header="Contact:" assign_to="contact"/>
      <ereg regexp=".*" search_in="hdr" header="To:" assign_to="to"/>
    </action>
  </recv>
  <send retrans="500"><![CDATA[
SIP/2.0 200 OK
[last_Via:]
[last_From:]
[last_To:];tag=[pid]-[call_number]
[last_Call-ID:]
[last_CSeq:]
Contact: <sip:[local_ip]:[local_port]>
Content-Type: application/sdp
Content-Length: [len]

v=0
o=- 1 1 IN IP4 [local_ip]
s=-
c=IN IP4 [local_ip]
t=0 0
m=audio [media_port] RTP/AVP 8
a=rtpmap:8 PCMA/8000
]]></send>
  <recv request="ACK"/>
  <pause milliseconds="2000"/>
  <send retrans="500"><![CDATA[
BYE [$contact] SIP/2.0
Via: SIP/2.0/UDP [local_ip]:[local_port];branch=[branch]
From:[$to];tag=[pid]-[call_number]
To:[$from]
Call-ID: [call_id]
CSeq: 1 BYE
Max-Forwards: 70
Content-Length: 0

]]></send>
  <recv response="200"/>
</scenario>
"""


@dataclass(frozen=True, slots=True)
class Callees:
    messages: Path

    def invites(self) -> list[float]:
        """Seconds at which each telephone began to ring. Repeated INVITEs are the same call."""
        first: dict[str, float] = {}
        for line in self.messages.read_text(errors="replace").splitlines():
            fields = line.split("\t")
            if len(fields) > 5 and "INVITE" in line and fields[3] == "R":
                first.setdefault(fields[4], float(fields[2]))
        return sorted(first.values())


@asynccontextmanager
async def answering(folder: Path, port: int) -> AsyncIterator[Callees]:
    scenario, messages = folder / "callee.xml", folder / "messages.csv"
    scenario.write_text(CALLEE)
    process = await asyncio.create_subprocess_exec(
        *("sipp", "-sf", str(scenario), "-i", "127.0.0.1", "-p", str(port), "-nostdin", "-mp", "40000"),
        *("-trace_shortmsg", "-shortmessage_file", str(messages)),
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        yield Callees(messages)
    finally:
        process.kill()
        await process.wait()


@asynccontextmanager
async def quick_callees(folder: Path, rate: int) -> AsyncIterator[tuple[Installation, Callees]]:
    """Start it. `rate` is the trunk's limit, in calls a second."""
    made = Installation(folder / "home")
    sip_port, own_port = (free_port(socket.SOCK_DGRAM) for _ in range(2))
    ami_port = free_port(socket.SOCK_STREAM)
    await made.prepare()
    await made.must(
        *("pbx", "up", "--name", PBX, "--trunk", f"127.0.0.1:{sip_port}", "--sip-port", str(own_port)),
        *("--ami-port", str(ami_port), "--rtp", "20000-25998"),
    )
    (made.home / "dialer.toml").write_text(TRUNK.format(pbx=PBX, port=sip_port, rate=rate))
    try:
        async with answering(folder, sip_port) as callees:
            yield made, callees
    finally:
        await lifecycle.down(PBX, made.home)
