"""dialer backup: everything needed to go on elsewhere."""

from pathlib import Path
from typing import Annotated

import typer

from dialer.adapters.home.backup import BackupFiles
from dialer.bootstrap import Service
from dialer.cli.base.options import Json
from dialer.cli.base.output import print_view
from dialer.cli.base.passphrase import PassphraseFile, read_passphrase
from dialer.cli.base.session import with_service
from dialer.domain.access.roles import Actor
from dialer.domain.upkeep.backup import BackedUpKeys, BackupManifest
from dialer.services.upkeep.backups import KeyKeeping
from dialer.views.backup import BackupView


def backup(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="A new folder.")],
    passphrase_file: PassphraseFile = None,
    without_keys: Annotated[
        bool, typer.Option("--without-keys", help="Leave the keys out: keep a copy of home/keys yourself.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Save database, keys, prompts, exported heads and the journal, while calls go on.

    Copy home/heads and home/journal elsewhere all the time. `dialer restore` needs those of the
    last moment: oppositions that came after the backup are read from them.
    """
    passphrase = read_passphrase(passphrase_file)
    secrets = BackedUpKeys.SEALED if passphrase else BackedUpKeys.CLEAR
    keeping = KeyKeeping(BackedUpKeys.LEFT_OUT if without_keys else secrets, passphrase)

    async def work(service: Service, actor: Actor) -> BackupManifest:
        home, webhooks = service.settings.home, service.settings.webhooks
        files = BackupFiles(folder, home, tuple(webhook.secret_file for webhook in webhooks))
        return await service.suite.backups.take(actor, files, keeping)

    manifest = with_service(work)
    print_view(BackupView.of(manifest, folder), as_json=as_json)
