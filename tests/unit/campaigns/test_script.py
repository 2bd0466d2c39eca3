"""The words of a call: rendering of the script from a campaign's prompts."""

from datetime import date
from typing import Any

import pytest

from dialer.domain.base.errors import InvalidInput
from dialer.domain.campaigns.campaign_definition import CampaignDefinition
from dialer.domain.campaigns.script import (
    PROMPT_OF_KEY,
    Script,
    duration_problems,
    text_problems,
    write_script,
)
from dialer.domain.rulepacks.pack_parts import ScriptRules
from tests.samples.campaigns import definition
from tests.unit.decision.rule_samples import packs


def campaign(prompts: dict[str, Any], **keys: Any) -> CampaignDefinition:
    return definition(prompts=prompts, **keys)


def rules_of(profile: str) -> ScriptRules:
    pack = packs().for_day(profile, date(2027, 2, 1))
    assert pack is not None
    return pack.script


def script(prompts: dict[str, Any], recorded: frozenset[str] = frozenset(), **keys: Any) -> Script:
    told = campaign(prompts, **keys)
    return write_script(told, recorded, rules_of(told.profile))


def refusal(prompts: dict[str, Any], recorded: frozenset[str] = frozenset(), **keys: Any) -> dict[str, str]:
    with pytest.raises(InvalidInput) as caught:
        script(prompts, recorded, **keys)
    return {problem.where: problem.detail for problem in caught.value.problems}


@pytest.mark.parametrize("language", ["fr", "en"])
def test_a_message_alone_gives_a_whole_script_with_nothing_left_unbound(language: str) -> None:
    texts = script({"message": "Votez."}, language=language).texts
    assert texts.keys() == set(PROMPT_OF_KEY.values())
    assert not [name for name, text in texts.items() if "{" in text or "}" in text]


@pytest.mark.parametrize(("language", "automatic"), [("fr", "automatique"), ("en", "automated")])
def test_the_notice_says_who_calls_and_that_it_is_automatic_before_how_to_object(
    language: str, automatic: str
) -> None:
    notice = script({"message": "Votez."}, language=language).texts["notice"]
    assert 0 < notice.index(automatic) < notice.index("Liste Demo") < notice.index(" 9")


def test_the_operator_is_named_only_where_it_is_another() -> None:
    assert "passé par" not in script({"message": "Votez."}).texts["notice"]
    named = script({"message": "Votez."}, operator="Appels SARL").texts["notice"]
    assert "Liste Demo, passé par Appels SARL." in named


def test_a_commercial_call_says_that_it_is_one() -> None:
    offer: dict[str, Any] = {"profile": "fr-commercial", "offer": "une assurance"}
    notice = script({"message": "Achetez."}, **offer).texts["notice"]
    assert "Liste Demo, pour vous proposer une assurance ; cet appel est commercial. Pour ne plus" in notice
    assert refusal({"message": "Achetez."}, profile="fr-commercial").keys() == {"offer"}
    assert "commercial" not in script({"message": "Votez."}).texts["notice"]


def test_the_closing_names_address_email_erasure_and_callback() -> None:
    closing = script({"message": "Votez."}).texts["closing"]
    for needed in (
        "1 place de la Mairie, 75004 Paris",
        "contact arobase liste tiret demo point example",
        "6 avril 2027",
        "01 62 00 00 01",
        "CNIL",
    ):
        assert needed in closing


def test_a_number_of_another_country_is_read_digit_by_digit() -> None:
    sponsor = campaign({}).sponsor.model_copy(update={"callback_number": "+442079460000"})
    texts = script({"message": "Vote."}, sponsor=sponsor.model_dump(), language="en").texts
    assert "plus 4 4 2 0 7 9" in texts["closing"]


def test_an_own_identity_replaces_the_opening() -> None:
    own = "Ici un appel automatique de Liste Demo. Pour refuser nos appels, tapez 9."
    assert script({"identity": own, "message": "Votez."}).texts["notice"] == own


def test_an_own_identity_without_objection_gets_the_objection_sentence_at_its_end() -> None:
    notice = script({"identity": "Appel automatique de {sponsor}, depuis 1999.", "message": "Votez."}).texts[
        "notice"
    ]
    assert notice.startswith("Appel automatique de Liste Demo, depuis 1999. ")
    assert notice.endswith("tapez 9, à tout moment.")


