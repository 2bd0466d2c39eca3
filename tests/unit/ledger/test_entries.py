"""The bytes of every kind of entry: recorded once, and the same ever since."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

from dialer.domain.access import Role, Token
from dialer.domain.base.canonical_json import canonical
from dialer.domain.base.types import AttemptId, ContactId, ProbeId
from dialer.domain.calls.attempt import Attempt, AttemptState, Result
from dialer.domain.calls.call_events import DialStatus
from dialer.domain.campaigns.campaign import CampaignState, CampaignVerb
from dialer.domain.consent import Basis, ConsentForm, ConsentReinstated, ConsentWithdrawn, Mention
from dialer.domain.decision.record import Decision, ReasonCode, RefusalReason
from dialer.domain.ledger import entries_admin, entries_calls, entries_people
from dialer.domain.ledger.event import Kind, LedgerEvent
from dialer.domain.ledger.row_digests import RecordedDecision
from dialer.domain.probes.probe import Probe, ProbeOutcome
from dialer.domain.upkeep import RetentionRun
from tests.samples.calls import an_attempt
from tests.samples.campaigns import CAMPAIGN, NOW, SPONSOR, campaign
from tests.samples.people import consent, manifest, number, plain_consent, suppression

RECORDED = Path(__file__).with_name("entries.jsonl")
BY, REASON = "omar, 0199000001", "rang +33 1 99 00 00 02"
"""Words with numbers, which an entry does not repeat."""
PROMPT = "0" * 64
FINGERPRINT = an_attempt().fingerprint
DECISION = Decision(
    at=NOW,
    permitted=True,
    reasons=(),
    permit_until=NOW + timedelta(hours=1),
    next_open=None,
    zones=("Europe/Paris", "America/Martinique"),
    rule_pack="fr-political@1",
    pack_hash="b" * 64,
    caller_id="+33162000001",
)
RECORDED_DECISION = RecordedDecision(
    at=NOW,
    campaign_id=CAMPAIGN,
    contact_id=ContactId(1),
    fingerprint=FINGERPRINT,
    permitted=True,
    reasons=[],
    permit_until=NOW + timedelta(hours=1),
    next_open=None,
    zones=("Europe/Paris",),
    caller_id="+33162000001",
    rule_pack="fr-political@1",
    pack_hash="b" * 64,
    hash="d" * 64,
    attempt_id=AttemptId("0" * 32),
)
REFUSAL = DECISION._replace(
    permitted=False,
    permit_until=None,
    reasons=(RefusalReason("FP-02", ReasonCode.NO_CONSENT, "no consent is recorded"),),
)


def a_call(**changes: object) -> Attempt:
    ended = {
        "state": AttemptState.ENDED,
        "dialed_at": NOW + timedelta(seconds=1),
        "answered_at": NOW + timedelta(seconds=2),
        "ended_at": NOW + timedelta(seconds=9),
        "dial_status": DialStatus.ANSWER,
        "result": Result.NO_KEY,
    }
    return an_attempt(**ended | changes)


def of_campaigns() -> Iterator[LedgerEvent]:
    voting = campaign(election={"id": "e", "poll_dates": {"default": "2027-04-18"}})
    yield entries_admin.campaign_created(replace(voting, created_by=BY, script="5" * 64))
    for verb in CampaignVerb:
        state = CampaignState.APPROVED if verb is CampaignVerb.APPROVE else CampaignState.RUNNING
        moved = replace(voting, state=state, reason=REASON, script="5" * 64, self_approved=True)
        yield entries_admin.campaign_moved(moved, verb, by=BY, at=NOW)
    before = {"default": date(2027, 4, 11)}
    yield entries_admin.poll_dates_changed(voting, before, by=BY, at=NOW, reason=REASON)
    yield entries_admin.poll_dates_changed(campaign(), before, by=BY, at=NOW, reason=REASON)
    yield entries_admin.recording_kept(CAMPAIGN, "message", PROMPT, by=BY, at=NOW)
    yield entries_admin.campaign_inspected(CAMPAIGN, PROMPT, by=BY, at=NOW, masked=True)
    read = manifest(imported_by=BY, supplier=REASON)
    yield entries_admin.import_begun(read)
    yield entries_admin.import_begun(manifest(campaign_id=None, supplier=None, source_class=None))
    counts = {"rows": 4, "imported": 2, "duplicates": 1, "rejected": 1}
    yield entries_admin.import_ended(read, counts, "{}")


def of_the_machine() -> Iterator[LedgerEvent]:
    for halted in (True, False):
        yield entries_admin.halt_changed(halted=halted, by=BY, at=NOW, reason=REASON)
    token = Token(BY, Role.OPERATOR, "a" * 64, NOW, NOW + timedelta(days=1))
    yield entries_admin.token_created(token, by=BY)
    yield entries_admin.token_revoked(BY, by=BY, at=NOW)
    yield entries_admin.suspension_changed([ReasonCode.HALTED, ReasonCode.SUPPRESSED], detail="2 s", at=NOW)
    yield entries_admin.suspension_changed([], detail="", at=NOW)
    for up in (True, False):
        yield entries_admin.link_changed("pbx1", up=up, at=NOW)
    gap = entries_admin.Gap(NOW, 10, 12, ("a" * 64, "b" * 64))
    yield entries_admin.restored(gap, by=BY, at=NOW)
    yield entries_admin.backup_taken(by=BY, at=NOW, keys="none")
    yield entries_admin.rotation_begun(2, by=BY, at=NOW, reason=REASON)
    yield entries_admin.keys_rotated(2, by=BY, at=NOW, reason=REASON, numbers=7)


def of_calls() -> Iterator[LedgerEvent]:
    yield entries_calls.permitted(
        an_attempt(state=AttemptState.PERMITTED, originated_at=None), DECISION, RECORDED_DECISION
    )
    yield entries_calls.refused(REFUSAL, replace(RECORDED_DECISION, permitted=False, attempt_id=None))
    yield entries_calls.set_aside(CAMPAIGN, FINGERPRINT, "KeyError", at=NOW)
    yield entries_calls.put_back(CAMPAIGN, 3, by=BY, at=NOW)
    yield entries_calls.ended(a_call())
    yield entries_calls.ended(a_call(state=AttemptState.LAPSED, ended_at=None, result=None))
    yield entries_calls.opposed_late(a_call(opposed_at=NOW + timedelta(seconds=12), result=Result.OPTED_OUT))
    probe = Probe(
        id=ProbeId("p" * 32),
        campaign_id=CAMPAIGN,
        sponsor=SPONSOR,
        number=number(1),
        shown=number(1),
        trunk="default",
        pbx="pbx1",
        script="5" * 64,
        asked_by=BY,
        started_at=NOW,
        ended_at=NOW + timedelta(seconds=9),
        outcome=ProbeOutcome.PASSED,
        detail="",
        dial_status=DialStatus.ANSWER,
        hangup_cause=16,
        sip_code=200,
        heard_ms=8000,
        likeness=98,
        recording_sha256=PROMPT,
    )
    yield entries_calls.number_probed(probe)


def of_people() -> Iterator[LedgerEvent]:
    yield entries_people.opposed(suppression(1, recorded_by=BY, note=REASON, source="0" * 32))
    yield entries_people.opposed(suppression(1, sponsor=None, note=None))
    for sponsor in (SPONSOR, None):
        yield entries_people.opposition_lifted(FINGERPRINT, sponsor, by=BY, at=NOW, reason=REASON, count=2)
    yield entries_people.consented(plain_consent(FINGERPRINT), by=BY)
    form = ConsentForm("f" * 64, (Mention.PERIOD, Mention.WITHDRAWAL))
    yield entries_people.consented(consent(1, basis=Basis.CONTRACT, form=form, purpose=REASON), by=BY)
    withdrawn = ConsentWithdrawn(FINGERPRINT, None, "network", NOW, NOW + timedelta(hours=1))
    yield entries_people.consented(withdrawn, by=BY)
    undone = ConsentReinstated(FINGERPRINT, "default", NOW + timedelta(hours=2), BY, REASON)
    yield entries_people.consent_restored(withdrawn, undone)
    yield entries_people.consents_restored(
        "default", NOW, NOW + timedelta(hours=1), by=BY, at=NOW, reason=REASON, numbers=1
    )
    yield entries_people.subject_exported(FINGERPRINT, by=BY, at=NOW)
    yield entries_people.subject_erased(FINGERPRINT, {"contacts": 1, "consents": 2}, by=BY, at=NOW)
    run = RetentionRun(NOW, NOW + timedelta(minutes=1), 3, 2, 1, error=REASON)
    yield entries_people.retention_ran(run, by=BY, at=NOW, next_run_at=NOW + timedelta(days=1))
    yield entries_people.retention_ran(replace(run, error=None), by=BY, at=NOW, next_run_at=None)


def every_entry() -> list[LedgerEvent]:
    return [*of_campaigns(), *of_the_machine(), *of_calls(), *of_people()]


def test_every_entry_has_the_bytes_that_were_recorded() -> None:
    assert [canonical(event) for event in every_entry()] == RECORDED.read_text("utf-8").splitlines()


def test_every_kind_of_entry_is_recorded() -> None:
    assert {event.kind for event in every_entry()} == set(Kind)


def test_no_entry_holds_a_number() -> None:
    told = "\n".join(canonical(event.body) + str(event.about) for event in every_entry())
    assert "0199000001" not in told
    assert "99 00 00 02" not in told
    assert number(1) not in told
