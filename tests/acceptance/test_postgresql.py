"""The same program on PostgreSQL, judged at the callees.

It covers calls made and refused, sound heard, and records kept.
"""

import asyncio
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from dialer.simulated_callees.personas import Persona, number_for
from tests.acceptance.conftest import Scene
from tests.acceptance.installation import Installation, Served
from tests.contract.postgres import postgres_server
from tests.samples.campaigns import fast_campaign_file
from tests.samples.lists import CONSENT_COLUMNS, list_file

CALLED = (
    Persona.PRESSES_ONE,
    Persona.NINE_IN_NOTICE,
    Persona.NINE_THEN_HANGS_UP,
    Persona.HANGS_UP_IN_NOTICE,
    Persona.WRONG_KEY_THEN_ONE,
    Persona.BUSY,
)
OPPOSED = (Persona.NINE_IN_NOTICE, Persona.NINE_THEN_HANGS_UP)
NO_CONSENT, OTHER_SPONSOR, SUPPRESSED = (number_for(Persona.PRESSES_ONE, index) for index in (90, 91, 92))


@pytest.fixture
def environment() -> Iterator[dict[str, str]]:
    with postgres_server() as folder:
        yield {"DIALER_DATABASE_URL": f"postgresql://postgres@/postgres?host={folder}"}


async def test_a_campaign_on_postgresql_calls_only_those_who_agreed(scene: Scene, tmp_path: Path) -> None:
    installation = scene.installation
    await installation.must("suppressions", "add", SUPPRESSED, "--channel", "letter")
    campaign = await installation.campaign(fast_campaign_file(tmp_path), contacts(tmp_path))
    async with installation.serve() as served:
        await served.post(f"/v1/campaigns/{campaign}/start")
        await completed(served, campaign)
    received = Counter(invite.number for invite in await scene.callees.invites())
    assert received == Counter(number_for(persona, 0) for persona in CALLED)
    await check_heard(scene)
    for persona in OPPOSED:
        assert await is_suppressed(installation, number_for(persona, 0)), persona


async def check_heard(scene: Scene) -> None:
    for call in await scene.callees.calls():
        prompts = [heard.prompt for heard in call.heard]
        keys = [key.key for key in call.keys]
        if prompts:
            assert prompts[0] == "notice", call
        assert "message" not in prompts or "1" in keys, call
        if "9" in keys:
            assert prompts[-1] in {"notice", "opposed"}, call


async def completed(served: Served, campaign: str) -> None:
    async with asyncio.timeout(150):
        while (await served.get(f"/v1/campaigns/{campaign}"))["state"] != "completed":
            await asyncio.sleep(0.5)


async def is_suppressed(installation: Installation, number: str) -> bool:
    return bool((await installation.must("suppressions", "check", number))["suppressed"])


def contacts(folder: Path) -> Path:
    agreed = [{"phone_number": number_for(persona, 0)} | CONSENT_COLUMNS for persona in CALLED]
    others: list[dict[str, str]] = [
        {"phone_number": NO_CONSENT, "territory": "FR"},
        {"phone_number": OTHER_SPONSOR} | CONSENT_COLUMNS | {"consent_sponsor": "liste-autre"},
        {"phone_number": SUPPRESSED} | CONSENT_COLUMNS,
    ]
    return list_file(folder, [*agreed, *others])
