"""The `dialer` command: one file a noun, all thin, each imported when it is called."""

import sys
from typing import Any

import typer
from typer.core import TyperGroup

from dialer.cli.base.program import Deferred, run

COMMANDS = (
    Deferred(
        "init",
        "operations.init:init",
        "Make the home, its keys, the database and the first admin token.",
    ),
    Deferred("serve", "operations.serve:serve", "Dial the running campaigns and answer operators over HTTP."),
    Deferred(
        "backup",
        "upkeep:backup",
        "Save database, keys, prompts, exported heads and the journal, while calls go on.",
    ),
    Deferred(
        "restore",
        "upkeep:restore",
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
        "decision:decide",
        "Judge as if the campaign were running. A refusal is an answer too: exit 0.",
    ),
    Deferred(
        "replay",
        "decision:replay",
        "Make recorded decisions again from the facts stored with them.",
    ),
    Deferred(
        "inspect",
        "inspection:inspect",
        "Write the inspection pack; exit 1 where it shows what may not be.",
    ),
    Deferred(
        "halt",
        "halt:halt",
        "Hang up every call and refuse new ones, on every PBX.",
    ),
    Deferred("unhalt", "halt:unhalt", "End a halt. It needs a reason."),
    Deferred("pbx", "pbx:pbx", "Start, stop and check the Asterisk that makes the calls."),
    Deferred("token", "access:tokens", "Make, list and revoke bearer tokens."),
    Deferred("campaign", "campaigns:app", "Make, approve and steer campaigns."),
    Deferred(
        "contacts",
        "consent:contacts_app",
        "Import contact lists, and see whom nothing could be decided about.",
    ),
    Deferred("consents", "consent:consents", "Record consents and their withdrawal."),
    Deferred("suppressions", "oppositions:app", "Record, check and count oppositions."),
    Deferred("calls", "calls:app", "Read call records."),
    Deferred("ledger", "ledger:app", "Verify, show and export the ledger."),
    Deferred("subject", "upkeep:subject", "Answer people who ask what is kept about them."),
    Deferred(
        "retention",
        "upkeep:retention",
        "Erase what has outlived its use; `dialer serve` does so once a day.",
    ),
    Deferred("dialplan", "pbx:dialplan_app", "Prove the dialplan."),
    Deferred(
        "probe",
        "probes:app",
        "Ring our own numbers; `dialer serve` does so before a campaign dials, and every day.",
    ),
    Deferred("prompts", "prompts:app", "Build, list and play prompts."),
    Deferred("keys", "access:keys", "List the keys of the fingerprints, and change to new ones."),
    Deferred("db", "upkeep:db_app", "Look after the database."),
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
