"""A campaign calls nobody before its number leads to its line, and calls then (FP-17, T093, E9)."""

import asyncio
import hashlib
from pathlib import Path
from typing import Any

from dialer.simulated_callees.personas import Persona, number_for
from tests.acceptance.installation import Installation, Served
from tests.acceptance.oppositions.test_callback import sip_port
from tests.harness.fixtures import CalleePorts
from tests.harness.network import Route, network_at
from tests.harness.patience import SOON_S
from tests.samples.campaigns import fast_campaign_file
from tests.samples.lists import contact_file

OURS, PERSON = "+33162000001", number_for(Persona.BUSY, 0)
GREETING = "Liste Demo vous a appelé par un automate. Appuyez sur 9 pour ne plus être appelé, sur 8 pour les mentions légales."


async def test_nobody_is_called_until_our_own_number_has_answered_with_our_greeting(
    installation: Installation, callee_ports: CalleePorts, tmp_path: Path
) -> None:
    campaign = await installation.campaign(probing_file(tmp_path), contact_file(tmp_path, [PERSON]))
    async with installation.serve() as served, network_at(callee_ports.sip, Route(status=486)) as network:
        await served.post(f"/v1/campaigns/{campaign}/start")
        paused = await until(served, campaign, "paused")
        assert "BUSY" in paused["waiting"]
        assert network.called == [OURS]
        network.route = Route(back_to=sip_port(installation))
        await served.post(f"/v1/campaigns/{campaign}/resume")
        done = await until(served, campaign, "completed")
        assert network.called == [OURS, OURS, PERSON]
        probes = (await served.get(f"/v1/campaigns/{campaign}/probes"))["items"]
        network.route = Route(status=404)
        ran = await installation.cli("probe", "run", campaign, "--json")
    assert [probe["outcome"] for probe in probes] == ["BUSY", "PASSED"]
    assert [probe["id"] for probe in done["probes"]] == [probes[-1]["id"]]
    assert heard_in(installation, probes[-1]["id"]) == probes[-1]["recording_sha256"]
    assert (ran.status, [probe["outcome"] for probe in ran.json["items"]]) == (1, ["NOT_IN_SERVICE"]), ran.err
    listed = (await installation.must("probe", "list", campaign))["items"]
    assert sorted(probe["id"] for probe in listed) == sorted(
        probe["id"] for probe in (*probes, *ran.json["items"])
    )
    await installation.must("ledger", "verify")


def heard_in(installation: Installation, probe: str) -> str:
    return hashlib.sha256((installation.home / "probes" / f"{probe}.alaw").read_bytes()).hexdigest()


def probing_file(folder: Path) -> Path:
    """Write a campaign that asks for the probe itself, as its trunk is on loopback.

    Its line is brief, so that the test is.
    """
    file = fast_campaign_file(folder)
    text = file.read_text(encoding="utf-8").replace("[call]\n", '[call]\ncallback_probe = "required"\n')
    file.write_text(f'{text}callback = "{GREETING}"\n', encoding="utf-8")
    return file


async def until(served: Served, campaign: str, state: str) -> Any:
    """Wait for `state`. Return the campaign's progress then."""
    async with asyncio.timeout(SOON_S):
        while True:
            progress: Any = await served.get(f"/v1/campaigns/{campaign}/progress")
            if progress["state"] == state:
                return progress
            await asyncio.sleep(0.2)
