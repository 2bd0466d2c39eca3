"""Rule packs: shipped ones are sound, bad ones are refused with file, key and reason.

Among the packs of a profile, the day of the call decides.
"""

from datetime import date, timedelta
from importlib.resources import files
from pathlib import Path

import pytest

from dialer.adapters.home.rulepacks import load_packs, read_pack
from dialer.domain.base.errors import InvalidInput, NotFound
from dialer.domain.base.types import PhoneNumber
from dialer.domain.decision.cache import DecisionCache
from dialer.domain.decision.decide import StoredDecision, decide, replay
from dialer.domain.decision.facts import decision_hash, facts_to_json
from dialer.domain.decision.record import ReasonCode
from dialer.domain.decision.rules import RULES
from dialer.domain.preflight.campaign_checks import check_definition
from dialer.domain.rulepacks.rulepack import RulePack, RulePackIndex
from tests.unit.decision.rule_samples import (
    cache,
    campaign,
    codes,
    commercial,
    consent,
    facts,
    judged,
    packs,
    paris,
    utc,
)

POLITICAL = files("dialer.rulepacks").joinpath("fr-political.toml").read_text("utf-8")
COMMERCIAL = files("dialer.rulepacks").joinpath("fr-commercial-2026-08-11.toml").read_text("utf-8")
AMERICAN = files("dialer.rulepacks").joinpath("us-tcpa.toml").read_text("utf-8")


def test_five_profiles_are_shipped() -> None:
    assert packs().profiles == {"fr-political", "fr-commercial", "us-tcpa", "uk-pecr", "ca-adad"}
    assert len({pack.hash for pack in packs().shipped}) == 6


@pytest.mark.parametrize("pack", packs().shipped, ids=lambda pack: pack.title)
def test_every_rule_that_a_pack_names_has_its_source_there(pack: RulePack) -> None:
    named = {*pack.rules.values(), *(cap.rule for cap in pack.caps)}
    others = (pack.consent.contract, pack.consent.request, pack.consent.form)
    named |= {basis.rule for basis in others if basis is not None}
    named |= {reminder.rule for reminder in pack.reminders}
    assert named <= {source.rule for source in pack.sources}


@pytest.mark.parametrize("pack", packs().shipped, ids=lambda pack: pack.title)
def test_what_a_pack_decides_where_sources_are_silent_is_said_in_it(pack: RulePack) -> None:
    """A rule that rests on a decision, or on general knowledge, states the choice.

    So do the readings that many packs share.
    """
    silent = {source.rule for source in pack.sources if set(source.marks) <= {"D", "G"} and not source.note}
    assert silent <= {"FP-27", "FP-08", "FP-31"}, "as in another pack, which says it"
    told = " ".join(source.note or "" for source in pack.sources)
    assert "the latest statement alone speaks" in told
    assert pack.appointment is not None
    assert ("opens no other hours" in told) is not pack.appointment.other_hours
    assert all(name in told for name in pack.required_lists)


@pytest.mark.parametrize(
    ("old", "new", "key"),
    [
        pytest.param('end = "13:00"', 'end = "09:00"', "hours.0", id="T012-start-after-end"),
        pytest.param('end = "13:00"', 'end = "10:00"', "hours.0", id="T012-start-is-end"),
        pytest.param(
            'end = "13:00"', 'end = "02:00"\ncrosses_midnight = true', "hours", id="T011-french-midnight"
        ),
        pytest.param(
            'end = "13:00"', 'end = "13:00"\ncrosses_midnight = true', "hours.0", id="midnight-not-crossed"
        ),
        pytest.param('end = "13:00"', 'end = "25:00"', "hours.0.end", id="no-such-hour"),
        pytest.param('"mon", "tue"', '"lundi", "tue"', "hours.0.days.0", id="no-such-day"),
        pytest.param(
            "valid_from = 2020-06-30",
            "valid_from = 2020-06-30\nvalid_to = 2020-06-29",
            "valid_to",
            id="backwards",
        ),
        pytest.param("valid_from = 2020-06-30", "", "valid_from", id="no-validity"),
        pytest.param(
            'territories = ["FR", "GP"', 'territories = ["FR", "XX"', "territories", id="unknown-territory"
        ),
        pytest.param("window_required", "windows_required", "consent.windows_required", id="misspelt-key"),
        pytest.param('hours = "FP-07"\n', "", "rules", id="rule-without-id"),
        pytest.param('national = "FR"', 'national = "ZZ"', "holidays.national", id="unknown-holidays"),
        pytest.param(
            'territories = ["GP", "MF"', 'territories = ["QQ", "MF"', "caller_id.ranges", id="unknown-range"
        ),
        pytest.param('start = "09:00"', 'start = "11:00"', "hours", id="hours-outside-the-hard-bounds"),
        pytest.param('"mon", "tue"', '"mon", "mon"', "hours.0.days", id="a-day-twice"),
        pytest.param('start = "10:00"', 'start = "10:00+02:00"', "hours.0.start", id="not-local-time"),
        pytest.param("max = 2", "max = 0", "caps.0.max", id="cap-of-nothing"),
        pytest.param('marks = ["P", "S"]', 'marks = ["Q"]', "sources.0.marks.0", id="unknown-mark"),
    ],
)
def test_a_bad_pack_is_refused_with_file_key_and_reason(old: str, new: str, key: str) -> None:
    assert old in POLITICAL
    with pytest.raises(InvalidInput) as caught:
        read_pack("mine.toml", POLITICAL.replace(old, new, 1))
    assert "mine.toml" in str(caught.value)
    assert key in {problem.where for problem in caught.value.problems}


