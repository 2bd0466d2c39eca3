"""The call-back line in an inspection pack (E9): every try, and the recordings that are kept.

A try stands there by the hash of its recording.
"""

import asyncio
import hashlib
import json
from dataclasses import replace
from pathlib import Path

import pytest

from dialer.adapters.clock import pretending
from dialer.adapters.home.sounds import ProbeSoundFiles
from dialer.bootstrap import open_service
from dialer.domain.base.types import CampaignId
from dialer.domain.probes.probe import ProbeOutcome
from dialer.settings import read_settings
from tests.contract.probes.test_probes import probe
from tests.harness.acts import ActStore
from tests.integration.command import Command
from tests.integration.packs import judged_alone, key_of, sign, wrong
from tests.samples.campaigns import MONDAY

SOUND = b"\x55 our own line" * 500
SHA256 = hashlib.sha256(SOUND).hexdigest()
PASSED, FAILED = probe(1), probe(2, ProbeOutcome.WRONG_GREETING, hours=1)


@pytest.fixture
def probed(bare: Command, called: str) -> str:
    """The called campaign, its number tried well once, and once not: then no recording is kept."""
    asyncio.run(keep(bare.home, CampaignId(called)))
    return called


async def keep(home: Path, campaign_id: CampaignId) -> None:
    await ProbeSoundFiles(home).keep(PASSED.id, SOUND)
    async with open_service(read_settings(), clock=pretending(MONDAY)) as service:
        for made, sha256 in ((PASSED, SHA256), (FAILED, "d" * 64)):
            told = replace(made, campaign_id=campaign_id, recording_sha256=sha256)
            await ActStore.over(service.store).probes.add(told)


def test_every_try_is_named_by_its_recordings_hash_and_what_is_kept_lies_beside(
    bare: Command, probed: str, tmp_path: Path
) -> None:
    out = tmp_path / "pack"
    bare.must("inspect", "--campaign", probed, "--out", str(out))
    assert [path.name for path in (out / "probes").iterdir()] == [f"{PASSED.id}.alaw"]
    assert (out / "probes" / f"{PASSED.id}.alaw").read_bytes() == SOUND
    told = json.loads((out / "probes.json").read_text("utf-8"))
    assert [one["recording_sha256"] for one in told] == [SHA256, "d" * 64]
    assert SHA256 in (out / "report.html").read_text("utf-8")
    assert judged_alone(out)[0] == 0


def test_a_recording_that_is_not_what_was_heard_is_told_loudly(
    bare: Command, probed: str, tmp_path: Path
) -> None:
    (bare.home / "probes" / f"{PASSED.id}.alaw").write_bytes(SOUND + b"!")
    out = tmp_path / "pack"
    ran = bare("inspect", "--campaign", probed, "--out", str(out), "--json")
    assert (ran.status, ran.json["anomalies"]) == (1, {"PROBE_FILES": 1})
    assert judged_alone(out)[0] == 0


def test_a_recording_that_the_packs_maker_changed_or_a_try_that_he_left_out_is_named(
    bare: Command, probed: str, tmp_path: Path
) -> None:
    out = tmp_path / "pack"
    bare.must("inspect", "--campaign", probed, "--out", str(out))
    (out / "probes" / f"{PASSED.id}.alaw").write_bytes(b"another line")
    sign(out, bare.home)
    where = f"probes/{PASSED.id}.alaw"
    assert wrong(out, key_of(bare)) == {where: "is not what the call-back probe heard"}
    told = json.loads((out / "probes.json").read_text("utf-8"))
    (out / "probes.json").write_text(json.dumps(told[:1]), "utf-8")
    sign(out, bare.home)
    assert FAILED.id in wrong(out, key_of(bare))["probes.json"]
    acts = out / "ledger" / "acts.jsonl"
    lines = acts.read_text("utf-8").splitlines(keepends=True)
    acts.write_text("".join(line for line in lines if FAILED.id not in line), "utf-8")
    sign(out, bare.home)
    assert f"(line.probe of {FAILED.id}) was left out" in wrong(out, key_of(bare))["ledger/entries.jsonl"]