@pytest.mark.parametrize(
    "own", ["Bonjour. Tapez 9 pour refuser.", "Un automate appelle. Tapez 9 pour refuser."]
)
def test_an_own_identity_that_hides_caller_or_automation_is_preceded_by_the_default(own: str) -> None:
    notice = script({"identity": own, "message": "Votez."}).texts["notice"]
    assert notice == f"Bonjour. Appel automatique de Liste Demo. {own}"


def test_the_invitation_says_that_a_synthetic_voice_speaks() -> None:
    assert "dit par une voix de synthèse" in script({"message": "Votez."}).texts["invitation"]
    recorded = script({"message": {"file": "m.wav"}}, frozenset({"message"})).texts["invitation"]
    assert "Le message est enregistré" in recorded
    own = script({"message": "Votez.", "invitation": "Tapez 1."}).texts["invitation"]
    assert own == "Le message est dit par une voix de synthèse. Tapez 1."


def test_a_recording_wins_over_a_text_of_the_same_key() -> None:
    written = script({"identity": "Appel.", "message": "Votez."}, frozenset({"identity"}))
    assert "notice" not in written.texts
    assert written.recorded == {"notice": "identity"}


def test_a_missing_message_is_refused() -> None:
    assert refusal({}) == {"prompts.message": "is missing: a text or a recording is needed"}


def test_a_recording_that_was_not_supplied_is_refused_by_name() -> None:
    assert "'m.wav'" in refusal({"message": {"file": "m.wav"}})["prompts.message"]


def test_every_unknown_key_is_refused() -> None:
    refused = refusal({"message": "Votez.", "mesage": "x", "notice": "x"}, frozenset({"jingle"}))
    assert refused.keys() == {"prompts.mesage", "prompts.notice", "prompts.jingle"}


@pytest.mark.parametrize(
    "text", ["De {operator}.", "{sponsor.id}", "{}", "{ sponsor }", "Votez {", "} {sponsor}"]
)
def test_a_placeholder_that_cannot_be_filled_is_refused_before_approval_too(text: str) -> None:
    assert refusal({"message": text}).keys() == {"prompts.message"}
    assert [problem.where for problem in text_problems(campaign({"message": text}), ScriptRules())] == [
        "prompts.message"
    ]


def test_the_file_alone_is_in_order_while_its_recordings_are_still_to_come() -> None:
    assert text_problems(campaign({"message": {"file": "m.wav"}}), ScriptRules()) == ()
    assert text_problems(campaign({"message": "{sponsor}"}), ScriptRules()) == ()


def test_a_part_that_takes_too_long_is_refused_with_the_measured_figure() -> None:
    durations = {"notice": 12_001, "message": 60_000, "closing": 120_100, "legal": 120_000}
    problems = duration_problems(campaign({}), durations, "Liste Demo", ScriptRules())
    assert [str(problem) for problem in problems] == [
        "prompts.closing: takes 120.100 s; at most 120 s are allowed",
        "prompts.identity: takes 12.001 s; at most 12 s are allowed",
    ]


def test_a_message_of_more_than_a_minute_must_be_asked_for() -> None:
    """FP-23."""
    durations = {"message": 60_001}
    assert duration_problems(campaign({}), durations, "Liste Demo", ScriptRules())
    assert not duration_problems(
        campaign({}, call={"longest_message_s": 61}), durations, "Liste Demo", ScriptRules()
    )
    with pytest.raises(ValueError, match="longest_message_s"):
        campaign({}, call={"longest_message_s": 121})


@pytest.mark.parametrize("closing", ["Au revoir.", None])
def test_a_long_canadian_message_is_followed_by_the_name_again(closing: str | None) -> None:
    """T105."""
    canadian = campaign({}, profile="ca-adad", language="en", call={"longest_message_s": 90})
    assert duration_problems(canadian, {"message": 61_000}, closing, rules_of("ca-adad"))
    assert not duration_problems(canadian, {"message": 61_000}, "That was Liste Demo.", rules_of("ca-adad"))
    assert not duration_problems(canadian, {"message": 60_000}, closing, rules_of("ca-adad"))


def test_an_objection_after_the_invitation_does_not_compile() -> None:
    """T095."""
    late = "Appel automatique de {sponsor}. Tapez 1 pour écouter. Tapez 9 pour refuser."
    assert (
        "before it says how to object" in refusal({"identity": late, "message": "Votez."})["prompts.identity"]
    )


