"""`dialer decide`: one question, or a file of them."""

import json
import shutil
from pathlib import Path

from tests.integration.command import Command, import_list
from tests.samples.lists import CONSENT

ROW = f"+33199000001,a1,{CONSENT}"
INSIDE = "2027-02-01T10:30:00+01:00"


def test_a_consented_number_is_permitted_inside_its_window(
    dialer: Command, campaign: str, tmp_path: Path
) -> None:
    import_list(dialer, campaign, tmp_path, ROW)
    answer = dialer.must("decide", "--campaign", campaign, "--number", "01 99 00 00 01", "--at", INSIDE)
    assert (answer["decision"], answer["reasons"]) == ("permit", [])
    assert answer["permit_until"] is not None
    assert answer["rule_pack"].startswith("fr-political@")


def test_a_refusal_is_an_answer_too(dialer: Command, campaign: str) -> None:
    answer = dialer.must("decide", "--campaign", campaign, "--number", "0199000001", "--at", INSIDE)
    assert answer["decision"] == "refuse"
    assert "NO_CONSENT" in [reason["code"] for reason in answer["reasons"]]


def test_live_adds_that_the_campaign_does_not_run(dialer: Command, campaign: str, tmp_path: Path) -> None:
    import_list(dialer, campaign, tmp_path, ROW)
    answer = dialer.must("decide", "--campaign", campaign, "--number", "0199000001", "--at", INSIDE, "--live")
    assert [reason["code"] for reason in answer["reasons"]] == ["CAMPAIGN_NOT_RUNNING"]


def test_live_adds_that_the_ledger_cannot_be_written(dialer: Command, campaign: str, tmp_path: Path) -> None:
    import_list(dialer, campaign, tmp_path, ROW)
    shutil.rmtree(dialer.home / "heads")
    (dialer.home / "heads").write_text("no folder")
    answer = dialer.must("decide", "--campaign", campaign, "--number", "0199000001", "--at", INSIDE, "--live")
    assert [reason["code"] for reason in answer["reasons"]] == ["CAMPAIGN_NOT_RUNNING", "LEDGER"]


def test_a_file_is_answered_in_order_with_bad_lines_in_their_place(
    dialer: Command, campaign: str, tmp_path: Path
) -> None:
    import_list(dialer, campaign, tmp_path, ROW)
    cases = tmp_path / "cases.csv"
    cases.write_bytes(
        b"number,at\n"
        b"0199000001,2027-02-01T10:30:00+01:00\n"
        b"0199000001,2027-02-01T10:30:00\n"
        b'"0199000001,2027-02-01T10:30:00+01:00\n'
        b"0199\xe9,2027-02-01T10:30:00+01:00\n"
        b"0199000001\n"
        b"\n"
        b"0199000002,2027-02-01T10:30:00+01:00\n"
        b"12,2027-02-01T10:30:00+01:00\n"
    )
    ran = dialer("decide", "--campaign", campaign, "--file", str(cases))
    answers = [json.loads(line) for line in ran.out.splitlines()]
    assert ran.status == 0
    assert [answer["decision"] for answer in answers] == ["permit"] + ["refuse"] * 6
    codes = [{reason["code"] for reason in answer["reasons"]} for answer in answers]
    assert codes[1:5] == [{"BAD_REQUEST"}] * 4
    assert "NO_CONSENT" in codes[5]
    assert "FORBIDDEN_NUMBER" in codes[6]


def test_a_file_without_its_columns_is_refused(dialer: Command, campaign: str, tmp_path: Path) -> None:
    cases = tmp_path / "cases.csv"
    cases.write_text("phone,when\n0199000001,2027-02-01T10:30:00Z\n", "utf-8")
    ran = dialer("decide", "--campaign", campaign, "--file", str(cases))
    assert (ran.status, "number,at" in ran.complaint) == (1, True)


def test_a_naive_time_is_wrong_use(dialer: Command, campaign: str) -> None:
    ran = dialer("decide", "--campaign", campaign, "--number", "0199000001", "--at", "2027-02-01T10:30:00")
    assert (ran.status, "has no offset" in ran.complaint) == (2, True)


def test_neither_number_nor_file_is_wrong_use(dialer: Command, campaign: str) -> None:
    assert dialer("decide", "--campaign", campaign).status == 2
    assert dialer("decide", "--campaign", campaign, "--number", "0199000001").status == 2


def test_an_unknown_campaign_is_a_failure_even_without_cases(dialer: Command, tmp_path: Path) -> None:
    cases = tmp_path / "cases.csv"
    cases.write_text("number,at\n", "utf-8")
    for question in (("--number", "0199000001", "--at", INSIDE), ("--file", str(cases))):
        ran = dialer("decide", "--campaign", "c0123456789ab", *question)
        assert (ran.status, "c0123456789ab" in ran.complaint) == (1, True)
