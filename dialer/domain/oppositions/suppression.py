"""Suppressions, the entries that oppositions leave (FP-21, FP-33), and lists kept by others.

A list is a national one or a sponsor's own. Each import of a list replaces it as a whole.
"""

import hashlib
import hmac
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from dialer.domain.base.types import Fingerprint, ImportId, PhoneNumber


@dataclass(frozen=True, slots=True)
class PbxSuppression:
    """An entry of the PBX's own lock.

    `sponsor_key` None stands for every sponsor. No number, only its fingerprint.
    """

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
    """The stored entry of an opposition.

    `sponsor` None means every sponsor; `source` is the attempt or import it came from.
    """

    fingerprint: Fingerprint
    sponsor: str | None
    channel: OppositionChannel
    received_at: datetime
    recorded_at: datetime
    recorded_by: str
    source: str | None = None
    note: str | None = None


def fingerprint_of(number: PhoneNumber, key: bytes) -> Fingerprint:
    """Return the HMAC-SHA256 (RFC 2104) of the canonical number, in hexadecimal."""
    return Fingerprint(hmac.new(key, number.encode("ascii"), hashlib.sha256).hexdigest())


def refingerprinted(fingerprint: Fingerprint, key: bytes) -> Fingerprint:
    """Return the fingerprint of the same number one key version later.

    HMAC-SHA256 of the fingerprint it had: the number is not needed for it.
    """
    return Fingerprint(hmac.new(key, fingerprint.encode("ascii"), hashlib.sha256).hexdigest())


def sponsor_key(sponsor: str) -> str:
    """Return the sixteen hexadecimal digits that stand for a sponsor in the PBX's database.

    Free text has no place there.
    """
    return hashlib.sha256(sponsor.encode()).hexdigest()[:16]


def pbx_entries(suppressions: Iterable[Suppression]) -> list[PbxSuppression]:
    """Return the same suppressions as a PBX keeps them: no number, no sponsor's name."""
    return [
        PbxSuppression(s.fingerprint, sponsor_key(s.sponsor) if s.sponsor else None) for s in suppressions
    ]


class ListKind(StrEnum):
    OPPOSITIONS = "oppositions"
    """People who do not want to be called."""
    LINES = "lines"
    """Lines that no machine may call (US-13, CA-08, T088).

    Emergency services, hospital rooms, care homes, our own staff.
    """


@dataclass(frozen=True, slots=True)
class OppositionList:
    """An import of the list `name`.

    `sponsor` None: it speaks for every sponsor. `valid_to` is exclusive.
    """

    id: ImportId
    name: str
    sponsor: str | None
    valid_from: datetime
    valid_to: datetime
    kind: ListKind = ListKind.OPPOSITIONS


@dataclass(frozen=True, slots=True)
class ListStanding:
    """A list that speaks for the sponsor, as the decision sees it. `holds`: the number is on it."""

    name: str
    valid_from: datetime
    valid_to: datetime
    holds: bool
    kind: ListKind = ListKind.OPPOSITIONS

    def in_force(self, at: datetime) -> bool:
        return self.valid_from <= at < self.valid_to
