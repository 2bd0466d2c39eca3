"""`dialer campaign preflight`: a forecast for a list, before its approval."""

from pathlib import Path

from tests.integration.command import Command, import_list
from tests.samples.lists import CONSENT, NO_CONSENT


def test_the_list_is_counted_by_day_hour_and_reason(dialer: Command, campaign: str, tmp_path: Path) -> None:
    tuesday = CONSENT.replace("mon-fri,10:00,13:00", "tue,14:30,16:00")
    import_list(
        dialer,
        campaign,
        tmp_path,
        f"+33199000001,a1,{CONSENT}",
        f"+33199000002,a2,{CONSENT}",
        f"+33199000003,a3,{tuesday}",
        f"+33199000004,a4,{CONSENT}",
        f"+33199000005,a5,{NO_CONSENT}",
    )
    dialer.must("suppressions", "add", "0199000004", "--channel", "letter")
    view = dialer.must("campaign", "preflight", campaign)
    assert (view["contacts"], view["called"], view["never"], view["undecided"]) == (5, 3, 2, 0)
    assert view["reasons"] == {"NO_CONSENT": 1, "SUPPRESSED": 1}
    assert view["days"] == [
        {"day": "2027-02-01", "contacts": 2, "hours": {"10": 2}},
        {"day": "2027-02-02", "contacts": 1, "hours": {"14": 1}},
    ]
    assert view["problems"] == []
    assert {"FP-06", "FP-36"} <= {reminder["rule"] for reminder in view["reminders"]}
    assert view["from"] == "2027-02-01T08:00:00.000+00:00"


def test_what_the_approval_would_refuse_is_told_before(
    dialer: Command, campaign: str, tmp_path: Path
) -> None:
    row = CONSENT.replace("FR,Europe/Paris", "MQ,")
    import_list(dialer, campaign, tmp_path, f"+33199000001,a1,{row}")
    view = dialer.must("campaign", "preflight", campaign)
    assert [problem["where"] for problem in view["problems"]] == ["caller_ids"]
    assert (view["called"], view["reasons"]) == (0, {"CALLER_ID": 1})
    approval = dialer("campaign", "approve", campaign)
    assert (approval.status, view["problems"][0]["detail"] in approval.complaint) == (1, True)


def test_people_are_shown_days_and_hours(dialer: Command, campaign: str, tmp_path: Path) -> None:
    import_list(dialer, campaign, tmp_path, f"+33199000001,a1,{CONSENT}", f"+33199000005,a5,{NO_CONSENT}")
    shown = dialer("campaign", "preflight", campaign)
    assert shown.status == 0
    assert "never, NO_CONSENT: 1" in shown.out
    assert "for people to see to: " in shown.out
    assert "(FP-06)" in shown.out
    assert "2027-02-01" in shown.out


def test_a_list_without_contacts_comes_to_nothing(dialer: Command, campaign: str) -> None:
    view = dialer.must("campaign", "preflight", campaign)
    assert (view["contacts"], view["called"], view["days"]) == (0, 0, [])


def test_an_unknown_campaign_is_a_failure(dialer: Command) -> None:
    ran = dialer("campaign", "preflight", "c0123456789ab")
    assert (ran.status, "c0123456789ab" in ran.complaint) == (1, True)