def test_text_that_is_no_toml_is_refused_in_one_line() -> None:
    with pytest.raises(InvalidInput, match=r"mine\.toml is not TOML"):
        read_pack("mine.toml", "name = ")


def test_a_window_over_midnight_has_both_halves_and_belongs_to_its_first_day() -> None:
    """T011, in a pack that is not French."""
    night = AMERICAN.replace(
        'days = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]\nstart = "08:00"\nend = "21:00"',
        'days = ["mon"]\nstart = "22:00"\nend = "02:00"\ncrosses_midnight = true',
        1,
    )
    shelf = RulePackIndex([read_pack("night.toml", night)])
    told = campaign(profile="us-tcpa", caller_id="+12025550199", purpose="survey")
    asked = facts(
        campaign=told, consents=(consent(purpose="survey", windows=()),), number=PhoneNumber("+12125550123")
    )
    allowed = [
        decide(asked, utc(at), DecisionCache(shelf)).permitted
        for at in (
            "2027-02-02 02:59:59",
            "2027-02-02 03:00:00",
            "2027-02-02 05:00:00",
            "2027-02-02 06:59:45",
            "2027-02-02 07:00:00",
            "2027-02-03 03:30:00",
        )
    ]
    assert allowed == [False, True, True, False, False, False]
    assert decide(asked, utc("2027-02-02 04:00"), DecisionCache(shelf)).permit_until == utc(
        "2027-02-02 06:59:35"
    )


@pytest.mark.parametrize(
    ("at", "title"),
    [
        pytest.param("2023-02-28 11:00:00", "", id="before-any"),
        pytest.param("2023-03-01 11:00:00", "fr-commercial@2023-03-01.1", id="first-day"),
        pytest.param("2026-08-10 11:00:00", "fr-commercial@2023-03-01.1", id="last-day"),
        pytest.param("2026-08-11 11:00:00", "fr-commercial@2026-08-11.1", id="new"),
    ],
)
def test_the_callees_day_chooses_the_pack(at: str, title: str) -> None:
    agreed = (consent(purpose="commercial", given_at=utc("2023-01-01 00:00")),)
    decision = judged(paris(at), campaign=commercial(), consents=agreed)
    assert decision.rule_pack == title
    assert (ReasonCode.NO_RULE_PACK in decision.codes) is (title == "")


def test_political_rules_begin_with_the_silence_of_2020() -> None:
    told = campaign(starts_at=utc("2020-01-01 00:00"))
    assert "NO_RULE_PACK" in codes(paris("2020-06-29 11:00:00"), campaign=told)
    assert "NO_RULE_PACK" not in codes(paris("2020-06-30 11:00:00"), campaign=told)


def own(tmp_path: Path, text: str, name: str = "own.toml") -> RulePackIndex:
    (tmp_path / name).write_text(text, "utf-8")
    return load_packs(tmp_path)


STRICTER = POLITICAL.replace('start = "10:00"', 'start = "11:00"', 1).replace("2020-06-30.1", "own.1")


def test_a_pack_in_the_users_folder_wins(tmp_path: Path) -> None:
    shelf = own(tmp_path, STRICTER)
    at = paris("2027-02-01 10:30:00")
    assert not decide(facts(), at, DecisionCache(shelf)).permitted
    assert decide(facts(), at, DecisionCache(shelf)).rule_pack == "fr-political@own.1"


