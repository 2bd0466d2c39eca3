"""The dialplan that the running Asterisk has loaded is the one that was proved.

A PBX that has loaded any other is not driven.
"""

import asyncio
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from dialer.adapters.ami.dialplan import RunningDialplan
from dialer.adapters.ami.link import AmiAddress, Timing
from dialer.adapters.ami.telephony import AmiTelephony
from dialer.adapters.ami.wire import ContractBroken
from dialer.adapters.clock import SystemClock
from dialer.adapters.pbx import container, lifecycle
from dialer.adapters.pbx.container import docker
from dialer.adapters.pbx.dialplan import DialplanFiles, approved_hash
from dialer.domain.base.errors import Unavailable
from dialer.ports.telephony import LinkLost, LinkUp
from dialer.services.pbx.dialplan import verify
from tests.harness.patience import SOON_S
from tests.pbx.conftest import NAME, Pbx, spec_in

OTHER = "other"


def address(pbx: Pbx) -> AmiAddress:
    return AmiAddress("127.0.0.1", pbx.spec.ami_port, "dialer", pbx.secret)


async def test_the_running_dialplan_is_the_files_and_is_proved(pbx: Pbx) -> None:
    verdict = await verify(RunningDialplan(NAME, address(pbx)), DialplanFiles())
    files = await verify(DialplanFiles(), DialplanFiles())
    assert verdict.approved
    assert [claim.objection for claim in verdict.proof.claims if not claim.holds] == []
    assert (verdict.proof.steps, verdict.proof.states) == (files.proof.steps, files.proof.states)


async def test_a_pbx_with_the_approved_dialplan_is_driven(pbx: Pbx) -> None:
    approved = replace(address(pbx), dialplan=approved_hash())
    async with AmiTelephony(NAME, approved, pbx.seal_key, SystemClock()) as telephony:
        assert telephony.up


async def at_the_console(pbx: Pbx, command: str) -> None:
    answer = await docker("exec", pbx.spec.container, "asterisk", "-rx", command)
    assert answer.status == 0, answer.complaint


ADDED = "dialplan add extension 7,1,Hangup into dialer-closing"
TAKEN_BACK = "dialplan remove extension 7@dialer-closing"
NEVER_S = 3600.0
LOOKS_OFTEN = Timing(ping_every=0.1, dialplan_every=0.2, first_pause=0.1, longest_pause=0.2)
IS_TOLD = Timing(ping_every=NEVER_S, dialplan_every=NEVER_S, first_pause=0.1, longest_pause=0.2)


@pytest.mark.parametrize(
    ("timing", "told_by"),
    [(LOOKS_OFTEN, ""), (IS_TOLD, "module reload res_rtp_asterisk.so")],
    ids=["by looking again and again", "at once where the PBX says that it reloaded something"],
)
async def test_a_dialplan_changed_under_a_live_link_is_noticed_and_not_dialled_through(
    pbx: Pbx, timing: Timing, told_by: str
) -> None:
    approved = replace(address(pbx), dialplan=approved_hash())
    async with AmiTelephony(NAME, approved, pbx.seal_key, SystemClock(), timing=timing) as telephony:
        events = telephony.events()
        assert await anext(events) == LinkUp(NAME)
        try:
            await at_the_console(pbx, ADDED)
            if told_by:
                await at_the_console(pbx, told_by)
            assert await asyncio.wait_for(anext(events), SOON_S) == LinkLost(NAME)
            with pytest.raises(Unavailable, match="another dialplan"):
                await telephony.outbox()
        finally:
            await at_the_console(pbx, TAKEN_BACK)
        assert await asyncio.wait_for(anext(events), SOON_S) == LinkUp(NAME)


@pytest.fixture
def other_pbx(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[AmiAddress]:
    """A second Asterisk whose dialplan waits a second longer for a key."""
    folder = shutil.copytree(container.DIALPLANS, tmp_path / "dialplans")
    file = folder / "30-answered.conf"
    file.write_text(file.read_text().replace("WaitExten(8)", "WaitExten(9)"))
    home = tmp_path / "home"
    spec = spec_in(home, OTHER)
    with monkeypatch.context() as patched:
        patched.setattr(container, "DIALPLANS", folder)
        asyncio.run(lifecycle.up(spec))
    yield AmiAddress("127.0.0.1", spec.ami_port, "dialer", (home / f"{OTHER}.secret").read_text().strip())
    asyncio.run(lifecycle.down(OTHER, home))


def test_a_pbx_with_another_dialplan_is_refused_though_it_is_proved(other_pbx: AmiAddress) -> None:
    verdict = asyncio.run(verify(RunningDialplan(OTHER, other_pbx), DialplanFiles()))
    assert verdict.proof.holds
    assert not verdict.approved

    async def drive() -> None:
        approved = replace(other_pbx, dialplan=approved_hash())
        async with AmiTelephony(OTHER, approved, "5e" * 32, SystemClock()):
            raise AssertionError("it must not start")

    with pytest.raises(ContractBroken, match="another dialplan"):
        asyncio.run(drive())
