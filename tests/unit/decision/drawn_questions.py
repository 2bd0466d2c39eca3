"""Questions drawn for the property tests of the decision: all profiles, own packs, sectors."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from functools import cache as once
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from dialer.domain.base.types import PhoneNumber
from dialer.domain.campaigns.campaign import CampaignState
from dialer.domain.consent import Basis, ConsentAct, ConsentedWindow, ConsentEvent, ConsentForm, ConsentGiven
from dialer.domain.decision.cache import DecisionCache
from dialer.domain.decision.context import NEVER
from dialer.domain.decision.decide import build_context
from dialer.domain.decision.facts import AuthorisedCallerId, Facts, SystemFacts, TrunkFacts
from dialer.domain.oppositions.suppression import ListKind, ListStanding
from dialer.domain.rulepacks.rulepack import RulePack, RulePackIndex
from tests.unit.decision.rule_samples import (
    EVERY_DAY,
    attempt,
    cache,
    campaign,
    consent,
    facts,
    opposition,
    packs,
    utc,
    withdrawal,
)

EXACT = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
START = utc("2027-01-04 00:00")
SECONDS = 130 * 24 * 3600
"""From January over Easter, the silence of April and the clock change, into May."""


@dataclass(frozen=True)
class Profile:
    """Values that fit a profile, and near misses. `caller_id` may be shown there."""

    name: str
    purpose: str
    caller_id: str
    numbers: tuple[str, ...]
    territories: tuple[str | None, ...] = (None,)
    caller_ids: Mapping[str, str] = field(default_factory=dict)
    timezones: tuple[str | None, ...] = (None,)


FRENCH_NUMBERS = ("+33199000001", "+33612345678", "+262692123456", "+262262123456", "+590690123456")
PACIFIC = ("+68987123456", "+687251234")
FRENCH_PLACES = (None, None, "FR", "RE", "YT", "GP", "PF", "MQ", "FR-67")
SHOWN = {"RE": "+262947900001", "YT": "+262947800001", "MQ": "+596947700001", "GP": "+590947500001"}
PROFILES = {
    profile.name: profile
    for profile in (
        Profile(
            "fr-political", "political", "+33162000001", (*FRENCH_NUMBERS, *PACIFIC), FRENCH_PLACES, SHOWN
        ),
        Profile(
            "fr-commercial", "commercial", "+33162000001", (*FRENCH_NUMBERS, *PACIFIC), FRENCH_PLACES, SHOWN
        ),
        Profile(
            "us-tcpa",
            "survey",
            "+12025550199",
            ("+12025550123", "+12125551234", "+19075550123", "+18085550123", "+17875550123", "+14165550123"),
            (None, None, "US", "PR"),
            timezones=(None, None, "America/Chicago"),
        ),
        Profile(
            "uk-pecr",
            "survey",
            "+442079460199",
            ("+447700900123", "+442071234567", "+441632960001", "+447781900123"),
            (None, None, "GB", "JE"),
        ),
        Profile(
            "ca-adad",
            "survey",
            "+14165550199",
            ("+14165550123", "+16045550123", "+17095550123", "+14162345678", "+12025550123"),
            (None, None, "CA"),
        ),
    )
}
FRENCH = ("fr-political", "fr-commercial")
FORBIDDEN, FREE = "renewable energy", "bakery"
ELECTIONS = st.sampled_from(
    [
        None,
        {"id": "e", "poll_dates": {"default": date(2027, 4, 18)}},
        {
            "id": "e",
            "poll_dates": {"default": date(2027, 4, 18), "GP": date(2027, 4, 17)},
            "freeze_mode": "per_territory",
        },
        {"id": "e", "poll_dates": {"RE": date(2027, 4, 18)}, "scope": "listed"},
    ]
)


@once
def own_packs() -> DecisionCache:
    """Every profile under a pack of the user's own, stricter, from February to mid-March."""
    shipped = [pack for pack in packs().shipped if pack.in_force(START.date())]
    return DecisionCache(RulePackIndex(packs().shipped, [own(pack) for pack in shipped]))


def own(pack: RulePack) -> RulePack:
    numbers = PROFILES[pack.name].numbers
    changes = {
        "version": "own.1",
        "valid_from": date(2027, 2, 1),
        "valid_to": date(2027, 3, 15),
        "denied_numbers": (numbers[0][:8], *(number[:-1] + "7" for number in numbers[1:])),
        "forbidden_sectors": ("renewable_energy",),
        "required_lists": ("own-list",),
        "min_gap_hours": 50,
        "own": True,
    }
    keys = pack.model_dump() | changes
    keys["consent"] |= {"window_required": True, "of_several": "any", "max_age_days": 200}
    keys["caller_id"] |= {"valid_days_after": 10}
    return RulePack.model_validate(keys)