def test_an_own_pack_counts_only_where_somebody_signed_for_it_by_name(tmp_path: Path) -> None:
    looser = POLITICAL.replace('end = "13:00"', 'end = "13:30"', 1).replace("2020-06-30.1", "own.1")
    shelf, at = own(tmp_path, looser), paris("2027-02-01 10:30:00")
    unsigned = decide(facts(campaign=campaign()), at, DecisionCache(shelf))
    assert unsigned.codes == {ReasonCode.NO_RULE_PACK}
    assert [problem.where for problem in check_definition(campaign(), shelf, at)] == ["rule_pack_signoff"]
    another = campaign(rule_pack_signoff={"pack": "fr-political@own.2", "by": "Maître Dupont"})
    assert decide(facts(campaign=another), at, DecisionCache(shelf)).codes == {ReasonCode.NO_RULE_PACK}
    signed = campaign(rule_pack_signoff={"pack": "fr-political@own.1", "by": "Maître Dupont"})
    assert decide(facts(campaign=signed), at, DecisionCache(shelf)).permitted
    assert check_definition(signed, shelf, at) == ()


def test_two_packs_that_claim_one_day_are_refused(tmp_path: Path) -> None:
    (tmp_path / "a.toml").write_text(STRICTER, "utf-8")
    with pytest.raises(InvalidInput, match=f"claim the same day.*{tmp_path}"):
        own(tmp_path, STRICTER.replace("own.1", "own.2"))


def test_the_name_of_a_shipped_version_cannot_be_taken(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="same name and version"):
        own(tmp_path, POLITICAL)


def test_a_folder_that_is_not_there_adds_nothing(tmp_path: Path) -> None:
    assert load_packs(tmp_path / "absent").overriding == ()


def stored(shelf: RulePackIndex, hour: str, **changes: object) -> StoredDecision:
    asked, at = facts(**changes), paris(hour)
    decision = decide(asked, at, DecisionCache(shelf))
    return StoredDecision(
        facts_to_json(asked), at, decision.rule_pack, decision.pack_hash, decision_hash(asked, decision)
    )


def test_old_decisions_replay_with_the_old_pack_after_an_edit(tmp_path: Path) -> None:
    """T126."""
    past = stored(packs(), "2027-02-01 10:30:00")
    archive: dict[str, RulePack] = {pack.hash: pack for pack in packs().shipped}
    again = replay(past, DecisionCache(own(tmp_path, STRICTER)), archive)
    assert again.same
    assert again.decision.permitted


def test_a_decision_whose_pack_is_gone_cannot_be_replayed(tmp_path: Path) -> None:
    past = stored(own(tmp_path, STRICTER), "2027-02-01 11:30:00")
    with pytest.raises(NotFound, match="archive"):
        replay(past, cache(), {})


def test_decisions_over_a_change_of_law_replay_alike() -> None:
    """T127: thousands of decisions from before and after 11 August 2026."""
    agreed = consent(purpose="commercial", given_at=utc("2025-09-01 08:00"))
    first = paris("2025-10-01 09:00:00")
    hours = [(first + timedelta(hours=7 * step)).replace(tzinfo=None).isoformat(" ") for step in range(1500)]
    past = [stored(packs(), hour, campaign=commercial(), consents=(agreed,)) for hour in hours]
    assert {entry.rule_pack for entry in past} == {"fr-commercial@2023-03-01.1", "fr-commercial@2026-08-11.1"}
    assert all(replay(entry, cache(), {}).same for entry in past)


def test_changed_facts_do_not_replay() -> None:
    past = stored(packs(), "2027-02-01 10:30:00")
    forged = StoredDecision(
        past.facts.replace('"on_list":true', '"on_list":false'),
        past.at,
        past.rule_pack,
        past.pack_hash,
        past.decision_hash,
    )
    assert not replay(forged, cache(), {}).same


def test_every_code_of_the_contract_has_a_rule() -> None:
    assert {rule.code for rule in RULES} == set(ReasonCode) - {ReasonCode.BAD_REQUEST}


def test_the_pack_of_a_day_is_found_by_date() -> None:
    assert packs().for_day("fr-political", date(2020, 6, 29)) is None
    assert packs().for_day("nothing", date(2027, 1, 1)) is None
