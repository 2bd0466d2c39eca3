"""The `dialer` command on a real home, run in this process: its output and exit status."""

import json
import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from dialer.cli.base.program import run
from dialer.cli.main import app
from tests.samples.lists import HEADER


@dataclass(frozen=True, slots=True)
class Ran:
    status: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """Return the JSON document of standard output; fail unless it is exactly one."""
        return json.loads(self.out)

    @property
    def complaint(self) -> str:
        """Return the one line on standard error.

        Fail where there are more, or anything on standard output.
        """
        assert self.out == ""
        (line,) = self.err.splitlines()
        assert line.startswith("dialer: ")
        return line.removeprefix("dialer: ")


@dataclass(frozen=True, slots=True)
class Command:
    """The command `dialer`, with `home` as its home."""

    home: Path
    monkeypatch: pytest.MonkeyPatch
    capsys: pytest.CaptureFixture[str]

    def __call__(self, *words: str) -> Ran:
        self.monkeypatch.setattr(sys, "argv", ["dialer", *words])
        self.capsys.readouterr()
        status = run(app)
        out, err = self.capsys.readouterr()
        return Ran(status, out, err)

    def must(self, *words: str) -> Any:
        """Return the document that `--json` prints; fail unless the command was done."""
        ran = self(*words, "--json")
        assert ran.status == 0, ran.err
        return ran.json


def fresh_environment(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("DIALER_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("DIALER_HOME", str(home))


ORIGIN = ("--source-class", "opt_in_form", "--supplier", "S", "--collected-at", "2026-09-02T00:00:00Z")
LOOPBACK = """
[[trunk]]
name = "default"
pbx = ["pbx1"]
host = "127.0.0.1:5080"
"""


def import_list(dialer: Command, campaign: str, folder: Path, *rows: str) -> None:
    """Import a list of `rows`, to stand below `HEADER`."""
    file = folder / "list.csv"
    file.write_text("\n".join((HEADER, *rows)), "utf-8")
    dialer.must("contacts", "import", str(file), "--campaign", campaign, *ORIGIN)
