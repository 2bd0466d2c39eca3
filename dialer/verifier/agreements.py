"""Consent and opposition to a call, from the entries sealed before its decision.

The order of the ledger decides, not the clocks: an entry before the decision was known when it was
made.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

from .calendars import Clocks, met, windows_cover
from .people import Document, Entry, Person, RecordedCall, instant, instant_or_none

if TYPE_CHECKING:
    from collections.abc import Iterator

CONSENT, WITHDRAWAL, RESTORATION = "consent.give", "consent.withdraw", "consent.restore"
NETWORK = "network"
OPPOSITION, LIFTED = "suppression.add", "suppression.remove"


class Moment(NamedTuple):
    """An INVITE: its decision in the ledger, the rule pack of that decision, and the instant."""

    permit: Entry
    pack: Document
    at: datetime


class Agreed(NamedTuple):
    """The consents that held.

    `usable`: whole ones. `unread`: how many more are left as a ledger entry alone, without windows.
    """

    usable: tuple[Document, ...]
    unread: int


def agreed(terms: Document, person: Person, call: RecordedCall, moment: Moment) -> Agreed:
    whole = {_mark(consent): consent for consent in _told(person, call)}
    usable, unread = [], 0
    for entry in _sealed(person, CONSENT, moment):
        consent = whole.get(_mark({**entry.body, "import_id": entry.about}))
        if not _holds(terms, person, entry.body if consent is None else consent, moment):
            continue
        if consent is None:
            unread += 1
        elif _covers_purpose(terms, consent, moment):
            usable.append(consent)
    return Agreed(tuple(usable), unread)


def in_window(clocks: Clocks, consents: tuple[Document, ...], moment: Moment) -> bool:
    """Return whether one of the consents opens this moment in every zone the callee may be in."""
    return any(_opens(clocks, consent, moment) for consent in consents)


def opposed(terms: Document, person: Person, moment: Moment) -> Entry | None:
    """Return the opposition that was in force when the INVITE left."""
    lifted = [entry for entry in person.entries if entry.kind == LIFTED]
    for entry in _of_sponsor(terms, person, OPPOSITION):
        before = entry.number < moment.permit.number
        same_clock = entry.pretended == moment.permit.pretended
        if before and not any(_lifts(end, entry) and end.number < moment.permit.number for end in lifted):
            return entry
        if not before and same_clock and entry.at <= moment.at:
            return entry
    return None


def meanwhile(terms: Document, person: Person, moment: Moment) -> Entry | None:
    """Return the opposition that had been sent before the INVITE, and was recorded after it."""
    later = (entry for entry in _of_sponsor(terms, person, OPPOSITION) if entry.number > moment.permit.number)
    return next(
        (
            entry
            for entry in later
            if entry.pretended == moment.permit.pretended
            and instant(entry.body["received_at"]) < moment.at < entry.at
        ),
        None,
    )


def _told(person: Person, call: RecordedCall) -> list[Document]:
    """Return consents whole: those the decision looked at, which its hash vouches for.

    Without them, the consents as they are kept.
    """
    kept = call.answered["facts"]["consents"] if call.answered else person.consents
    return [consent for consent in kept if "given_at" in consent]


def _mark(consent: Document) -> tuple[Any, ...]:
    """Return the fields by which a consent is found in the ledger, where its text is not."""
    return tuple(consent[name] for name in ("given_at", "expires_at", "act", "import_id"))


def _sealed(person: Person, kind: str, moment: Moment) -> Iterator[Entry]:
    return (entry for entry in person.entries if entry.kind == kind and entry.number < moment.permit.number)


def _of_sponsor(terms: Document, person: Person, kind: str) -> Iterator[Entry]:
    meant = (None, terms["sponsor_in_ledger"])
    return (entry for entry in person.entries if entry.kind == kind and entry.body["sponsor"] in meant)


def _lifts(end: Entry, opposition: Entry) -> bool:
    return end.number > opposition.number and end.body["sponsor"] in (None, opposition.body["sponsor"])


def _holds(terms: Document, person: Person, consent: Document, moment: Moment) -> bool:
    if consent["sponsor"] not in (terms["sponsor"], terms["sponsor_in_ledger"]):
        return False
    given, ends = instant(consent["given_at"]), instant_or_none(consent["expires_at"])
    # A contract lasts as long as it says (FC-08). Records made before there were bases are of
    # opt-ins.
    days = moment.pack["consent"].get("max_age_days") if consent.get("basis", "opt_in") == "opt_in" else None
    longest = given + timedelta(days=days) if days else None
    if given > moment.at or (ends and moment.at >= ends) or (longest and moment.at >= longest):
        return False
    undone = list(_sealed(person, RESTORATION, moment))
    return not any(
        entry.body["sponsor"] in (None, terms["sponsor_in_ledger"])
        and _ended(consent, entry)
        and not any(_undoes(end, entry) for end in undone)
        for entry in _sealed(person, WITHDRAWAL, moment)
    )


def _undoes(restoration: Entry, withdrawal: Entry) -> bool:
    """Return whether a restoration undoes a withdrawal.

    Only one by the network's word: a person's own withdrawal stands.
    """
    same = restoration.body["withdrawn_at"] == withdrawal.body["withdrawn_at"]
    by_network = withdrawal.body.get("channel") == NETWORK and withdrawal.body["sponsor"] is None
    return same and by_network and restoration.number > withdrawal.number


def _ended(consent: Document, withdrawal: Entry) -> bool:
    """Return whether a withdrawal ended the consent. Only a later positive act counts again."""
    return consent["act"] is None or instant(consent["given_at"]) <= instant(withdrawal.body["withdrawn_at"])


def _covers_purpose(terms: Document, consent: Document, moment: Moment) -> bool:
    means = moment.pack["consent"]["channel"]
    return (
        consent["purpose"].strip().casefold() in terms["purposes"]
        and consent["channel"].strip().casefold() == means
        and bool(consent["proof"].strip() and consent["source"].strip())
        and asked_well(moment.pack, consent)
    )


def asked_well(pack: Document, consent: Document) -> bool:
    """Return whether the consent's form, if stated, makes every mention the pack wants (FC-04)."""
    wanted, form = pack["consent"].get("form"), consent.get("form")
    if not wanted or not form or consent.get("basis", "opt_in") != "opt_in":
        return True
    return set(wanted["mentions"]) <= set(form["mentions"])


def _opens(clocks: Clocks, consent: Document, moment: Moment) -> bool:
    if met(moment.pack, consent, moment.at):
        return True
    if not consent["windows"]:
        return consent["appointment_at"] is None
    zones = moment.permit.body["zones"]
    return all(windows_cover(consent["windows"], clocks.local(moment.at, zone)) for zone in zones)
