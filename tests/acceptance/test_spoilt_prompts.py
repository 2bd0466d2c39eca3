"""A prompt on the PBX that differs from the approved one stops its campaign (T102, T103).

No campaign starts with it, a running one is paused, and both say why.
"""

import asyncio
import tomllib
from collections.abc import Callable
from pathlib import Path

from dialer.simulated_callees.personas import Persona, number_for
from tests.acceptance.conftest import PBX, Scene
from tests.acceptance.installation import Served
from tests.harness.patience import SOON_S
from tests.samples.campaigns import fast_campaign_file
from tests.samples.lists import contact_file

IMPORT = "source_class=opt_in_form&supplier=form&collected_at=2026-11-01T10:00:00%2B01:00"


def changed(prompt: Path) -> None:
    prompt.write_bytes(prompt.read_bytes()[:-1] + b"\x00")


def in_another_format(prompt: Path) -> None:
    prompt.write_bytes(b"RIFF" + prompt.read_bytes())


def empty(prompt: Path) -> None:
    prompt.write_bytes(b"")


def unreadable(prompt: Path) -> None:
    """Make a prompt unreadable for Asterisk's user; the service may still read it."""
    prompt.chmod(0o600)


SPOILT: dict[Callable[[Path], None], str] = {
    changed: "is not what was compiled",
    Path.unlink: "is missing",
    empty: "is empty",
    unreadable: "cannot be read by the PBX",
    in_another_format: "is not what was compiled",
}
PEOPLE = 90


async def approved(served: Served, folder: Path, number: int) -> str:
    """Approve a campaign with a message, and so a script, and people of its own."""
    file = fast_campaign_file(folder, calls_per_second=1)
    definition = tomllib.loads(file.read_text("utf-8"))
    definition["prompts"]["message"] += f" Ceci est le message {number}."
    definition |= {key: definition[key].isoformat() for key in ("starts_at", "ends_at")}
    campaign = str((await served.post("/v1/campaigns", definition))["id"])
    people = [number_for(Persona.BUSY, number * PEOPLE + n) for n in range(PEOPLE)]
    contacts = contact_file(folder, people).read_bytes()
    url = f"{served.address}/v1/campaigns/{campaign}/contacts?{IMPORT}"
    async with served.http.post(url, data=contacts, headers={"Content-Type": "text/csv"}) as answer:
        assert answer.status == 200, await answer.text()
    await served.post(f"/v1/campaigns/{campaign}/approve")
    return campaign


async def script_of(scene: Scene, served: Served, campaign: str) -> Path:
    script = (await served.get(f"/v1/campaigns/{campaign}"))["script"]
    return scene.installation.home / "prompts" / str(script)


async def test_a_spoilt_prompt_lets_no_campaign_start_or_go_on_and_is_named(
    scene: Scene, tmp_path: Path
) -> None:
    async with scene.installation.serve() as served:
        campaigns = [await approved(served, tmp_path, n) for n in range(len(SPOILT))]
        scripts = [await script_of(scene, served, campaign) for campaign in campaigns]
        for (spoil, why), campaign, script in zip(SPOILT.items(), campaigns, scripts, strict=True):
            spared = (script / "legal.alaw").read_bytes()
            spoil(script / "legal.alaw")
            async with served.http.post(f"{served.address}/v1/campaigns/{campaign}/start") as answer:
                assert answer.status == 422
                assert f"prompt 'legal' of script {script.name[:12]} {why}" in await answer.text()
            (script / "legal.alaw").write_bytes(spared)
            (script / "legal.alaw").chmod(0o644)
        assert await scene.callees.invites() == []
        for campaign in campaigns:
            await served.post(f"/v1/campaigns/{campaign}/start")
        async with asyncio.timeout(SOON_S):
            while len(await scene.callees.invites()) < len(campaigns):
                await asyncio.sleep(0.1)
        for spoil, script in zip(SPOILT, scripts, strict=True):
            spoil(script / "message.alaw")
        for campaign, why in zip(campaigns, SPOILT.values(), strict=True):
            reason = await reason_of_pause(served, campaign)
            assert (" 'message' " in reason and why in reason) or reason == seen_by_the_pbx(why)
        await no_call(served)  # what was decided before may be on its way
        await scene.mark()
        await asyncio.sleep(2)
        before, after = await scene.called_before_and_after_the_mark()
        assert after == []
        assert len(before) < PEOPLE * len(campaigns)


async def reason_of_pause(served: Served, campaign: str) -> str:
    async with asyncio.timeout(SOON_S):
        while not (waiting := (await served.get(f"/v1/campaigns/{campaign}/progress"))["waiting"]):
            await asyncio.sleep(0.2)
    return str(waiting)


async def no_call(served: Served) -> None:
    async with asyncio.timeout(SOON_S):
        while (await served.get("/v1/system"))["calls"]:
            await asyncio.sleep(0.1)


def seen_by_the_pbx(why: str) -> str | None:
    """Reason of the pause where the PBX sees it. Its gate knows only sizes, and may look first."""
    seen = why in {"is missing", "is empty"}
    return f"paused: script: a prompt is missing or empty on PBX {PBX}" if seen else None
