"""`dialer dialplan verify` on files: the proof, or the path that breaks it."""

import re
import shutil
from pathlib import Path

import pytest

from dialer.adapters.pbx.container import DIALPLANS
from dialer.adapters.pbx.dialplan import approved_hash
from tests.integration.command import Command

CLAIMS = [
    "closed",
    "message",
    "nine-heard",
    "key-down",
    "opposition",
    "confirmed",
    "reports",
    "permit",
    "trace",
    "limit",
    "forwarded",
    "probe",
]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(DIALPLANS, tmp_path / "dialplans"))


def test_the_programs_own_dialplan_is_proved(bare: Command) -> None:
    document = bare.must("dialplan", "verify")
    assert (document["holds"], document["approved"], document["hash"]) == (True, True, approved_hash())
    assert [claim["name"] for claim in document["claims"]] == CLAIMS
    assert all(claim["examined"] > 0 and claim["evidence"] for claim in document["claims"])


def test_a_person_reads_one_line_a_claim_with_where_it_was_tried(bare: Command) -> None:
    ran = bare("dialplan", "verify")
    first, *lines, last = ran.out.splitlines()
    claims = [line for line in lines if not line.startswith("assumes: ")]
    assert ran.status == 0
    assert first.startswith(f"{DIALPLANS}: ")
    assert [line.split()[:2] for line in claims] == [["holds", f"{name}:"] for name in CLAIMS]
    assert "30-answered.conf:" in claims[1]
    assert last == "proved"


def test_a_broken_dialplan_is_shown_with_the_path_that_breaks_it(bare: Command, folder: Path) -> None:
    file = folder / "30-answered.conf"
    file.write_text(file.read_text().replace("(notice,9)", "(notice,19)"))
    ran = bare("dialplan", "verify", str(folder))
    assert ran.status == 1
    assert re.search(
        "^FAILS  message: prompt [a-z]+ plays before the whole notice has", ran.out, re.MULTILINE
    )
    assert "NOT the approved one" in ran.out
    steps = [line.split()[0] for line in ran.out.splitlines() if line.startswith("         ")]
    assert steps[0].startswith("10-permit.conf:")
    assert steps[-1].startswith("50-play.conf:")
    assert "1 is pressed" in ran.out
    assert ran.out.splitlines()[-1] == "NOT proved"


def test_the_same_laid_out_otherwise_is_the_approved_one(bare: Command, folder: Path) -> None:
    for file in folder.iterdir():
        file.write_text("; a comment more\n\n" + file.read_text().replace(" same =>", "\tsame =>"))
    assert bare.must("dialplan", "verify", str(folder))["approved"] is True


def test_a_folder_without_a_dialplan_is_refused(bare: Command, tmp_path: Path) -> None:
    ran = bare("dialplan", "verify", str(tmp_path))
    assert ran.status == 1
    assert "holds no dialplan files" in ran.complaint


def test_a_pbx_that_is_not_known_is_refused(bare: Command) -> None:
    ran = bare("dialplan", "verify", "--pbx", "nobody")
    assert ran.status == 1
    assert "'nobody'" in ran.complaint


def test_a_folder_and_a_pbx_at_once_are_wrong_use(bare: Command, folder: Path) -> None:
    ran = bare("dialplan", "verify", str(folder), "--pbx", "pbx1")
    assert ran.status == 2
    assert "at once" in ran.complaint
