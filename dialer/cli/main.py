"""The `dialer` command: one file a noun, all thin, each imported when it is called."""

import sys
from typing import Any

import typer
from typer.core import TyperGroup

from dialer.cli.base.deferred import Deferred
from dialer.cli.base.run import run

COMMANDS = (
    Deferred(
        "init",
        "operations.init:init",
        "Make the home, its keys, the database and the first admin token.",
    ),
    Deferred("serve", "operations.serve:serve", "Dial the running campaigns and answer operators over HTTP."),
    Deferred(
        "backup",
        "upkeep.backup:backup",
        "Save database, keys, prompts, exported heads and the journal, while calls go on.",
    ),
    Deferred(
        "restore",
        "upkeep.restore:restore",
        "Restore a backup into an empty home and database.",
    ),
    Deferred(
        "doctor",
        "operations.doctor:doctor",
        "Look at everything, change nothing. Exit 1 where something is wrong.",
    ),
    Deferred(
        "demo",
        "operations.demo:demo",
        "Run a campaign of fictional people.",
    ),
    Deferred(
        "decide",
        "decision.decide:decide",
        "Judge as if the campaign were running. A refusal is an answer too: exit 0.",
    ),
    Deferred(
        "replay",
        "decision.replay:replay",
        "Make recorded decisions again from the facts stored with them.",
    ),
    Deferred(
        "inspect",
        "inspection.inspect:inspect",
        "Write the inspection pack; exit 1 where it shows what may not be.",
    ),
    Deferred(
        "halt",
        "pbx.halt:halt",
        "Hang up every call and refuse new ones, on every PBX.",
    ),
    Deferred("unhalt", "pbx.halt:unhalt", "End a halt. It needs a reason."),
    Deferred("pbx", "pbx.pbx:app", "Start, stop and check the Asterisk that makes the calls."),
    Deferred("token", "access.token:app", "Make, list and revoke bearer tokens."),
    Deferred("campaign", "campaigns.campaign:app", "Make, approve and steer campaigns."),
    Deferred(
        "contacts",
        "consent.contacts:app",
        "Import contact lists, and see whom nothing could be decided about.",
    ),
    Deferred("consents", "consent.consents:app", "Record consents and their withdrawal."),
    Deferred("suppressions", "oppositions.suppressions:app", "Record, check and count oppositions."),
    Deferred("calls", "calls.calls:app", "Read call records."),
    Deferred("ledger", "ledger.ledger:app", "Verify, show and export the ledger."),
    Deferred("subject", "upkeep.subject:app", "Answer people who ask what is kept about them."),
    Deferred(
        "retention",
        "upkeep.retention:app",
        "Erase what has outlived its use; `dialer serve` does so once a day.",
    ),
    Deferred("dialplan", "pbx.dialplan:app", "Prove the dialplan."),
    Deferred(
        "probe",
        "probes.probe:app",
        "Ring our own numbers; `dialer serve` does so before a campaign dials, and every day.",
    ),
    Deferred("prompts", "campaigns.prompts:app", "Build, list and play prompts."),
    Deferred("keys", "access.keys:app", "List the keys of the fingerprints, and change to new ones."),
    Deferred("db", "upkeep.db:app", "Look after the database."),
)
"""Each command with its summary, the first paragraph of its own help."""


class Program(TyperGroup):
    def __init__(self, **named: Any) -> None:  # noqa: ANN401  -- whatever the library names
        super().__init__(**named)
        for command in COMMANDS:
            self.add_command(command)


app = typer.Typer(
    name="dialer",
    cls=Program,
    help="Calls only those who agreed, and proves it.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


@app.callback()
def dialer() -> None:
    pass


def main() -> None:
    sys.exit(run(app))
