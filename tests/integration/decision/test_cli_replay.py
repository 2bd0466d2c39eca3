"""`dialer replay`: recorded decisions made again, from a home alone."""

import asyncio
from functools import partial
from pathlib import Path

from dialer.adapters.clock import pretending
from dialer.adapters.home.keys import AesVault, subjects_key
from dialer.adapters.home.rulepacks import load_packs
from dialer.bootstrap import open_service
from dialer.domain.base.types import CampaignId
from dialer.domain.calls.attempt import Attempt
from dialer.domain.campaigns.campaign import CampaignVerb
from dialer.services.decision.decider import Decider, DecisionArchive
from dialer.settings import read_settings
from tests.contract.judged import TRUNK
from tests.harness.acts import ActStore
from tests.harness.ledger import WRITABLE
from tests.integration.command import Command, import_list
from tests.samples.campaigns import MONDAY
from tests.samples.lists import CONSENT, NO_CONSENT


def decided(dialer: Command, campaign: str, tmp_path: Path) -> str:
    """The attempt of the permitted one of two contacts."""
    rows = (f"+33199000001,a1,{CONSENT}", f"+33199000002,a2,{NO_CONSENT}")
    import_list(dialer, campaign, tmp_path, *rows)
    return asyncio.run(claim(CampaignId(campaign), dialer.home))


async def claim(campaign_id: CampaignId, home: Path) -> str:
    packs = load_packs()
    judge = Decider(
        packs,
        {"default": TRUNK},
        pretending(MONDAY),
        DecisionArchive(AesVault(subjects_key(home)), packs),
        WRITABLE,
    )
    async with open_service(read_settings()) as service:
        for verb in (CampaignVerb.APPROVE, CampaignVerb.START):
            await ActStore.over(service.store).campaigns.move(campaign_id, verb, by="omar", at=MONDAY)
        judgements = await ActStore.over(service.store).attempts.claim(
            campaign_id, now=MONDAY, limit=10, permits=10, judge=partial(judge.claimed, pbx="pbx1")
        )
    (attempt,) = [each.outcome for each in judgements if isinstance(each.outcome, Attempt)]
    return attempt.id


def test_all_decisions_come_out_as_they_did(dialer: Command, campaign: str, tmp_path: Path) -> None:
    attempt = decided(dialer, campaign, tmp_path)
    view = dialer.must("replay")
    assert (view["checked"], view["same"], view["different"], view["erased"]) == (2, 2, 0, 0)
    assert list(view["rule_packs"].values()) == [2]
    assert dialer.must("replay", "--campaign", campaign)["checked"] == 2
    assert dialer.must("replay", "--attempt", attempt)["checked"] == 1


def test_people_are_told_in_lines(dialer: Command, campaign: str, tmp_path: Path) -> None:
    decided(dialer, campaign, tmp_path)
    shown = dialer("replay")
    assert (shown.status, "same: 2" in shown.out, "fr-political@" in shown.out) == (0, True, True)


def test_without_the_key_it_was_sealed_under_nothing_is_proved(
    dialer: Command, campaign: str, tmp_path: Path
) -> None:
    decided(dialer, campaign, tmp_path)
    (dialer.home / "keys" / "subjects.key").write_text("0" * 64, "ascii")
    ran = dialer("replay", "--json")
    assert (ran.status, ran.json["different"]) == (1, 2)
    assert "cannot be opened" in ran.json["differences"][0]["why"]
    assert "cannot be opened" in dialer("replay").out


def test_where_there_is_nothing_to_replay_the_command_fails(dialer: Command) -> None:
    ran = dialer("replay", "--json")
    assert (ran.status, ran.json["checked"]) == (1, 0)


def test_a_home_without_the_key_says_how_to_mend_it(dialer: Command) -> None:
    (dialer.home / "keys" / "subjects.key").unlink()
    ran = dialer("replay")
    assert (ran.status, "dialer init" in ran.complaint) == (2, True)
