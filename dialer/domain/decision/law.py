"""What every decision needs from the rule pack in force, worked out once: a pack is made to be checked, not to be read a million times."""

from dataclasses import dataclass
from datetime import timedelta

from dialer.domain.consent.consent import ConsentAct
from dialer.domain.decision.by_identity import ByIdentity
from dialer.domain.rulepacks.pack_parts import FormRules
from dialer.domain.rulepacks.rule_names import RuleName
from dialer.domain.rulepacks.rulepack import RulePack


@dataclass(frozen=True, slots=True)
class CapLaw:
    rule: str
    max: int
    window_days: int
    window: timedelta


@dataclass(frozen=True, slots=True, eq=False)
class Law:
    """Compared by identity, as there is one for each pack; the names are the pack's own. `latest_speaks`: of several consents, that one alone."""

    pack: RulePack
    title: str
    hash: str
    own: bool
    rules: dict[RuleName, str]
    max_age: timedelta | None
    window_required: bool
    latest_speaks: bool
    unfit_acts: tuple[ConsentAct, ...]
    form: FormRules | None
    caps: tuple[CapLaw, ...]
    min_gap: timedelta
    caller_id_margin: timedelta
    denied_numbers: tuple[str, ...]
    forbidden_sectors: tuple[str, ...]
    required_lists: tuple[str, ...]


def work_out(pack: RulePack) -> Law:
    return Law(
        pack=pack,
        title=pack.title,
        hash=pack.hash,
        own=pack.own,
        rules=dict(pack.rules),
        max_age=pack.consent.max_age,
        window_required=pack.consent.window_required,
        latest_speaks=pack.consent.of_several == "latest",
        unfit_acts=pack.consent.unfit_acts,
        form=pack.consent.form,
        caps=tuple(CapLaw(cap.rule, cap.max, cap.window_days, cap.window) for cap in pack.caps),
        min_gap=pack.min_gap,
        caller_id_margin=pack.caller_id.margin,
        denied_numbers=pack.denied_numbers,
        forbidden_sectors=pack.forbidden_sectors,
        required_lists=pack.required_lists,
    )


LAWS = ByIdentity(work_out)
