"""Time until callees hear us, and until they know how to object.

    python -m tests.bench.bench_objection [calls]

Real calls through service, Asterisk and SIP. Both figures are the callees' own, from the sound that
reached them, not from events. Sound that a callee missed, because the machine was too busy to hand
it every packet, is named as such, and measured as nothing.
"""

import asyncio
import socket
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from dialer.adapters.pbx import lifecycle
from dialer.simulated_callees.callees import SimulatedCallees
from dialer.simulated_callees.personas import Persona, number_for
from dialer.simulated_callees.received import Heard, ReceivedCall
from tests.acceptance.installation import Installation, Served
from tests.harness.caller import udp_socket
from tests.harness.ports import free_port
from tests.samples.campaigns import fast_campaign_file
from tests.samples.lists import contact_file

PBX = "bench"
WHO = (
    Persona.NO_KEY,
    Persona.NINE_IN_MESSAGE,
    Persona.HANGS_UP_IN_MESSAGE,
    Persona.EIGHT_THEN_ONE,
    Persona.PRESSES_ONE,
)
"""Callees that hear the notice whole, and do something else then."""
CALLS_PER_SECOND = 2
LONGEST_S = 600

Records = Mapping[str, Any]
"""The service's call records, by number."""


async def called(size: int, home: Path) -> tuple[list[ReceivedCall], Records]:
    """Call `size` people through an installation of its own."""
    with udp_socket() as sip, udp_socket() as rtp:
        callee_sip, callee_rtp = sip.getsockname()[1], rtp.getsockname()[1]
    made = Installation(home / "home")
    await made.prepare()
    await made.must(
        *("pbx", "up", "--name", PBX, "--trunk", f"127.0.0.1:{callee_sip}", "--rtp", "27000-27998"),
        *("--sip-port", str(free_port(socket.SOCK_DGRAM)), "--ami-port", str(free_port(socket.SOCK_STREAM))),
    )
    try:
        async with SimulatedCallees.start(
            sip_port=callee_sip, rtp_port=callee_rtp, prompts=made.home / "prompts"
        ) as callees:
            numbers = [number_for(WHO[n % len(WHO)], n // len(WHO)) for n in range(size)]
            file = fast_campaign_file(home, calls_per_second=CALLS_PER_SECOND)
            campaign = await made.campaign(file, contact_file(home, numbers))
            async with made.serve() as served:
                await served.post(f"/v1/campaigns/{campaign}/start")
                calls = await callees.ended(size, within_s=LONGEST_S)
                return calls, await records(served, campaign)
    finally:
        await lifecycle.down(PBX, made.home)


async def records(served: Served, campaign: str) -> Records:
    """Read the record of every call, once the campaign has ended."""
    async with asyncio.timeout(LONGEST_S):
        while (await served.get(f"/v1/campaigns/{campaign}"))["state"] != "completed":
            await asyncio.sleep(0.5)
    items: list[Any] = []
    more: str | None = ""
    while more is not None:
        page = await served.get(f"/v1/calls?campaign={campaign}&limit=1000{more}")
        items += page["items"]
        more = f"&cursor={page['next_cursor']}" if page["next_cursor"] else None
    return {item["phone_number"]: item for item in items}


def notice_of(call: ReceivedCall) -> Heard | None:
    """The first prompt heard, if that was the notice, in one piece or not."""
    return call.heard[0] if call.heard and call.heard[0].prompt == "notice" else None


def unheard(calls: Sequence[ReceivedCall], told: Records) -> Iterator[str]:
    """Yield a line for every call whose notice was not heard whole.

    It names the sound that the callee had, and the sound that the PBX says it played.
    """
    for call in calls:
        notice = notice_of(call)
        if notice and notice.complete and not notice.lost:
            continue
        heard = [(one.prompt, one.started_ms, one.ended_ms, one.complete, one.lost) for one in call.heard]
        played = [
            (one["name"], one["started_ms"], one["ended_ms"], one["completed"])
            for one in told[call.number]["prompts"]
        ]
        blame = "packets lost before the ear" if call.lost_packets else "no packet was lost"
        yield f"{call.number} ({call.persona}): {blame} ({call.lost_packets}); heard {heard[:2]}, played {played[:2]}"


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
        calls, told = asyncio.run(called(size, Path(folder)))
    notices = [notice for call in calls if (notice := notice_of(call))]
    whole = [notice for notice in notices if notice.complete and not notice.lost]
    played = sum(record["prompts"][0]["completed"] for record in told.values() if record["prompts"])
    print(f"{len(calls)} calls answered, {len(notices)} heard the notice first, {len(whole)} whole")
    print(
        f"by the PBX's own account {played} were played it whole; packets lost: {sum(c.lost_packets for c in calls)}"
    )
    for line in unheard(calls, told):
        print(f"NOT HEARD WHOLE {line}")
    report("answer to first sound", [notice.started_ms for notice in notices])
    report("answer to the end of the objection sentence", [notice.ended_ms for notice in whole])


if __name__ == "__main__":
    main()
