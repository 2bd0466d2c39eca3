"""Oppositions: who must never be called again, and how they said so (FP-21, FP-33)."""

import hashlib
import hmac
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from dialer.domain.base.types import Fingerprint, PhoneNumber


@dataclass(frozen=True, slots=True)
class PbxSuppression:
    """An entry of the PBX's own lock: `sponsor_key` is None for everybody. No number, only its fingerprint."""

    fingerprint: Fingerprint
    sponsor_key: str | None


class OppositionChannel(StrEnum):
    DTMF = "dtmf"
    INBOUND_CALL = "inbound_call"
    SMS = "sms"
    EMAIL = "email"
    LETTER = "letter"
    PHONE = "phone"
    WEB_FORM = "web_form"
    IN_PERSON = "in_person"
    API = "api"
    IMPORT = "import"


@dataclass(frozen=True, slots=True)
class Suppression:
    """An opposition. `sponsor` None means every sponsor; `source` is the attempt or import it came from."""

    fingerprint: Fingerprint
    sponsor: str | None
    channel: OppositionChannel
    received_at: datetime
    recorded_at: datetime
    recorded_by: str
    source: str | None = None
    note: str | None = None


def fingerprint_of(number: PhoneNumber, key: bytes) -> Fingerprint:
    """HMAC-SHA256 (RFC 2104) of the canonical number, in hexadecimal."""
    return Fingerprint(hmac.new(key, number.encode("ascii"), hashlib.sha256).hexdigest())


def refingerprinted(fingerprint: Fingerprint, key: bytes) -> Fingerprint:
    """The fingerprint of the same number one key version later: HMAC-SHA256 of the fingerprint it had. Nobody needs the number for it."""
    return Fingerprint(hmac.new(key, fingerprint.encode("ascii"), hashlib.sha256).hexdigest())


def sponsor_key(sponsor: str) -> str:
    """Sixteen hexadecimal digits that stand for a sponsor in the PBX's database, where free text has no place."""
    return hashlib.sha256(sponsor.encode()).hexdigest()[:16]


def pbx_entries(suppressions: Iterable[Suppression]) -> list[PbxSuppression]:
    """The same oppositions as a PBX keeps them: no number, no sponsor's name."""
    return [
        PbxSuppression(s.fingerprint, sponsor_key(s.sponsor) if s.sponsor else None) for s in suppressions
    ]
