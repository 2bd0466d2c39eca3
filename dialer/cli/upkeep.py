"""`dialer backup`, `restore`, `db`, `retention`, `subject`: the data kept, and people's rights.

A restored home gets everything known to have happened since the backup. `retention` erases outlived
records. `subject` shows or erases the records about one person.
"""

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from dialer.adapters.home.backup import BackupFiles
from dialer.adapters.sql.db.migrate import upgrade as upgrade_schema
from dialer.bootstrap import Service
from dialer.bootstrap.restoring import Sources, Target
from dialer.bootstrap.restoring import restore as restore_home
from dialer.cli.base import terminal
from dialer.cli.base.program import FAILED
from dialer.cli.base.session import with_service
from dialer.domain.access import Actor
from dialer.domain.base.errors import InvalidInput
from dialer.domain.upkeep import BackedUpKeys, BackupManifest, RetentionRun
from dialer.ports.upkeep import Erased
from dialer.services.upkeep.backups import KeyKeeping
from dialer.services.upkeep.erasure import RetentionStatus, Subject
from dialer.settings import read_settings
from dialer.views.operations import SchemaView
from dialer.views.subjects import ErasedView, SubjectView
from dialer.views.upkeep import BackupView, RestoredView, RetentionView, RunView


def backup(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="A new folder.")],
    passphrase_file: terminal.PassphraseFileOption = None,
    without_keys: Annotated[
        bool, typer.Option("--without-keys", help="Leave the keys out: keep a copy of home/keys yourself.")
    ] = False,
    as_json: terminal.JsonOption = False,
) -> None:
    """Save database, keys, prompts, exported heads and the journal, while calls go on.

    Copy home/heads and home/journal elsewhere all the time. `dialer restore` needs those of the
    last moment: oppositions that came after the backup are read from them.
    """
    passphrase = terminal.read_passphrase(passphrase_file)
    secrets = BackedUpKeys.SEALED if passphrase else BackedUpKeys.CLEAR
    keeping = KeyKeeping(BackedUpKeys.LEFT_OUT if without_keys else secrets, passphrase)

    async def work(service: Service, actor: Actor) -> BackupManifest:
        home, webhooks = service.settings.home, service.settings.webhooks
        files = BackupFiles(folder, home, tuple(webhook.secret_file for webhook in webhooks))
        return await service.suite.backups.take(actor, files, keeping)

    manifest = with_service(work)
    terminal.print_view(BackupView.of(manifest, folder), as_json=as_json)


db_app = typer.Typer(help="Look after the database.", no_args_is_help=True)


@db_app.callback()
def db() -> None:
    """Look after the database."""


@db_app.command()
def upgrade(as_json: terminal.JsonOption = False) -> None:
    """Bring the database to the schema of this program; harmless when it is there already."""
    asyncio.run(upgrade_schema(read_settings().database_url))
    if as_json:
        terminal.print_json(SchemaView(current=True))
    else:
        terminal.console.print("the database is current")


NEXT = "start `dialer serve`: it reads back the lock of each PBX; then end the halt with `dialer unhalt --reason`"


def restore(
    backup: Annotated[Path, typer.Argument(metavar="DIR", help="A folder made by `dialer backup`.")],
    survived: Annotated[
        Path | None,
        typer.Option(
            "--survived", metavar="DIR", help="What is left of the lost home: heads/, journal/, keys/."
        ),
    ] = None,
    nothing_survived: Annotated[
        bool, typer.Option("--nothing-survived", help="Neither heads nor journal: what came since is lost.")
    ] = False,
    keys: Annotated[
        Path | None,
        typer.Option("--keys", metavar="DIR", help="Your copy of home/keys, if the backup has none."),
    ] = None,
    passphrase_file: terminal.PassphraseFileOption = None,
    as_json: terminal.JsonOption = False,
) -> None:
    """Restore a backup into an empty home and database.

    Check every file, then bring back oppositions, withdrawals, erasures and calls since the backup.

    Afterwards the machine is halted, and campaigns that ran are paused. The ledger names the
    losses.
    """
    if (survived is None) is not nothing_survived:
        raise InvalidInput(
            "say what is left of the lost home", hint="name it with --survived, or state --nothing-survived"
        )
    settings = read_settings()
    sources = Sources(backup, survived, keys, terminal.read_passphrase(passphrase_file))
    target = Target(settings.home, settings.database_url)
    terminal.print_view(RestoredView.of(asyncio.run(restore_home(target, sources))), as_json=as_json)
    if not as_json:
        terminal.console.print(NEXT, markup=False, soft_wrap=True)


retention = typer.Typer(
    help="Erase what has outlived its use; `dialer serve` does so once a day.", no_args_is_help=True
)


@retention.command("run")
def run_now(as_json: terminal.JsonOption = False) -> None:
    """Erase everything due, now. Exit 1 where it failed."""

    async def work(service: Service, actor: Actor) -> RetentionRun:
        return await service.suite.retention.run_now(actor)

    run = with_service(work)
    terminal.print_view(RunView.of(run), as_json=as_json)
    if not run.well:
        raise typer.Exit(FAILED)


@retention.command()
def status(as_json: terminal.JsonOption = False) -> None:
    """Show the last run, the next, and the lists kept, each until when.

    Exit 1 where erasing fails or something is overdue.
    """

    async def work(service: Service, actor: Actor) -> RetentionStatus:
        return await service.suite.retention.status(actor)

    found = with_service(work)
    view = RetentionView.of(found)
    if as_json:
        terminal.print_json(view)
    else:
        _show(view)
    if found.failing_since or found.overdue:
        raise typer.Exit(FAILED)


def _show(view: RetentionView) -> None:
    told = view.document()
    lists, last = told.pop("lists"), told.pop("last_run")
    terminal.print_fields(told | {f"last run, {name}": value for name, value in (last or {}).items()})
    if lists:
        terminal.print_table(lists, ("import_id", "campaign_id", "imported_at", "erased_before"))


subject = typer.Typer(help="Answer people who ask what is kept about them.", no_args_is_help=True)


@subject.command()
def export(
    number: terminal.NumberArgument,
    _: Annotated[bool, typer.Option("--json", help="It is one JSON document in any case.")] = False,
) -> None:
    """Print everything kept about a number, in any spelling, refused decisions included.

    That it was read is recorded.
    """

    async def work(service: Service, actor: Actor) -> Subject:
        return await service.suite.subjects.export(actor, number)

    terminal.print_json(SubjectView.of(with_service(work)))


@subject.command()
def erase(number: terminal.NumberArgument, as_json: terminal.JsonOption = False) -> None:
    """Erase a number for good; for administrators.

    Its oppositions stay in force, its consents are taken back.
    """

    async def work(service: Service, actor: Actor) -> Erased:
        return await service.suite.subjects.erase(actor, number)

    terminal.print_view(ErasedView.of(with_service(work)), as_json=as_json)