@once
def ended_packs() -> DecisionCache:
    """No profile has a pack after February."""
    shipped = [pack for pack in packs().shipped if pack.in_force(START.date())]
    return DecisionCache(
        RulePackIndex(
            RulePack.model_validate(pack.model_dump() | {"valid_to": date(2027, 2, 28)}) for pack in shipped
        )
    )


CACHES = {"shipped": cache, "own": own_packs, "ended": ended_packs}

DAYS = st.sampled_from(range(SECONDS // 86400))
QUARTERS = st.one_of(st.sampled_from(range(96)), st.sampled_from(range(32, 80)))
quarters = st.builds(lambda day, quarter: START + timedelta(days=day, minutes=15 * quarter), DAYS, QUARTERS)
anytime = st.builds(lambda at, off: at + timedelta(seconds=off), quarters, st.integers(-70, 70))


@st.composite
def windows(draw: st.DrawFn) -> tuple[ConsentedWindow, ...]:
    found = []
    for _ in range(draw(st.integers(0, 3))):
        start, end = sorted(draw(st.lists(st.integers(0, 95), min_size=2, max_size=2, unique=True)))
        days = draw(st.frozensets(st.integers(0, 6), min_size=1))
        found.append(ConsentedWindow(days, time(start // 4, start % 4 * 15), time(end // 4, end % 4 * 15)))
    return tuple(found)


@st.composite
def consents(draw: st.DrawFn, purpose: str) -> ConsentGiven:
    given = draw(quarters) - timedelta(days=draw(st.sampled_from([0, 90, 130, 200, 300, 400])))
    always = st.just(EVERY_DAY)
    return consent(
        purpose=draw(st.sampled_from([purpose] * 5 + ["other"])),
        given_at=given,
        expires_at=draw(st.one_of(st.none(), st.none(), quarters)),
        windows=draw(st.one_of(windows(), always, always)),
        appointment_at=draw(st.one_of(st.none(), st.none(), quarters)),
        act=draw(st.sampled_from([None, consent().act])),
    )


@st.composite
def questions(draw: st.DrawFn, profiles: tuple[str, ...] = tuple(PROFILES)) -> Facts:
    """A callee on the list of a campaign, with consents."""
    profile = PROFILES[draw(st.sampled_from(profiles))]
    chosen: dict[str, Any] = {
        "profile": profile.name,
        "purpose": profile.purpose,
        "caller_id": profile.caller_id,
        "caller_ids": profile.caller_ids,
        "starts_at": START + timedelta(days=draw(st.sampled_from([-99, -9, 0, 9]))),
        "ends_at": draw(quarters) + timedelta(days=99),
        "call": {"ring_timeout_s": draw(st.integers(5, 60))},
        "election": draw(ELECTIONS) if profile.name == "fr-political" else None,
    }
    events: list[ConsentEvent] = list(
        draw(st.lists(consents(profile.purpose), min_size=draw(st.sampled_from([0, 1, 1])), max_size=3))
    )
    if draw(st.sampled_from([False] * 5 + [True])):
        events.append(withdrawal(draw(quarters)))
    others = draw(ELECTIONS)
    return facts(
        number=PhoneNumber(draw(st.sampled_from(profile.numbers))),
        territory=draw(st.sampled_from(profile.territories)),
        timezone=draw(st.sampled_from(profile.timezones)),
        consents=tuple(events),
        campaign=campaign(**chosen),
        silences=(campaign(election=others).election,) if others and draw(st.booleans()) else (),
    )


ODD_NUMBERS = ("+33162000001", "+3319900", "+33899123456", "+4930123456", "+18002345678", "0612345678")
FORM = ConsentForm("v1", ())
CHANGED_CONSENTS: st.SearchStrategy[dict[str, Any]] = st.sampled_from(
    [
        {},
        {},
        {"sponsor": "another"},
        {"channel": "phone"},
        {"proof": " "},
        {"basis": Basis.CONTRACT},
        {"basis": Basis.REQUEST},
        {"form": FORM},
        {"act": ConsentAct.SPOKEN_RECORDED},
        {"territory": "RE"},
    ]
)


@st.composite
def burdened(draw: st.DrawFn, profiles: tuple[str, ...] = tuple(PROFILES)) -> Facts:
    """Questions with all that may be known besides."""
    question, at = draw(questions(profiles)), draw(quarters)
    day = timedelta(days=1)
    past = (
        attempt(at - 40 * day, delivered=True),
        attempt(at - timedelta(hours=30), alive=True),
        attempt(at),
        attempt(at - 2 * day, counts=False),
    )
    listed = [
        ListStanding(name, at - since * day, at + until * day, holds=holds, kind=kind)
        for name, since, until, holds, kind in (
            ("own-list", 30, 30, False, ListKind.OPPOSITIONS),
            ("bloctel", 30, 0, True, ListKind.OPPOSITIONS),
            ("us-national-dnc", 30, 9, False, ListKind.OPPOSITIONS),
            ("us-protected-lines", 30, 9, True, ListKind.LINES),
            ("ca-national-dncl", 30, 9, False, ListKind.OPPOSITIONS),
            ("ca-protected-lines", 30, 9, False, ListKind.LINES),
        )
    ]
    own_number = AuthorisedCallerId(PhoneNumber(question.campaign.caller_id), draw(st.none() | quarters))
    trunks = [question.trunk, TrunkFacts("out", loopback=False, caller_ids=(own_number,))]
    changes: dict[str, st.SearchStrategy[Any]] = {
        "number": st.sampled_from([question.number] * 6 + [PhoneNumber(odd) for odd in ODD_NUMBERS]),
        "on_list": st.sampled_from([True, True, True, False]),
        "source_class": st.sampled_from([question.source_class, question.source_class, None]),
        "suppressions": st.sampled_from([(), (), (opposition(),), (opposition("another"),)]),
        "attempts": st.sets(st.sampled_from(past)).map(tuple),
        "lists": st.sets(st.sampled_from(listed)).map(tuple),
        "trunk": st.sampled_from([*trunks, TrunkFacts("away", loopback=False, caller_ids=())]),
        "system": st.one_of(
            st.none(),
            st.builds(
                SystemFacts, st.sampled_from(CampaignState), st.booleans(), st.booleans(), st.booleans()
            ),
        ),
    }
    changed = replace(question, **{name: draw(values) for name, values in changes.items()})
    return replace(changed, campaign=draw(campaigns(changed)), consents=draw(events(changed)))


@st.composite
def campaigns(draw: st.DrawFn, question: Facts) -> Any:
    """The campaign of a question with another sector, basis, retry or signature."""
    changes: dict[str, Any] = {
        "sector": draw(st.sampled_from([None, FORBIDDEN, FREE])),
        "basis": draw(st.sampled_from([Basis.OPT_IN] * 4 + [Basis.CONTRACT, Basis.REQUEST])),
        "retry": {"max_attempts": draw(st.sampled_from([1, 2, 9]))},
        "silence_signoff": draw(st.sampled_from([None, None, "Ada"])),
    }
    if draw(st.booleans()):
        changes["rule_pack_signoff"] = {"pack": f"{question.campaign.profile}@own.1", "by": "Ada"}
    if draw(st.booleans()):
        changes["caller_id"] = "+33899123456"
    return type(question.campaign).model_validate(question.campaign.model_dump() | changes)


@st.composite
def events(draw: st.DrawFn, question: Facts) -> tuple[ConsentEvent, ...]:
    """Its consents, each perhaps with one fault."""
    changed: list[ConsentEvent] = []
    for event in question.consents:
        changes: dict[str, Any] = draw(CHANGED_CONSENTS) if isinstance(event, ConsentGiven) else {}
        changed.append(replace(event, **changes))
    return tuple(changed)


office_hours = st.builds(
    lambda week, day, minute: START + timedelta(days=7 * week + day, minutes=minute),
    st.integers(0, 17),
    st.integers(0, 4),
    st.integers(9 * 60, 20 * 60),
)
the_polls = st.builds(lambda hour: utc("2027-04-14 08:00") + timedelta(hours=hour), st.integers(0, 100))


@st.composite
def instants(draw: st.DrawFn, question: Facts, known: DecisionCache) -> datetime:
    """Any instant; near an end that the question has, more often than chance would."""
    at = draw(st.one_of(anytime, office_hours, office_hours, the_polls))
    state = build_context(question, at, known).state
    shut = [end for end in (state.open_until, state.window_ends, state.hours_end) if end not in (None, NEVER)]
    ends = [None, *shut, *shut, question.campaign.starts_at, question.campaign.ends_at]
    end = draw(st.sampled_from(ends))
    return at if end is None else end - timedelta(seconds=draw(st.integers(-5, 60)))
