"""Lines of `evidence.jsonl` as an inspection writes them, made by hand.

The ledger's entries stand without proofs, which the recount leaves to others.
"""

import hashlib
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from dialer.adapters.home.rulepacks import load_packs
from dialer.domain.base.canonical_json import canonical, plain
from dialer.domain.base.types import AttemptId, CampaignId, PhoneNumber
from dialer.domain.calls.attempt import Attempt, AttemptState, Result
from dialer.domain.calls.call_events import DialStatus, TraceStep
from dialer.domain.inspection import terms_of
from dialer.domain.ledger.row_digests import call_record
from dialer.domain.rulepacks.rulepack import RulePack
from tests.samples.calls import an_attempt
from tests.samples.campaigns import campaign
from tests.samples.people import consent

Document = dict[str, Any]
CAMPAIGN, ELSEWHERE = CampaignId("c000000000001"), CampaignId("c000000000002")
SCRIPT = "d" * 64
HEAD_AT = datetime(2027, 5, 1, tzinfo=UTC)
ZONES = {"FR": "Europe/Paris", "GP": "America/Guadeloupe", "RE": "Indian/Reunion", "PF": "Pacific/Tahiti"}
CALLER_IDS = {"FR": "+33162000001", "GP": "+590947500001", "RE": "+262947900001", "PF": "+33162000001"}


def pack() -> RulePack:
    found = load_packs().for_day("fr-political", datetime(2027, 2, 1, tzinfo=UTC).date())
    assert found is not None
    return found


PACK = pack()
PACK_CONTENT = PACK.model_dump(mode="json", exclude_defaults=True)


def terms(**changes: object) -> Document:
    """Return the terms of a campaign from February to April 2027, as the recount takes them."""
    dates = {"starts_at": "2027-02-01T00:00:00+01:00", "ends_at": "2027-05-01T00:00:00+02:00"}
    made = replace(campaign(CAMPAIGN, **(dates | changes)), script=SCRIPT)
    found = terms_of(made, [PACK], ZONES.values(), HEAD_AT)
    return found | {"packs": {PACK.hash: PACK_CONTENT}, "contexts": {}}


def call(
    at: datetime | None,
    *,
    campaign_id: CampaignId = CAMPAIGN,
    territory: str = "FR",
    result: Result | None = Result.NOT_ANSWERED,
    answered_at: datetime | None = None,
    trace: tuple[TraceStep, ...] = (),
    **changes: Any,
) -> Attempt:
    """Return an ended call; its INVITE left at `at`, or never did."""
    decided = (at or datetime(2027, 2, 1, 9, tzinfo=UTC)) - timedelta(seconds=1)
    attempt = an_attempt(
        id=AttemptId(f"{next(_numbers):032x}"),
        campaign_id=campaign_id,
        state=AttemptState.ENDED if at else AttemptState.LAPSED,
        decided_at=decided,
        permit_until=decided + timedelta(hours=1),
        expires_at=decided + timedelta(seconds=10),
        decision_hash="c" * 64,
        rule_pack=PACK.title,
        caller_id=PhoneNumber(CALLER_IDS[territory]),
        script=SCRIPT,
        originated_at=decided,
        dialed_at=at,
        answered_at=answered_at,
        ended_at=(trace[-1].at if trace else decided) + timedelta(seconds=30),
        dial_status=DialStatus.ANSWER if answered_at else DialStatus.BUSY,
        result=result,
        trace=trace,
    )
    return replace(attempt, **changes)


_numbers = count(1)


class Life:
    """The events of one person, told in the order in which the ledger had them."""

    def __init__(self, territory: str = "FR") -> None:
        self.territory = territory
        self.consents: list[Any] = []
        self.calls: list[Document] = []
        self.entries: list[Document] = []

    def agrees(self, **changes: object) -> "Life":
        whenever = {"windows": (), "appointment_at": None, "given_at": datetime(2026, 11, 1, tzinfo=UTC)}
        given = consent(1, **(whenever | {"expires_at": None} | changes))
        self.consents.append(given)
        told = {name: plain(getattr(given, name)) for name in ("given_at", "expires_at", "act", "sponsor")}
        return self._seal("consent.give", given.recorded_at, None, told | {"channel": given.channel})

    def withdraws(self, at: datetime, sponsor: str | None = None) -> "Life":
        return self._seal("consent.withdraw", at, None, {"sponsor": sponsor, "withdrawn_at": at.isoformat()})

    def voided(self, at: datetime) -> "Life":
        """Add the network's word that the number is not assigned."""
        body = {"sponsor": None, "channel": "network", "withdrawn_at": at.isoformat()}
        return self._seal("consent.withdraw", at, None, body)

    def restored(self, at: datetime, of: datetime) -> "Life":
        body = {"sponsor": None, "withdrawn_at": of.isoformat(), "trunk": "default"}
        return self._seal("consent.restore", at, None, body)

    def opposes(self, at: datetime, sponsor: str | None = "liste-demo", about: str | None = None) -> "Life":
        body = {"sponsor": sponsor, "channel": "letter", "received_at": at.isoformat()}
        return self._seal("suppression.add", at, about, body)

    def lifted(self, at: datetime, sponsor: str | None = None) -> "Life":
        return self._seal("suppression.remove", at, None, {"sponsor": sponsor})

    def called(self, attempt: Attempt, **sealed: object) -> "Life":
        """Add a call. `sealed`: the ledger's different words in the decision."""
        record = canonical(call_record(attempt))
        body = {
            "campaign": attempt.campaign_id,
            "pack_hash": PACK.hash,
            "permit_until": attempt.permit_until.isoformat(),
            "zones": [ZONES[self.territory]],
            "script": attempt.script,
            "decision_hash": attempt.decision_hash,
        }
        self._seal("decision.permit", attempt.decided_at, attempt.id, body | sealed)
        digest = hashlib.sha256(record.encode()).hexdigest()
        self._seal("attempt.outcome", attempt.ended_at or attempt.decided_at, attempt.id, {"record": digest})
        self.calls.append(
            {
                "attempt_id": attempt.id,
                "campaign_id": attempt.campaign_id,
                "record": record,
                "context": None,
                "answered": None,
            }
        )
        return self

    @property
    def line(self) -> Document:
        return {
            "list": "i000000000001",
            "line": 2,
            "external_id": None,
            "phone_number": "+33199000001",
            "territories": [self.territory],
            "area": None,
            "consents": [plain(given) for given in self.consents],
            "calls": self.calls,
            "entries": self.entries,
        }

    def _seal(self, kind: str, at: datetime, about: str | None, body: Document) -> "Life":
        index = len(self.entries)
        entry = {
            "index": index,
            "previous": "0" * 64,
            "at": at.isoformat(),
            "kind": kind,
            "subject": "5" * 64,
            "about": about,
            "pretended": False,
            "body": body,
        }
        self.entries.append({"index": index, "text": json.dumps(entry), "proof": []})
        return self
