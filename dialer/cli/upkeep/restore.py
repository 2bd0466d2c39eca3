"""dialer restore: a home from a backup, with everything known to have happened since."""

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from dialer.bootstrap.restoring import Sources, Target
from dialer.bootstrap.restoring import restore as restore_home
from dialer.cli.base.options import Json
from dialer.cli.base.output import console, print_view
from dialer.cli.base.passphrase import PassphraseFile, read_passphrase
from dialer.domain.base.errors import InvalidInput
from dialer.settings import read_settings
from dialer.views.backup import RestoredView

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
    passphrase_file: PassphraseFile = None,
    as_json: Json = False,
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
    sources = Sources(backup, survived, keys, read_passphrase(passphrase_file))
    target = Target(settings.home, settings.database_url)
    print_view(RestoredView.of(asyncio.run(restore_home(target, sources))), as_json=as_json)
    if not as_json:
        console.print(NEXT, markup=False, soft_wrap=True)
