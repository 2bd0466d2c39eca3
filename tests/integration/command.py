"""The `dialer` command on a real home, run in this process: its output and exit status."""

import json
import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from dialer.cli.base.run import run
from dialer.cli.main import app


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


CAMPAIGN = """
name = "Municipales 2027"
caller_id = "+33162000001"
starts_at = 2027-02-01T09:00:00+01:00
ends_at = 2027-02-05T20:00:00+01:00
purpose = "political"
[sponsor]
id = "liste-demo"
name = "Liste Demo"
postal_address = "1 place de la Mairie, 75004 Paris"
email = "contact@liste-demo.example"
callback_number = "+33162000001"
[prompts]
identity = "Bonjour, ici la Liste Demo."
message = "Le conseil se tient mardi."
"""

HEADER = (
    "phone_number,external_id,territory,timezone,consent_sponsor,consent_purpose,consent_channel,"
    "consent_source,consent_proof,consent_at,window_days,window_start,window_end"
)
CONSENT = (
    "FR,Europe/Paris,liste-demo,political,automated_voice,"
    "form,page 1,2026-09-01T10:00:00+02:00,mon-fri,10:00,13:00"
)
LOOPBACK = """
[[trunk]]
name = "default"
pbx = ["pbx1"]
host = "127.0.0.1:5080"
"""


def campaign_file(folder: Path, text: str = CAMPAIGN) -> Path:
    path = folder / "campaign.toml"
    path.write_text(text, encoding="utf-8")
    return path
