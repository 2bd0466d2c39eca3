"""The `dialer` command: one file a noun, all thin."""

import sys

import typer

from dialer.cli import (
    calls,
    campaign,
    consents,
    contacts,
    db,
    decide,
    demo,
    dialplan,
    doctor,
    halt,
    keys,
    ledger,
    pbx,
    probe,
    prompts,
    retention,
    subject,
    suppressions,
    token,
)
from dialer.cli.backup import backup
from dialer.cli.init import init
from dialer.cli.inspect import inspect
from dialer.cli.replay import replay
from dialer.cli.restore import restore
from dialer.cli.run import run
from dialer.cli.serve import serve

app = typer.Typer(
    name="dialer",
    help="Calls only those who agreed, and proves it.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.command()(init)
app.command()(serve)
app.command()(backup)
app.command()(restore)
app.command("doctor")(doctor.doctor)
app.command("demo")(demo.demo)
app.command("decide")(decide.decide)
app.command()(replay)
app.command()(inspect)
app.command("halt")(halt.halt)
app.command("unhalt")(halt.unhalt)
app.add_typer(pbx.app, name="pbx")
app.add_typer(token.app, name="token")
app.add_typer(campaign.app, name="campaign")
app.add_typer(contacts.app, name="contacts")
app.add_typer(consents.app, name="consents")
app.add_typer(suppressions.app, name="suppressions")
app.add_typer(calls.app, name="calls")
app.add_typer(ledger.app, name="ledger")
app.add_typer(subject.app, name="subject")
app.add_typer(retention.app, name="retention")
app.add_typer(dialplan.app, name="dialplan")
app.add_typer(probe.app, name="probe")
app.add_typer(prompts.app, name="prompts")
app.add_typer(keys.app, name="keys")
app.add_typer(db.app, name="db")


def main() -> None:
    sys.exit(run(app))
