"""Rules about whom we would call: the number, where it is, where it came from, and what they would see.

Cases T072 to T094.
"""

from dialer.domain.base.intervals import shown
from dialer.domain.consent.basis import Basis
from dialer.domain.decision.caller_id import trunk_complaint
from dialer.domain.decision.case import Case
from dialer.domain.decision.decision_record import ReasonCode
from dialer.domain.decision.judgement import Standing
from dialer.domain.decision.pack_signoff import unsigned
from dialer.domain.decision.required_lists import missing_lists
from dialer.domain.decision.rule import Chapter, Check, Rule
from dialer.domain.numbers.callee_location import CalleeLocation
from dialer.domain.numbers.number_plan import NumberFacts
from dialer.domain.numbers.phone_text import PhoneError, PhoneErrorCode
from dialer.domain.oppositions.external_list import ListKind
from dialer.domain.rulepacks.rule_names import RuleName


def number_complaint(code: PhoneErrorCode) -> Check:
    def check(case: Case, _: Standing) -> str | None:
        number = case.number
        return number.detail if isinstance(number, PhoneError) and number.reason is code else None

    return check


def timezone(case: Case, _: Standing) -> str | None:
    return case.place if isinstance(case.place, str) else None


def no_rule_pack(case: Case, _: Standing) -> str | None:
    if case.law is None:
        return f"no rule pack {case.profile!r} is in force on the callee's date"
    return None


def unsigned_pack(case: Case, _: Standing) -> str | None:
    return unsigned(case.facts.campaign, case.law.pack) if case.law else None


def own_number(case: Case, _: Standing) -> str | None:
    number = case.facts.number
    if number in case.terms.own_numbers or number in [entry.number for entry in case.facts.trunk.caller_ids]:
        return "the number is our own"
    return None


def fictional_number(case: Case, _: Standing) -> str | None:
    if isinstance(case.number, NumberFacts) and case.number.fictional and not case.facts.trunk.loopback:
        return "a number set aside for fiction is dialled on loopback trunks only"
    return None


def denied_number(case: Case, _: Standing) -> str | None:
    if case.law and case.facts.number.startswith(case.law.denied_numbers):
        return "the number is on the rule pack's list of lines never to call"
    return None


def jurisdiction(case: Case, _: Standing) -> str | None:
    return case.foreign


def provenance(case: Case, _: Standing) -> str | None:
    if case.facts.on_list and case.facts.source_class is None:
        return "the list does not say where the number comes from"
    return None


def sector(case: Case, _: Standing) -> str | None:
    """A running contract or a request lifts it (FC-09, FC-10), where the pack knows them; `consent_rules.basis` wants it of this person."""
    if case.law is None or case.terms.sector not in case.law.forbidden_sectors:
        return None
    if case.terms.basis is not Basis.OPT_IN and case.law.pack.consent.takes(case.terms.basis):
        return None
    return f"calls for {case.facts.campaign.sector!r} are forbidden, even with consent"


def caller_id(case: Case, _: Standing) -> str | None:
    if not isinstance(case.place, CalleeLocation) or case.law is None:
        return None
    if case.caller_id is not None:
        return trunk_complaint(case.caller_id, case.facts.trunk, case.at, case.law.caller_id_margin)
    if not any(code in case.law.pack.territories for code in case.place.territories):
        return None
    return f"no verified number of this campaign may be shown in {' or '.join(case.place.territories)}"


def suppressed(case: Case, _: Standing) -> str | None:
    for opposition in case.facts.suppressions:
        if opposition.sponsor is None or opposition.sponsor == case.terms.sponsor:
            return f"opposed on {shown(opposition.received_at)} by {opposition.channel}"
    return None


def on_a_list(case: Case, _: Standing) -> str | None:
    """An expired list still speaks for those on it; what it does not say of the others is judged by `list_missing`."""
    return listed(case, ListKind.OPPOSITIONS)


def protected_line(case: Case, _: Standing) -> str | None:
    return listed(case, ListKind.LINES)


def listed(case: Case, kind: ListKind) -> str | None:
    for known in case.facts.lists:
        if known.holds and known.kind is kind and known.valid_from <= case.at:
            return f"on the list {known.name}, valid until {shown(known.valid_to)}"
    return None


def list_missing(case: Case, _: Standing) -> str | None:
    """Where the pack wants a list, nobody is called who was not held against it (unknown means no). A loopback trunk reaches nobody."""
    if case.law is None:
        return None
    return next(missing_lists(case.law.pack, case.facts.trunk, case.facts.lists, case.at), None)


OUT_OF_REACH: Chapter = (
    Rule(ReasonCode.INVALID_NUMBER, number_complaint(PhoneErrorCode.INVALID_NUMBER), RuleName.NUMBER),
    Rule(ReasonCode.FORBIDDEN_NUMBER, number_complaint(PhoneErrorCode.FORBIDDEN_NUMBER), RuleName.NUMBER),
    Rule(ReasonCode.JURISDICTION, number_complaint(PhoneErrorCode.JURISDICTION), RuleName.JURISDICTION),
    Rule(ReasonCode.JURISDICTION, jurisdiction, RuleName.JURISDICTION),
    Rule(ReasonCode.UNKNOWN_TIMEZONE, timezone, RuleName.TIMEZONE),
    Rule(ReasonCode.NO_RULE_PACK, no_rule_pack),
)
OWN_PACK: Chapter = (Rule(ReasonCode.NO_RULE_PACK, unsigned_pack),)
DENIED: Chapter = (
    Rule(ReasonCode.FORBIDDEN_NUMBER, denied_number, RuleName.DENIED_NUMBER),
    Rule(ReasonCode.SECTOR, sector, RuleName.SECTOR),
)
NUMBER: Chapter = (
    Rule(ReasonCode.FORBIDDEN_NUMBER, own_number, RuleName.OWN_NUMBER),
    Rule(ReasonCode.FORBIDDEN_NUMBER, fictional_number, RuleName.TEST_NUMBER),
)
SOURCE: Chapter = (Rule(ReasonCode.PROVENANCE, provenance, RuleName.PROVENANCE),)
SHOWN: Chapter = (Rule(ReasonCode.CALLER_ID, caller_id, RuleName.CALLER_ID),)
OPPOSED: Chapter = (Rule(ReasonCode.SUPPRESSED, suppressed, RuleName.SUPPRESSED),)
LISTED: Chapter = (
    Rule(ReasonCode.FORBIDDEN_NUMBER, protected_line, RuleName.DENIED_NUMBER),
    Rule(ReasonCode.SUPPRESSED, on_a_list, RuleName.SUPPRESSED),
    # Without a rule of the pack: a newer import lifts it, which no other suppression may be (`retry.final`).
    Rule(ReasonCode.SUPPRESSED, list_missing),
)
