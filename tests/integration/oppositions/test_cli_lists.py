"""`dialer suppressions import --list`: lists that others keep, scrubbed at the decision."""

from pathlib import Path
from typing import Any

from tests.integration.command import Command, import_list
from tests.samples.lists import CONSENT

INSIDE = "2027-02-01T10:30:00+01:00"
ROWS = (f"+33199000001,a1,{CONSENT}", f"+33199000002,a2,{CONSENT}")
VALID = ("--valid-from", "2027-01-01T00:00:00Z", "--valid-to", "2027-03-01T00:00:00Z")


def csv(tmp_path: Path, *numbers: str) -> str:
    file = tmp_path / "oppositions.csv"
    file.write_text("\n".join(("phone_number", *numbers)) + "\n", "utf-8")
    return str(file)


def reasons(dialer: Command, campaign: str, number: str) -> Any:
    return dialer.must("decide", "--campaign", campaign, "--number", number, "--at", INSIDE)["reasons"]


def test_a_list_imported_after_the_contacts_counts_at_the_decision(
    dialer: Command, campaign: str, tmp_path: Path
) -> None:
    import_list(dialer, campaign, tmp_path, *ROWS)
    report = dialer.must(
        "suppressions", "import", csv(tmp_path, "01 99 00 00 01", "nonsense"), "--list", "national", *VALID
    )
    assert (report["rows"], report["imported"], report["rejected_count"]) == (2, 1, 1)
    (reason,) = reasons(dialer, campaign, "0199000001")
    assert (reason["code"], "the list national" in reason["detail"]) == ("SUPPRESSED", True)
    assert reasons(dialer, campaign, "0199000002") == []
    assert "SUPPRESSED" not in [each["code"] for each in reasons(dialer, campaign, "0199000003")]


def test_the_next_import_of_a_list_replaces_it(dialer: Command, campaign: str, tmp_path: Path) -> None:
    import_list(dialer, campaign, tmp_path, *ROWS)
    for number in ("0199000001", "0199000002"):
        dialer.must("suppressions", "import", csv(tmp_path, number), "--list", "national", *VALID)
    assert reasons(dialer, campaign, "0199000001") == []
    assert len(reasons(dialer, campaign, "0199000002")) == 1
    (item,) = dialer.must("suppressions", "lists")["items"]
    assert (item["name"], item["sponsor"], item["entries"]) == ("national", None, 1)


def test_an_import_that_brings_nothing_leaves_the_list_as_it_was(
    dialer: Command, campaign: str, tmp_path: Path
) -> None:
    import_list(dialer, campaign, tmp_path, *ROWS)
    dialer.must("suppressions", "import", csv(tmp_path, "0199000001"), "--list", "national", *VALID)
    assert dialer("suppressions", "import", csv(tmp_path), "--list", "national", *VALID).status == 1
    assert len(reasons(dialer, campaign, "0199000001")) == 1


def test_a_list_of_another_sponsor_says_nothing_here(dialer: Command, campaign: str, tmp_path: Path) -> None:
    import_list(dialer, campaign, tmp_path, *ROWS)
    file = csv(tmp_path, "0199000001")
    dialer.must("suppressions", "import", file, "--list", "own", "--sponsor", "somebody-else", *VALID)
    assert reasons(dialer, campaign, "0199000001") == []


def test_a_list_needs_an_end_that_is_still_to_come(dialer: Command, tmp_path: Path) -> None:
    file = csv(tmp_path, "0199000001")
    assert dialer("suppressions", "import", file, "--list", "national").status == 2
    past = dialer("suppressions", "import", file, "--list", "national", "--valid-to", "2020-01-01T00:00:00Z")
    assert (past.status, "in the past" in past.complaint) == (1, True)
    assert dialer("suppressions", "import", file, *VALID).status == 2


def test_who_may_not_lift_oppositions_may_not_replace_a_list(dialer: Command, tmp_path: Path) -> None:
    secret = dialer.must("token", "create", "--role", "operator", "--name", "olga")["token"]
    dialer.monkeypatch.setenv("DIALER_TOKEN", secret)
    ran = dialer("suppressions", "import", csv(tmp_path, "0199000001"), "--list", "national", *VALID)
    assert (ran.status, "remove an opposition" in ran.complaint) == (1, True)


def test_a_list_of_lines_forbids_its_numbers_to_machines(
    dialer: Command, campaign: str, tmp_path: Path
) -> None:
    """T086 (hospitals, care homes, emergency lines), T088 (our own staff)."""
    import_list(dialer, campaign, tmp_path, *ROWS)
    lines = ("--list", "staff", "--kind", "lines", *VALID)
    dialer.must("suppressions", "import", csv(tmp_path, "0199000001"), *lines)
    (reason,) = reasons(dialer, campaign, "0199000001")
    assert (reason["code"], reason["rule"]) == ("FORBIDDEN_NUMBER", "FP-31")
    assert reasons(dialer, campaign, "0199000002") == []
    (item,) = dialer.must("suppressions", "lists")["items"]
    assert (item["name"], item["kind"]) == ("staff", "lines")
    assert dialer("suppressions", "import", csv(tmp_path), "--kind", "lines").status == 2
