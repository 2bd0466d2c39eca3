"""A callee who hangs up as they answer does not break Asterisk, however late it looks at them."""

import asyncio
from pathlib import Path

import pytest

from dialer.adapters.pbx import lifecycle
from dialer.adapters.pbx.container import docker
from tests.pbx.callee import Manner
from tests.pbx.conftest import spec_in
from tests.pbx.manager import manager_at
from tests.pbx.observed_call import Line
from tests.pbx.sounds import write_prompts

NAME = "starved"
AT_ONCE, EACH = 12, 30
SPINS = "FRACK!"
"""Asterisk's words about an object that was freed."""
SHARE = "0.1"
"""A share of one core: its threads then wait for each other as on a busy machine."""


async def test_the_callees_channel_outlives_the_half_that_dialled(tmp_path: Path) -> None:
    """Asterisk's Dial reports an answer after it has let the callee's channel go.

    The channel may be freed by then.
    """
    spec = spec_in(tmp_path, NAME)
    write_prompts(tmp_path / "prompts")
    container = (await lifecycle.up(spec)).container
    try:
        await starve(container)
        manager = await manager_at(spec.ami_port, "dialer", (tmp_path / f"{NAME}.secret").read_text().strip())
        line = Line(
            manager, (tmp_path / f"{NAME}.seal").read_text().strip(), list(spec.trunks), spec.sip_port
        )
        await asyncio.gather(*(hung_up_at_once(line) for _ in range(AT_ONCE)))
        await manager.close()
        said = await docker("logs", "--tail", "1000", container)
        restarts = await docker("container", "inspect", "--format", "{{.RestartCount}}", container)
    finally:
        await lifecycle.down(NAME, tmp_path)
    assert SPINS not in said.output
    assert restarts.output.strip() == "0"


async def starve(container: str) -> None:
    told = await docker("update", "--cpus", SHARE, container)
    given = await docker("container", "inspect", "--format", "{{.HostConfig.NanoCpus}}", container)
    if given.output.strip() != str(round(float(SHARE) * 1e9)):
        pytest.fail(
            f"the share of a core was not limited ({told.last_line}): this test needs the cpu controller of cgroups"
            " (docker info names what is missing)"
        )


async def hung_up_at_once(line: Line) -> None:
    for _ in range(EACH):
        async with line.callee(Manner(hang_up_at=0.0)) as (_, trunk):
            paper = line.permit(DIALER_TRUNK=trunk.name)
            await line.manager.originate(paper)
            await line.manager.event("DialerEnded", paper["DIALER_ATTEMPT"])