def test_an_american_objection_follows_the_name_at_once() -> None:
    """US-06."""
    talk = "This automated call is from {sponsor}, who wish you a very happy and prosperous day. Press 9 to stop calls."
    american: dict[str, Any] = {"profile": "us-tcpa", "language": "en"}
    assert "at once" in refusal({"identity": talk, "message": "Vote."}, **american)["prompts.identity"]
    assert script({"identity": talk, "message": "Vote."}, language="en")
    assert script({"message": "Vote."}, **american)


def test_an_own_closing_says_address_email_origin_and_erasure() -> None:
    whole = "{sponsor}, {postal_address}, {email}. {origin} Retiré le {erase_date}."
    assert script({"message": "Votez.", "closing": whole})
    for part in ("{postal_address}", "{email}", "{origin}", "{erase_date}"):
        refused = refusal({"message": "Votez.", "closing": whole.replace(part, "")})
        assert part in refused["prompts.closing"]


@pytest.mark.parametrize("profile", ["us-tcpa", "ca-adad"])
@pytest.mark.parametrize("key", ["closing", "legal"])
def test_in_north_america_an_own_closing_says_the_number_to_call_back(profile: str, key: str) -> None:
    """US-05, CA-04."""
    without = "{sponsor}, {postal_address}, {email}. {origin} It goes by {erase_date}."
    told: dict[str, Any] = {"profile": profile, "language": "en"}
    assert "{callback_number}" in refusal({"message": "Vote.", key: without}, **told)[f"prompts.{key}"]
    assert script({"message": "Vote.", key: without + " Call {callback_number}."}, **told)
    assert script({"message": "Vote.", key: without}, language="en")


def test_a_synthetic_voice_that_nobody_declares_is_refused() -> None:
    """T109: the recorded invitation says nothing of it."""
    assert "synthetic" in refusal({"message": "Votez."}, frozenset({"invitation"}))["prompts.invitation"]
    assert script({"message": {"file": "m.wav"}}, frozenset({"invitation", "message"}))
    says = "Appel automatique de {sponsor}, dit par une voix de synthèse. Tapez 9 pour refuser."
    assert script({"identity": says, "message": "Votez."}, frozenset({"invitation"}))


WHOLE_NOTICE = "Appel automatique de {sponsor}. Pour ne plus être appelé, tapez 9. Pour écouter, tapez 1."


def recorded_notice(says: str) -> dict[str, Any]:
    return {"message": "Votez.", "identity": {"file": "notice.wav", "says": says}}


def test_what_a_recording_says_is_checked_and_not_spoken() -> None:
    written = script(recorded_notice(WHOLE_NOTICE), frozenset({"identity"}))
    assert written.recorded == {"notice": "identity"}
    assert "notice" not in written.texts


@pytest.mark.parametrize(
    ("says", "lacks"),
    [
        (WHOLE_NOTICE.replace("{sponsor}", "nous"), "on whose behalf"),
        (WHOLE_NOTICE.replace("automatique ", ""), "automatic"),
        ("Appel automatique de Liste Demo. Pour écouter, tapez 1.", "how to object"),
        ("Appel automatique de Liste Demo. Tapez 1 pour écouter, tapez 9 sinon.", "before it says how"),
        ("Appel automatique de {party}. Tapez 9.", "{party}"),
    ],
)
def test_a_recorded_notice_that_does_not_say_what_it_must_is_refused(says: str, lacks: str) -> None:
    """FP-18, FP-19: at create and at approval."""
    prompts = recorded_notice(says)
    assert lacks in refusal(prompts, frozenset({"identity"}))["prompts.identity"]
    assert [problem.where for problem in text_problems(campaign(prompts), ScriptRules())] == [
        "prompts.identity"
    ]


@pytest.mark.parametrize("key", ["closing", "legal"])
def test_a_recorded_closing_names_address_email_erasure_and_origin(key: str) -> None:
    """FP-25."""
    said = refusal({"message": "Votez.", key: {"file": "c.wav", "says": "Au revoir."}}, frozenset({key}))[
        f"prompts.{key}"
    ]
    assert all(word in said for word in ("postal_address", "email", "erase_date", "origin"))
