"""How soon callees hear us, and how soon they know how to object: `python -m tests.bench.bench_objection [calls]`.

Real calls through service, Asterisk and SIP; both figures are the callees' own, from the sound that reached them, not from events.
"""

import asyncio
import socket
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from dialer.adapters.callees.callees import Callees
from dialer.adapters.callees.personas import Persona, number_for
from dialer.adapters.callees.received import ReceivedCall
from dialer.adapters.pbx import lifecycle
from tests.acceptance.files import campaign_file, contact_file
from tests.acceptance.installation import Installation
from tests.harness.ports import free_port

PBX = "bench"
WHO = (
    Persona.NO_KEY,
    Persona.NINE_IN_MESSAGE,
    Persona.HANGS_UP_IN_MESSAGE,
    Persona.EIGHT_THEN_ONE,
    Persona.PRESSES_ONE,
)
"""Who hears the notice whole, and does something else then."""
CALLS_PER_SECOND = 2
LONGEST_S = 600


async def called(size: int, home: Path) -> list[ReceivedCall]:
    """Call `size` people through an installation of its own."""
    callee_sip, callee_rtp = free_port(socket.SOCK_DGRAM), free_port(socket.SOCK_DGRAM)
    made = Installation(home / "home")
    await made.prepare()
    await made.must(
        *("pbx", "up", "--name", PBX, "--trunk", f"127.0.0.1:{callee_sip}", "--rtp", "27000-27998"),
        *("--sip-port", str(free_port(socket.SOCK_DGRAM)), "--ami-port", str(free_port(socket.SOCK_STREAM))),
    )
    try:
        async with Callees.start(
            sip_port=callee_sip, rtp_port=callee_rtp, prompts=made.home / "prompts"
        ) as callees:
            numbers = [number_for(WHO[n % len(WHO)], n // len(WHO)) for n in range(size)]
            file = campaign_file(home, calls_per_second=CALLS_PER_SECOND)
            campaign = await made.campaign(file, contact_file(home, numbers))
            async with made.serve() as served:
                await served.post(f"/v1/campaigns/{campaign}/start")
                return await callees.ended(size, within_s=LONGEST_S)
    finally:
        await lifecycle.down(PBX, made.home)


def report(what: str, milliseconds: Sequence[int]) -> None:
    ordered = sorted(milliseconds)
    middle, late = ordered[len(ordered) // 2], ordered[min(len(ordered) - 1, len(ordered) * 99 // 100)]
    figures = (
        f"{name} {value / 1000:.3f} s"
        for name, value in (("median", middle), ("p99", late), ("max", ordered[-1]))
    )
    print(f"{what:42s}{len(ordered):5d} calls   {'   '.join(figures)}")


def main() -> None:
    size = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    with tempfile.TemporaryDirectory() as folder:
        calls = asyncio.run(called(size, Path(folder)))
    notices = [call.heard[0] for call in calls if call.heard and call.heard[0].prompt == "notice"]
    print(
        f"{len(calls)} calls answered, {len(notices)} heard the notice first, {sum(n.complete for n in notices)} whole"
    )
    report("answer to first sound", [notice.started_ms for notice in notices])
    report("answer to the end of the objection sentence", [n.ended_ms for n in notices if n.complete])


if __name__ == "__main__":
    main()
