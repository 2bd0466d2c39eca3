"""Fictional callees in a terminal: a trunk that leads to their port rehearses a campaign.

    python -m dialer.simulated_callees --sip-port 5080 --prompts var/prompts

They answer on 127.0.0.1 until Ctrl-C, and know prompts by their sound. `personas` lists their
numbers: +33199000100 presses 1, +33199000200 presses 9, +33199001200 is busy.
"""

import argparse
import asyncio
import signal
import sys
from pathlib import Path

from dialer.domain.base.errors import DialerError
from dialer.simulated_callees.callees import SimulatedCallees


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="python -m dialer.simulated_callees", description="Let fictional people answer calls."
    )
    parser.add_argument("--sip-port", type=int, default=5080, help="UDP port that the trunk leads to")
    parser.add_argument("--rtp-port", type=int, default=5090, help="UDP port for sound")
    parser.add_argument("--prompts", type=Path, required=True, help="the folder `prompts` of the home")
    asked = parser.parse_args()
    try:
        asyncio.run(_answer(asked.sip_port, asked.rtp_port, asked.prompts))
    except DialerError as error:
        sys.stderr.write(f"callees: {error}\n")
        return 1
    return 0


async def _answer(sip_port: int, rtp_port: int, prompts: Path) -> None:
    told = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, told.set)
    async with SimulatedCallees.start(sip_port=sip_port, rtp_port=rtp_port, prompts=prompts):
        sys.stdout.write(f"fictional people answer on 127.0.0.1:{sip_port}\n")
        sys.stdout.flush()
        await told.wait()


if __name__ == "__main__":
    sys.exit(main())
