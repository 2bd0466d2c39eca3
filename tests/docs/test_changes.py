"""The worked changes of docs/changes.md apply to today's tree, and their proofs pass there."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from dialer.adapters.sql.db.schema_version import newest_schema
from tests.docs.citations import ROOT
from tests.docs.samples import MANUAL, Sample, rows, samples

PAGE = MANUAL / "changes.md"
DOCUMENTED = "tests/docs/test_tables.py"
PROOFS = {
    "column.diff": (
        DOCUMENTED,
        "tests/unit/imports/test_import_rows.py::test_every_detail_is_read_from_the_column_of_its_name",
        "tests/contract/db/test_schema.py::test_the_migrations_lead_to_the_schema_the_program_expects[sqlite]",
        "tests/contract/inspection/test_subjects.py::test_every_detail_of_a_list_is_stored_shown_and_erased[sqlite]",
    ),
    "rule.diff": (
        "tests/docs/test_pack_format.py",
        "tests/docs/test_rules.py",
        "tests/unit/decision/test_rules.py::test_the_rules_that_apply_answer_as_all_rules_do[fr-political]",
        "tests/unit/decision/test_rules.py::test_each_rule_refuses_questions_that_are_drawn",
        "tests/unit/rulepacks/test_rulepack.py::test_a_pack_may_want_days_between_a_message_and_the_next_call",
    ),
    "key.diff": (DOCUMENTED, "tests/docs/test_samples.py", "tests/unit/calls/test_retry.py"),
}
"""Tests of the changed tree that fail unless the whole change is there."""
IN_NO_CLONE = shutil.ignore_patterns(
    ".git", ".venv", "var", "*.egg-info", "__pycache__", ".*_cache", ".hypothesis"
)


@cache
def changes() -> dict[str, Sample]:
    return {sample.file or "": sample for sample in samples(PAGE) if sample.language == "diff"}


def test_every_change_has_its_proof() -> None:
    assert changes().keys() == PROOFS.keys()


@pytest.mark.parametrize("name", PROOFS)
def test_a_change_touches_as_many_files_as_the_page_says(name: str) -> None:
    touched = re.findall(r"^diff --git a/(\S+)", changes()[name].text, re.MULTILINE)
    told = rows(PAGE, "## How many files", "change")[name][-3:]
    counted = [
        sum(path.startswith(f"{folder}/") for path in touched) for folder in ("dialer", "docs", "tests")
    ]
    assert [int(cell) for cell in told] == counted


@pytest.fixture
def tree(tmp_path: Path) -> Iterator[Path]:
    copy = tmp_path / "tree"
    shutil.copytree(ROOT, copy, ignore=IN_NO_CLONE)
    yield copy
    shutil.rmtree(copy)


@pytest.mark.slow
@pytest.mark.parametrize("name", PROOFS)
def test_a_change_applies_and_is_proved(name: str, tree: Path) -> None:
    run(tree, "git", "apply", "-", given=with_next_number(changes()[name].text))
    run(tree, sys.executable, "-m", "ruff", "check", "--quiet", ".")
    run(tree, sys.executable, "-m", "ruff", "format", "--quiet", "--check", ".")
    run(tree, sys.executable, "-m", "pytest", "-q", "-n", "0", "-p", "no:cacheprovider", *PROOFS[name])


def with_next_number(diff: str) -> str:
    """Number the migration of a change after the newest of today."""
    newest = newest_schema()
    for told in re.findall(r'^\+down_revision.*"(\d{4})"$', diff, re.MULTILINE):
        diff = diff.replace(f"{int(told) + 1:04}", f"{int(newest) + 1:04}").replace(told, newest)
    return diff


def run(tree: Path, *command: str, given: str = "") -> None:
    # Git shall not take a repository above the copy for its own.
    alone = {key: value for key, value in os.environ.items() if not key.startswith("GIT_")}
    alone["GIT_CEILING_DIRECTORIES"] = str(tree.parent)
    ran = subprocess.run(
        command, cwd=tree, input=given, capture_output=True, text=True, check=False, env=alone
    )
    assert ran.returncode == 0, f"{' '.join(command[:4])}:\n{ran.stdout[-3000:]}{ran.stderr[-3000:]}"
