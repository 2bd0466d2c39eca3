"""A rule pack compiled for decisions: a pack itself is made to be checked, not to be fast."""

from dataclasses import dataclass
from datetime import timedelta

from dialer.domain.consent.consent import ConsentAct
from dialer.domain.rulepacks.pack_parts import FormRules
from dialer.domain.rulepacks.rule_names import RuleName
from dialer.domain.rulepacks.rulepack import RulePack


@dataclass(frozen=True, slots=True)
class CompiledCap:
    rule: str
    max: int
    window_days: int
    window: timedelta


@dataclass(frozen=True, slots=True, eq=False)
class CompiledRulePack:
    """The parts of a pack that decisions read; the names are the pack's own.

    Compared by identity, for speed: an equal one made again costs time and changes no answer.
    `latest_speaks`: of several consents, the latest alone counts.
    """

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
    caps: tuple[CompiledCap, ...]
    min_gap: timedelta
    caller_id_margin: timedelta
    denied_numbers: tuple[str, ...]
    forbidden_sectors: tuple[str, ...]
    required_lists: tuple[str, ...]


def compile_pack(pack: RulePack) -> CompiledRulePack:
    return CompiledRulePack(
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
        caps=tuple(
            CompiledCap(rule=cap.rule, max=cap.max, window_days=cap.window_days, window=cap.window)
            for cap in pack.caps
        ),
        min_gap=pack.min_gap,
        caller_id_margin=pack.caller_id.margin,
        denied_numbers=pack.denied_numbers,
        forbidden_sectors=pack.forbidden_sectors,
        required_lists=pack.required_lists,
    )
