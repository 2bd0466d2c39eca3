"""Sound heard by probes stays as evidence as long as proofs of consent, then goes (E8, E9)."""

import os
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from dialer.adapters.clock import pretending
from dialer.adapters.home.rulepacks import load_packs
from dialer.adapters.home.sounds import ProbeSoundFiles
from dialer.domain.access import LOCAL_ADMINISTRATOR
from dialer.domain.base.errors import Conflict
from dialer.domain.base.types import ProbeId
from dialer.domain.upkeep import RetentionRun
from dialer.services.consent.consent_proofs import ConsentProofs
from dialer.services.upkeep.erasure import Retention
from tests.contract.judged import DAY, VAULT
from tests.harness.acts import ActStore
from tests.samples.campaigns import MONDAY, campaign

FIRST, SECOND = (ProbeId(f"{index:032x}") for index in (1, 2))


async def kept(home: Path, probe: ProbeId, at: datetime) -> None:
    sounds = ProbeSoundFiles(home)
    await sounds.keep(probe, probe.encode())
    os.utime(home / "probes" / f"{probe}.alaw", times=(at.timestamp(), at.timestamp()))


async def run_at(store: ActStore, home: Path, now: datetime, *, pretended: bool = False) -> RetentionRun:
    proofs, sounds = ConsentProofs(store, VAULT), ProbeSoundFiles(home)
    retention = Retention(store, load_packs(), proofs, sounds, pretending(now), pretended=pretended)
    return await retention.run_now(LOCAL_ADMINISTRATOR)


async def test_a_recording_goes_after_three_years_and_no_sooner(store: ActStore, tmp_path: Path) -> None:
    await kept(tmp_path, FIRST, MONDAY)
    await kept(tmp_path, SECOND, MONDAY + DAY)
    sounds, three_years = ProbeSoundFiles(tmp_path), MONDAY.replace(year=MONDAY.year + 3)
    assert (await run_at(store, tmp_path, three_years - timedelta(seconds=1))).well
    assert await sounds.kept(FIRST) == FIRST.encode()
    assert (await run_at(store, tmp_path, three_years + timedelta(hours=1))).well
    assert (await sounds.kept(FIRST), await sounds.kept(SECOND)) == (None, SECOND.encode())


async def test_where_a_sponsor_must_prove_for_longer_recordings_stay_as_long(
    store: ActStore, tmp_path: Path
) -> None:
    """Five years, US-15."""
    await store.campaigns.add(campaign(profile="us-tcpa"))
    await kept(tmp_path, FIRST, MONDAY)
    sounds = ProbeSoundFiles(tmp_path)
    for years, there in ((4, True), (5, False)):
        assert (await run_at(store, tmp_path, MONDAY.replace(year=MONDAY.year + years) + DAY)).well
        assert (years, await sounds.kept(FIRST) is not None) == (years, there)


async def test_recordings_that_cannot_be_erased_are_an_alarm(store: ActStore, tmp_path: Path) -> None:
    await kept(tmp_path, FIRST, MONDAY)
    (tmp_path / "probes" / "a-folder.alaw").mkdir()
    os.utime(tmp_path / "probes" / "a-folder.alaw", times=(0, 0))
    run = await run_at(store, tmp_path, MONDAY + 4 * 366 * DAY)
    assert "cannot be used" in (run.error or "")


async def test_nothing_is_erased_in_a_pretended_time(store: ActStore, tmp_path: Path) -> None:
    await kept(tmp_path, FIRST, MONDAY)
    with pytest.raises(Conflict):
        await run_at(store, tmp_path, MONDAY + 9 * 366 * DAY, pretended=True)
    assert await ProbeSoundFiles(tmp_path).kept(FIRST)
