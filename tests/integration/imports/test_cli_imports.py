"""Lists at the command line: bad rows are named, good ones kept, bad files leave nothing."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.integration.command import Command, Ran
from tests.samples.lists import CONSENT, HEADER

GOOD = f"+33199000001,a1,{CONSENT}"


def import_text(
    dialer: Command, campaign: str, content: str | bytes, *options: str, source_class: str = "opt_in_form"
) -> Ran:
    file = dialer.home.parent / "list.csv"
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    provenance = ("--source-class", source_class, "--supplier", "Association")
    when = () if "--collected-at" in options else ("--collected-at", "2026-09-02T00:00:00+02:00")
    return dialer("contacts", "import", str(file), "--campaign", campaign, *provenance, *when, *options)


def contacts_of(dialer: Command, campaign: str) -> int:
    return int(dialer.must("campaign", "progress", campaign)["contacts"])


@pytest.mark.parametrize(
    ("row", "code"),
    [
        ('"+33199000002,a2', "MALFORMED_ROW"),
        ("+33199000002,a2,too,few", "MALFORMED_ROW"),
        (f'"+33199000002\r\nAction: Originate",a2,{CONSENT}', "INVALID_NUMBER"),
        (f"+33199000002${{EXTEN}},a2,{CONSENT}", "INVALID_NUMBER"),
        (f"+33199000002&SIP/1@evil,a2,{CONSENT}", "INVALID_NUMBER"),
    ],
)
def test_a_bad_row_is_rejected_and_the_good_ones_kept(
    dialer: Command, campaign: str, row: str, code: str
) -> None:
    last = GOOD.replace("0001", "0003")
    ran = import_text(dialer, campaign, f"{HEADER}\n{GOOD}\n{row}\n{last}\n", "--json")
    assert ran.status == 0
    report = ran.json
    assert (report["rows"], report["imported"], report["rejected_count"]) == (3, 2, 1)
    (rejected,) = report["rejected"]
    assert (rejected["line"], rejected["code"]) == (3, code)
    assert Path(report["rejects_file"]).read_text(encoding="utf-8").startswith("line,code,detail")
    assert contacts_of(dialer, campaign) == 2


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (f"{HEADER}\n{GOOD}\n".encode() + b"+33199000002,\xe9t\xe9\n", "line 3: not UTF-8"),
        (f"{HEADER}\n{GOOD}\n".replace("phone_number", "external", 1), "no column phone_number"),
        (f"{HEADER},colour\n{GOOD},red\n", "unknown column 'colour'"),
        (f"{HEADER}\n{GOOD}\n".encode("utf-16"), "not UTF-8"),
        ("", "no header"),
    ],
)
def test_a_bad_file_is_refused_whole_in_one_line(
    dialer: Command, campaign: str, content: str | bytes, complaint: str
) -> None:
    ran = import_text(dialer, campaign, content)
    assert ran.status == 1
    assert complaint in ran.complaint
    assert contacts_of(dialer, campaign) == 0


def test_a_list_of_a_forbidden_class_is_refused(dialer: Command, campaign: str) -> None:
    ran = import_text(dialer, campaign, f"{HEADER}\n{GOOD}\n", source_class="scraped")
    assert (ran.status, "'scraped' are refused" in ran.complaint) == (1, True)
    assert contacts_of(dialer, campaign) == 0


def test_a_list_collected_at_a_naive_time_is_wrong_use(dialer: Command, campaign: str) -> None:
    ran = import_text(dialer, campaign, GOOD, "--collected-at", "2026-09-02T00:00:00")
    assert (ran.status, "has no offset" in ran.complaint) == (2, True)


def test_a_list_of_the_future_is_refused(dialer: Command, campaign: str) -> None:
    ran = import_text(dialer, campaign, f"{HEADER}\n{GOOD}\n", "--collected-at", "2199-01-01T00:00:00Z")
    assert (ran.status, "lies in the future" in ran.complaint) == (1, True)


def test_an_import_for_no_campaign_is_a_failure(dialer: Command) -> None:
    ran = import_text(dialer, "c0123456789ab", f"{HEADER}\n{GOOD}\n")
    assert (ran.status, "c0123456789ab" in ran.complaint) == (1, True)


def test_an_import_that_imports_nothing_exits_1_with_its_report(dialer: Command, campaign: str) -> None:
    content = f"{HEADER}\n{GOOD}\n"
    assert import_text(dialer, campaign, content).status == 0
    again = import_text(dialer, campaign, content, "--json")
    assert (again.status, again.json["imported"], again.json["duplicates"]) == (1, 0, 1)


def test_people_are_told_the_line_of_a_rejected_row(dialer: Command, campaign: str) -> None:
    ran = import_text(dialer, campaign, f"{HEADER}\n{GOOD}\n12,a2,{CONSENT}\n")
    assert "rejected: line 3: " in ran.out


def test_consents_come_from_a_file_and_are_withdrawn_by_number(dialer: Command, tmp_path: Path) -> None:
    file = tmp_path / "consents.csv"
    file.write_text(f"{HEADER.replace('external_id,', '')}\n+33199000001,{CONSENT}\nx,{CONSENT}\n", "utf-8")
    report = dialer.must("consents", "import", str(file))
    assert (report["imported"], report["rejected_count"]) == (1, 1)
    withdrawn = dialer.must("consents", "withdraw", "01 99 00 00 01", "--channel", "phone")
    assert withdrawn == {"withdrawn": True, "warnings": [], "told": [], "not_told": {}}


def test_a_channel_that_is_none_is_wrong_use(dialer: Command) -> None:
    for command in (("consents", "withdraw"), ("suppressions", "add")):
        ran = dialer(*command, "0199000001", "--channel", "pigeon")
        assert (ran.status, "'pigeon' is not one of" in ran.complaint) == (2, True)


def test_who_is_closed_for_review_is_listed_and_put_back(dialer: Command, campaign: str) -> None:
    assert import_text(dialer, campaign, f"{HEADER}\n{GOOD}\n").status == 0
    with closing(sqlite3.connect(dialer.home / "dialer.db")) as database, database:
        database.execute(
            "UPDATE contacts SET state = 'closed', next_due_at = NULL, closed_reason = 'review: KeyError',"
            " last_refusal = 'REVIEW'"
        )
    (listed,) = dialer.must("contacts", "review", "--campaign", campaign)["items"]
    assert (listed["external_id"], listed["line"], listed["reason"]) == ("a1", 2, "review: KeyError")
    assert dialer.must("campaign", "progress", campaign)["refused"] == {"REVIEW": 1}
    assert dialer.must("contacts", "judge-again", "--campaign", campaign) == {"contacts": 1}
    with closing(sqlite3.connect(dialer.home / "dialer.db")) as database:
        told = [json.loads(text) for (text,) in database.execute("SELECT text FROM ledger_entries")]
    (act,) = (entry["body"] for entry in told if entry["kind"] == "decision.put_back")
    assert (act["by"], act["contacts"]) == ("local administrator", 1)
    assert dialer.must("contacts", "review", "--campaign", campaign)["items"] == []
    assert dialer.must("campaign", "progress", campaign)["due"] == 1
