"""Every act at the command line is in the ledger, with its actor.

A command is a reading, a matter of the machine, or an act.
"""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from typer.core import TyperGroup
from typer.main import get_command

from dialer.cli import halt as halt_command
from dialer.cli.base.program import Deferred
from dialer.cli.main import app
from dialer.domain.base.errors import Unavailable
from dialer.services.pbx.fleet import within
from tests.harness.patience import SOON_S
from tests.integration.command import ORIGIN, Command
from tests.samples.campaigns import CAMPAIGN_FILE, campaign_file
from tests.samples.lists import CONSENT, HEADER

READ = {
    *("calls export", "calls list", "calls show", "campaign list", "campaign preflight", "campaign progress"),
    *(
        "campaign show",
        "decide",
        "dialplan verify",
        "doctor",
        "keys list",
        "ledger evidence",
        "ledger export",
    ),
    *("ledger head", "ledger verify", "pbx render", "pbx status", "probe list", "prompts build"),
    *("prompts list", "prompts play", "replay", "retention status", "suppressions check"),
    *("contacts review", "suppressions count", "suppressions lists", "token list"),
}
OF_THE_MACHINE = {"db upgrade", "demo", "init", "pbx down", "pbx up", "restore", "serve"}
"""Commands before there is a database to write to, or whose acts other parts record."""
SHOWN_ELSEWHERE = {"backup", "contacts judge-again", "inspect", "probe run"}
"""Acts that need more than a home, and look into the ledger in tests of their own.

They need a PBX, a contact whose judgement failed, a campaign that ran, or a place of their own.
"""
ELECTION = (
    '[election]\nid = "mun-2027"\npoll_dates = { default = 2027-04-18 }\nfreeze_mode = "earliest_territory"\n'
)
NUMBER = "+33199000001"


def commands(group: object, *path: str) -> Iterator[str]:
    if not isinstance(group, TyperGroup):
        yield " ".join(path)
        return
    for name, command in group.commands.items():
        yield from commands(command.whole if isinstance(command, Deferred) else command, *path, name)


def told(home: Path) -> list[tuple[str, str | None]]:
    with closing(sqlite3.connect(home / "dialer.db")) as connection:
        rows = connection.execute("SELECT text FROM ledger_entries ORDER BY position").fetchall()
    said = [json.loads(text) for (text,) in rows]
    return [(entry["kind"], entry["body"].get("by")) for entry in said]


def acts(dialer: Command, folder: Path) -> Iterator[tuple[str, tuple[str, ...], str]]:
    """Yield commands in an order that makes sense, each with its entry of the ledger."""
    draft = str(campaign_file(folder, CAMPAIGN_FILE.replace("[prompts]", f"{ELECTION}[prompts]")))
    yield "campaign create", (draft,), "campaign.create"
    campaign = dialer.must("campaign", "list")["items"][0]["id"]
    people, consents, numbers = (folder / f"{name}.csv" for name in ("people", "consents", "numbers"))
    people.write_text(f"{HEADER}\n{NUMBER},a1,{CONSENT}\n", "utf-8")
    consents.write_text(people.read_text("utf-8").replace("external_id,", "").replace("a1,", ""), "utf-8")
    numbers.write_text("phone_number,channel\n+33199000005,letter\n", "utf-8")
    yield "contacts import", (str(people), "--campaign", campaign, *ORIGIN), "import.end"
    yield "consents import", (str(consents),), "consent.give"
    yield "campaign approve", (campaign,), "campaign.approve"
    dates = ("--date", "default=2027-04-25", "--reason", "decree")
    yield "campaign poll-dates", (campaign, *dates), "campaign.poll_dates"
    for verb in ("start", "pause", "resume", "stop"):
        yield f"campaign {verb}", (campaign,), f"campaign.{verb}"
    yield "consents withdraw", (NUMBER, "--channel", "email"), "consent.withdraw"
    fault = ("--trunk", "default", "--since", "2026-11-02T08:00:00+01:00", "--reason", "404 for everybody")
    yield "consents restore", fault, "consent.restore"
    yield "suppressions add", (NUMBER, "--channel", "letter"), "suppression.add"
    yield "suppressions remove", (NUMBER, "--reason", "asked"), "suppression.remove"
    yield "suppressions import", (str(numbers),), "suppression.add"
    yield "subject export", (NUMBER,), "subject.export"
    yield "subject erase", (NUMBER,), "subject.erase"
    yield "token create", ("--role", "auditor", "--name", "ines"), "token.create"
    yield "token revoke", ("ines",), "token.revoke"
    yield "halt", ("--reason", "rain"), "system.halt"
    yield "unhalt", ("--reason", "sun"), "system.unhalt"
    yield "retention run", (), "retention.run"
    yield "keys rotate", ("--reason", "routine"), "keys.rotate"


def test_a_halt_is_of_the_tokens_holder_however_long_the_modules_take_to_load(
    dialer: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The database alone is waited for in vain, never the loading of what asks it."""
    steps: list[str] = []
    load = halt_command._service

    def loading() -> Any:
        steps.append("loaded")
        return load()

    async def waiting(_: float, work: Any) -> Any:
        steps.append("timed")
        return await within(SOON_S, work)

    monkeypatch.setattr(halt_command, "_service", loading)
    monkeypatch.setattr(halt_command, "within", waiting)
    token = dialer.must("token", "create", "--role", "auditor", "--name", "ines")["token"]
    monkeypatch.setenv("DIALER_TOKEN", token)
    assert "the role auditor may not" in dialer("halt").complaint
    assert steps == ["loaded", "timed"]


def test_a_halt_while_the_database_is_slow_names_nobody_who_was_not_looked_up(
    dialer: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def in_vain(_: float, work: Any) -> Any:
        work.close()
        raise Unavailable("the database does not answer")

    token = dialer.must("token", "create", "--role", "operator", "--name", "bob")["token"]
    monkeypatch.setenv("DIALER_TOKEN", token)
    monkeypatch.setattr(halt_command, "within", in_vain)
    assert dialer.must("halt")["recorded"] is True
    assert ("system.halt", "a token that was not looked up") in told(dialer.home)


@pytest.mark.usefixtures("a_busy_disk_is_waited_for")
def test_every_act_at_the_command_line_is_in_the_ledger_with_who_did_it(
    dialer: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = dialer.must("token", "create", "--role", "admin", "--name", "ada")["token"]
    monkeypatch.setenv("DIALER_TOKEN", token)
    done: set[str] = set()
    seen = len(told(dialer.home))
    for command, words, kind in acts(dialer, tmp_path):
        if command == "retention run":
            (dialer.home / "pretended").unlink()  # nothing is erased in pretended time
        dialer.must(*command.split(), *words)
        said = told(dialer.home)
        assert (kind, "ada") in said[seen:], (command, said[seen:])
        seen = len(said)
        done.add(command)
    every = set(commands(get_command(app)))
    assert every == done | READ | OF_THE_MACHINE | SHOWN_ELSEWHERE
