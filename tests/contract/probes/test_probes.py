"""Records of call-back probes, on both engines (FP-17, E9)."""

from dataclasses import replace
from datetime import timedelta

import pytest

from dialer.domain.base.errors import Conflict
from dialer.domain.base.types import PhoneNumber, ProbeId
from dialer.domain.calls.call_events import DialStatus
from dialer.domain.ledger.event import Kind
from dialer.domain.probes.probe import Probe, ProbeOutcome
from dialer.ports.probes import ProbeFilter
from tests.contract.sealing import seal_all
from tests.harness.acts import ActStore
from tests.samples.campaigns import CAMPAIGN, NOW, SPONSOR, campaign

OURS, OTHER = PhoneNumber("+33162000001"), PhoneNumber("+33162000002")
HOUR = timedelta(hours=1)


def probe(index: int, outcome: ProbeOutcome = ProbeOutcome.PASSED, *, hours: int = 0) -> Probe:
    """Make a probe `hours` after the first."""
    at = NOW + hours * HOUR
    return Probe(
        id=ProbeId(f"{index:032x}"),
        campaign_id=CAMPAIGN,
        sponsor=SPONSOR,
        number=OURS,
        shown=OTHER,
        trunk="default",
        pbx="pbx1",
        script="c" * 64,
        asked_by="omar",
        started_at=at,
        ended_at=at + timedelta(seconds=9),
        outcome=outcome,
        detail="",
        dial_status=DialStatus.ANSWER,
        hangup_cause=16,
        sip_code=200,
        heard_ms=8000,
        likeness=97,
        recording_sha256="d" * 64,
    )


@pytest.fixture
async def kept(store: ActStore) -> ActStore:
    await store.campaigns.add(campaign())
    return store


async def test_a_probe_comes_back_as_it_went_in(kept: ActStore) -> None:
    unanswered = replace(
        probe(2, ProbeOutcome.BUSY, hours=1),
        dial_status=DialStatus.BUSY,
        hangup_cause=17,
        sip_code=486,
        heard_ms=0,
        likeness=None,
        recording_sha256=None,
        detail="SIP 486",
    )
    for made in (probe(1), unanswered):
        await kept.probes.add(made)
    assert await kept.probes.page(ProbeFilter(SPONSOR, (OURS,))) == [probe(1), unanswered]


async def test_the_latest_of_each_number_is_the_last_that_was_made_for_that_sponsor(kept: ActStore) -> None:
    elsewhere = replace(probe(4, hours=9), sponsor="another")
    for made in (
        probe(2, ProbeOutcome.WRONG_GREETING, hours=2),
        probe(1, hours=1),
        probe(3, ProbeOutcome.NOT_MADE, hours=3),
        elsewhere,
        replace(probe(5), number=OTHER),
    ):
        await kept.probes.add(made)
    found = await kept.probes.latest(SPONSOR, [OURS, OTHER, "+33162000003"])
    assert {number: made.id[-1] for number, made in found.items()} == {OURS: "2", OTHER: "5"}


async def test_pages_follow_the_order_of_the_calls(kept: ActStore) -> None:
    for index, hours in ((3, 1), (1, 2), (2, 2)):
        await kept.probes.add(probe(index, hours=hours))
    first = await kept.probes.page(ProbeFilter(SPONSOR, (OURS,), limit=2))
    rest = await kept.probes.page(ProbeFilter(SPONSOR, (OURS,), after=first[-1].id))
    assert [made.id[-1] for made in (*first, *rest)] == ["3", "1", "2"]
    assert await kept.probes.page(ProbeFilter(SPONSOR, (OTHER,))) == []


async def test_the_ledger_tells_of_each_probe_and_names_no_number(kept: ActStore) -> None:
    await kept.probes.add(probe(1, ProbeOutcome.WRONG_GREETING))
    await seal_all(kept)
    (entry,) = await kept.ledger.about(probe(1).id)
    assert entry.kind == Kind.PROBE
    assert "WRONG_GREETING" in entry.text
    assert "62000001" not in entry.text


async def test_nothing_passes_that_was_not_heard(kept: ActStore) -> None:
    with pytest.raises(Conflict):
        await kept.probes.add(replace(probe(1), recording_sha256=None))
