"""`dialer ledger`: the record of decisions and acts, with proofs that it is unchanged."""

from pathlib import Path
from typing import Annotated

import typer

from dialer.bootstrap import Service
from dialer.cli.base.program import FAILED
from dialer.cli.base.session import with_service
from dialer.cli.base.terminal import JsonOption, console, print_json, print_table, print_view
from dialer.domain.access import Actor
from dialer.domain.base.errors import InvalidInput
from dialer.domain.base.types import AttemptId
from dialer.services.ledger.reader import CallEvidence, GrownHead
from dialer.services.ledger.verification import LedgerVerdict
from dialer.verifier.ed25519 import read_key
from dialer.verifier.verify_ledger import check_export
from dialer.views.ledger import EvidenceView, FindingsView, HeadView, LedgerExportView, VerdictView

app = typer.Typer(help="Verify, show and export the ledger.", no_args_is_help=True)

HeadFileOption = Annotated[
    Path | None, typer.Option("--head", metavar="FILE", help="Heads kept from earlier, one a line.")
]


@app.command()
def verify(
    head: HeadFileOption = None,
    export: Annotated[
        Path | None, typer.Option("--export", metavar="DIR", help="An exported ledger; needs no database.")
    ] = None,
    key: Annotated[
        Path | None, typer.Option("--key", metavar="FILE", help="Public key for --export, if not its own.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Check every entry and every head; exit 1 where one was changed, and name the first."""
    kept = read_lines(head) if head else []
    view = _of_export(export, key, kept) if export else _of_database(kept)
    if as_json:
        print_json(view)
    else:
        _show(view)
    if not view.verified:
        raise typer.Exit(FAILED)


def _show(view: VerdictView | FindingsView) -> None:
    for gap in view.gaps:
        console.print(f"GAP at {gap.index}: {gap.detail}", markup=False, soft_wrap=True)
    if view.verified:
        how_many = view.entries if isinstance(view, VerdictView) else "every"
        console.print(f"all is as it was signed: {how_many} entries")
    else:
        print_table([finding.document() for finding in view.findings], ("index", "detail"))


@app.command()
def head(as_json: JsonOption = False) -> None:
    """Show the last signed head.

    Keep a copy elsewhere: `verify --head` holds the ledger against it.
    """

    async def work(service: Service, actor: Actor) -> GrownHead:
        return await service.suite.ledger.reader.head(actor)

    print_view(HeadView.of(with_service(work).head), as_json=as_json)


@app.command("export")
def export_ledger(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="A new folder.")], as_json: JsonOption = False
) -> None:
    """Write all entries, heads, the public key and a verifier that needs nothing but Python."""

    async def work(service: Service, actor: Actor) -> int:
        return await service.suite.ledger.export.run(actor, folder)

    count = with_service(work)
    if as_json:
        print_json(LedgerExportView(folder=str(folder), entries=count))
    else:
        console.print(f"{count} entries in {folder}", markup=False)


@app.command()
def evidence(attempt_id: Annotated[str, typer.Argument(metavar="ATTEMPT", help="The call.")]) -> None:
    """Print the ledger's entries on one call, with proofs, as JSON.

    The exported verifier takes such a file.
    """

    async def work(service: Service, actor: Actor) -> CallEvidence:
        return await service.suite.ledger.reader.evidence(actor, AttemptId(attempt_id))

    print_json(EvidenceView.of(with_service(work)))


def _of_database(kept: list[str]) -> VerdictView:
    async def work(service: Service, actor: Actor) -> LedgerVerdict:
        return await service.suite.ledger.verifier.run(actor, kept)

    return VerdictView.of(with_service(work))


def _of_export(folder: Path, key: Path | None, kept: list[str]) -> FindingsView:
    try:
        public_key = read_key((key or folder / "public-key.pem").read_text(encoding="ascii"))
        return FindingsView.of(check_export(folder, public_key, kept))
    except (OSError, ValueError) as error:
        raise InvalidInput(f"{folder} cannot be checked: {error}") from None


def read_lines(path: Path) -> list[str]:
    """Read the lines of a file of heads. Raise `InvalidInput`."""
    try:
        return path.read_text(encoding="utf-8").splitlines()
    except (OSError, ValueError) as error:
        raise InvalidInput(f"{path} cannot be read: {error}") from None
