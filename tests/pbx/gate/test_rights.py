"""Actions that the service's AMI user, and a stranger on the trunk, cannot take."""

import asyncio

import pytest

from tests.harness.patience import SOON_S
from tests.pbx.conftest import Pbx
from tests.pbx.observed_call import Line


@pytest.mark.parametrize(
    "action",
    [
        {"name": "Command", "Command": "core show version"},
        {"name": "UpdateConfig", "SrcFilename": "manager.conf", "DstFilename": "manager.conf"},
        {"name": "CreateConfig", "Filename": "extra.conf"},
        {"name": "AGI", "Channel": "x", "Command": "EXEC System id"},
        {"name": "Monitor", "Channel": "x"},
    ],
    ids=lambda action: action["name"],
)
async def test_an_action_the_service_does_not_need_is_refused(line: Line, action: dict[str, str]) -> None:
    answer = await line.manager.action(**action)
    assert answer["Message"].startswith(("Permission denied", "Invalid/unknown command"))


@pytest.mark.parametrize(
    "module", ["app_system.so", "res_agi.so", "func_shell.so", "app_originate.so", "func_curl.so"]
)
async def test_a_module_that_starts_programs_is_not_there_to_load(line: Line, module: str) -> None:
    answer = await line.manager.action("ModuleLoad", LoadType="load", Module=module)
    assert answer["Response"] == "Error"


async def test_a_program_cannot_be_started_by_originate(line: Line) -> None:
    await line.manager.action(
        "Originate", Channel="Local/call@dialer-answered/n", Application="System", Data="id", Async="true"
    )
    await asyncio.sleep(0.3)
    answer = await line.manager.action(
        "Originate", Channel="Local/call@dialer-permit/n", Application="System", Data="id"
    )
    assert answer["Response"] == "Error"


async def test_who_calls_us_over_the_trunk_is_refused(pbx: Pbx) -> None:
    reply = await invite(pbx.spec.sip_port)
    assert reply.startswith("SIP/2.0 403 ")


async def invite(sip_port: int) -> str:
    """Call +33162000001 at the PBX and return its final answer."""
    loop = asyncio.get_running_loop()
    final: asyncio.Future[str] = loop.create_future()

    class Stranger(asyncio.DatagramProtocol):
        def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
            if not data.startswith(b"SIP/2.0 1") and not final.done():
                final.set_result(data.decode())

    transport, _ = await loop.create_datagram_endpoint(Stranger, local_addr=("127.0.0.1", 0))
    host, port = transport.get_extra_info("sockname")
    body = f"v=0\r\no=x 1 1 IN IP4 {host}\r\ns=-\r\nc=IN IP4 {host}\r\nt=0 0\r\nm=audio 9 RTP/AVP 8\r\n"
    transport.sendto(
        f"INVITE sip:+33162000001@127.0.0.1:{sip_port} SIP/2.0\r\nVia: SIP/2.0/UDP {host}:{port};branch=z9hG4bK{port}\r\n"
        f"From: <sip:+33199000005@{host}>;tag=a\r\nTo: <sip:+33162000001@127.0.0.1>\r\nCall-ID: {port}\r\nCSeq: 1 INVITE\r\n"
        f"Contact: <sip:x@{host}:{port}>\r\nMax-Forwards: 70\r\nContent-Type: application/sdp\r\n"
        f"Content-Length: {len(body)}\r\n\r\n{body}".encode(),
        ("127.0.0.1", sip_port),
    )
    try:
        return await asyncio.wait_for(final, SOON_S)
    finally:
        transport.close()
